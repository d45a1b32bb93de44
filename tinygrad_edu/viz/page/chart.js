// Small charts as SVG: lines on linear or logarithmic axes, told apart by their dashes.

/**
 * @typedef {object} Series
 * @property {[number, number][]} points
 * @property {string} [name]
 * @property {string} [look] a class: "thin", "mark", …
 */

/**
 * @typedef {object} ChartOptions
 * @property {string} label what the chart shows, for those who do not see it
 * @property {string} x
 * @property {string} y
 * @property {boolean} [xLog]
 * @property {boolean} [yLog]
 * @property {[number, number]} [yRange]
 * @property {[number, number]} [xRange]
 * @property {number} [height]
 */

const CHART = { w: 340, h: 210, left: 58, right: 12, top: 12, bottom: 36, letter: 6.8 };

/**
 * Draw lines, and single points where a series has only one.
 * @param {Series[]} series
 * @param {ChartOptions} options
 */
function chart(series, options) {
  const { w, right, top, bottom } = CHART;
  const h = options.height ?? CHART.h;
  const usable = series.map((one) => ({ ...one, points: one.points.filter((p) => canDraw(p, options)) }));
  const points = usable.flatMap((one) => one.points);
  const ys = scale(options.yRange ?? extent(points.map((p) => p[1])), h - bottom, top, !!options.yLog);
  const { texts, zero } = tickTexts(ys.ticks, !!options.yLog);
  const left = Math.max(CHART.left, 10 + CHART.letter * Math.max(...texts.map((text) => text.length)));
  const xs = scale(options.xRange ?? extent(points.map((p) => p[0])), left, w - right, !!options.xLog);
  const root = svg("svg", { class: "chart", viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": options.label });
  const frame = { x: left, y: top, width: w - left - right, height: h - top - bottom };
  const id = `clip-${chartCount++}`;
  root.append(svg("clipPath", { id }, svg("rect", frame)), svg("rect", { class: "ground", ...frame }));
  for (const t of xs.ticks) {
    root.append(svg("line", { class: "grid", x1: xs.at(t), x2: xs.at(t), y1: top, y2: h - bottom }));
    root.append(svg("text", { x: xs.at(t), y: h - bottom + 15, "text-anchor": "middle" }, number(t, options.xLog ? 3 : digitsOf(xs.ticks))));
  }
  ys.ticks.forEach((t, i) => {
    root.append(svg("line", { class: "grid", x1: left, x2: w - right, y1: ys.at(t), y2: ys.at(t) }));
    root.append(svg("text", { x: left - 5, y: ys.at(t) + 4, "text-anchor": "end" }, texts[i]));
  });
  root.append(svg("text", { class: "axis", x: w - right, y: h - 5, "text-anchor": "end" }, options.x));
  root.append(svg("text", { class: "axis", x: 4, y: 10 }, options.y + zero));
  const inside = svg("g", { "clip-path": `url(#${id})` });
  usable.forEach((one, i) => {
    const at = one.points.map(([x, y]) => [xs.at(x), ys.at(y)]);
    const look = one.look ?? `series-${i}`;
    if (at.length === 1) inside.append(svg("circle", { class: look, cx: at[0][0], cy: at[0][1], r: 5 }));
    else if (at.length) inside.append(svg("path", { class: look, d: `M${at.map((p) => p.map((c) => c.toFixed(1)).join(" ")).join("L")}` }));
  });
  root.append(inside);
  return root;
}

let chartCount = 0;

/** @param {[number, number]} point @param {ChartOptions} options */
function canDraw([x, y], { xLog, yLog }) {
  return Number.isFinite(x) && Number.isFinite(y) && !(xLog && x <= 0) && !(yLog && y <= 0);
}

/** What differs by no more than this share is the same but for rounding: it is drawn as level. */
const NOISE = 32 * Number.EPSILON;

/** @param {number[]} numbers @returns {[number, number]} */
function extent(numbers) {
  if (!numbers.length) return [0, 1];
  const low = Math.min(...numbers);
  const high = Math.max(...numbers);
  if (high - low > NOISE * Math.max(Math.abs(low), Math.abs(high))) return [low, high];
  const room = Math.abs(low) * 0.1 || 1;
  return [low - (low > 0 ? Math.min(room, low / 2) : room), high + room];
}

/**
 * Turn numbers into places on the page.
 * @param {[number, number]} range
 * @param {number} from
 * @param {number} to
 * @param {boolean} log
 */
function scale([low, high], from, to, log) {
  const f = log ? Math.log10 : (/** @type {number} */ x) => x;
  const [a, b] = [f(low), f(high)];
  const room = log ? 0 : (b - a) * 0.05;
  const at = (/** @type {number} */ x) =>
    from + ((f(x) - (a - room)) / (b - a + 2 * room || 1)) * (to - from);
  return { at, ticks: log ? decades(a, b) : roundTicks(low, high) };
}

/** @param {number} a @param {number} b */
function decades(a, b) {
  const every = Math.max(1, Math.ceil((b - a) / 6));
  const found = [];
  for (let d = Math.ceil(a / every) * every; d <= b + 1e-9; d += every) found.push(10 ** d);
  return found;
}

/** The powers of ten to write along an axis, no closer than they can be read. @param {[number, number]} range of decades @param {number} room */
function decadesIn([low, high], room) {
  const every = Math.max(1, Math.ceil(((high - low) * TICK) / room));
  const found = [];
  for (let d = Math.ceil(low / every) * every; d <= high; d += every) found.push(d);
  return found;
}

/** The room that a power of ten takes along an axis. */
const TICK = 42;

/** So many digits that rounding moves no number along an axis by a tenth of the way to the next. @param {number[]} ticks */
function digitsOf(ticks) {
  const step = Math.abs(ticks[1] - ticks[0]) || 1;
  let digits = 3;
  while (digits < 16 && ticks.some((t) => Math.abs(Number(t.toPrecision(digits)) - t) > step / 10)) digits++;
  return digits;
}

/** From so many digits on, numbers along an axis are written as what lies above the first of them. */
const LONG = 8;

/** What stands at the marks of an axis, and what is behind its name where they do not begin at zero. @param {number[]} ticks @param {boolean} log */
function tickTexts(ticks, log) {
  const digits = log ? 3 : digitsOf(ticks);
  if (digits < LONG) return { texts: ticks.map((t) => number(t, digits)), zero: "" };
  const [first] = ticks;
  const texts = ticks.map((t) => number(t - first, 2));
  return { texts, zero: ` ${first < 0 ? "+" : "−"} ${number(Math.abs(first), digits)}` };
}

/** Two marks at least, and about four. @param {number} low @param {number} high */
function roundTicks(low, high) {
  const rough = (high - low) / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const steps = [10, 5, 2, 1, 0.5].map((m) => m * power);
  const fitting = steps.filter((s) => s >= rough).at(-1) ?? rough;
  const marks = [fitting, ...steps.filter((s) => s < fitting)].map((step) => multiples(step, low, high));
  return marks.find((found) => found.length > 1) ?? marks[0];
}

/** @param {number} step @param {number} low @param {number} high */
function multiples(step, low, high) {
  const from = Math.ceil(low / step - 1e-9);
  const count = Math.min(Math.floor(high / step + 1e-9) - from + 1, 20);
  return Array.from({ length: Math.max(count, 0) }, (_, i) => (from + i) * step || 0);
}
