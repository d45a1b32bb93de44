// The pieces that drawings are made of.

const CELL_WIDTH = 64;
const NAME_LETTERS = 22;

/** @type {Record<ValueData["kind"], string>} */
const KINDS = {
  parameter: "parameter",
  leaf: "leaf: wants a gradient",
  constant: "constant: no gradient",
  intermediate: "computed",
  output: "output",
};

/** Say in one sentence what is drawn. @param {GraphData} data */
function summary(data) {
  const name = data.values[data.output].name;
  const title = data.title ? `${data.title}: ` : "";
  return (
    `${title}graph of ${name}, ${data.values.length} values and ` +
    `${data.operations.length} operations. Each step is described below it.`
  );
}

/** @param {string} name */
function shortened(name) {
  const letters = [...name];
  return letters.length > NAME_LETTERS ? letters.slice(0, NAME_LETTERS - 1).join("") + "…" : name;
}

/** Write what a number was at first, if it is another now. @param {Num} first @param {Num} now */
function was(first, now) {
  const text = number(first);
  return text === number(now) ? "" : `was ${text}`;
}

/** The boxes of a call of a module: one, or one in each row of the drawing. @param {CallData} call */
function callShape(call) {
  const boxes = boxesOfCall(call).map(([x, y, w, h]) => svg("rect", { x, y, width: w, height: h, rx: 6 }));
  return svg("g", { class: `call depth-${call.depth % 2}` }, ...boxes);
}

/** The names on the boxes of a call: over the arrows, so that none goes through them. @param {CallData} call */
function callTitle(call) {
  const names = boxesOfCall(call).map(([x, y], i) => svg("text", { x: x + 10, y: y + 19 }, i ? `${call.title} …` : call.title));
  return svg("g", { class: `call depth-${call.depth % 2}` }, ...names);
}

/** @param {CallData} call @returns {Box[]} */
function boxesOfCall({ box, continued = [] }) {
  return box ? [box, ...continued] : [];
}

/**
 * An arrow: a line, and the head at its end.
 * @typedef {object} Arrow
 * @property {SVGGElement} group
 * @property {[x: number, y: number]} end
 * @property {string} [width] as it was last drawn
 */

/** Shapes that were made, by what they are like. @type {Map<string, SVGGElement>} */
const MOLDS = new Map();

/**
 * A copy of a shape: hundreds are alike, and one is copied in a fraction of the time that it takes to make it.
 * @param {string} like what makes it differ from others
 * @param {() => SVGGElement} make
 */
function copyOf(like, make) {
  const mold = MOLDS.get(like) ?? make();
  MOLDS.set(like, mold);
  return /** @type {SVGGElement} */ (mold.cloneNode(true));
}

/** Put a shape at its place. @param {SVGGElement} shape @param {number} x @param {number} y */
function place(shape, x, y) {
  shape.setAttribute("transform", `translate(${x} ${y})`);
}

/** A part of a shape. @template {Element} Kind @param {Element} shape @param {string} selector */
function part(shape, selector) {
  return /** @type {Kind} */ (shape.querySelector(selector));
}

/** The box of a value; its texts are still empty. @param {ValueData} value @param {boolean} hasName */
function valueShape({ kind, box, shape }, hasName) {
  const [, , w, h] = box;
  const round = kind === "intermediate" || kind === "output" ? 9 : 2;
  const group = svg("g", { class: `value ${kind}` }, svg("title"), svg("rect", { class: "frame", width: w, height: h, rx: round }));
  if (kind === "parameter") group.append(svg("rect", { class: "inner", x: 3, y: 3, width: w - 6, height: h - 6 }));
  const hasHue = kind !== "constant" && kind !== "intermediate";
  if (hasHue) group.append(svg("rect", { class: "hue", x: 6, y: 7, width: FRAME.hue, height: h - 14, rx: 1 }));
  const left = hasHue ? 16 : 8;
  const title = svg("text", { x: left, y: kind === "constant" ? 18 : 20 });
  if (hasName) title.append(svg("tspan", { class: "name" }), shape ? "  " : " = ");
  title.append(svg("tspan", { class: "fact" }));
  group.append(title);
  if (kind === "constant") return group;
  const bar = { x: left - 2, y: 26, width: w - left - 5, height: FRAME.line + 1, rx: 3 };
  group.append(svg("g", { class: "cell missing" }, svg("rect", bar), svg("text", { x: left + 3, y: 39 })));
  return group;
}

/** The box of an operation. @param {OperationData} operation */
function operationShape({ name, definition, symbol, box, lines = [] }) {
  const [, , w, h] = box;
  const body = { x: CELL_WIDTH, width: w - CELL_WIDTH, height: h, rx: 8 };
  const middle = h / 2 - lines.length * 7;
  const center = { x: (CELL_WIDTH + w) / 2, "text-anchor": "middle" };
  return svg(
    "g",
    { class: "operation" },
    svg("title", {}, `${name}: ${definition}`),
    svg("rect", { class: "body", ...body }),
    svg("text", { class: "symbol", y: middle + 5, ...center }, symbol),
    ...lines.map((line, i) => svg("text", { class: "small", y: middle + 19 + 14 * i, ...center }, line))
  );
}

/** The cell of an argument. @param {number} height @param {boolean} wantsGradient @param {boolean} hasLocal */
function cellShape(height, wantsGradient, hasLocal) {
  const frame = { x: 1, y: 1, width: CELL_WIDTH - 2, height: height - 2, rx: 4 };
  const middle = { x: CELL_WIDTH / 2, "text-anchor": "middle" };
  const cell = svg("g", { class: "cell missing" });
  const group = svg("g", {}, svg("rect", { class: "slot", ...frame }), cell);
  if (hasLocal) group.append(svg("text", { class: "local", y: 14.5, ...middle }));
  if (!wantsGradient) return group;
  const half = { ...frame, y: height - FRAME.line - 3, height: FRAME.line + 2 };
  cell.append(svg("rect", half), svg("text", { y: height - 6, ...middle }));
  return group;
}

/** A line from a value to an operation, or on to the result. @param {string} path @returns {Arrow} */
function arrowShape(path) {
  const group = copyOf("arrow", () =>
    svg("g", { class: "arrow missing" }, svg("path", { class: "line" }), svg("path", { class: "head" }))
  );
  part(group, ".line").setAttribute("d", path);
  const [x, y] = path.slice(path.lastIndexOf("C")).split(" ").slice(-2).map(Number);
  return { group, end: [x, y] };
}

/** A head that points to the right and grows with the line. @param {number} x @param {number} y @param {number} w */
function head(x, y, w) {
  const half = 2.8 + w * 0.55;
  return `M${x} ${y}L${x - 2 * half} ${y - half}V${y + half}Z`;
}

/** Two wider lines to lie under an arrow: an outline, with a gap that leaves its own width to be seen. @param {Element} arrow */
function haloOf(arrow) {
  const line = /** @type {Element} */ (arrow.firstElementChild);
  const w = Number(line.getAttribute("stroke-width"));
  const d = line.getAttribute("d");
  return svg("g", {}, svg("path", { class: "halo", d, "stroke-width": w + 6 }), svg("path", { class: "halo gap", d, "stroke-width": w + 3 }));
}

/**
 * Show what a number was at first, over or under a box; the text is only made where there is one.
 * @param {ValueShape} shape
 * @param {"over" | "under"} place
 * @param {number} y
 * @param {string} text
 */
function ghost({ group, ghosts }, place, y, text) {
  const found = ghosts[place];
  if (found) write(found, text);
  else if (text) group.append((ghosts[place] = svg("text", { class: `ghost ${place}`, x: 8, y }, text)));
}

/** @param {Arrow} arrow @param {Magnitude} shown */
function dressArrow(arrow, shown) {
  const { group, end } = arrow;
  const kept = ["lit", "active"].filter((name) => group.classList.contains(name));
  group.setAttribute("class", ["arrow", classOf(shown), ...kept].join(" "));
  const w = width(shown);
  if (arrow.width === w.toFixed(2)) return;
  arrow.width = w.toFixed(2);
  const [line, tip] = group.children;
  line.setAttribute("stroke-width", arrow.width);
  tip.setAttribute("d", head(...end, w));
}

/** The value whose box an event happened in. @param {Event} event */
function valueAt(event) {
  const target = /** @type {Element} */ (event.target);
  const box = target.closest("[data-value]");
  return box ? Number(box.getAttribute("data-value")) : null;
}
