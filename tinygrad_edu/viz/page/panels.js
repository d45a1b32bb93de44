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
  const predicts = html("input", { type: "checkbox", id: "predict" });
  const toggle = html("p", {}, html("label", {}, predicts, " predict each gradient before it is shown"));
  const element = html("section", {}, heading, ...(models[0].data.tensors ? [] : [toggle]), body, microscopeNote(models));
  /** @type {Panel} */
  const panel = {
    id: "step",
    title: "Step",
    element,
    update() {
      write(heading, player.words);
      body.replaceChildren(...models.map((model) => stepView(model, player.positionIn(model))));
    },
  };
  player.gate = (position) => {
    if (!predicts.checked) return true;
    const question = questionAt(models[0], player, position);
    if (!question) return true;
    player.play(false);
    panel.open?.();
    body.replaceChildren(questionView(question, () => player.go(position, true)));
    document.getElementById("answer")?.focus();
    return false;
  };
  return panel;
}

/** Say how graphs of tensors can be opened number by number. @param {Model[]} models */
function microscopeNote(models) {
  const call = models.length === 1 && models[0].data.microscope;
  if (!call) return "";
  const words = "To change and explain each single number, open this graph as one of numbers:";
  return html("div", { class: "note" }, html("p", {}, words), html("p", {}, html("code", {}, call)));
}

/** @param {Model} model @param {Player} player @param {number} position @returns {Question | null} */
function questionAt(model, player, position) {
  const own = player.positionAt(model, position);
  if (own === player.positionIn(model)) return null;
  const entry = model.entries[own - 1]?.find((one) => one.contribution !== null);
  return entry ? { model, step: model.data.steps[own - 1], entry, position } : null;
}
