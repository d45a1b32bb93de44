// Is the gradient right? Nudge one input and see: the central difference, its error, the slice L(w).

/** @param {App} app @returns {Panel} */
function nudgePanel(app) {
  const leaves = app.knobs.filter((knob) => knob.isLeaf);
  const pick = html("select", { id: "nudged" }, ...leaves.map((knob, i) => html("option", { value: i }, knob.name)));
  const size = html("input", { type: "range", id: "h", min: -12, max: -1, step: 0.5, value: -5 });
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
      html("p", {}, `Does ${outputName(app.models, "the output")} really change as the gradient says?`),
      html("p", { class: "group" }, html("label", { for: "nudged" }, "Input"), pick),
      html("p", { class: "group" }, html("label", { for: "h" }, "h"), size, sizeText),
      body,
      html("h2", {}, `Slice of ${outputName(app.models, "the outputs")}`),
      html("p", { class: "group" }, html("label", { for: "reach" }, "width"), reach),
      slice,
      curve
    ),
    update() {
      if (!leaves.length) return;
      const h = 10 ** Number(size.value);
      const isKnown = app.player.position === app.player.last;
      write(sizeText, number(h, 2));
      size.setAttribute("aria-valuetext", number(h, 2));
      body.replaceChildren(...nudgeView(knob(), h, isKnown), ...(isKnown ? [] : heldBack(UNKNOWN, app.player)));
      curve.replaceChildren(...(isKnown ? [html("h2", {}, "How small an h?"), errorView(knob(), h)] : []));
      const width = 10 ** Number(reach.value) * Math.max(1, Math.abs(knob().value));
      slice.replaceChildren(sliceView(knob(), width, isKnown));
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

const UNKNOWN = "What autograd says is not known yet at this step: it is told when all of it has come back.";

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

/** @param {Knob} knob @param {number} h @param {boolean} isKnown whether the gradients have come back @returns {Node[]} */
function nudgeView(knob, h, isKnown) {
  return knob.gradients().flatMap(({ model, k, gradient }) => {
    const found = central(model, k, h);
    const output = model.data.values[model.data.output].name;
    const at = (/** @type {string} */ move) => [math("mi", output), ...pieces(`(${knob.name} ${move} h)`)];
    const title = model.data.title ? `${model.data.title}: ` : "";
    const told = isKnown ? [number(gradient, 10), number(Math.abs(found - Number(gradient)), 3)] : ["–", "–"];
    const trouble = isKnown ? troubleOf(model, k, h) : "";
    return [
      html("p", {}, title, math("math", sign("("), ...at("+"), sign("−"), ...at("−"), ...pieces(") / 2h"))),
      html(
        "dl",
        { class: "facts" },
        html("dt", {}, "by nudging"), html("dd", {}, number(found, 10)),
        html("dt", {}, "by autograd"), html("dd", {}, told[0]),
        html("dt", {}, "difference"), html("dd", {}, told[1])
      ),
      ...(trouble ? [html("p", { class: "state" }, trouble)] : []),
    ];
  });
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

/** Say what makes a nudge misleading, if anything does. @param {Model} model @param {number} k @param {number} h */
function troubleOf(model, k, h) {
  const { values, output } = model.data;
  const wanted = Number(model.now.gradients[model.data.inputs[k]]);
  const off = Math.abs(central(model, k, h) - wanted) / Math.abs(wanted);
  const lost = wanted === 0 ? new Set() : lostIn(model, k, h);
  const tooSmall = "by less than its last digits can hold: what is seen is rounding. Take a larger h.";
  if (lost.has(output)) return `${values[output].name} changes ${tooSmall}`;
  const kinked = off > TOLERATED ? kinkWithin(model, k, h) : undefined;
  if (kinked) return `The nudge crosses a kink of ${kinked.symbol} (${values[kinked.results[0]].name}): its slope is another on the other side. Take a smaller h.`;
  const [first] = off > TOLERATED ? lost : [];
  return first === undefined ? "" : `On the way ${values[first].name} changes ${tooSmall}`;
}

/** A nudge that differs from the gradient by no more than this share is not explained. */
const TOLERATED = 0.01;

/** The values on the way that a nudge changes by no more than rounding does. @param {Model} model @param {number} k @param {number} h @returns {Set<number>} */
function lostIn(model, k, h) {
  const { data, now } = model;
  const onTheWay = new Set([data.inputs[k]]);
  for (const { arguments: given, arrows, results } of data.operations) {
    const comes = given.some((value, i) => onTheWay.has(value) && Number(now.locals[arrows[i]]) !== 0);
    if (comes && now.gradients[results[0]] !== 0) onTheWay.add(results[0]);
  }
  const [high, low] = [h, -h].map((by) => runAt(model, k, by).values.map(Number));
  const isLost = (/** @type {number} */ i) => Math.abs(high[i] - low[i]) <= 4 * Number.EPSILON * Math.max(Math.abs(high[i]), Math.abs(low[i]));
  return new Set([...onTheWay].filter(isLost));
}

/** All that is computed with one input moved. @param {Model} model @param {number} k @param {number} by @returns {ProgramResult} */
function runAt({ inputs, programs }, k, by) {
  return /** @type {Programs} */ (programs).program(inputs.map((x, i) => (i === k ? x + by : x)));
}

/** The operation whose local derivative jumps within a nudge, if there is one. @param {Model} model @param {number} k @param {number} h */
function kinkWithin(model, k, h) {
  const places = [-h, -h / 2, 0, h / 2, h];
  const runs = places.map((by) => runAt(model, k, by).locals);
  const found = model.data.arrows.findIndex((_, arrow) => {
    const jumps = runs.slice(1).map((locals, j) => Math.abs(Number(locals[arrow]) - Number(runs[j][arrow])));
    const j = jumps.indexOf(Math.max(...jumps));
    return isJump(jumps[j], runs[j][arrow]) && stays(model, k, arrow, [places[j], places[j + 1]], jumps[j]);
  });
  return found < 0 ? undefined : model.data.operations[model.data.arrows[found].operation];
}

/** Tell a jump from what rounding does to a local derivative. @param {number} jump @param {Num} from */
function isJump(jump, from) {
  return jump > 1e-9 && jump > 1e-6 * Math.abs(Number(from));
}

/**
 * Tell whether a local derivative jumps by as much, however near one comes: what is only steep changes less and less.
 * @param {Model} model
 * @param {number} k
 * @param {number} arrow
 * @param {[number, number]} between
 * @param {number} jump
 */
function stays(model, k, arrow, [a, b], jump) {
  const at = (/** @type {number} */ by) => Number(runAt(model, k, by).locals[arrow]);
  let [low, high] = [at(a), at(b)];
  for (let i = 0; i < 30; i++) {
    const middle = (a + b) / 2;
    const half = at(middle);
    if (Math.abs(half - low) > Math.abs(high - half)) [b, high] = [middle, half];
    else [a, low] = [middle, half];
    if (Math.abs(high - low) < jump * 0.8) return false;
  }
  return true;
}

/** L along one input, the tangent, and where a step of descent would go. @param {Knob} knob @param {number} width @param {boolean} isKnown whether the gradients have come back */
function sliceView(knob, width, isKnown) {
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
    if (isKnown) marks.push({ points: [[w - width, L - slope * width], [w + width, L + slope * width]], look: "tangent" });
    marks.push({ points: [[w, L]], look: "mark" });
  });
  const range = extent(lines.flatMap((one) => one.points.map((p) => p[1])).filter(Number.isFinite));
  const { model, gradient } = knob.gradients()[0];
  const output = model.data.values[model.data.output].name;
  const options = { label: `${output} as a function of ${knob.name}${isKnown ? ", with its tangent" : ""}`, x: knob.name, y: output, yRange: range };
  const figure = html("figure", {}, chart([...lines, ...marks], options));
  if (lines.length > 1) figure.append(seriesKey(lines.map((one) => one.name ?? "")));
  else if (isKnown) figure.append(html("figcaption", {}, `The dashed tangent has the slope ${number(gradient)}: the gradient.`));
  return figure;
}
