// What is left of the gradient in each layer: bars on an axis of decades, thresholds shaded.

/**
 * @typedef {object} Layer
 * @property {string} name
 * @property {Num} size
 * @property {boolean} [isBehind] nearer to the loss than what the others are compared with
 */

/** @typedef {{data: GraphData, layers: Layer[]}} Flow */

/** @param {App} app @returns {Panel} */
function flowPanel(app) {
  const element = html("section");
  return {
    id: "flow",
    title: "Flow",
    element,
    topic: () => [],
    update() {
      const { player } = app;
      if (player.position < player.last) {
        element.replaceChildren(html("h2", {}, "Gradient flow"), ...heldBack("How much arrives where is not known yet at this step: it is told when all of it has come back.", player));
        return;
      }
      const flows = app.models.map((model) => ({ data: model.data, layers: layersOf(model) }));
      const known = flows.flatMap(({ data, layers }) => layers.map(({ size }) => magnitude(size, data.reference).r)).filter(Number.isFinite);
      const range = /** @type {[number, number]} */ ([Math.min(-2, Math.floor(Math.min(0, ...known))), Math.max(1, Math.ceil(Math.max(0, ...known)))]);
      const arePaired = flows.every(({ layers }) => layers.length === flows[0].layers.length);
      const charts = arePaired ? [flows] : flows.map((flow) => [flow]);
      element.replaceChildren(
        html("h2", {}, "Gradient flow"),
        html("p", {}, flowCaption(flows)),
        ...flows.map(({ data, layers }, k) => html("p", { class: "culprit" }, (data.title ? `${data.title}: ` : "") + (toldOf(app.models[k]) !== undefined ? verdictOf(app.models[k]).sentence : judged(layers, data)))),
        ...charts.flatMap((some) => [...(arePaired ? [] : [html("h3", {}, some[0].data.title)]), flowChart(some, range)])
      );
    },
  };
}

/** What the gradients are compared with: the place of the reference. @param {GraphData} data */
function referenceName({ referenceWords }) {
  return referenceWords.slice(referenceWords.indexOf(" at ") + 4).split(";")[0];
}

/** What bars, bands and the two columns mean. @param {Flow[]} flows */
function flowCaption(flows) {
  const references = flows.map(({ data }) => `${number(data.reference)} at ${referenceName(data)}${data.title ? ` (${data.title})` : ""}`);
  const behind = flows.some(({ layers }) => layers.some(({ isBehind }) => isBehind));
  return (
    `From the output back. norm: root of the sum of squares of the gradient. ratio: norm ÷ ${references.join(" and ")}, what comes ` +
    `there. Bars, bands and the verdict go by the ratio${behind ? "; a layer behind that place is not judged, and has no colour" : ""}.` +
    (flows.length > 1 ? ` Upper bars: ${flows[0].data.title}; lower bars: ${flows.slice(1).map(({ data }) => data.title).join(", ")}.` : "")
  );
}

/** @param {Num} size @param {GraphData} data */
function ratio(size, { reference }) {
  return size === null ? null : size / reference;
}

/** The layers of a graph, the last first: its innermost module calls, or its depths. @param {Model} model @returns {Layer[]} */
function layersOf(model) {
  const { data } = model;
  const inner = data.calls.flatMap((call, i) => (call.innermost ? [i] : []));
  const layers = inner.length ? inner.map((i) => layerOf(model, i)).reverse() : depthsOf(model);
  const place = data.referencePlace ?? referenceName(data);
  const reference = layers.findIndex(({ name }) => name.replace(/\(.*/, "") === place || name.endsWith(` ${place}`));
  return layers.map((layer, k) => ({ ...layer, isBehind: k < reference }));
}

/** What leaves a call of a module. @param {Model} model @param {number} i @returns {Layer} */
function layerOf(model, i) {
  const { data } = model;
  const made = data.values.flatMap((value, v) => {
    const by = value.by;
    if (by === undefined || data.operations[by].call !== i) return [];
    const leaves = v === data.output || data.arrows.some((arrow) => arrow.value === v && data.operations[arrow.operation].call !== i);
    return leaves ? [v] : [];
  });
  return { name: pathOf(data, i), size: normOf(model, made) };
}

/** The name of a call with those of the modules around it: `blocks.0.a: Linear(8 -> 8)`. @param {GraphData} data @param {number} i */
function pathOf({ calls }, i) {
  const [own, kind] = parted(calls[i].title);
  if (!kind) return own;
  const names = [own];
  for (let outer = calls[i].outer; outer !== undefined; outer = calls[outer].outer) {
    const [name, around] = parted(calls[outer].title);
    if (around) names.unshift(name);
  }
  return `${names.join(".")}: ${kind}`;
}

/** The name and the kind of a call; the outermost module has no name. @param {string} title */
function parted(title) {
  const at = title.indexOf(": ");
  return at < 0 ? [title, ""] : [title.slice(0, at), title.slice(at + 2)];
}

/** @param {Model} model @returns {Layer[]} */
function depthsOf(model) {
  const { data } = model;
  const rank = data.values.map(() => 0);
  /** @type {number[][]} */
  const rows = [];
  for (const operation of data.operations) {
    const depth = 1 + Math.max(0, ...operation.arguments.map((i) => rank[i]));
    for (const i of operation.results) {
      rank[i] = depth;
      (rows[depth] ??= []).push(i);
    }
  }
  return rows
    .filter(Boolean)
    .map((members) => {
      const made = members.map((i) => data.operations[Number(data.values[i].by)].symbol);
      const symbols = [...new Set(made)].slice(0, 3).join(" ");
      const name = members.length === 1 ? `${symbols} ${data.values[members[0]].name}` : `${symbols}, ${members.length} values`;
      return { name, size: normOf(model, members) };
    })
    .reverse();
}

/** @param {Model} model @param {number[]} members @returns {Num} */
function normOf({ now }, members) {
  const sizes = members.map((i) => now.gradients[i]).filter((g) => g !== null);
  if (!sizes.length) return null;
  return sizes.length === 1 ? Math.abs(Number(sizes[0])) : Math.sqrt(sizes.reduce((sum, g) => sum + Number(g) ** 2, 0));
}

/**
 * Judge the layer furthest back, with the words of Python's `viz.flow`.
 * @param {Layer[]} layers
 * @param {GraphData} data
 * @returns {{word: string, words: string}}
 */
function verdict(layers, data) {
  const known = layers.filter(({ size, isBehind }) => size !== null && !isBehind);
  if (known.length < 2) return { word: "", words: "" };
  const { name, size } = /** @type {Layer} */ (known.at(-1));
  const first = Number(size);
  if (!Number.isFinite(first)) return { word: Number.isNaN(first) ? "nan" : "exploding", words: `✕ ${number(first)} arrives at ${name}.` };
  if (first === 0 && data.tensors && data.verdict?.word === "vanishing") return { word: "vanishing", words: `0 arrives at ${name}, smaller than a float can hold.` };
  if (first === 0) return { word: "dead", words: `nothing arrives at ${name}.` };
  const { step } = magnitude(first, data.reference);
  return { word: LOOK.steps[step], words: `${number(ratio(first, data), 3)} × of ${referenceName(data)} arrives at ${name}.` };
}

/** @param {Layer[]} layers @param {GraphData} data */
function judged(layers, data) {
  const { word, words } = verdict(layers, data);
  return word && `${words.slice(0, -1)}: ${word}.`;
}

const FLOW = { bar: 15, twin: 9, gap: 6, label: 120, w: 400, right: 122, column: 62, top: 30 };

/**
 * The layers of a graph, or of several with as many layers below each other in each row.
 * @param {Flow[]} flows
 * @param {[number, number]} range of decades
 */
function flowChart(flows, range) {
  const [low, high] = range;
  const { gap, label, w, right, column, top } = FLOW;
  const height = flows.length > 1 ? FLOW.twin : FLOW.bar;
  const row = height * flows.length + gap;
  const at = (/** @type {number} */ r) => label + ((Math.min(Math.max(r, low), high) - low) / (high - low)) * (w - right - label);
  const h = top + row * flows[0].layers.length + 4;
  const root = svg("svg", { class: "chart flow", viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": flows.map(flowWords).join(". ") });
  const edges = [low, ...LOOK.bounds.filter((b) => b > low && b < high), high];
  edges.slice(1).forEach((edge, k) => {
    const x = at(edges[k]);
    root.append(svg("rect", { class: `band ${k % 2 ? "odd" : ""}`, x, y: top, width: at(edge) - x, height: h - top }));
  });
  for (const d of decadesIn(range, w - right - label)) {
    root.append(svg("line", { class: "grid", x1: at(d), x2: at(d), y1: top, y2: h }));
    root.append(svg("text", { x: at(d), y: 25, "text-anchor": "middle" }, number(10 ** d, 2)));
  }
  const columns = [w - column - 2, w - 2];
  const heads = flows.length > 1 ? flows.map(({ data }) => data.title) : ["norm", "ratio"];
  if (flows.length <= columns.length) heads.forEach((head, k) => root.append(columnText("heading", columns[k], 11, cut(head, 9))));
  flows[0].layers.forEach((_, k) => {
    const y = top + k * row;
    const names = flows.map(({ layers }) => layers[k].name);
    root.append(svg("text", { class: "axis", x: 2, y: y + row / 2 + 4 }, shortName(names), svg("title", {}, [...new Set(names)].join(" | "))));
    flows.forEach(({ data, layers }, j) => {
      const { size, isBehind } = layers[k];
      const shown = magnitude(size, data.reference);
      const bar = { x: label, y: y + gap / 2 + j * height, width: Math.max(at(shown.r) - label, 2), height: height - 1 };
      const look = isBehind ? "cell behind" : `cell ${classOf(shown)}`;
      if (shown.state === "known") root.append(svg("g", { class: look }, svg("rect", bar)));
      const cross = shown.state === "invalid" ? "✕ " : "";
      const middle = y + row / 2 + 4;
      if (flows.length === 1) root.append(columnText("norm", columns[0], middle, cross + number(size, 3)));
      if (flows.length <= columns.length) root.append(columnText("ratio", columns[flows.length > 1 ? j : 1], middle, number(ratio(size, data), 3)));
    });
  });
  return root;
}

/** @param {string} look @param {number} x @param {number} y @param {string} words */
function columnText(look, x, y, words) {
  return svg("text", { class: look, x, y, "text-anchor": "end" }, words);
}

/** @param {string} text @param {number} most letters */
function cut(text, most) {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}

/** One name for layers of several graphs; of a long path, the end tells more. @param {string[]} names */
function shortName(names) {
  const kinds = new Set(names.map((name) => parted(name)[1].replace(/\(.*/, "")));
  const [own] = parted(names[0]);
  const text = kinds.has("") ? names[0] : `${own}: ${[...kinds].join(" / ")}`;
  const letters = [...text];
  if (letters.length <= NAME_LETTERS - 2) return text;
  return kinds.has("") || kinds.size > 1 ? cut(text, NAME_LETTERS - 2) : `…${letters.slice(4 - NAME_LETTERS + 1).join("")}`;
}

/** @param {Flow} flow */
function flowWords({ data, layers }) {
  const told = layers.map(({ name, size }) => `${name} ${number(size)}, ${number(ratio(size, data), 3)} × of ${referenceName(data)}`);
  return `Gradient by layer${data.title ? ` of ${data.title}` : ""}: ${told.join("; ")}`;
}
