// What is left of the gradient in each layer: bars on an axis of decades, thresholds shaded.

/**
 * @typedef {object} Layer
 * @property {string} name
 * @property {Num} size
 */

/** @param {App} app @returns {Panel} */
function flowPanel(app) {
  const element = html("section");
  return {
    id: "flow",
    title: "Flow",
    element,
    update() {
      const all = app.models.map((model) => layersOf(model));
      const known = all.flat().map((layer) => relative(layer.size)).filter(Number.isFinite);
      const range = /** @type {[number, number]} */ ([Math.min(-2, Math.floor(Math.min(0, ...known))), Math.max(1, Math.ceil(Math.max(0, ...known)))]);
      element.replaceChildren(
        html("h2", {}, "Gradient flow"),
        html("p", {}, flowCaption()),
        ...all.flatMap((layers, k) => {
          const { title } = app.models[k].data;
          return [...(title ? [html("h3", {}, title)] : []), flowChart(layers, range), html("p", { class: "culprit" }, verdict(layers))];
        })
      );
      /** @param {Num} size */
      function relative(size) {
        return magnitude(size, app.models[0].data.reference).r;
      }
    },
  };
}

/** What the gradients are compared with: the place of the reference. */
function referenceName() {
  const { referenceWords } = PAGE.graphs[0];
  return referenceWords.slice(referenceWords.indexOf(" at ") + 4);
}

/** What bars, bands and the two columns mean. */
function flowCaption() {
  const { reference } = PAGE.graphs[0];
  return (
    "From the output back. rms: root of the mean square of the gradient. " +
    `× of ${referenceName()}: how many times that is of ${number(reference)}, the gradient there at first; ` +
    "bars, bands and the verdict go by this ratio."
  );
}

/** @param {Num} size */
function ratio(size) {
  return size === null ? null : size / PAGE.graphs[0].reference;
}

/** The layers of a graph, the last first: its innermost module calls, or its depths. @param {Model} model @returns {Layer[]} */
function layersOf(model) {
  const { data } = model;
  const inner = data.calls.flatMap((call, i) => (call.innermost ? [i] : []));
  if (!inner.length) return depthsOf(model);
  return inner
    .map((i) => {
      const made = data.values.flatMap((value, v) => {
        const by = value.by;
        if (by === undefined || data.operations[by].call !== i) return [];
        const leaves = v === data.output || data.arrows.some((arrow) => arrow.value === v && data.operations[arrow.operation].call !== i);
        return leaves ? [v] : [];
      });
      return { name: data.calls[i].title, size: rootMeanSquare(model, made) };
    })
    .reverse();
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
      return { name, size: rootMeanSquare(model, members) };
    })
    .reverse();
}

/** @param {Model} model @param {number[]} members @returns {Num} */
function rootMeanSquare({ now }, members) {
  const sizes = members.map((i) => now.gradients[i]).filter((g) => g !== null);
  if (!sizes.length) return null;
  return Math.sqrt(sizes.reduce((sum, g) => sum + Number(g) ** 2, 0) / sizes.length);
}

/** @param {Layer[]} layers */
function verdict(layers) {
  const known = layers.filter(({ size }) => size !== null);
  if (known.length < 2) return "";
  const { name, size } = /** @type {Layer} */ (known.at(-1));
  const first = Number(size);
  if (!Number.isFinite(first)) return "✕ nan or inf reaches the first layer.";
  if (first === 0) return "Nothing reaches the first layer.";
  const { step } = magnitude(first, PAGE.graphs[0].reference);
  return `${name}: ${number(ratio(first), 3)} × of ${referenceName()}, ${LOOK.steps[step]}.`;
}

const FLOW = { row: 21, label: 128, w: 400, right: 138, column: 74, top: 30 };

/**
 * @param {Layer[]} layers
 * @param {[number, number]} range of decades
 */
function flowChart(layers, [low, high]) {
  const reference = PAGE.graphs[0].reference;
  const { row, label, w, right, column, top } = FLOW;
  const at = (/** @type {number} */ r) => label + ((Math.min(Math.max(r, low), high) - low) / (high - low)) * (w - right - label);
  const h = top + row * layers.length + 4;
  const root = svg("svg", { class: "chart flow", viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": flowWords(layers) });
  const edges = [low, ...LOOK.bounds.filter((b) => b > low && b < high), high];
  edges.slice(1).forEach((edge, k) => {
    const x = at(edges[k]);
    root.append(svg("rect", { class: `band ${k % 2 ? "odd" : ""}`, x, y: top, width: at(edge) - x, height: h - top }));
  });
  const every = Math.max(1, Math.ceil((high - low) / 5));
  for (let d = Math.ceil(low / every) * every; d <= high; d += every) {
    root.append(svg("line", { class: "grid", x1: at(d), x2: at(d), y1: top, y2: h }));
    root.append(svg("text", { x: at(d), y: 25, "text-anchor": "middle" }, number(10 ** d, 2)));
  }
  const name = referenceName();
  const letters = [...name.replace(/^the /, "")];
  const heading = letters.length > 7 ? `${letters.slice(0, 6).join("")}…` : letters.join("");
  root.append(
    svg("text", { class: "heading", x: w - column - 2, y: 11, "text-anchor": "end" }, "rms"),
    svg("text", { class: "heading", x: w - 2, y: 11, "text-anchor": "end" }, `× of ${heading}`, svg("title", {}, `× of ${name}`))
  );
  layers.forEach(({ name, size }, k) => {
    const shown = magnitude(size, reference);
    const y = top + k * row;
    const bar = { x: label, y: y + 3, width: Math.max(at(shown.r) - label, 2), height: row - 6 };
    root.append(svg("text", { class: "axis", x: 2, y: y + 15 }, shortened(name), svg("title", {}, name)));
    if (shown.state === "known") root.append(svg("g", { class: `cell ${classOf(shown)}` }, svg("rect", bar)));
    const cross = shown.state === "invalid" ? "✕ " : "";
    root.append(
      svg("text", { class: "rms", x: w - column - 2, y: y + 15, "text-anchor": "end" }, cross + number(size, 3)),
      svg("text", { class: "ratio", x: w - 2, y: y + 15, "text-anchor": "end" }, number(ratio(size), 3))
    );
  });
  return root;
}

/** @param {Layer[]} layers */
function flowWords(layers) {
  return `Gradient by layer: ${layers.map(({ name, size }) => `${name} ${number(size)}, ${number(ratio(size), 3)} × of ${referenceName()}`).join("; ")}`;
}
