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
    update() {
      const { selected } = app;
      const chosen = selected ?? mostFaded(app.models);
      if (!chosen) {
        element.replaceChildren(html("h2", {}, "Explain"), html("p", {}, CLICK));
        return;
      }
      const [heading, ...views] = explanation(chosen.model, chosen.value);
      const { name } = chosen.model.data.values[chosen.value];
      const note = `Nothing is chosen yet: ${name} is the leaf with the smallest gradient that is not 0. ${CLICK}`;
      element.replaceChildren(heading, ...(selected ? [] : [html("p", { class: "state" }, note)]), ...views);
    },
    onSelect() {
      if (!app.panels.some((panel) => panel.isShown && ["what-if", "nudge"].includes(panel.id))) this.open?.();
    },
  };
}

const CLICK = "Click a value in the drawing, or find it by name.";

/** The leaf whose gradient is smallest, but not 0. @param {Model[]} models */
function mostFaded(models) {
  const leaves = models.flatMap((model) =>
    model.data.values.flatMap(({ kind }, value) => {
      const size = Math.abs(Number(model.now.gradients[value]));
      const isLeaf = kind === "leaf" || kind === "parameter";
      return isLeaf && size > 0 && Number.isFinite(size) ? [{ model, value, size }] : [];
    })
  );
  return leaves.length ? leaves.reduce((a, b) => (b.size < a.size ? b : a)) : null;
}

/** @param {Model} model @param {number} value @returns {Node[]} */
function explanation(model, value) {
  const { data, now } = model;
  const { name, kind, shape } = data.values[value];
  const output = data.values[data.output].name;
  const fact = shape ? `shape ${shape}` : `= ${number(now.values[value], 6)}`;
  /** @type {Node[]} */
  const views = [html("h2", {}, data.title ? `${data.title}: ${name}` : name), html("p", {}, `${name} ${fact}, ${KINDS[kind]}`)];
  if (kind === "constant") return [...views, html("p", {}, "It is a constant: no gradient is computed for it.")];
  const gradient = now.gradients[value];
  const of = data.tensors ? " (rms)" : "";
  views.push(block(equations([fraction(output, name), sign("="), numeral(gradient), math("mtext", of)])));
  views.push(arriving(model, value));
  if (!data.tensors) views.push(...pathViews(model, value));
  return views;
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
    html("p", { class: "rule" }, `Slopes of activations are filled, weights shaded, other factors outlined.${left}`),
  ];
}

/**
 * @typedef {object} Factor
 * @property {number} local
 * @property {number} size its logarithm
 * @property {"slope" | "weight" | "other"} kind
 * @property {OperationData} operation
 */

/** The factors along a path, from the output back. @param {Model} model @param {Path} path @returns {Factor[]} */
function factorsOf(model, path) {
  const { data, now } = model;
  const rules = new Map(data.steps.flatMap(({ slots }) => slots.map(({ arrow, formula }) => [arrow, formula])));
  return path.arrows.map((i, k) => {
    const operation = data.operations[data.arrows[i].operation];
    const local = Number(now.locals[i]);
    const size = Math.log10(Math.abs(local));
    if (operation.group === "activations") return { local, size, kind: "slope", operation };
    const beside = factorBeside(data, i, rules.get(i));
    const isInput = k === path.arrows.length - 1 && beside?.kind === "leaf";
    const isWeight = (beside?.kind === "leaf" || beside?.kind === "parameter") && !isInput;
    return { local, size, kind: isWeight ? "weight" : "other", operation };
  });
}

/**
 * The other factor of a product: where the rule is the upstream gradient times the other argument.
 * @param {GraphData} data
 * @param {number} arrow
 * @param {string | undefined} rule
 */
function factorBeside(data, arrow, rule) {
  const { operation, position } = data.arrows[arrow];
  const given = data.operations[operation].arguments;
  if (given.length !== 2 || rule !== `g · ${"ba"[position]}`) return null;
  return data.values[given[1 - position]];
}

/** Say what the factors of each kind give together; sums and copies are not counted. @param {Factor[]} factors */
function shares(factors) {
  const nouns = /** @type {const} */ ([["slope", ["slope of an activation", "slopes of activations"]], ["weight", ["weight", "weights"]], ["other", ["other factor", "other factors"]]]);
  const parts = nouns.flatMap(([kind, [one, several]]) => {
    const some = factors.filter((each) => each.kind === kind && (kind !== "other" || each.size !== 0));
    const size = some.reduce((sum, each) => sum + each.size, 0);
    return some.length ? [{ words: `${some.length} ${some.length === 1 ? one : several}`, verb: some.length === 1 ? "gives" : "give", size }] : [];
  });
  return `${parts.map(({ words, verb, size }, i) => `${words} ${i ? "" : `${verb} `}×${power(size)}`).join(", ")}.`;
}

/** Write a size by its exponent; one from 0.1 to 10 as a number. @param {number} log10 */
function power(log10) {
  if (!Number.isFinite(log10)) return log10 < 0 ? "0" : number(log10);
  if (Math.abs(log10) < 1) return number(10 ** log10, 2);
  return `10^${number(Number(log10.toFixed(1)), 16)}`;
}

/** @param {number} count @param {string} noun */
function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

const SHADED = { fill: "currentColor", "fill-opacity": 0.4, stroke: "currentColor", "stroke-width": 1.5 };
const FALL = { row: 19, label: 128, w: 340, right: 56, top: 18 };

/**
 * @param {Model} model
 * @param {Factor[]} told
 */
function waterfallChart({ data }, told) {
  const sums = [0];
  for (const { size } of told) sums.push(/** @type {number} */ (sums.at(-1)) + (Number.isFinite(size) ? size : 0));
  const low = Math.floor(Math.min(...sums));
  const high = Math.max(Math.ceil(Math.max(...sums)), low + 1);
  const { row, label, w, right, top } = FALL;
  const x = scale([low, high], label, w - right, false).at;
  const h = top + row * told.length + 6;
  const words = "The factors along the path, as decades from the output to the value";
  const root = svg("svg", { class: "chart waterfall", viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": words });
  const every = Math.max(1, Math.ceil((high - low) / 5));
  for (let d = Math.ceil(low / every) * every; d <= high; d += every) {
    root.append(svg("line", { class: "grid", x1: x(d), x2: x(d), y1: top - 3, y2: h }));
    root.append(svg("text", { x: x(d), y: 11, "text-anchor": "middle" }, number(10 ** d, 2)));
  }
  told.forEach((one, k) => {
    const y = top + k * row;
    const [a, b] = [x(sums[k]), x(sums[k + 1])];
    const name = `${one.operation.symbol} ${data.values[one.operation.results[0]].name}`;
    const lost = !Number.isFinite(one.size);
    const bar = { x: Math.min(a, b), y: y + 3, width: Math.max(Math.abs(b - a), 1.5), height: row - 6 };
    root.append(
      svg("text", { class: "axis", x: 2, y: y + 14 }, shortened(name)),
      svg("rect", { class: one.kind, ...bar, ...(one.kind === "weight" ? SHADED : {}) }),
      svg("text", { x: w - 2, y: y + 14, "text-anchor": "end" }, (lost ? "✕ " : "") + number(one.local, 3))
    );
  });
  return root;
}
