// Making elements. Text is only ever set as text, so no label can become markup.

const SPACES = { svg: "http://www.w3.org/2000/svg", math: "http://www.w3.org/1998/Math/MathML" };

/** @typedef {Record<string, string | number | boolean | null | undefined>} Attributes */

/**
 * Make an HTML element.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes] false and null leave one out, true sets it without a value
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  dress(element, attributes);
  element.append(...children);
  return element;
}

/**
 * Make an SVG element.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SPACES.svg, tag);
  dress(element, attributes);
  element.append(...children);
  return /** @type {SVGElementTagNameMap[Tag]} */ (element);
}

/**
 * Make a MathML element.
 * @param {string} tag
 * @param {...(Node | string)} children
 * @returns {Element}
 */
function math(tag, ...children) {
  const element = document.createElementNS(SPACES.math, tag);
  element.append(...children);
  return element;
}

/**
 * @param {Element} element
 * @param {Attributes} attributes
 */
function dress(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * Set a text, if it is another one: a live region only speaks of changes.
 * @param {Element} element
 * @param {string} text
 */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Text in which no number is broken at the minus of its exponent, as browsers do.
 * @param {string} text
 * @returns {(Node | string)[]}
 */
function unbroken(text) {
  return text.split(/(\S*\de-\d\S*)/).map((part, i) => (i % 2 ? html("span", { class: "number" }, part) : part));
}

/** Set such a text, if it is another one. @param {Element} element @param {string} text */
function writeUnbroken(element, text) {
  if (element.textContent !== text) element.replaceChildren(...unbroken(text));
}

/**
 * Find an element of the page that is always there.
 * @template {Element} [Kind=HTMLElement]
 * @param {string} id
 * @returns {Kind}
 */
function find(id) {
  return /** @type {Kind} */ (/** @type {unknown} */ (document.getElementById(id)));
}

/**
 * Make a button.
 * @param {string} text
 * @param {() => void} action
 * @param {Attributes} [attributes]
 */
function button(text, action, attributes = {}) {
  const made = html("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", action);
  return made;
}
