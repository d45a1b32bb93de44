// One element of a small tensor: its number as it was computed, its gradient as it is put together.
// The formulas and slopes were written by Python, from the table of operations; here they are filled in.

/** Beyond so many numbers a formula gets a frame of its own to scroll in. */
const LONG_FORMULA = 24;

/** @param {Model} model @param {number} value @param {number} i @returns {Node[]} */
function elementDetail(model, value, i) {
  return [...computedView(model, value, i), ...gatheredView(model, value, i)];
}

/** How an element was computed. @param {Model} model @param {number} value @param {number} i @returns {Node[]} */
function computedView(model, value, i) {
  const { by, kind } = model.data.values[value];
  const name = elementName(model, value, i);
  const x = numberAt(model, value, i);
  if (by === undefined) return [html("h4", {}, `${name} = ${number(x)}`), html("p", {}, `It is a ${kind}: given, not computed.`)];
  const operation = model.data.operations[by];
  const heading = html("h4", {}, `${name}, computed by ${operation.name}`);
  const row = rowOf(model, by, i);
  if (typeof row === "string") return [heading, html("p", { class: "ledger" }, `${name} = ${number(x)}`), html("p", { class: "rule" }, `${row}.`)];
  const own = model.data.elements?.operations[by];
  const exact = typeof own === "object" ? own.results?.[i] : undefined;
  return [heading, ...formulaLines(model, by, row, name, x), ...roundingNote(exact, x)];
}

/**
 * @typedef {object} Row how one element was computed
 * @property {number} element
 * @property {string[]} template the formulas of its helpers, then its own
 * @property {number[]} places
 * @property {Num[]} helpers
 * @property {(Num | {place: number})[]} slopes numbers, or which number a slope is
 */

/** All elements of an operation, or why they are not there. @param {Model} model @param {number} operation @returns {Row[] | string} */
function rowsOf({ data }, operation) {
  const found = data.elements?.operations[operation];
  if (!found || typeof found === "string") return `Its elements are not written out: ${found ?? "they are not in this page"}`;
  const { templates } = /** @type {ElementsData} */ (data.elements);
  return found.groups.flatMap(({ template, slopes, steps, order, own }) => {
    const formulas = templates[template];
    let now = steps[order[0]].map(() => 0);
    return order.map((step, k) => {
      now = now.map((x, j) => x + steps[step][j]);
      const [element, ...places] = now;
      const more = (own?.[k] ?? []).map(parsed);
      const helpers = more.splice(0, formulas.length - 1);
      const each = slopes.map((slope) => {
        if (slope === null) return /** @type {Num} */ (more.shift());
        return typeof slope === "string" ? { place: places[Number(slope)] } : slope;
      });
      return { element, template: formulas, places, helpers, slopes: each };
    });
  });
}

/** @param {Model} model @param {number} operation @param {number} element @returns {Row | string} */
function rowOf(model, operation, element) {
  const rows = rowsOf(model, operation);
  if (typeof rows === "string") return rows;
  return rows.find((row) => row.element === element) ?? "It is not written out";
}

/** The value and element that a place among the arguments is. @param {Model} model @param {number} operation @param {number} place @returns {[value: number, i: number]} */
function argumentAt({ data }, operation, place) {
  const found = /** @type {UnrolledData} */ (data.elements?.operations[operation]);
  const position = found.starts.filter((start) => start <= place).length - 1;
  return [data.operations[operation].arguments[position], place - found.starts[position]];
}

/**
 * The formula with names, with numbers, and what it makes.
 * @param {Model} model
 * @param {number} operation
 * @param {Row} row
 * @param {string} name
 * @param {Num} result
 * @returns {Node[]}
 */
function formulaLines(model, operation, row, name, result) {
  const places = row.places.map((place) => argumentAt(model, operation, place));
  const names = [...places.map(([value, i]) => elementName(model, value, i)), ...row.helpers.map((_, k) => `t${k + 1}`)];
  const numbers = [...places.map(([value, i]) => numberAt(model, value, i)), ...row.helpers];
  const lines = [...row.helpers, result].flatMap((x, k) => {
    const template = row.template[k];
    const what = k < row.helpers.length ? `t${k + 1}` : name;
    const bare = /^\{\d+\}$/.test(template);
    const symbolic = filled(template, names);
    const withNumbers = filled(template, numbers.map((n) => (bare ? number(n) : factor(n))));
    const steps = [`${what} = ${symbolic}`, ...(withNumbers === symbolic ? [] : [`= ${withNumbers}`])];
    return number(x) === withNumbers ? steps : [...steps, `= ${number(x)}`];
  });
  return [sheet(lines, row.places.length)];
}

/** Lines of a calculation. @param {string[]} lines @param {number} count of the numbers in it */
function sheet(lines, count) {
  const long = count > LONG_FORMULA;
  const more = long ? { tabindex: "0", role: "group", "aria-label": "a long calculation" } : {};
  return html("div", { class: `ledger sheet${long ? " long" : ""}`, ...more }, ...lines.map((line) => html("p", {}, ...unbroken(line))));
}

/** Say so if the tensor's own number is another one. @param {unknown} exact @param {Num | undefined} own @returns {Node[]} */
function roundingNote(exact, own) {
  if (exact === undefined) return [];
  const words =
    `Number by number that makes ${number(parsed(exact))}; the tensor holds ${number(own)}. Tensors round ` +
    "to 32 bits, so small differences are rounding; a large one means that numbers were changed after the pass.";
  return [html("p", { class: "state" }, words)];
}

/** Where the gradient of an element comes from. @param {Model} model @param {number} value @param {number} i @returns {Node[]} */
function gatheredView(model, value, i) {
  const { data } = model;
  const { kind } = data.values[value];
  if (kind === "constant") return [html("p", {}, "It is a constant: no gradient is computed for it.")];
  const gradient = gradientAt(model, value, i);
  const name = `∂${data.values[data.output].name}/∂${elementName(model, value, i)}`;
  const heading = html("h4", {}, `${name} = ${number(gradient)}`);
  if (gradient === undefined) return [heading, html("p", {}, "No gradient has reached it.")];
  const uses = data.arrows.flatMap((arrow, k) => (arrow.value === value ? [k] : []));
  if (!uses.length) return [heading, html("p", {}, "It is the output: the pass starts here.")];
  const sent = data.elements?.tensors[value]?.sent;
  const parts = uses.flatMap((arrow) => {
    const part = uses.length > 1 ? parsed(sent?.[arrow]?.[i]) : gradient;
    return throughUse(model, arrow, i, uses.length > 1 ? "" : name, part);
  });
  if (uses.length === 1) return [heading, ...parts];
  const terms = uses.map((arrow) => parsed(sent?.[arrow]?.[i])).filter((x) => x !== null);
  return [heading, ...parts, sheet([`sum: ${terms.map(factor).join(" + ")} = ${number(gradient)}`], uses.length)];
}

/**
 * What comes back through one use: each upstream element times its slope.
 * @param {Model} model
 * @param {number} arrow
 * @param {number} i
 * @param {string} name what the sum is, if it is all
 * @param {Num} part what the sum makes
 * @returns {Node[]}
 */
function throughUse(model, arrow, i, name, part) {
  const { data } = model;
  const { operation, position } = data.arrows[arrow];
  const result = data.operations[operation].results[0];
  const output = data.values[data.output].name;
  const lead = name ? `${name} = ` : "";
  const from = html("p", {}, `Through ${data.operations[operation].name}, with g = ∂${output}/∂${data.values[result].name}:`);
  const rows = rowsOf(model, operation);
  if (typeof rows === "string") {
    const told = name ? [] : [sheet([number(part)], 1)]; // with a name, it stands in the heading
    return [from, ...told, html("p", { class: "rule" }, `${rows}.`)];
  }
  const unrolled = /** @type {UnrolledData} */ (data.elements?.operations[operation]);
  const place = unrolled.starts[position] + i;
  const terms = rows.flatMap((row) => {
    const k = row.places.indexOf(place);
    return k < 0 ? [] : [{ element: row.element, slope: row.slopes[k] }];
  });
  terms.sort((a, b) => a.element - b.element);
  if (!terms.length) return [from, sheet([`${lead}0`], 1), html("p", { class: "rule" }, "It went into none of the elements.")];
  const written = terms.map(({ element, slope }) => upstreamTerm(model, operation, result, element, slope));
  const symbolic = written.map(([names]) => names).join(" + ");
  const numbers = written.map(([, numbers]) => numbers).join(" + ");
  const lines = [`${lead}${symbolic}`, `= ${numbers}`];
  if (numbers.replace(/[()]/g, "") !== number(part)) lines.push(`= ${number(part)}`);
  return [from, sheet(lines, 2 * terms.length), ...roundingNote(unrolled.sums?.[place], part)];
}

/**
 * An upstream element times its slope, with names and with numbers; a slope of 1 is left out.
 * @param {Model} model
 * @param {number} operation
 * @param {number} result
 * @param {number} element
 * @param {Num | {place: number}} slope
 */
function upstreamTerm(model, operation, result, element, slope) {
  const dims = model.data.elements?.tensors[result]?.dims ?? [];
  const g = dims.length ? `g[${placeIn(dims, element).join(",")}]` : "g";
  const upstream = factor(gradientAt(model, result, element));
  if (slope === 1) return [g, upstream];
  if (slope === null || typeof slope === "number") return [`${g}·${factor(slope)}`, `${upstream}·${factor(slope)}`];
  const [value, i] = argumentAt(model, operation, slope.place);
  return [`${g}·${elementName(model, value, i)}`, `${upstream}·${factor(numberAt(model, value, i))}`];
}
