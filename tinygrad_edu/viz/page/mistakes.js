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
 * @typedef {object} Slip a number that one may come to, and how
 * @property {number} x
 * @property {string} thing
 * @property {string} why
 */

/**
 * Name the likely reason of a wrong answer.
 * @param {Question} question
 * @param {number} answer
 * @param {string} text as it was typed
 * @returns {string}
 */
function likelyMistake(question, answer, text) {
  const { entries, contribution, before, after } = question;
  const same = (/** @type {number} */ x) => isClose(answer, x) || isRounded(text, x, 2);
  const is = (/** @type {number} */ x) => same(x) || (before !== null && same(before + x));
  if (isRounded(text, after, 1)) return "Right so far, but rounded: give three digits or more.";
  if (before !== null && same(contribution)) {
    return "That is only what this step adds: you forgot to add it to what had arrived before.";
  }
  if (entries.length > 1 && entries.some((entry) => is(Number(entry.contribution)))) {
    return `That comes back along one arrow, and ${nameOf(question)} goes in ${times(entries.length)}: add up what comes back along each.`;
  }
  if (after !== 0 && same(-after)) return "Right size, wrong sign.";
  if (contribution !== 0 && is(-contribution)) return "What this step adds has the wrong sign.";
  if (isNear(text, answer, after)) return "Close, but not to three digits.";
  if (isNear(text, answer, -after)) return "Nearly the right size, but the wrong sign.";
  const rounded = roundedIn(question, is);
  if (rounded) return rounded;
  const all = slipsIn(question);
  const added = before === null ? [] : all.filter(({ x }) => same(before + x));
  if (added.length) return reasonOf(question, added, `To the ${number(before)} of before you added`);
  return reasonOf(question, all.filter(({ x }) => same(x)), "That is");
}

/** What one may take for what the step adds. @param {Question} question @returns {Slip[]} */
function slipsIn({ model, step, entries, upstream, local }) {
  const { data, now } = model;
  const { arguments: given } = data.operations[Number(step.operation)];
  const found = [
    { x: local, thing: "the local derivative alone", why: "you forgot to multiply by the upstream gradient" },
    { x: upstream, thing: "the upstream gradient", why: "you forgot to multiply by the local derivative" },
    { x: upstream + local, thing: "the upstream gradient plus the local derivative", why: "the chain rule multiplies" },
  ];
  const slip = entries.length === 1 && model.programs ? model.programs.slips(now.values)[entries[0].arrow] : null;
  const taken = given.length === 1
    ? { thing: "what comes of the input of the operation where its output belongs", why: "the rule here is written with the output" }
    : { thing: "what comes of the other argument", why: "the derivative by one factor is the other one" };
  if (slip !== null) found.push({ x: upstream * slip, ...taken });
  for (const i of new Set([...given, step.result])) {
    const [x, { name }] = [Number(now.values[i]), data.values[i]];
    if (name === number(x)) continue; // a number written into the expression
    found.push({ x, thing: `the value of ${name}`, why: "a value is no gradient" });
    if (x !== 0) found.push({ x: -x, thing: `the value of ${name} with the other sign`, why: "a value is no gradient" });
  }
  return found;
}

/** Say where a number comes from; only perhaps, where it may come from several things. @param {Question} question @param {Slip[]} slips @param {string} lead */
function reasonOf(question, slips, lead) {
  if (!slips.length) return `Not yet. ${ruleWords(question)}`;
  if (slips.length > 1) return `${lead.replace("That is", "That is perhaps")} ${joined(slips.map(({ thing }) => thing), "or")}. ${ruleWords(question)}`;
  const [{ thing, why }] = slips;
  return `${lead} ${thing}: ${why}.${thing.startsWith("the value") ? ` ${ruleWords(question)}` : ""}`;
}

/** What the rule of a question is computed from: its arguments, its result, the upstream gradient. @param {Question} question */
function numbersOf({ model, step, upstream }) {
  return [...model.data.operations[Number(step.operation)].arguments, step.result].map((i) => Number(model.now.values[i])).concat(upstream);
}

/** The place, among those numbers, of the one that the rule takes from 1; −1 where there is none. @param {Question} question */
function nearOneIn(question) {
  const { step, entries } = question;
  const rule = step.slots.find(({ arrow }) => arrow === entries[0].arrow)?.formula ?? "";
  const [found] = decided(rule, numbersOf(question)).matchAll(NEAR_ONE);
  return found ? Number(found[1] ?? found[2]) : -1;
}

/** So many digits that its difference to 1 has four. @param {number} x */
function digitsFromOne(x) {
  const rest = Math.abs(1 - Math.abs(x));
  return rest > 0 && rest < 0.1 ? Math.min(3 - Math.floor(Math.log10(rest)) + (Math.abs(x) > 1 ? 1 : 0), 17) : 4;
}

/** Say so, where somebody has computed with a number of few digits that is taken from 1. @param {Question} question @param {(x: number) => boolean} is */
function roundedIn(question, is) {
  const { model, step, entries, contribution } = question;
  const near = nearOneIn(question);
  if (near < 0 || entries.length > 1) return "";
  const numbers = numbersOf(question);
  const rule = decided(step.slots.find(({ arrow }) => arrow === entries[0].arrow)?.formula ?? "", numbers);
  const results = [4, 3, 2].map((digits) => {
    const texts = numbers.map((x, i) => `(${i === near ? Number(x.toPrecision(digits)) : x})`);
    return calculated(rule.replace(/\{(\d+)\}/g, (_, i) => texts[Number(i)]).replaceAll("²", "^2"));
  });
  if (!results.some((x) => x !== null && is(x) && !isClose(x, contribution))) return "";
  const { name } = model.data.values[[...model.data.operations[Number(step.operation)].arguments, step.result][near]];
  const [rough, exact] = [number(numbers[near]), number(numbers[near], digitsFromOne(numbers[near]))];
  return `Almost: ${name} only looks like ${rough}, rounded. Compute with ${exact}.`;
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
  const own = [...operation.arguments, step.result];
  const near = own[nearOneIn(question)];
  const facts = [...new Set(own)]
    .filter((i) => data.values[i].name !== number(now.values[i]))
    .map((i) => `${data.values[i].name} = ${number(now.values[i], i === near ? digitsFromOne(Number(now.values[i])) : 4)}`);
  const many = entries.length > 1 ? ` ${data.values[value].name} goes in ${times(entries.length)}.` : "";
  const had = before === null ? "" : ` So far ${data.values[value].name} has the gradient ${number(before)}.`;
  const twin = data.title ? `${data.title}: ` : "";
  return `${twin}back through ${computed}, where ${joined(facts)}. The gradient of ${result} is ${number(upstream)}.${many}${had}`;
}

/** Join words: a, b and c. @param {string[]} words @param {string} [last] */
function joined(words, last = "and") {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words[words.length - 1]}`;
}
