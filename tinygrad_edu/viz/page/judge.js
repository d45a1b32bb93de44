// What becomes of the gradient now that the numbers are others: the words of Python's verdict.py.

/** Where a loss sends no more than this of its 1 to what is behind it, it has hardly any slope. */
const LITTLE = 1e-3;

/** A loss that asks for so much less than at first, and is smaller, has come near its least. */
const CALMER = 0.1;

/**
 * @typedef {object} Judgement
 * @property {string} word
 * @property {string} sentence
 * @property {string} look the class of its colour
 * @property {number} [leaf]
 */

/**
 * @typedef {object} Place what a gradient is compared at
 * @property {string} name
 * @property {number} size
 * @property {number} [value]
 */

/** @param {Model} model @param {ProgramResult} [at] @returns {Place} */
function referenceAt({ data, now }, at = now) {
  const places = (data.verdict?.behind ?? []).map((value) => ({ name: data.values[value].name, size: Math.abs(Number(at.gradients[value])), value }));
  return places.reduce((a, b) => (b.size > a.size ? b : a));
}

/** Compare a gradient with a healthy one, as Python's `viz.flow.compare` does. @param {number} size @param {number} reference @returns {[ratio: number, word: string]} */
function compared(size, reference) {
  if (!(reference > 0 && reference < Infinity)) return [NaN, !Number.isNaN(size) && [size, reference].includes(Infinity) ? "exploding" : "nan"];
  const ratio = size / reference;
  if (Number.isNaN(ratio)) return [ratio, "nan"];
  if (ratio === 0) return [ratio, "vanishing"];
  return [ratio, Number.isFinite(ratio) ? LOOK.steps[magnitude(ratio).step] : "exploding"];
}

/** The place of the one that decides, as Python's `viz.flow.deciding`. @param {[ratio: number, word: string][]} found */
function deciding(found) {
  const word = LOOK.words.find((one) => found.some((each) => each[1] === one));
  const places = found.flatMap((each, i) => (each[1] === word ? [i] : []));
  if (word === "healthy") return places[0];
  if (word === "nan") return places[places.length - 1];
  const far = (/** @type {number} */ i) => (found[i][0] > 0 && found[i][0] < Infinity ? Math.abs(Math.log10(found[i][0])) : Infinity);
  return places.reduce((a, b) => (far(b) > far(a) ? b : a));
}

/** Say that a loss asks for little itself, so that small gradients are no illness; nothing where it does not. @param {Model} model */
function askedLittle(model) {
  const { data, now, first } = model;
  if (!data.verdict?.behind?.length) return "";
  const output = data.values[data.output].name;
  const start = referenceAt(model);
  const [loss, lossBefore] = [now, first].map(({ values }) => Number(values[data.output]));
  const isCalmer = start.size <= CALMER * referenceAt(model, first).size && loss < lossBefore;
  if (start.value === data.output || !(start.size <= LITTLE || isCalmer)) return "";
  const fallen = loss < lossBefore ? ` It has come down from ${number(lossBefore)} to ${number(loss)}.` : "";
  return `${output} itself asks for little: the gradient at ${start.name}, the input of the loss, is ${number(start.size, 3)}, as it is where ${output} is near its least, or scaled down.${fallen}`;
}

/** Judge the leaves of a graph of numbers, as they are now. @param {Model} model @returns {Judgement} */
function judgeLeaves(model) {
  const { data, now } = model;
  const { groups = [] } = /** @type {VerdictData} */ (data.verdict);
  const calm = askedLittle(model);
  const start = referenceAt(model);
  const isBehind = start.value !== data.output;
  const size = (/** @type {number} */ leaf) => Math.abs(Number(now.gradients[leaf]));
  const largest = groups.map((group) => group.reduce((a, b) => (size(b) > size(a) ? b : a)));
  const found = largest.map((leaf) => compared(size(leaf), start.size));
  const at = deciding(found);
  if (calm && (start.size <= LITTLE || found[at][1] === "healthy")) {
    return { word: "healthy", sentence: calm, look: "step-3", leaf: groups[0]?.[0] };
  }
  const leaf = largest[at];
  const end = { name: data.values[leaf].name, size: size(leaf) };
  const look = classOf(magnitude(end.size, start.size));
  const factors = factorsBehind(model, leaf);
  const closed = end.size === 0 ? factors.find(({ local }) => local === 0) : undefined;
  if (closed) {
    const by = data.values[closed.operation.results[0]].name;
    return { word: "dead", sentence: `no gradient arrives at ${end.name}: ${closed.operation.symbol} (${by}) lets nothing through.`, look, leaf };
  }
  const place = isBehind && start.size !== 1 ? `${start.name}, the input of the loss,` : start.name;
  const [, word] = found[at];
  return { word, sentence: wayWords({ ...start, name: place }, end, word) + culpritWords(factors, end.size / start.size), look, leaf };
}

/** The factors on the largest path to a leaf, from behind the loss on. @param {Model} model @param {number} leaf */
function factorsBehind(model, leaf) {
  const { data } = model;
  const [path] = new Paths(model, leaf).largest(1);
  if (!path) return [];
  const behind = data.verdict?.behind ?? [];
  const from = path.arrows.findIndex((i) => behind.includes(data.operations[data.arrows[i].operation].results[0]));
  return factorsOf(model, { ...path, arrows: path.arrows.slice(Math.max(from, 0)) });
}

/** Name the factor that did most, if much was done. @param {Factor[]} factors @param {number} ratio */
function culpritWords(factors, ratio) {
  if (!factors.length || !(ratio > 0 && ratio < Infinity) || Math.abs(Math.log10(ratio)) < 1) return "";
  const isFall = ratio < 1;
  const most = factors.reduce((a, b) => ((isFall ? b.size < a.size : b.size > a.size) ? b : a));
  const kind = { slope: `the slope of ${most.operation.symbol}`, weight: "a weight", leaf: "a leaf factor", other: most.operation.symbol }[most.kind];
  return ` ${isFall ? "Smallest" : "Largest"} factor: ×${number(Math.abs(most.local), 3)}, ${kind}.`;
}

/** The layers of a network from the one that counts as healthy back; none where that is not found. @param {Model} model @returns {Place[]} */
function placesOf(model) {
  const layers = layersOf(model).map(({ name, size }) => ({ name: name.replace(/\(.*/, ""), size: size === null ? NaN : Math.abs(size) }));
  const at = layers.findIndex(({ name }) => name === model.data.referencePlace);
  return at < 0 ? [] : layers.slice(at);
}

/** Judge the layers of a network of numbers, as they are now. @param {Model} model @returns {Judgement} */
function judgeLayers(model) {
  const places = placesOf(model);
  const [start] = places;
  if (!start) return { word: "", sentence: "", look: "" };
  if (start.size === 0) return { word: "dead", sentence: `no gradient arrives at ${start.name}.`, look: "zero" };
  const found = places.map(({ size }) => compared(size, start.size)).reverse();
  const at = deciding(found);
  const end = places[places.length - 1 - at];
  const [, word] = found[at];
  return { word, sentence: wayWords(start, end, word), look: classOf(magnitude(end.size, start.size)) };
}

/** The size of a gradient that counts as healthy with the numbers of now; null where that is not known. @param {Model} model */
function healthyNow(model) {
  const { size } = (model.data.verdict?.behind?.length ? referenceAt(model) : placesOf(model)[0]) ?? { size: NaN };
  return size > 0 && Number.isFinite(size) ? size : null;
}

/** Say from where to where, as Python does. @param {Place} start @param {Place} end @param {string} word */
function wayWords(start, end, word) {
  const sizes = `from ${number(start.size, 3)} at ${start.name} to ${number(end.size, 3)} at ${end.name}`;
  if (start.name === end.name) return `the gradient is ${number(end.size, 3)} at ${end.name}.`;
  if (!Number.isFinite(end.size)) return `the gradient is no finite number any more, ${sizes}.`;
  const moves = word === "healthy" ? "goes" : end.size < start.size ? "falls" : "grows";
  return `the gradient ${moves} ${sizes}${end.size === 0 ? ", smaller than a float can hold" : ""}.`;
}
