// Predict, then reveal: the page asks for each gradient before it shows it, and counts.

/** @typedef {"first" | "later" | "shown"} Outcome at the first try, at a later one, or not at all */

/**
 * @typedef {object} Asked
 * @property {number} position the step that is asked about; -1 for none
 * @property {number} index which of its questions
 * @property {number} tries
 * @property {boolean} isAnswered
 */

/** What stands below the drawing meanwhile. */
const ASKING = "Predict what comes back in this step.";

/**
 * The form that asks.
 * @param {Question} question
 * @param {string} heading
 * @param {Asked} asked
 * @param {(outcome: Outcome) => void} onOutcome it was answered rightly, or given up
 * @param {() => void} onDone
 */
function questionView(question, heading, asked, onOutcome, onDone) {
  const answer = html("input", { type: "text", id: "answer", autocomplete: "off", spellcheck: "false", "aria-describedby": "answer-hint" });
  const feedback = html("p", { class: "feedback", role: "status" });
  const giveUp = button("Show me", () => {
    onOutcome("shown");
    onDone();
  });
  const buttons = html("p", { class: "group" }, html("button", { type: "submit" }, "Check"), giveUp);
  const form = html(
    "form",
    { class: "question" },
    html("h3", {}, heading),
    html("p", {}, capitalised(questionWords(question))),
    html("label", { for: "answer" }, `What is the gradient of ${nameOf(question)} after this step? `),
    answer,
    html("p", { class: "rule", id: "answer-hint" }, "A number to three digits, or a calculation such as 2 * -1.5."),
    buttons,
    feedback
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (answer.readOnly) return;
    const given = calculated(answer.value);
    if (given === null) return write(feedback, "Type a number, or a calculation such as 2 * -1.5.");
    asked.tries += 1;
    if (!isClose(given, question.after)) return write(feedback, likelyMistake(question, given, answer.value.trim()));
    write(feedback, `correct: ${number(question.after)}`);
    onOutcome(asked.tries === 1 ? "first" : "later");
    answer.readOnly = true;
    const goOn = button("Go on", onDone);
    buttons.replaceChildren(goOn);
    goOn.focus();
  });
  return form;
}

/** @param {number} position @param {number} [index] @returns {Asked} */
function asking(position, index = 0) {
  return { position, index, tries: 0, isAnswered: false };
}

/** @param {string} text */
function capitalised(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Predict mode: from the beginning, with the gradients hidden wherever they could be read. */
class Predicting {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    /** The panels that tell no gradient before its step. */
    this.open = ["step"];
    /** Show a form under a heading. @type {(form: HTMLElement, heading: string) => void} */
    this.ask = () => {};
    /** The form that is shown, or was last. @type {HTMLElement | null} */
    this.form = null;
    /** What became of each question, by its place. @type {Map<string, Outcome>} */
    this.outcomes = new Map();
    this.asked = asking(-1);
    this.box = html("input", { type: "checkbox", id: "predict" });
    this.box.addEventListener("change", () => {
      this.start();
      if (this.isOn) find("next").focus();
    });
  }

  get isOn() {
    return this.box.checked;
  }

  /** Whether there is something left to predict. */
  get isHolding() {
    return this.isOn && this.app.player.position < this.app.player.last;
  }

  /** Whether a question is on the page. */
  get isAsking() {
    return this.form !== null && this.form.isConnected && this.asked.position === this.app.player.position + 1;
  }

  /** Open the page so. */
  begin() {
    this.box.checked = true;
    this.start();
  }

  /** Begin, or leave off: all is hidden, or open again. */
  start() {
    const { app, isOn } = this;
    this.outcomes.clear();
    this.asked = asking(-1);
    app.player.play(false);
    app.player.gate = isOn ? { holds: (position) => this.questions(position).length > 0, ask: (position) => this.put(position) } : null;
    for (const { id } of app.panels) find(`tab-${id}`).hidden = isOn && !this.open.includes(id);
    if (!isOn) return app.refresh();
    app.panels.find(({ id }) => id === "step")?.open?.();
    app.player.go(0);
  }

  /** @param {number} position */
  questions(position) {
    return questionsAt(this.app.models, this.app.player, position);
  }

  /** Ask what a step holds; asked again when the answer is there, go on. @param {number} position */
  put(position) {
    if (this.asked.position !== position) this.asked = asking(position);
    else if (this.asked.isAnswered) return this.goOn();
    const questions = this.questions(position);
    const { index } = this.asked;
    const question = questions[index];
    const heading = questions.length > 1 ? `Predict: ${index + 1} of ${questions.length} in this step` : "Predict";
    const key = `${position}.${index}`;
    const note = (/** @type {Outcome} */ outcome) => {
      if (!this.outcomes.has(key)) this.outcomes.set(key, outcome);
      this.asked.isAnswered = true;
    };
    const { drawings, player } = this.app;
    for (const drawing of drawings) {
      const at = player.positionAt(drawing.model, position);
      drawing.view.show(drawing.boxesOf(at));
      drawing.mark(at);
    }
    const known = questions.slice(0, index).map((one) => html("p", { class: "known" }, `The gradient of ${nameOf(one)} is ${number(one.after)} now.`));
    this.form = html("div", {}, ...known, questionView(question, heading, this.asked, note, () => this.goOn()));
    this.ask(this.form, player.wordsAt(position));
    write(find("where"), player.wordsAt(position));
    write(find("sentence"), ASKING);
  }

  /** To the next question of the step, or to the step itself. */
  goOn() {
    const { position, index } = this.asked;
    const isLast = index + 1 >= this.questions(position).length;
    this.asked = isLast ? asking(-1) : asking(position, index + 1);
    if (isLast) this.app.player.go(position, true);
    else this.put(position);
  }

  /** How it went, once all is predicted. @returns {Node[]} */
  score() {
    const { player } = this.app;
    if (!this.isOn || player.position < player.last || !this.outcomes.size) return [];
    const found = [...this.outcomes.values()];
    const count = (/** @type {Outcome} */ outcome) => found.filter((one) => one === outcome).length;
    const words = `${count("first")} of ${found.length} predicted at the first try, ${count("later")} at a later one, ${count("shown")} shown.`;
    return [html("p", { class: "score", role: "status" }, html("b", {}, "Your score: "), words)];
  }
}
