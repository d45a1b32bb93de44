// Why is this gradient what it is? What arrives, the paths with their products, and the waterfall.

const SHOWN_PATHS = 8;
const SHOWN_FACTORS = 6;

/** @param {App} app @returns {Panel} */
function explainPanel(app) {
  const element = html("section");
  return {
    id: "explain",
    title: "Explain",
    element,
    topic() {
      const chosen = app.selected ?? whatIsTold(app.models);
      return chosen ? [chosen] : [];
    },
    update() {
      const { selected } = app;
      const chosen = selected ?? whatIsTold(app.models);
      if (!chosen) {
        element.replaceChildren(html("h2", {}, "Explain"), html("p", {}, CLICK));
        return;
      }
      const [heading, ...views] = explanation(chosen.model, chosen.value, app.player);
      const { name } = chosen.model.data.values[chosen.value];
      const note = `Nothing is chosen yet: ${name} is ${toldOf(chosen.model) === chosen.value ? "what the line at the top speaks of" : "the leaf with the smallest gradient that is not 0"}. ${CLICK}`;
      element.replaceChildren(heading, ...(selected ? [] : [html("p", { class: "state" }, note)]), ...views);
    },
    onSelect() {
      if (!app.panels.some((panel) => panel.isShown && ["what-if", "nudge"].includes(panel.id))) this.open?.();
    },
  };
}

const CLICK = "Click a value in the drawing, or find it by name.";

const ROUNDING =
  "Its terms cancel: what is left is rounding, and the gradient is 0 but for that. So it is for a bias before a normalisation, which subtracts it again.";

/** The leaf that a verdict speaks of, or of tensors a weight of the layer. @param {Model} model */
function toldOf(model) {
  const { tensors, verdict } = model.data;
  return tensors || !verdict ? verdict?.weight : verdictOf(model).leaf;
}

/** What to explain first: what the verdict is about, if it is about a leaf. @param {Model[]} models */
function whatIsTold(models) {
  const model = models.find((one) => toldOf(one) !== undefined);
  return model ? { model, value: Number(toldOf(model)) } : mostFaded(models);
}

/** The leaf whose gradient is smallest, but neither 0 nor a rounding error. @param {Model[]} models */
function mostFaded(models) {
  const leaves = models.flatMap((model) =>
    model.data.values.flatMap(({ kind, rounding }, value) => {
      const size = Math.abs(Number(model.now.gradients[value]));
      const isLeaf = (kind === "leaf" || kind === "parameter") && !rounding;
      return isLeaf && size > 0 && Number.isFinite(size) ? [{ model, value, size }] : [];
    })
  );
  return leaves.length ? leaves.reduce((a, b) => (b.size < a.size ? b : a)) : null;
}

/** @param {Model} model @param {number} value @param {Player} player @returns {Node[]} */
function explanation(model, value, player) {
  const { data, now } = model;
  const { name, kind, shape, rounding } = data.values[value];
  const output = data.values[data.output].name;
  const fact = shape ? `shape ${shape}` : `= ${number(now.values[value], 6)}`;
  /** @type {Node[]} */
  const views = [html("h2", {}, data.title ? `${data.title}: ${name}` : name), html("p", {}, `${name} ${fact}, ${KINDS[kind]}`)];
  if (kind === "constant") {
    return [...views, html("p", {}, "It is a constant: no gradient is computed for it."), ...elementViews(model, value)];
  }
  const gradient = now.gradients[value];
  if (!hasArrived(model, value, player)) {
    const words = `∂${output}/∂${name} is not known yet at this step: it is explained when all of it has come back.`;
    return [...views, ...heldBack(words, player)];
  }
  const of = data.tensors ? "\u00a0(norm)" : "";
  views.push(block(equations([fraction(output, name), sign("="), numeral(gradient), math("mtext", of)])));
  if (rounding) views.push(html("p", { class: "state" }, ROUNDING));
  views.push(arriving(model, value));
  views.push(...moduleViews(model, value), ...elementViews(model, value));
  if (!data.tensors) views.push(...pathViews(model, value));
  return views;
}

/** Whether all of a gradient has come back at the current step; what is never sent is not waited for. @param {Model} model @param {number} value @param {Player} player */
function hasArrived(model, value, player) {
  const { sent, gradients } = model.momentAt(player.positionIn(model));
  const all = model.momentAt(model.data.steps.length);
  if (all.gradients[value] === undefined) return player.position === player.last;
  return gradients[value] !== undefined && model.data.arrows.every((arrow, i) => arrow.value !== value || sent[i] === all.sent[i]);
}

/** What flows back to a value from each of its uses. @param {Model} model @param {number} value */
function arriving({ data, now }, value) {
  const uses = data.arrows.flatMap((arrow, i) => (arrow.value === value ? [i] : []));
  if (!uses.length) return html("p", {}, "It is the output: everything starts here.");
  const items = uses.map((i) => {
    const operation = data.operations[data.arrows[i].operation];
    const result = data.values[operation.results[0]].name;
    return html("li", {}, `${number(now.contributions[i])} from ${operation.symbol} (${result})`);
  });
  const words = uses.length === 1 ? "It is used once:" : `It is used ${uses.length} times; what comes back adds up:`;
  return html("div", {}, html("p", {}, words), html("ul", { class: "arriving" }, ...items));
}

/** @param {Model} model @param {number} value @returns {Node[]} */
function pathViews(model, value) {
  const { data, now } = model;
  const paths = new Paths(model, value);
  if (!paths.total || value === data.output) return [];
  const found = paths.largest(SHOWN_PATHS);
  const sum = found.reduce((total, path) => total + path.product, 0);
  const many = paths.total > 1;
  const count = paths.total < 1e15 ? paths.total.toLocaleString("en") : number(paths.total);
  const rest = paths.total - found.length;
  const views = [
    ...(found[0] ? waterfall(model, found[0]) : []),
    html("h3", {}, many ? `${count} paths from the output` : "One path from the output"),
    html("ol", { class: "paths" }, ...found.map((path) => html("li", {}, pathView(model, path)))),
  ];
  if (many) {
    const others = rest > 0 ? ` + ${number(Number(now.gradients[value]) - sum)} by the other ${rest < 1e15 ? rest.toLocaleString("en") : number(rest)}` : "";
    views.push(html("p", { class: "ledger" }, `sum: ${number(sum)}${others} = ${number(now.gradients[value])}`));
  }
  return views;
}

/** Leave out the middle of a long list. @param {string[]} items */
function shortList(items) {
  if (items.length <= SHOWN_FACTORS) return items;
  const half = SHOWN_FACTORS / 2;
  return [...items.slice(0, half), "…", ...items.slice(-half)];
}

/** A path as the product of its local derivatives. @param {Model} model @param {Path} path */
function pathView({ data, now }, path) {
  const names = path.arrows.map((i) => data.values[data.arrows[i].value].name);
  const factors = shortList(path.arrows.map((i) => factor(now.locals[i]))).join(" · ");
  return html(
    "div",
    { class: "path" },
    html("p", {}, [data.values[data.output].name, ...shortList(names)].join(" ← ")),
    html("p", { class: "ledger" }, `${factors} = ${number(path.product)}`)
  );
}

/**
 * The factors along a path on a scale of decades: where the gradient goes.
 * @param {Model} model
 * @param {Path} path
 * @returns {Node[]}
 */
function waterfall(model, path) {
  const { data } = model;
  const factors = factorsOf(model, path);
  const told = factors.filter(({ size }) => size !== 0);
  if (!told.length) return [html("p", {}, "Every factor on the way is 1 or −1: nothing is lost.")];
  const skipped = factors.length - told.length;
  const smallest = told.reduce((a, b) => (b.size < a.size ? b : a));
  const name = data.values[smallest.operation.results[0]].name;
  const culprit =
    smallest.size < 0
      ? `The smallest factor is ${number(smallest.local)}, by ${smallest.operation.symbol} (${name}).`
      : "No factor makes it smaller.";
  const left = skipped ? ` ${counted(skipped, "factor")} of ±1 ${skipped === 1 ? "is" : "are"} not drawn.` : "";
  return [
    html("h3", {}, `Waterfall of the largest path: ${counted(told.length, "factor")}`),
    html("p", { class: "shares" }, shares(factors)),
    html("p", { class: "culprit" }, culprit),
    waterfallChart(model, told),
    html("p", { class: "rule" }, `Slopes of activations are filled, weights shaded, the value of a leaf beside it (w, for x in w·x) blue, other factors outlined.${left}`),
  ];
}

/**
 * @typedef {object} Factor
 * @property {number} local
 * @property {number} size its logarithm
 * @property {"slope" | "weight" | "leaf" | "other"} kind
 * @property {OperationData} operation
 */

/** The factors along a path, from the output back. @param {Model} model @param {Path} path @returns {Factor[]} */
function factorsOf(model, path) {
  const { data, now } = model;
  return path.arrows.map((i) => {
    const { operation, role } = data.arrows[i];
    const local = Number(now.locals[i]);
    const size = Math.log10(Math.abs(local));
    const kind = role === "activation" ? "slope" : role ?? "other";
    return { local, size, kind, operation: data.operations[operation] };
  });
}

/** Say what the factors of each kind give together; sums and copies are not counted. @param {Factor[]} factors */
function shares(factors) {
  const nouns = /** @type {const} */ ([["slope", ["slope of an activation", "slopes of activations"]], ["weight", ["weight", "weights"]], ["leaf", ["leaf factor", "leaf factors"]], ["other", ["other factor", "other factors"]]]);
  const parts = nouns.flatMap(([kind, [one, several]]) => {
    const some = factors.filter((each) => each.kind === kind && (kind !== "other" || each.size !== 0));
    const size = some.reduce((sum, each) => sum + each.size, 0);
    const isNegative = some.filter(({ local }) => local < 0).length % 2 === 1;
    return some.length ? [{ words: `${some.length} ${some.length === 1 ? one : several}`, verb: some.length === 1 ? "gives" : "give", size, isNegative }] : [];
  });
  return `${parts.map(({ words, verb, size, isNegative }, i) => `${words} ${i ? "" : `${verb} `}×${signed(size, isNegative)}`).join(", ")}.`;
}

/** A size with its sign, as a factor. @param {number} log10 @param {boolean} isNegative */
function signed(log10, isNegative) {
  const text = power(log10);
  return isNegative && !["0", "nan"].includes(text) ? `(−${text})` : text;
}

/** Write the number that has a logarithm; one that a float cannot hold by its exponent. @param {number} log10 */
function power(log10) {
  if (!Number.isFinite(log10)) return log10 < 0 ? "0" : number(log10);
  if (Math.abs(log10) < 307) return number(10 ** log10);
  return `10^${number(Number(log10.toFixed(1)), 16)}`;
}

/** @param {number} count @param {string} noun */
function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

const SHADED = { fill: "currentColor", "fill-opacity": 0.4, stroke: "currentColor", "stroke-width": 1.5 };
const FALL = { row: 19, label: 128, w: 340, right: 56, top: 18 };

/** @param {Model} model @param {Factor[]} told */
function waterfallChart({ data }, told) {
  let sum = 0;
  const falls = told.map(({ operation, size, local, kind }) => {
    const from = sum;
    sum += Number.isFinite(size) ? size : 0;
    const to = Number.isFinite(size) ? sum : size;
    return { name: `${operation.symbol} ${data.values[operation.results[0]].name}`, kind, from, to, text: number(local, 3) };
  });
  return fallChart(falls, "The factors along the path, as decades from the output to the value");
}

/**
 * @typedef {object} Fall one bar of a waterfall
 * @property {string} name
 * @property {string} kind
 * @property {number} from in decades
 * @property {number} to in decades; not finite where the gradient is lost
 * @property {string} text
 */

/** @param {Fall[]} falls @param {string} words what is drawn, for those who do not see it */
function fallChart(falls, words) {
  const ends = [0, ...falls.flatMap(({ from, to }) => [from, to])].filter(Number.isFinite);
  const low = Math.floor(Math.min(...ends));
  const high = Math.max(Math.ceil(Math.max(...ends)), low + 1);
  const { row, label, w, right, top } = FALL;
  const x = scale([low, high], label, w - right, false).at;
  const h = top + row * falls.length + 6;
  const root = svg("svg", { class: "chart waterfall", viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": words });
  for (const d of decadesIn([low, high], w - right - label)) {
    root.append(svg("line", { class: "grid", x1: x(d), x2: x(d), y1: top - 3, y2: h }));
    root.append(svg("text", { x: x(d), y: 11, "text-anchor": "middle" }, number(10 ** d, 2)));
  }
  falls.forEach(({ name, kind, from, to, text }, k) => {
    const y = top + k * row;
    const lost = !Number.isFinite(from) || !Number.isFinite(to);
    const a = x(Number.isFinite(from) ? from : low);
    const b = lost ? a : x(to);
    const bar = { x: Math.min(a, b), y: y + 3, width: Math.max(Math.abs(b - a), 1.5), height: row - 6 };
    root.append(
      svg("text", { class: "axis", x: 2, y: y + 14 }, shortened(name)),
      svg("rect", { class: kind, ...bar, ...(kind === "weight" ? SHADED : {}) }),
      svg("text", { x: w - 2, y: y + 14, "text-anchor": "end" }, (lost ? "✕ " : "") + text)
    );
  });
  return root;
}
