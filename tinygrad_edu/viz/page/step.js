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
  const { name, symbol, title: call } = data.operations[step.operation];
  const title = call ? call : symbol === name ? name : `${symbol}  (${name})`;
  return step.phase === "forward" ? `Compute ${title}` : `Go back through ${title}`;
}

/** @param {Model} model @param {StepData} step @returns {Node[]} */
function forwardView(model, step) {
  const { data, now } = model;
  const operation = data.operations[Number(step.operation)];
  const names = operation.arguments.map((i) => data.values[i].name);
  const symbolic = block(equations(pieces(filled(step.formula, names))));
  if (data.tensors) {
    const meaning = operation.title ? [] : [html("p", { class: "rule" }, `${operation.name}: `, formula(operation.definition))];
    return [symbolic, ...meaning, html("p", { class: "ledger" }, step.numbers)];
  }
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
  const call = callOf(model, step);
  if (call) return callView(model, call, step, entries);
  return entries.map((entry, k) => {
    const value = data.values[data.arrows[entry.arrow].value];
    const slot = step.slots[k];
    const upstream = data.tensors ? step.upstream : now.gradients[step.result];
    const place = placeOf(model, step, entry);
    const legend = k || data.tensors ? "" : html("p", { class: "rule" }, "gradient before → upstream × local derivative, added to what there was = gradient after");
    return html(
      "section",
      { class: "slot-view" },
      html("h4", {}, `to ${value.name}${place && `, the ${place} time that it goes in`}`),
      data.tensors ? arrayRule(model, slot, value) : chain(model, step, entry),
      html("p", { class: "ledger" }, ledgerOf(model, entry, upstream)),
      legend,
      data.tensors ? "" : html("p", { class: "rule" }, "rule: ", ...ruleOf(model, step, slot)),
      stateNote(model, entry, slot, upstream)
    );
  });
}

/** The rule for one tensor. @param {Model} model @param {SlotData} slot @param {ValueData} value */
function arrayRule({ data }, slot, value) {
  const more = slot.before === null ? "=" : "+=";
  const output = data.values[data.output].name;
  return block(equations([fraction(output, value.name), sign(more), ...pieces(slot.formula)]));
}

/** Which of several times that a value goes into one operation an arrow is: 1st, 2nd. @param {Model} model @param {StepData} step @param {Entry} entry */
function placeOf({ data }, step, { arrow }) {
  const { value } = data.arrows[arrow];
  const same = data.operations[Number(step.operation)].arrows.filter((i) => data.arrows[i].value === value);
  return same.length > 1 ? ["1st", "2nd", "3rd"][same.indexOf(arrow)] ?? `${same.indexOf(arrow) + 1}th` : "";
}

/**
 * The chain rule for one argument, with names and with numbers. Where a value is used several times, one
 * use is only a part of its gradient: that is written as an addition from the first.
 * @param {Model} model
 * @param {StepData} step
 * @param {Entry} entry
 */
function chain(model, step, entry) {
  const { data, now } = model;
  const output = data.values[data.output].name;
  const result = data.values[step.result].name;
  const { value } = data.arrows[entry.arrow];
  const { name } = data.values[value];
  const place = placeOf(model, step, entry);
  const isPart = data.arrows.filter((arrow) => arrow.value === value).length > 1;
  const lead = [fraction(output, name), sign(isPart ? "+=" : "=")];
  const numbers = [bracketed(now.gradients[step.result]), sign("·"), bracketed(entry.local), sign("="), numeral(entry.contribution)];
  if (step.result === data.output && !place) return block(equations([...lead, ...numbers])); // ∂L/∂L · ∂L/∂w would go in a circle
  return block(equations([...lead, fraction(output, result), sign("·"), fraction(result, place ? `${name} (${place})` : name), sign("="), ...numbers]));
}

/**
 * The line of the ledger: what was there, what is added, what it makes.
 * @param {Model} model
 * @param {Entry} entry
 * @param {Num | undefined} upstream
 */
function ledgerOf(model, entry, upstream) {
  const before = number(entry.before);
  const after = number(entry.after);
  if (!model.data.tensors) {
    const product = `${number(upstream)} × ${factor(entry.local)}`;
    return `${before} → ${entry.before === null ? product : `${before} + (${product})`} = ${after}`;
  }
  const added = entry.before === null ? "" : `, with ${number(entry.contribution)} added`; // sizes do not add up
  return `${before} → ${after}${added} (norm)`;
}

/** The rule with the names of the values, and with their numbers. @param {Model} model @param {StepData} step @param {SlotData} slot */
function ruleOf({ data, now }, step, slot) {
  const values = [...data.operations[Number(step.operation)].arguments, step.result];
  const names = values.map((i) => data.values[i].name).map((name) => (name.startsWith("−") ? `(${name})` : name));
  const isStart = step.result === data.output;
  const upstream = isStart ? number(now.gradients[step.result]) : `∂${data.values[data.output].name}/∂${data.values[step.result].name}`;
  const numbers = [...values.map((i) => now.values[i]), now.gradients[step.result]];
  return [
    formula(filled(slot.formula, [...names, upstream])),
    slot.formula.includes(", else ") ? "; here " : " = ",
    formula(withNumbers(slot.formula, numbers)),
  ];
}

/** @type {Record<string, string>} */
const STATES = {
  zero: "Exactly 0: nothing passes here.",
  stopped: "The gradient that arrives is 0 already.",
  faint: "0: smaller than a float can hold, or stopped by a closed gate.",
  underflow: "Underflow: the product is smaller than a float can hold.",
  cancelled: "Contributions of both signs cancel.",
  invalid: "✕ nan or inf.",
};

/** Below this a gradient of 32 bits may have been lost to rounding. */
const FAINT = 1e-30;

/** Say what is special about a contribution, if anything. @param {string} state @param {Num | undefined} upstream @param {boolean} isTensor */
function stateWords(state, upstream, isTensor) {
  if (state !== "zero") return STATES[state] ?? "";
  if (upstream === 0) return STATES.stopped;
  return isTensor && Math.abs(Number(upstream)) < FAINT ? STATES.faint : STATES.zero;
}

/** @param {Model} model @param {Entry} entry @param {SlotData} slot @param {Num | undefined} upstream */
function stateNote(model, entry, slot, upstream) {
  const state = model.isChanged ? stateOf(entry) : slot.state;
  const words = stateWords(state, upstream, model.data.tensors);
  return words ? html("p", { class: `state ${state}` }, words) : "";
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
