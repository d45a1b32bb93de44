// Formulas as MathML, which browsers draw by themselves. Reads plain text; knows no derivative rule.

const RAISED = new Map([..."⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ˣᵃᵇᵖᵀ"].map((c, i) => [c, "0123456789+−xabpT"[i]]));
const TOKEN = /(\d+(?:\.\d+)?(?:e[−-]?\d+)?|inf|nan)|([\p{L}_][\p{L}\p{N}_.[\],′]*)|([⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ˣᵃᵇᵖᵀ]+)|(\s+)|([−+]=|.)/gu;

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
  for (const [, digits, name, raised, space, sign] of text.matchAll(TOKEN)) {
    if (digits) found.push(math("mn", digits));
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
    } else now.push(part);
  }
  return sides.flatMap((side) => [math("math", ...side), html("wbr")]);
}

/** @param {string} text */
function sign(text) {
  return math("mo", text);
}
