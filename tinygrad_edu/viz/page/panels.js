// Which panels there are, and the one of the steps.

/** @param {App} app @returns {Panel[]} */
function panelsFor(app) {
  const found = [stepPanel(app)];
  if (app.knobs.length) found.push(whatIfPanel(app));
  if (app.knobs.some((knob) => knob.isLeaf)) found.push(descendPanel(app), nudgePanel(app));
  found.push(explainPanel(app), flowPanel(app));
  if (app.models.every((model) => model.programs)) found.push(programPanel(app));
  return found;
}

/** @param {App} app @returns {Panel} */
function stepPanel(app) {
  const { player, models } = app;
  const heading = html("h2");
  const body = html("div");
  const toggle = html("p", {}, html("label", {}, app.predicting.box, " predict each gradient, from the beginning"));
  const element = html("section", {}, heading, ...(models[0].data.tensors ? [] : [toggle]), body, moduleNote(models), microscopeNote(models));
  /** @type {Panel} */
  const panel = {
    id: "step",
    title: "Step",
    element,
    update() {
      if (app.predicting.isAsking) return;
      write(heading, player.words);
      body.replaceChildren(...app.predicting.score(), ...models.map((model) => stepView(model, player.positionIn(model))));
    },
  };
  app.predicting.ask = (form, words) => {
    panel.open?.();
    write(heading, words);
    body.replaceChildren(form);
    document.getElementById("answer")?.focus();
  };
  return panel;
}

/** Say what is held back until all gradients are there, and lead to where they are. @param {string} words @param {Player} player */
function heldBack(words, player) {
  return [html("p", { class: "not-yet" }, words), html("p", {}, button("Go to the last step", () => player.go(player.last)))];
}

/** Up to so many single numbers can be looked at one by one, as in `trace.scalars`. */
const SCALARS = 2000;

/** Say how graphs of tensors can be opened number by number, and what there is to do then. @param {Model[]} models */
function microscopeNote(models) {
  if (!models.every(({ data }) => data.tensors)) return "";
  const most = Math.max(...models.map(({ data }) => data.numbers ?? 0));
  const isPossible = models.every(({ data }) => data.microscope);
  if (!isPossible && most <= SCALARS) return "";
  const call = models.length > 1 ? "viz.compare(…, scalars=True)" : models[0].data.microscope || 'viz.explore(loss, "numbers.html", scalars=True)';
  const size = `${most.toLocaleString("en")} numbers are too many for that: take a smaller network or fewer samples (up to ${SCALARS.toLocaleString("en")} numbers), and`;
  const words = `What if, Descend, Nudge, Program and predicting go by single numbers. ${isPossible ? "To have them, open" : `${size} open`} this graph as one of numbers:`;
  return html("div", { class: "note" }, html("p", {}, words), html("p", {}, html("code", {}, call)));
}
