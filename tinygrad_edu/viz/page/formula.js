// Formulas as MathML, which browsers draw by themselves. Reads plain text; of a derivative rule it knows no more.

const RAISED = new Map([..."⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ˣᵃᵇᵖᵀ"].map((c, i) => [c, "0123456789+−xabpT"[i]]));
const TOKEN = /((?:\d+\.)+[\p{L}_][\p{L}\p{N}_.[\],′]*)|(\d+(?:\.\d+)?(?:e[−-]?\d+)?|inf|nan)|([\p{L}_][\p{L}\p{N}_.[\],′]*)|([⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ˣᵃᵇᵖᵀ]+)|(\s+)|([−+]=|.)/gu;

/**
 * Write a formula, given as text, in MathML: digits, names, signs, raised signs.
 * @param {string} text
 * @returns {Element}
 */
function formula(text) {
  return math("math", ...pieces(text));
}

/** @param {string} text @returns {Element[]} */
function pieces(text) {
  /** @type {Element[]} */
  const found = [];
  for (const [, inModule, digits, name, raised, space, sign] of text.matchAll(TOKEN)) {
    if (inModule) found.push(math("mi", inModule));
    else if (digits) found.push(math("mn", digits));
    else if (name && /^[a-z]{2,}$/.test(name) && !FUNCTION_WORDS.has(name)) {
      found.push(math("mtext", `\u00a0${name}\u00a0`));
    } else if (name) found.push(math("mi", name));
    else if (raised) {
      const exponent = [...raised].map((c) => RAISED.get(c)).join("");
      const base = found.pop() ?? math("mrow");
      found.push(math("msup", base, math("mrow", ...pieces(exponent))));
    } else if (sign) found.push(math("mo", sign));
    else if (space && found.at(-1)?.tagName === "mtext") continue;
  }
  return found;
}

const FUNCTION_WORDS = new Set(["sin", "cos", "tan", "ln", "tanh", "sign", "exp", "log", "sqrt", "max", "min"]);

/**
 * A derivative as a fraction: ∂of / ∂by.
 * @param {string} of
 * @param {string} by
 */
function fraction(of, by) {
  const part = (/** @type {string} */ name) =>
    math("mrow", math("mo", "∂"), math("mi", name));
  return math("mfrac", part(of), part(by));
}

/** @param {Num | undefined} x */
function numeral(x) {
  const text = number(x);
  if (!text.startsWith("−")) return math("mn", text);
  return math("mrow", math("mo", "−"), math("mn", text.slice(1)));
}

/** A number as a factor: a negative one in brackets. @param {Num | undefined} x */
function bracketed(x) {
  const made = numeral(x);
  return number(x).startsWith("−") ? math("mrow", math("mo", "("), made, math("mo", ")")) : made;
}

/**
 * A formula in pieces that can stand in lines below each other, which MathML cannot do by itself: a new
 * one begins at each sign of equality and of a product. What stands alone on the left is not left alone.
 * @param {Element[]} parts
 * @returns {Node[]}
 */
function equations(parts) {
  /** @type {Element[][]} */
  const sides = [[]];
  for (const part of parts) {
    const now = /** @type {Element[]} */ (sides.at(-1));
    const isSign = part.localName === "mo" && /^([−+]?=|[·×])$/.test(part.textContent ?? "");
    if (isSign && now.length > 1) {
      part.setAttribute("form", "infix");
      sides.push([part]);
    } else if (part.localName === "mtext" && now.length) {
      sides.push([part]); // words, as "over the rows"
    } else now.push(part);
  }
  return sides.flatMap((side) => [math("math", ...side), html("wbr")]);
}

/** @param {string} text */
function sign(text) {
  return math("mo", text);
}

/** The comparisons in the conditions of rules. @type {Record<string, (a: number, b: number) => boolean>} */
const RELATIONS = {
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "≤": (a, b) => a <= b,
  "≥": (a, b) => a >= b,
  "=": (a, b) => a === b,
  is: (a, b) => a === b,
};

/** What stands next to 1 in a sum, and needs more digits there: 1 − 0.99999 is not 1 − 1. */
const NEAR_ONE = /1 [−+] \{(\d+)\}|\{(\d+)\}² − 1/g;

/** Brackets around a negative number that no sign before or behind it asks for. */
const LOOSE = /(?:^|(?<=[<>≤≥=] )|(?<=, as ))\(−[^()]*\)(?=$|,| [<>≤≥=])/g;

/**
 * A rule with numbers in its blanks: the case that holds, and with as many digits as it needs. Python's rule_text.py
 * writes the same.
 * @param {string} template
 * @param {(Num | undefined)[]} numbers
 */
function withNumbers(template, numbers) {
  const rule = decided(template, numbers);
  const near = new Set([...rule.matchAll(NEAR_ONE)].map((found) => Number(found[1] ?? found[2])));
  const texts = numbers.map((x, i) => number(x, near.has(i) ? digitsNearOne(Number(x)) : 4));
  const factors = texts.map((text) => (text.startsWith("−") ? `(${text})` : text));
  const written = rule.replace(/\{(\d+)\}/g, (_, i) => factors[Number(i)]);
  return written.replace(LOOSE, (text) => text.slice(1, -1));
}

/** @param {number} x */
function digitsNearOne(x) {
  const rest = Math.abs(1 - Math.abs(x));
  return rest > 0 && rest < 0.01 ? 2 - Math.floor(Math.log10(rest)) + (Math.abs(x) > 1 ? 1 : 0) : 4;
}

/**
 * Write which case of a rule holds, and why; without cases, the rule.
 * @param {string} template
 * @param {(Num | undefined)[]} numbers
 */
function decided(template, numbers) {
  const end = template.lastIndexOf(", else ");
  const other = template.slice(end + 7);
  if (end < 0 || other.includes(";")) return template;
  let reason = "";
  for (const one of template.slice(0, end).split(", ")) {
    const [value, condition = ""] = one.split(" where ");
    const parts = condition.split(" ");
    const sides = parts.filter((_, i) => i % 2 === 0).map((part) => sideOf(part, numbers));
    const signs = parts.filter((_, i) => i % 2 === 1);
    if (!signs.length || sides.some(Number.isNaN) || !signs.every((each) => each in RELATIONS)) return template;
    const k = signs.findIndex((each, i) => !RELATIONS[each](sides[i], sides[i + 1]));
    if (k < 0) return `${value}, as ${condition.replaceAll(" is ", " = ")}`;
    const holds = ["<", "=", ">"].find((each) => RELATIONS[each](sides[k], sides[k + 1]));
    reason ||= `${parts[2 * k]} ${holds} ${parts[2 * k + 2]}`;
  }
  return `${other}, as ${reason}`;
}

/** A blank or a number in a condition; NaN where it is something else. @param {string} part @param {(Num | undefined)[]} numbers */
function sideOf(part, numbers) {
  const blank = /^\{(\d+)\}$/.exec(part);
  return blank ? numbers[Number(blank[1])] ?? NaN : Number(part.replace(/[()]/g, "").replace("−", "-") || NaN);
}
