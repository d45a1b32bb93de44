// What people type for a number: one, or a small calculation such as 2 * -1.987.

const TERM = /\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|\*\*|[-+*/^()]/giy;
const SIGNS = /** @type {Record<string, string>} */ ({ "−": "-", "×": "*", "·": "*", "÷": "/", ",": "." });

/**
 * Read a number, or compute what is written: + − · / ^ and brackets; null if it is neither.
 * @param {string} text
 * @returns {Num}
 */
function calculated(text) {
  const known = parsed(text);
  if (known !== null) return known;
  if (/[\d.]\s+[\d.]/.test(text)) return null;
  const plain = text.replace(/\s+/g, "").replace(/[−×·÷,]/g, (sign) => SIGNS[sign]);
  const terms = plain.match(TERM) ?? [];
  if (!terms.length || terms.join("") !== plain) return null;
  const found = sumOf(terms);
  return terms.length || Number.isNaN(found) ? null : found;
}

/** Each of these takes what it reads from the front; what cannot be read is nan. @param {string[]} terms @returns {number} */
function sumOf(terms) {
  let sum = productOf(terms);
  while (terms[0] === "+" || terms[0] === "-") sum += (terms.shift() === "-" ? -1 : 1) * productOf(terms);
  return sum;
}

/** @param {string[]} terms @returns {number} */
function productOf(terms) {
  let product = signedOf(terms);
  while (terms[0] === "*" || terms[0] === "/") {
    product = terms.shift() === "*" ? product * signedOf(terms) : product / signedOf(terms);
  }
  return product;
}

/** @param {string[]} terms @returns {number} */
function signedOf(terms) {
  if (terms[0] === "-" || terms[0] === "+") return (terms.shift() === "-" ? -1 : 1) * signedOf(terms);
  const base = singleOf(terms);
  if (terms[0] !== "^" && terms[0] !== "**") return base;
  terms.shift();
  return base ** signedOf(terms);
}

/** @param {string[]} terms @returns {number} */
function singleOf(terms) {
  const term = terms.shift();
  if (term !== "(") return term === undefined ? NaN : Number(term);
  const inside = sumOf(terms);
  return terms.shift() === ")" ? inside : NaN;
}
