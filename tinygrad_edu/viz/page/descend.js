// Training in the page: w −= lr · grad, step by step, and the curve of the loss.

/** @param {App} app @returns {Panel} */
function descendPanel(app) {
  const leaves = app.knobs.filter((knob) => knob.isLeaf);
  const named = leaves.filter((knob) => knob.isParameter);
  const chosen = new Set(named.length ? named : leaves);
  const rate = html("input", { type: "text", id: "rate", inputmode: "decimal", value: "0.1", autocomplete: "off" });
  const curve = html("div");
  const words = html("p", { class: "result", "aria-live": "polite" });
  const loss = (/** @type {Model} */ model) => Number(model.now.values[model.data.output]);
  let history = app.models.map((model) => [loss(model)]);
  let left = app.models.map((model) => model.inputs);

  const descend = (/** @type {number} */ steps) => {
    const lr = parsed(rate.value);
    rate.setAttribute("aria-invalid", String(lr === null));
    if (lr === null) return;
    const changed = app.models.some((model, k) => model.inputs.some((x, i) => !Object.is(x, left[k][i])));
    if (changed) history = app.models.map((model) => [loss(model)]);
    for (let i = 0; i < steps; i++) {
      step(chosen, lr);
      app.models.forEach((model, k) => {
        model.run();
        history[k].push(loss(model));
      });
    }
    left = app.models.map((model) => [...model.inputs]);
    app.refresh();
  };
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  const run = button("Run", () => {
    clearInterval(timer);
    timer = timer === undefined ? setInterval(() => descend(1), 100) : undefined;
    run.textContent = timer === undefined ? "Run" : "Stop";
  });
  const restart = button("Back to the start", () => {
    app.models.forEach((model) => (model.inputs = [...model.initial]));
    app.changed();
    history = app.models.map((model) => [loss(model)]);
    app.refresh();
  });
  const element = html(
    "section",
    {},
    html("h2", {}, "Descend"),
    html("p", {}, formula("w −= lr · ∂L/∂w"), " for every chosen leaf at once."),
    html("p", {}, html("label", { for: "rate" }, "learning rate lr "), rate),
    html("p", { class: "group" }, button("1 step", () => descend(1)), button("10 steps", () => descend(10)), run, restart),
    words,
    curve,
    choices(leaves, chosen)
  );
  return {
    id: "descend",
    title: "Descend",
    element,
    update() {
      const texts = app.models.map((model, k) => `${outputWords(model)} after ${history[k].length - 1} steps`);
      write(words, texts.join("; "));
      curve.replaceChildren(lossCurve(app.models, history));
    },
  };
}

/** One step of gradient descent, for all chosen leaves at once. @param {Iterable<Knob>} chosen @param {number} lr */
function step(chosen, lr) {
  const moves = [...chosen].flatMap((knob) => knob.gradients());
  for (const { model, k, gradient } of moves) {
    if (gradient !== null) model.inputs[k] -= lr * gradient;
  }
}

/** @param {Model[]} models @param {number[][]} history */
function lossCurve(models, history) {
  const series = history.map((losses, k) => ({
    name: models[k].data.title,
    points: losses.map((y, x) => /** @type {[number, number]} */ ([x, y])),
  }));
  const options = { label: "The loss after each step", x: "steps", y: models[0].data.values[models[0].data.output].name };
  const figure = html("figure", {}, chart(series, options));
  if (series.length > 1) figure.append(seriesKey(series.map((one) => one.name)));
  return figure;
}

/** Tell series apart by their dashes. @param {string[]} names */
function seriesKey(names) {
  const line = (/** @type {number} */ i) =>
    svg("svg", { class: "chart key", width: 34, height: 10, "aria-hidden": "true" }, svg("path", { class: `series-${i}`, d: "M0 5H34" }));
  return html("figcaption", {}, ...names.flatMap((name, i) => [line(i), ` ${name}  `]));
}

/** A box to tick for each leaf. @param {Knob[]} leaves @param {Set<Knob>} chosen */
function choices(leaves, chosen) {
  const boxes = leaves.map((knob) => {
    const box = html("input", { type: "checkbox" });
    box.checked = chosen.has(knob);
    box.addEventListener("change", () => (box.checked ? chosen.add(knob) : chosen.delete(knob)));
    return { box, label: html("label", { class: "choice" }, box, ` ${knob.name}`) };
  });
  const all = (/** @type {boolean} */ on) => () =>
    boxes.forEach(({ box }, i) => {
      box.checked = on;
      if (on) chosen.add(leaves[i]);
      else chosen.delete(leaves[i]);
    });
  return html(
    "details",
    { open: leaves.length <= 12 },
    html("summary", {}, "Leaves that descend"),
    html("p", { class: "group" }, button("all", all(true)), button("none", all(false))),
    html("div", { class: "choices" }, ...boxes.map(({ label }) => label))
  );
}
