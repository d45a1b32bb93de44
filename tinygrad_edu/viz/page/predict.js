// Predict, then reveal: the page asks for the next gradient, and tells a wrong answer's likely reason.

/**
 * @typedef {object} Question
 * @property {Model} model
 * @property {StepData} step
 * @property {Entry} entry
 * @property {number} position where the answer is shown
 */

/** Tell whether two numbers are the same, to the digits that people type. @param {number} a @param {number} b */
function isClose(a, b) {
  return Math.abs(a - b) <= 0.01 * Math.max(Math.abs(a), Math.abs(b)) + 1e-9;
}

/**
 * Name the likely reason of a wrong answer.
 * @param {Question} question
 * @param {number} answer
 * @returns {string}
 */
function likelyMistake({ model, step, entry }, answer) {
  const upstream = Number(model.now.gradients[step.result]);
  const local = Number(entry.local);
  const contribution = Number(entry.contribution);
  const before = entry.before ?? 0;
  const slip = model.programs ? model.programs.slips(model.now.values)[entry.arrow] : null;
  const is = (/** @type {number} */ x) => isClose(answer, x) || isClose(answer, before + x);
  if (entry.before !== null && isClose(answer, contribution)) {
    return "That is only what this step adds: you forgot to add it to what had arrived before.";
  }
  if (is(-contribution) && contribution !== 0) return "Right size, wrong sign.";
  if (is(local)) return "That is the local derivative alone: you forgot to multiply by the upstream gradient.";
  if (is(upstream)) return "That is the upstream gradient: you forgot to multiply by the local derivative.";
  if (slip !== null && is(upstream * slip)) {
    const { arguments: given } = model.data.operations[Number(step.operation)];
    return given.length === 1
      ? "You used the input of the operation where its output belongs."
      : "You used the other argument: the derivative by one factor is the other one.";
  }
  if (isClose(answer, upstream + local)) return "You added the upstream gradient; the chain rule multiplies.";
  return "Not yet. Multiply the upstream gradient by the local derivative, and add what had arrived.";
}

/** @param {Question} question */
function questionWords({ model, step, entry }) {
  const { data, now } = model;
  const operation = data.operations[Number(step.operation)];
  const value = data.arrows[entry.arrow].value;
  const given = [...new Set([...operation.arguments, step.result])].map((i) => factNamed(model, i)).join(", ");
  const result = data.values[step.result].name;
  const before = entry.before === null ? "" : ` So far ${data.values[value].name} has ${number(entry.before)}.`;
  return (
    `The gradient of ${result} is ${number(now.gradients[step.result])}. Going back through ` +
    `${operation.symbol}, with ${given}:${before}`
  );
}

/** The question that was answered rightly and is still on show. @type {{model: Model, position: number, after: Num} | null} */
let answered = null;

/**
 * The form that asks. A right answer is told; asked again before one has gone on, it goes on.
 * @param {Question} question
 * @param {() => void} onDone
 */
function questionView(question, onDone) {
  const { model, entry } = question;
  const name = model.data.values[model.data.arrows[entry.arrow].value].name;
  const answer = html("input", { type: "text", id: "answer", inputmode: "decimal", autocomplete: "off" });
  const feedback = html("p", { class: "feedback", role: "status" });
  const known = answered;
  answered = null;
  if (known?.model === model && known.position === question.position && Object.is(known.after, entry.after)) queueMicrotask(onDone);
  const buttons = html("p", { class: "group" }, html("button", { type: "submit" }, "Check"), button("Show me", onDone));
  const form = html(
    "form",
    { class: "question" },
    html("h3", {}, "Predict"),
    html("p", {}, questionWords(question)),
    html("label", { for: "answer" }, `What is the gradient of ${name} after this step? `),
    answer,
    buttons,
    feedback
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (answer.readOnly) return;
    const given = parsed(answer.value);
    if (given === null) write(feedback, "Type a number.");
    else if (isClose(given, Number(entry.after))) {
      write(feedback, `correct: ${number(entry.after)}`);
      answered = { model, position: question.position, after: entry.after };
      const goOn = button("Go on", () => {
        answered = null;
        onDone();
      });
      answer.readOnly = true;
      buttons.replaceChildren(goOn);
      goOn.focus();
    } else write(feedback, likelyMistake(question, given));
  });
  return form;
}
