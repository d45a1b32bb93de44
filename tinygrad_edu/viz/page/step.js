// What the current step does: formula with numbers, ledger, rule, source line, one sentence.

/**
 * Fill the panel of steps for one graph.
 * @param {Model} model
 * @param {number} position
 * @returns {HTMLElement}
 */
function stepView(model, position) {
  const { data } = model;
  const view = html("div", { class: "step" });
  if (data.title) view.append(html("h3", {}, data.title));
  const step = data.steps[position - 1];
  if (!step) {
    view.append(html("p", {}, sentenceOf(model, position)));
    return view;
  }
  view.append(html("p", { class: "operation-name" }, operationWords(model, step)));
  if (step.phase === "forward") view.append(...forwardView(model, step));
  else if (step.operation === undefined) view.append(startView(model));
  else view.append(...backwardView(model, step, model.entries[position - 1]));
  view.append(html("p", { class: "words" }, sentenceOf(model, position)));
  if (step.line) view.append(html("p", { class: "source" }, html("code", {}, step.line)));
  return view;
}

/** @param {Model} model @param {StepData} step */
function operationWords({ data }, step) {
  if (step.operation === undefined) return "The backward pass starts";
  const { name, symbol } = data.operations[step.operation];
  const title = symbol === name ? name : `${symbol}  (${name})`;
  return step.phase === "forward" ? `Compute ${title}` : `Go back through ${title}`;
}

/** @param {Model} model @param {StepData} step @returns {Node[]} */
function forwardView(model, step) {
  const { data, now } = model;
  const operation = data.operations[Number(step.operation)];
  const names = operation.arguments.map((i) => data.values[i].name);
  const symbolic = block(equations(pieces(filled(step.formula, names))));
  if (data.tensors) return [symbolic, html("p", { class: "ledger" }, step.numbers)];
  const numbers = operation.arguments.map((i) => factor(now.values[i]));
  const written = `${filled(step.formula, numbers)} = ${number(now.values[step.result])}`;
  return [symbolic, block(equations(pieces(written)))];
}

/**
 * Put names or numbers into the blanks of a formula.
 * @param {string} template
 * @param {string[]} texts
 */
function filled(template, texts) {
  return template.replace(/\{(\d+)\}/g, (_, i) => texts[Number(i)]);
}

/** @param {Node[]} contents */
function block(contents) {
  return html("div", { class: "formula", tabindex: "0", role: "group", "aria-label": "formula" }, ...contents);
}

/** @param {Model} model */
function startView({ data, now }) {
  const name = data.values[data.output].name;
  return block(
    equations([fraction(name, name), sign("="), numeral(now.gradients[data.output])])
  );
}

/** @param {Model} model @param {StepData} step @param {Entry[]} entries @returns {Node[]} */
function backwardView(model, step, entries) {
  const { data, now } = model;
  return entries.map((entry, k) => {
    const value = data.values[data.arrows[entry.arrow].value];
    const slot = step.slots[k];
    const upstream = data.tensors ? step.upstream : now.gradients[step.result];
    return html(
      "section",
      { class: "slot-view" },
      html("h4", {}, `to ${value.name}`),
      data.tensors ? arrayRule(model, slot, value) : chain(model, step, entry),
      html("p", { class: "ledger" }, ledgerOf(model, entry, upstream)),
      data.tensors ? "" : html("p", { class: "rule" }, "rule: ", formula(slot.formula), bindings(model, step, slot)),
      stateNote(model, entry, slot)
    );
  });
}

/** The rule for one tensor; g is the gradient that arrives. @param {Model} model @param {SlotData} slot @param {ValueData} value */
function arrayRule({ data }, slot, value) {
  const more = slot.before === null ? "=" : "+=";
  const output = data.values[data.output].name;
  return block(equations([fraction(output, value.name), sign(more), ...pieces(slot.formula)]));
}

/** The chain rule for one argument, with names and with numbers. @param {Model} model @param {StepData} step @param {Entry} entry */
function chain(model, step, entry) {
  const { data, now } = model;
  const output = data.values[data.output].name;
  const result = data.values[step.result].name;
  const name = data.values[data.arrows[entry.arrow].value].name;
  const more = entry.before === null ? "=" : "+=";
  return block(
    equations([
      fraction(output, name),
      sign(more),
      fraction(output, result),
      sign("·"),
      fraction(result, name),
      sign("="),
      bracketed(now.gradients[step.result]),
      sign("·"),
      bracketed(entry.local),
      sign("="),
      numeral(entry.contribution),
    ])
  );
}

/**
 * The line of the ledger: what was there, what is added, what it makes.
 * @param {Model} model
 * @param {Entry} entry
 * @param {Num | undefined} upstream
 */
function ledgerOf(model, entry, upstream) {
  const before = entry.before === null ? "0" : number(entry.before);
  const added = model.data.tensors
    ? number(entry.contribution)
    : `(${number(upstream)} × ${number(entry.local)})`;
  const rms = model.data.tensors ? " (rms)" : "";
  return `${before} → ${before} + ${added} = ${number(entry.after)}${rms}`;
}

/** What the letters of a rule stand for. @param {Model} model @param {StepData} step @param {SlotData} slot */
function bindings(model, step, slot) {
  const { data, now } = model;
  const operation = data.operations[Number(step.operation)];
  const letters = operation.arguments.length === 1 ? ["x"] : ["a", "b"];
  const raised = new Map([["x", "ˣ"], ["a", "ᵃ"], ["b", "ᵇ"]]);
  const has = (/** @type {string} */ letter) =>
    new RegExp(`(?<!\\p{L})${letter}(?!\\p{L})|${raised.get(letter) ?? letter}`, "u").test(slot.formula) &&
    new RegExp(`(^|[^\\p{L}])[\\d]*${letter}([^\\p{L}]|\\p{Lm}|$)|${raised.get(letter) ?? "\0"}`, "u").test(slot.formula);
  const found = has("g") ? [`g = ${number(now.gradients[step.result])}`] : [];
  letters.forEach((letter, k) => {
    const i = operation.arguments[k];
    if (i !== undefined && has(letter)) found.push(`${letter} = ${factNamed(model, i)}`);
  });
  if (has("y")) found.push(`y = ${factNamed(model, step.result)}`);
  return found.length ? `  with ${found.join(", ")}` : "";
}

/** @param {Model} model @param {number} i */
function factNamed({ data, now }, i) {
  const { name } = data.values[i];
  const text = number(now.values[i]);
  return name === text ? text : `${name} = ${text}`;
}

/** @type {Record<string, string>} */
const STATES = {
  zero: "Exactly 0: nothing passes here.",
  underflow: "Underflow: the product is smaller than a float can hold.",
  cancelled: "Contributions of both signs cancel.",
  invalid: "✕ nan or inf.",
};

/** @param {Model} model @param {Entry} entry @param {SlotData} slot */
function stateNote(model, entry, slot) {
  const state = model.isChanged ? stateOf(entry) : slot.state;
  return STATES[state] ? html("p", { class: `state ${state}` }, STATES[state]) : "";
}

/** Name what can be seen from the numbers alone. @param {Entry} entry */
function stateOf({ contribution, after, local }) {
  if (contribution !== null && !Number.isFinite(contribution)) return "invalid";
  if (contribution === 0) return local === 0 || local === null ? "zero" : "known";
  return after === 0 ? "cancelled" : "known";
}

/**
 * One plain sentence on the step; Python's own, as long as its numbers hold.
 * @param {Model} model
 * @param {number} position
 */
function sentenceOf(model, position) {
  const { data, now } = model;
  const step = data.steps[position - 1];
  if (!step) return "Step on: each step computes one value, then the gradients come back.";
  if (!model.isChanged || step.operation === undefined) return step.sentence;
  const name = data.values[step.result].name;
  if (step.phase === "forward") return `${name} is now ${number(now.values[step.result])}.`;
  const parts = model.entries[position - 1].map((entry) => {
    const target = data.values[data.arrows[entry.arrow].value].name;
    return `${target} gets ${number(entry.contribution)} (local derivative ${number(entry.local)})`;
  });
  return `The gradient ${number(now.gradients[step.result])} of ${name} arrives: ${parts.join(", ")}.`;
}
