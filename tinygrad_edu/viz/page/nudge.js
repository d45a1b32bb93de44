// Is the gradient right? Nudge one input and see: the central difference, its error, the slice L(w).

/** @param {App} app @returns {Panel} */
function nudgePanel(app) {
  const leaves = app.knobs.filter((knob) => knob.isLeaf);
  const pick = html("select", { id: "nudged" }, ...leaves.map((knob, i) => html("option", { value: i }, knob.name)));
  const size = html("input", { type: "range", id: "h", min: 1, max: 12, step: 0.5, value: 5 });
  const sizeText = html("output", { for: "h" });
  const reach = html("input", { type: "range", id: "reach", min: -2, max: 2, step: 0.25, value: 0.25 });
  const body = html("div");
  const slice = html("div");
  const curve = html("div");
  const knob = () => leaves[Number(pick.value)];
  const panel = {
    id: "nudge",
    title: "Nudge",
    topic: () => topicOf(app, [knob()]),
    element: html(
      "section",
      {},
      html("h2", {}, "Nudge test"),
      html("p", {}, "Does the output really change as the gradient says?"),
      html("p", { class: "group" }, html("label", { for: "nudged" }, "Input"), pick),
      html("p", { class: "group" }, html("label", { for: "h" }, "h"), size, sizeText),
      body,
      html("h2", {}, "Slice along this input"),
      html("p", { class: "group" }, html("label", { for: "reach" }, "width"), reach),
      slice,
      html("h2", {}, "How small an h?"),
      curve
    ),
    update() {
      if (!leaves.length) return;
      const h = 10 ** -Number(size.value);
      write(sizeText, number(h, 2));
      body.replaceChildren(...nudgeView(knob(), h));
      curve.replaceChildren(errorView(knob(), h));
      const width = 10 ** Number(reach.value) * Math.max(1, Math.abs(knob().value));
      slice.replaceChildren(sliceView(knob(), width));
    },
    onSelect() {
      const chosen = app.selected;
      const i = leaves.findIndex((one) => chosen && one.is(chosen.model, chosen.value));
      if (i >= 0) pick.value = String(i);
    },
  };
  for (const input of [pick, size, reach]) input.addEventListener("input", () => panel.update());
  return panel;
}

/** The output with one input moved. @param {Model} model @param {number} k @param {number} by */
function moved(model, k, by) {
  const inputs = [...model.inputs];
  inputs[k] += by;
  return Number(model.outputAt(inputs));
}

/** The central difference. @param {Model} model @param {number} k @param {number} h */
function central(model, k, h) {
  return (moved(model, k, h) - moved(model, k, -h)) / (2 * h);
}

/** @param {Knob} knob @param {number} h @returns {Node[]} */
function nudgeView(knob, h) {
  /** @type {Node[]} */
  const views = [];
  knob.gradients().forEach(({ model, k, gradient }) => {
    const found = central(model, k, h);
    const error = Math.abs(found - Number(gradient));
    const output = model.data.values[model.data.output].name;
    const title = model.data.title ? `${model.data.title}: ` : "";
    views.push(
      html("p", {}, title, formula(`(${output}(${knob.name} + h) − ${output}(${knob.name} − h)) / 2h`)),
      html(
        "dl",
        { class: "facts" },
        html("dt", {}, "by nudging"), html("dd", {}, number(found, 10)),
        html("dt", {}, "by autograd"), html("dd", {}, number(gradient, 10)),
        html("dt", {}, "difference"), html("dd", {}, number(error, 3))
      )
    );
    if (isLost(model, k, h)) {
      views.push(html("p", { class: "state" }, `${output} changes by less than its last digits can hold: what is seen is rounding. Take a larger h.`));
    } else if (crossesKink(model, k, h)) {
      views.push(html("p", { class: "state" }, "The nudge crosses a kink (as relu has at 0): the slope is another on its other side. Take a smaller h."));
    }
  });
  return views;
}

/** The error of the nudge test for each size of h, and that of the one now. @param {Knob} knob @param {number} h */
function errorView(knob, h) {
  /** @type {Series[]} */
  const series = knob.gradients().flatMap(({ model, k, gradient }) => [
    { name: model.data.title, points: errors(model, k, Number(gradient)) },
    { points: [[h, Math.max(Math.abs(central(model, k, h) - Number(gradient)), 1e-18)]], look: "mark" },
  ]);
  const options = { label: "The error of the nudge test by the size of h", x: "h", y: "error", xLog: true, yLog: true, xRange: /** @type {[number, number]} */ ([1e-12, 0.1]) };
  return html("figure", {}, chart(series, options), html("figcaption", {}, "Too large an h bends the curve (right); too small a one drowns in rounding (left)."));
}

/** The error of the central difference for many h. @param {Model} model @param {number} k @param {number} gradient @returns {[number, number][]} */
function errors(model, k, gradient) {
  const found = [];
  for (let e = 1; e <= 12.01; e += 0.25) {
    const h = 10 ** -e;
    found.push(/** @type {[number, number]} */ ([h, Math.abs(central(model, k, h) - gradient)]));
  }
  return found;
}

/** Tell whether a nudge changes the output by no more than rounding does. @param {Model} model @param {number} k @param {number} h */
function isLost(model, k, h) {
  const [high, low] = [moved(model, k, h), moved(model, k, -h)];
  const isMeant = Number(model.now.gradients[model.data.inputs[k]]) !== 0;
  return isMeant && Math.abs(high - low) <= 4 * Number.EPSILON * Math.max(Math.abs(high), Math.abs(low));
}

/** Tell whether two local derivatives differ by more than rounding. @param {Num} one @param {Num} other */
function differ(one, other) {
  const [a, b] = [Number(one), Number(other)];
  return Math.abs(a - b) > 1e-6 * Math.max(Math.abs(a), Math.abs(b));
}

/**
 * Tell whether a local derivative jumps within the nudge: constant, then constant at another number.
 * @param {Model} model
 * @param {number} k
 * @param {number} h
 */
function crossesKink(model, k, h) {
  if (!model.programs) return false;
  const runs = [-h, -h / 2, 0, h / 2, h].map((by) => {
    const inputs = [...model.inputs];
    inputs[k] += by;
    return /** @type {Programs} */ (model.programs).program(inputs).locals;
  });
  return model.data.arrows.some((_, i) => {
    const along = runs.map((locals) => locals[i]);
    const jumps = along.filter((x, j) => j > 0 && differ(x, along[j - 1])).length;
    const atRest = along[1] === along[2] || along[2] === along[3];
    return jumps > 0 && jumps <= 2 && atRest && new Set(along).size <= 3;
  });
}

/** L along one input, the tangent, and where a step of descent would go. @param {Knob} knob @param {number} width */
function sliceView(knob, width) {
  /** @type {Series[]} */
  const lines = [];
  /** @type {Series[]} */
  const marks = [];
  knob.gradients().forEach(({ model, k, gradient }) => {
    const w = model.inputs[k];
    const L = Number(model.now.values[model.data.output]);
    const at = (/** @type {number} */ by) => /** @type {[number, number]} */ ([w + by, moved(model, k, by)]);
    lines.push({ name: model.data.title, points: Array.from({ length: 121 }, (_, i) => at(((i - 60) / 60) * width)) });
    const slope = Number(gradient);
    marks.push({ points: [[w - width, L - slope * width], [w + width, L + slope * width]], look: "tangent" });
    marks.push({ points: [[w, L]], look: "mark" });
  });
  const range = extent(lines.flatMap((one) => one.points.map((p) => p[1])).filter(Number.isFinite));
  const { model, gradient } = knob.gradients()[0];
  const output = model.data.values[model.data.output].name;
  const options = { label: `${output} as a function of ${knob.name}, with its tangent`, x: knob.name, y: output, yRange: range };
  const figure = html("figure", {}, chart([...lines, ...marks], options));
  const names = lines.length > 1 ? seriesKey(lines.map((one) => one.name ?? "")) : html("figcaption", {}, `The dashed tangent has the slope ${number(gradient)}: the gradient.`);
  figure.append(names);
  return figure;
}
