// What predict mode asks in a step, when an answer counts as right, and why a wrong one may have come.

/**
 * @typedef {object} Question what a value's gradient is after a step; all its arrows into the operation count
 * @property {Model} model
 * @property {number} position where the answer is shown
 * @property {StepData} step
 * @property {number} value
 * @property {Entry[]} entries one for each time that the value went in
 * @property {number} upstream
 * @property {number} local the sum of the local derivatives
 * @property {number} contribution what the step adds, all told
 * @property {Num} before
 * @property {number} after
 */

/** @param {Model[]} models @param {Player} player @param {number} position @returns {Question[]} */
function questionsAt(models, player, position) {
  return models.flatMap((model) => {
    const own = player.positionAt(model, position);
    if (own === 0 || own === player.positionAt(model, position - 1)) return [];
    const step = model.data.steps[own - 1];
    const asked = model.entries[own - 1].filter((entry) => entry.contribution !== null);
    const values = [...new Set(asked.map(({ arrow }) => model.data.arrows[arrow].value))];
    return values.map((value) => {
      const entries = asked.filter(({ arrow }) => model.data.arrows[arrow].value === value);
      const sum = (/** @type {"local" | "contribution"} */ key) => entries.reduce((all, entry) => all + Number(entry[key]), 0);
      const [before, after] = [entries[0].before, Number(entries[entries.length - 1].after)];
      const upstream = Number(model.now.gradients[step.result]);
      return { model, position, step, value, entries, upstream, local: sum("local"), contribution: sum("contribution"), before, after };
    });
  });
}

/** As many digits as three; the page itself writes four. */
const TOLERANCE = 0.003;

/** Tell whether two numbers are the same, to the digits that people type. @param {number} a @param {number} b */
function isClose(a, b) {
  return Object.is(a, b) || Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b)) + 1e-12;
}

/** Tell whether a text is a number rounded, to so many digits at least. @param {string} text @param {number} x @param {number} least */
function isRounded(text, x, least) {
  const given = parsed(text);
  const digits = text.replace(/e.*$/i, "").replace(/\D/g, "").replace(/^0+/, "").length;
  return given !== null && digits >= least && digits <= 15 && Number(x.toPrecision(digits)) === given;
}

/** Tell whether a number of few digits is nearly another. @param {string} text @param {number} answer @param {number} x */
function isNear(text, answer, x) {
  const digits = text.replace(/e.*$/i, "").replace(/\D/g, "").replace(/^0+/, "").length;
  return digits < 4 && Math.abs(answer - x) <= 0.03 * Math.abs(x);
}

/**
 * Name the likely reason of a wrong answer.
 * @param {Question} question
 * @param {number} answer
 * @param {string} text as it was typed
 * @returns {string}
 */
function likelyMistake(question, answer, text) {
  const { model, step, entries, upstream, local, contribution, before, after } = question;
  const name = nameOf(question);
  const same = (/** @type {number} */ x) => isClose(answer, x) || isRounded(text, x, 2);
  const is = (/** @type {number} */ x) => same(x) || (before !== null && same(before + x));
  /** Say what a number is, or what was added to the gradient that had arrived. @param {number} x @param {string} words */
  const told = (x, words) => (same(x) ? words : `${words.replace("That is", `To the ${number(before)} of before you added`)}`);
  if (isRounded(text, after, 1)) return "Right so far, but rounded: give three digits or more.";
  if (before !== null && same(contribution)) {
    return "That is only what this step adds: you forgot to add it to what had arrived before.";
  }
  if (entries.length > 1 && entries.some((entry) => is(Number(entry.contribution)))) {
    return `That comes back along one arrow, and ${name} goes in ${times(entries.length)}: add up what comes back along each.`;
  }
  if (after !== 0 && same(-after)) return "Right size, wrong sign.";
  if (contribution !== 0 && is(-contribution)) return "What this step adds has the wrong sign.";
  if (isNear(text, answer, after)) return "Close, but not to three digits.";
  if (is(local)) return told(local, "That is the local derivative alone: you forgot to multiply by the upstream gradient.");
  if (is(upstream)) return told(upstream, "That is the upstream gradient: you forgot to multiply by the local derivative.");
  const slip = entries.length === 1 && model.programs ? model.programs.slips(model.now.values)[entries[0].arrow] : null;
  const { arguments: given } = model.data.operations[Number(step.operation)];
  if (slip !== null && is(upstream * slip)) {
    return given.length === 1
      ? "You used the input of the operation where its output belongs."
      : "You used the other argument: the derivative by one factor is the other one.";
  }
  if (same(upstream + local)) return "Perhaps you added the upstream gradient; the chain rule multiplies.";
  const own = [...given, step.result].find((i) => [1, -1].some((sign) => same(sign * Number(model.now.values[i]))));
  if (own !== undefined) return `That is the value of ${model.data.values[own].name}, perhaps with the other sign, but no gradient. ${ruleWords(question)}`;
  return `Not yet. ${ruleWords(question)}`;
}

/** What there is to do, and the rule where there is one for all arrows. @param {Question} question */
function ruleWords({ model, step, entries, before }) {
  const { data } = model;
  const add = before === null ? "" : " and add what had arrived";
  const slot = step.slots.find(({ arrow }) => arrow === entries[0].arrow);
  const made = data.values[step.result].name;
  if (!slot || entries.length > 1) return `Along each arrow comes the upstream gradient times the local derivative; add them up${add && " with what had arrived"}.`;
  const names = [...data.operations[Number(step.operation)].arguments, step.result].map((i) => data.values[i].name);
  const rule = filled(slot.formula, [...names.map(bracketedName), `(gradient of ${made})`]).replace(/^\((gradient of [^()]*)\)$/, "$1");
  return `Multiply the upstream gradient by the local derivative${add}. The rule here: ${rule}.`;
}

/** @param {Question} question */
function nameOf({ model, value }) {
  return model.data.values[value].name;
}

/** @param {number} count */
function times(count) {
  return count === 2 ? "twice" : `${count} times`;
}

/** A name as a factor: one that is a negative number in brackets. @param {string} name */
function bracketedName(name) {
  return name.startsWith("−") ? `(${name})` : name;
}

/** What a question is about: the operation as it was computed, and what is known. @param {Question} question */
function questionWords(question) {
  const { model, step, value, entries, upstream, before } = question;
  const { data, now } = model;
  const operation = data.operations[Number(step.operation)];
  const result = data.values[step.result].name;
  const forward = data.steps.find((one) => one.phase === "forward" && one.operation === step.operation);
  const computed = forward ? filled(forward.formula, operation.arguments.map((i) => data.values[i].name)) : operation.symbol;
  const facts = [...new Set([...operation.arguments, step.result])]
    .filter((i) => data.values[i].name !== number(now.values[i]))
    .map((i) => `${data.values[i].name} = ${number(now.values[i])}`);
  const many = entries.length > 1 ? ` ${data.values[value].name} goes in ${times(entries.length)}.` : "";
  const had = before === null ? "" : ` So far ${data.values[value].name} has the gradient ${number(before)}.`;
  const twin = data.title ? `${data.title}: ` : "";
  return `${twin}back through ${computed}, where ${joined(facts)}. The gradient of ${result} is ${number(upstream)}.${many}${had}`;
}

/** Join words: a, b and c. @param {string[]} words */
function joined(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}
