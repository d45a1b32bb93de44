// The line at the top: how much of the gradient arrives, and which factors took the rest.

const HELD_BACK = "How the gradient fares is told when you have predicted all of it.";
const NOT_YET = "How the gradient fares is told at the last step.";

/**
 * Keep the line up to date; return what does so.
 * @param {App} app
 * @returns {() => void}
 */
function makeVerdict(app) {
  const told = app.models.filter((model) => model.data.verdict);
  const lines = told.map((model) => {
    const swatch = html("span", { "aria-hidden": "true" });
    const words = html("span", { class: "words" });
    const title = model.data.title ? html("b", {}, `${model.data.title}: `) : "";
    const line = html("p", { class: "verdict" }, swatch, html("span", {}, title, words));
    line.append(button("Why?", () => showWhy(app, model), { "aria-label": `Why? ${model.data.title}`.trim() }));
    find("verdicts").append(line);
    return { model, swatch, words, why: /** @type {HTMLButtonElement} */ (line.lastElementChild) };
  });
  return () => {
    const isHeld = app.player.position < app.player.last;
    for (const { model, swatch, words, why } of lines) {
      const { look, sentence } = verdictOf(model);
      write(words, isHeld ? (app.predicting.isOn ? HELD_BACK : NOT_YET) : sentence);
      swatch.setAttribute("class", isHeld ? "swatch" : `swatch ${look}`);
      why.hidden = isHeld || app.predicting.isOn;
    }
  };
}

/**
 * Python's own verdict as long as its numbers hold, else the one of now.
 * @param {Model} model
 * @returns {Judgement}
 */
function verdictOf(model) {
  const first = /** @type {VerdictData} */ (model.data.verdict);
  const isOfLeaves = first.leaf !== undefined;
  const now = isOfLeaves ? judgeLeaves(model) : model.isChanged ? judgeLayers(model) : null;
  if (!model.isChanged) return { ...first, look: now?.look ?? (first.look ??= lookOf(model, first.word)) };
  if (!now?.word) return { ...first, look: classOfWord(first.word) };
  const before = now.word === first.word ? "" : ` (At first: ${first.word}.)`;
  return { ...now, sentence: `Now ${now.word}: ${now.sentence}${before}` };
}

/** The colour of a network's verdict: how far gone it is, of two that have one word. @param {Model} model @param {string} word */
function lookOf(model, word) {
  const now = judgeLayers(model);
  return now.word === word && now.look ? now.look : classOfWord(word);
}

/** The colour of a word is that of the first step of the scale that has it. @param {string} word */
function classOfWord(word) {
  if (word === "nan") return "invalid";
  const healthy = LOOK.steps.indexOf("healthy");
  const found = LOOK.steps.flatMap((each, i) => (each === word ? [i] : []));
  if (!found.length) return "zero";
  return `step-${found[0] < healthy ? found.at(-1) : found[0]}`;
}

/**
 * Open what shows the factors, the waterfall of a leaf or weight; where the page has none, the flow.
 * @param {App} app
 * @param {Model} model
 */
function showWhy(app, model) {
  const { factors, verdict } = model.data;
  const weight = verdict?.weight ?? -1;
  const leaf = verdictOf(model).leaf ?? (factors?.ways[weight] && weight);
  if (leaf !== undefined) app.goTo(model, leaf);
  app.panels.find(({ id }) => id === (leaf === undefined ? "flow" : "explain"))?.open?.();
}
