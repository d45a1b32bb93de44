// A graph by module: what one call does with the gradient, and how to see inside one.

/** How long the arrow behind such a name is, and some. */
const STUB = 18;

/** The call of a module that a step goes through; null for any other step. @param {Model} model @param {StepData} step */
function callOf({ data }, step) {
  const operation = step.operation === undefined ? null : data.operations[step.operation];
  return operation?.title ? operation : null;
}

/**
 * A step back through a module: what arrives, what is passed on, what its parameters get.
 * @param {Model} model
 * @param {OperationData} call
 * @param {StepData} step
 * @param {Entry[]} entries
 * @returns {Node[]}
 */
function callView(model, call, step, entries) {
  const { data } = model;
  const rows = entries.map((entry, k) => ({ entry, slot: step.slots[k], value: data.values[data.arrows[entry.arrow].value] }));
  const isOwn = (/** @type {typeof rows[0]} */ { value }) => value.kind === "parameter";
  const names = call.results.map((i) => data.values[i].name).join(" and ");
  const arriving = html("p", {}, `Arrives from ${names}: `, html("b", {}, number(step.upstream)), " (norm)");
  const inside = (call.reused ?? []).map((i) => data.values[i].name);
  const more = inside.length ? [html("p", { class: "rule" }, `${inside.join(" and ")}: what flows back from outside; .grad also counts what does inside.`)] : [];
  const passed = rows.filter((row) => !isOwn(row));
  const own = rows.filter(isOwn);
  return [
    arriving,
    ...more,
    ...(passed.length ? [passedTable("Passed on", passed, step, true)] : []),
    ...(own.length ? [passedTable("To its parameters", own, step, false)] : []),
  ];
}

/**
 * @param {string} title
 * @param {{entry: Entry, slot: SlotData, value: ValueData}[]} rows
 * @param {StepData} step
 * @param {boolean} isCompared whether with its upstream gradient
 */
function passedTable(title, rows, step, isCompared) {
  const adds = rows.some(({ entry }) => entry.before !== null);
  const head = ["to", "norm", ...(isCompared ? ["factor"] : []), ...(adds ? ["in all"] : [])];
  const body = rows.map(({ entry, slot, value }) => {
    const sum = entry.before === null ? "" : number(entry.after);
    const cells = [number(entry.contribution), ...(isCompared ? [ratioOf(entry, step)] : []), ...(adds ? [sum] : [])];
    const words = stateWords(slot.state, step.upstream, true);
    const note = words && html("small", {}, html("br"), words);
    const name = html("th", { scope: "row" }, value.name, " ", html("small", {}, value.shape ?? ""), note);
    return html("tr", {}, name, ...cells.map((text) => html("td", {}, text)));
  });
  const heads = html("tr", {}, ...head.map((text) => html("th", { scope: "col" }, text)));
  return html("table", { class: "passed" }, html("caption", {}, title), html("thead", {}, heads), html("tbody", {}, ...body));
}

/** How many times larger the gradient is that is passed on. @param {Entry} entry @param {StepData} step */
function ratioOf({ contribution }, { upstream }) {
  const known = contribution !== null && upstream;
  return known ? `×${number(contribution / upstream, 3)}` : "–";
}

/** Say that a graph is shown by module, and how to see more. @param {Model[]} models */
function moduleNote(models) {
  const all = models.flatMap(({ data }) => (data.modules ? [{ ...data.modules, title: data.title }] : []));
  const large = models.filter(({ data }) => data.byModule);
  return html("div", {}, ...large.map(largeNote), ...all.map(({ title, values, calls, inside, all: full }) => {
    const which = title ? `${title}: this graph` : "This graph";
    const words = `${which} of ${values.toLocaleString("en")} values is shown by module: ${calls === 1 ? "one call" : `each of ${calls} calls`} of a module is one step.`;
    const more = inside ? [html("p", {}, "To see inside a module, explore its output by itself, for example"), html("p", {}, html("code", {}, inside))] : [];
    const every = [html("p", {}, `To see ${inside ? "all of it" : "inside"}, every operation:`), html("p", {}, html("code", {}, full))];
    return html("div", { class: "note by-module" }, html("p", {}, words), ...more, ...every);
  }));
}

/** Say that a large graph could be shown by module. @param {Model} model */
function largeNote({ data }) {
  const { title, values, steps, byModule } = data;
  const words = `${title ? `${title}: all` : "All"} ${values.length} values of this graph are here, in ${steps.length} steps. With one step for each call of a module it is easier to look through:`;
  return html("div", { class: "note" }, html("p", {}, words), html("p", {}, html("code", {}, byModule ?? "")));
}

/** The name of what many calls take, in the place of a long arrow. @param {string} name @param {number} x @param {number} y */
function stubShape(name, x, y) {
  return svg("text", { class: "small stub", x: x - STUB, y: y + 3.5, "text-anchor": "end" }, name);
}
