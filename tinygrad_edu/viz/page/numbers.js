// How numbers are written and how the size of a gradient looks: the same as in Python's pictures.

/**
 * Write a number as a person would: 4 significant digits, a real minus, – where there is none.
 * @param {Num | undefined} x
 * @param {number} [digits]
 * @returns {string}
 */
function number(x, digits = 4) {
  if (x === null || x === undefined) return "–";
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x < 0 ? "−inf" : "inf";
  if (x === 0) return "0";
  const size = Math.abs(x);
  const text = size >= 1e-3 && size < 1e6 ? plain(size, digits) : scientific(size, digits);
  return x < 0 ? "−" + text : text;
}

/**
 * Write a number with as many digits as there is room for.
 * @param {Num | undefined} x
 * @param {number} [most] letters
 */
function fitted(x, most = 9) {
  for (let digits = 4; digits > 1; digits--) {
    const text = number(x, digits);
    if (text.length <= most) return text;
  }
  return number(x, 1);
}

/**
 * @param {number} size
 * @param {number} digits
 */
function plain(size, digits) {
  const exponent = Number(size.toExponential(17).split("e")[1]);
  const decimals = Math.max(1, digits - 1 - exponent);
  return trimmed(rounded(size.toFixed(decimals), size.toFixed(Math.min(decimals + 40, 100))));
}

/**
 * @param {number} size
 * @param {number} digits
 */
function scientific(size, digits) {
  const [mantissa, exponent] = size.toExponential(digits - 1).split("e");
  return `${trimmed(mantissa)}e${Number(exponent)}`;
}

/**
 * Round half to even, as Python does, where JavaScript has rounded half up.
 * @param {string} text what JavaScript has made of it
 * @param {string} exact all its digits
 */
function rounded(text, exact) {
  const isTie = /^50*$/.test(exact.slice(text.length)) && /[13579]$/.test(text);
  return isTie ? exact.slice(0, text.length) : text;
}

/** @param {string} text */
function trimmed(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/**
 * Read a number that a person or JSON has written.
 * @param {unknown} given
 * @returns {Num}
 */
function parsed(given) {
  if (typeof given === "number" || given === null || given === undefined) return given ?? null;
  const text = String(given).trim().replace("−", "-").replace(",", ".");
  const known = { inf: Infinity, "-inf": -Infinity, nan: NaN }[text];
  if (known !== undefined) return known;
  return text === "" || Number.isNaN(Number(text)) ? null : Number(text);
}

/**
 * Say why what was typed is not taken; nothing if it is a finite number.
 * @param {string} text
 * @param {string} name of what it was typed for
 * @param {number} value that it keeps
 */
function refusal(text, name, value) {
  const x = parsed(text);
  if (x !== null && Number.isFinite(x)) return "";
  const lacking = x === null || Number.isNaN(x) ? "not a number" : "not a finite number";
  return `${lacking}: ${name} stays ${number(value)}`;
}

/** @typedef {{state: string, r: number, step: number}} Magnitude */

/** How gradients look; set once from the page's data. @type {Look} */
let LOOK = { bounds: [], steps: [], ranges: [], words: [], samples: [] };

/**
 * Classify a gradient by its size.
 * @param {Num | undefined} size
 * @param {number} [reference] the size that counts as healthy
 * @returns {Magnitude}
 */
function magnitude(size, reference = 1) {
  if (size === null || size === undefined) return { state: "missing", r: NaN, step: 3 };
  if (!Number.isFinite(size)) return { state: "invalid", r: NaN, step: 3 };
  if (size === 0) return { state: "zero", r: NaN, step: 3 };
  const r = Math.log10(Math.abs(size)) - Math.log10(reference);
  const step = LOOK.bounds.filter((bound) => (bound < 0 ? r > bound : r >= bound)).length;
  return { state: "known", r, step };
}

/**
 * Name the class of a gradient's look.
 * @param {Magnitude} shown
 */
function classOf(shown) {
  return shown.state === "known" ? `step-${shown.step}` : shown.state;
}

/**
 * Return the width of an arrow.
 * @param {Magnitude} shown
 */
function width(shown) {
  if (shown.state === "known") return Math.min(Math.max(1 + 0.8 * (shown.r + 5), 0.75), 6);
  return shown.state === "invalid" ? 2 : 1;
}

/**
 * Bracket a number that begins with a minus, for use as a factor.
 * @param {Num | undefined} x
 */
function factor(x) {
  const text = number(x);
  return text.startsWith("−") ? `(${text})` : text;
}
