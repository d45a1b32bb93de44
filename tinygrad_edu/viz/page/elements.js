// The elements of a small tensor as a grid to choose from: numbers, and gradients in their colours.

/** The elements that are looked at, by graph and value. @type {WeakMap<Model, Map<number, number>>} */
const LOOKED_AT = new WeakMap();

/** @param {Model} model @param {number} value @returns {Node[]} */
function elementViews(model, value) {
  const { elements, values } = model.data;
  if (!elements || values[value].shape === undefined) return [];
  const tensor = elements.tensors[value];
  const size = sizeOf(values[value]);
  const heading = html("h3", {}, size === 1 ? "The number itself" : "Element by element");
  const { name } = values[value];
  if (size > elements.large && !tensor) {
    const words = `${name} has ${size.toLocaleString("en")} elements; up to ${elements.large} are shown one by one.`;
    return [heading, html("p", { class: "rule" }, words, " Explore fewer samples, or a smaller part, to see them.")];
  }
  if (!tensor || !size) return [heading, html("p", { class: "rule" }, withoutNumbers(model, value))];
  return [heading, elementBrowser(model, value, tensor)];
}

/** @param {ValueData} value */
function sizeOf({ shape }) {
  return shape ? shape.split("×").reduce((product, n) => product * Number(n), 1) : 1;
}

/** Say why the numbers of a tensor are not there. @param {Model} model @param {number} value */
function withoutNumbers({ data }, value) {
  const { by, name } = data.values[value];
  if (!sizeOf(data.values[value])) return `${name} has no elements.`;
  const reason = by === undefined ? undefined : data.elements?.operations[by];
  return `The single numbers of ${name} are not in this page${typeof reason === "string" ? `: ${reason}` : ""}.`;
}

/**
 * The numbers as a grid, and below it how the chosen one came about.
 * @param {Model} model
 * @param {number} value
 * @param {TensorData} tensor
 */
function elementBrowser(model, value, tensor) {
  const chosen = LOOKED_AT.get(model) ?? new Map();
  LOOKED_AT.set(model, chosen);
  if (tensor.numbers.length === 1) chosen.set(value, 0);
  const detail = html("div", { class: "element", "aria-live": "polite" });
  const frame = html("div", { class: "numbers" });
  const parts = partsOf(model, value, tensor);
  const now = chosen.get(value);
  const pick = html("select", {}, ...parts.map(({ words }, k) => html("option", { value: k }, words)));
  const open = (/** @type {Part} */ part, /** @type {number | undefined} */ i) =>
    frame.replaceChildren(partGrid(model, value, tensor, part, i, (k) => choose(k)));
  /** @param {number} i */
  function choose(i) {
    chosen.set(value, i);
    detail.replaceChildren(...elementDetail(model, value, i));
    if (detail.isConnected) detail.scrollIntoView({ block: "nearest" });
  }
  pick.value = String(Math.max(parts.findIndex(({ start, count }) => now !== undefined && now >= start && now < start + count), 0));
  pick.addEventListener("change", () => open(parts[Number(pick.value)], undefined));
  open(parts[Number(pick.value)], now);
  if (now === undefined) {
    detail.append(html("p", { class: "rule" }, "Choose an element, and see how it was computed and where its gradient comes from."));
  } else choose(now);
  const choice = parts.length > 1 ? [html("p", {}, html("label", {}, "Part of it ", pick))] : [];
  return html("div", { class: "elements" }, ...choice, frame, detail);
}

/**
 * @typedef {object} Part elements of a tensor that are shown together
 * @property {number} start
 * @property {number} count
 * @property {string} words
 */

/**
 * Divide a tensor by its first dims, as samples are, so that each part can be shown at once.
 * @param {Model} model
 * @param {number} value
 * @param {TensorData} tensor
 * @returns {Part[]}
 */
function partsOf({ data }, value, { dims, numbers }) {
  const { name } = data.values[value];
  const small = Number(data.elements?.small);
  let count = 1;
  let k = dims.length;
  while (k > 0 && count * dims[k - 1] <= small) count *= dims[--k];
  const isCut = k === dims.length && k > 0; // not even a row has room
  if (isCut) count = small;
  const found = [];
  const row = isCut ? dims[k - 1] : count;
  for (let r = 0; r < numbers.length; r += row) {
    for (let start = r; start < r + row; start += count) {
      const end = Math.min(start + count, r + row);
      const place = placeIn(dims, start).slice(0, isCut ? k - 1 : k).map(String);
      if (isCut) place.push(`${start - r}…${end - r - 1}`);
      found.push({ start, count: end - start, words: `${name}[${[...place, ...dims.slice(place.length).map(() => ":")].join(", ")}]` });
    }
  }
  return found;
}

/**
 * A part of a tensor as a grid in which one chooses with the mouse or the keys.
 * @param {Model} model
 * @param {number} value
 * @param {TensorData} tensor
 * @param {Part} part
 * @param {number | undefined} now what is chosen
 * @param {(i: number) => void} onChoose
 */
function partGrid(model, value, tensor, part, now, onChoose) {
  const grid = elementGrid(model, value, tensor, part);
  const cells = [...grid.querySelectorAll("td")];
  const columns = Math.min(tensor.dims.at(-1) ?? 1, part.count);
  /** @param {number} chosen */
  function mark(chosen) {
    cells.forEach((cell, k) => dress(cell, { "aria-selected": String(k === chosen), tabindex: k === chosen ? "0" : "-1" }));
  }
  /** @param {number} k */
  function choose(k) {
    mark(k);
    onChoose(part.start + k);
  }
  cells.forEach((cell, k) => cell.addEventListener("click", () => choose(k)));
  grid.addEventListener("keydown", (event) => {
    const at = cells.indexOf(/** @type {HTMLTableCellElement} */ (event.target));
    const to = neighbour(event.key, at, columns, cells.length);
    if (at < 0 || to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    choose(to);
    cells[to].focus();
  });
  if (now === undefined) cells[0].tabIndex = 0;
  else mark(now - part.start);
  return grid;
}

/**
 * The element that a key leads to.
 * @param {string} key
 * @param {number} at
 * @param {number} columns
 * @param {number} count
 * @returns {number | undefined}
 */
function neighbour(key, at, columns, count) {
  const row = at - (at % columns);
  /** @type {Record<string, number>} */
  const to = {
    ArrowRight: Math.min(at + 1, count - 1),
    ArrowLeft: Math.max(at - 1, 0),
    ArrowDown: at + columns < count ? at + columns : at,
    ArrowUp: at >= columns ? at - columns : at,
    Home: row,
    End: row + columns - 1,
    Enter: at,
    " ": at,
  };
  return to[key];
}

/** @param {Model} model @param {number} value @param {TensorData} tensor @param {Part} part */
function elementGrid(model, value, { dims, gradients }, { start: first, count }) {
  const columns = Math.min(dims.at(-1) ?? 1, count);
  const { name } = model.data.values[value];
  const table = html("table", { role: "grid", "aria-label": `Elements of ${name}: numbers${gradients ? " and gradients" : ""}` });
  const head = html("tr", { role: "row" }, html("th", { "aria-label": "place" }));
  const column = dims.length ? first % (dims.at(-1) || 1) : 0;
  for (let c = column; c < column + columns; c++) head.append(html("th", { scope: "col" }, dims.length ? String(c) : ""));
  if (dims.length) table.append(html("thead", { role: "rowgroup" }, head));
  const body = html("tbody", { role: "rowgroup" });
  for (let start = first; start < first + count; start += columns) {
    const row = html("tr", { role: "row" });
    if (dims.length) row.append(html("th", { scope: "row" }, placeIn(dims, start).slice(0, -1).join(",")));
    for (let i = start; i < start + columns; i++) row.append(elementCell(model, value, i));
    body.append(row);
  }
  table.append(body);
  return table;
}

/** @param {Model} model @param {number} value @param {number} i */
function elementCell(model, value, i) {
  const x = numberAt(model, value, i);
  const g = gradientAt(model, value, i);
  const words = `${elementName(model, value, i)} = ${number(x)}${g === undefined ? "" : `, gradient ${number(g)}`}`;
  const cell = html("td", { role: "gridcell", tabindex: "-1", "aria-selected": "false", "aria-label": words, title: words });
  const fit = (/** @type {Num | undefined} */ n) => fitted(n, n && n < 0 ? 8 : 7); // the sign takes no digit away
  cell.append(html("b", {}, fit(x)));
  if (g !== undefined) {
    const shown = model.magnitudeOf(value, g);
    cell.append(html("span", { class: `swatch ${classOf(shown)}` }, (shown.state === "invalid" ? "✕ " : "") + fit(g)));
  }
  return cell;
}

/** The indices of an element. @param {number[]} dims @param {number} i */
function placeIn(dims, i) {
  /** @type {number[]} */
  const place = [];
  for (const n of [...dims].reverse()) {
    place.unshift(i % n);
    i = Math.floor(i / n);
  }
  return place;
}

/** @param {Model} model @param {number} value @param {number} i */
function elementName({ data }, value, i) {
  const { name } = data.values[value];
  const dims = data.elements?.tensors[value]?.dims ?? [];
  return dims.length ? `${name}[${placeIn(dims, i).join(",")}]` : name;
}

/** @param {Model} model @param {number} value @param {number} i */
function numberAt({ data }, value, i) {
  return parsed(data.elements?.tensors[value]?.numbers[i]);
}

/** @param {Model} model @param {number} value @param {number} i @returns {Num | undefined} */
function gradientAt({ data }, value, i) {
  const gradients = data.elements?.tensors[value]?.gradients;
  return gradients ? parsed(gradients[i]) : undefined;
}
