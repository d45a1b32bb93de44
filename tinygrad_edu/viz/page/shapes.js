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

/** A line from a value to an operation, or on to the result. @param {string} path */
function arrowShape(path) {
  const [x, y] = path.split(/[ C]/).slice(-2).map(Number);
  return svg(
    "g",
    { class: "arrow missing" },
    svg("path", { class: "line", d: path }),
    svg("path", { class: "head", d: head(x, y, 1) })
  );
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
 * @param {SVGGElement} group
 * @param {"over" | "under"} place
 * @param {[x: number, y: number]} at
 * @param {string} text
 */
function ghost(group, place, [x, y], text) {
  const found = group.querySelector(`.${place}`);
  if (found) write(found, text);
  else if (text) group.append(svg("text", { class: `ghost ${place}`, x, y }, text));
}

/** @param {SVGGElement} arrow @param {Magnitude} shown */
function dressArrow(arrow, shown) {
  const kept = ["lit", "active"].filter((name) => arrow.classList.contains(name));
  arrow.setAttribute("class", ["arrow", classOf(shown), ...kept].join(" "));
  const [line, tip] = /** @type {SVGPathElement[]} */ ([...arrow.children]);
  const w = width(shown);
  if (line.getAttribute("stroke-width") === w.toFixed(2)) return;
  line.setAttribute("stroke-width", w.toFixed(2));
  const [x, y] = /** @type {string} */ (line.getAttribute("d")).split(/[ C]/).slice(-2).map(Number);
  tip.setAttribute("d", head(x, y, w));
}

/** The value whose box an event happened in. @param {Event} event */
function valueAt(event) {
  const target = /** @type {Element} */ (event.target);
  const box = target.closest("[data-value]");
  return box ? Number(box.getAttribute("data-value")) : null;
}
