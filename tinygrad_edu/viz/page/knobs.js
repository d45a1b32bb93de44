// The inputs that can be changed. An input of the same name in several graphs is one knob.

class Knob {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    /** @type {{model: Model, k: number}[]} the graphs that have it, and where among their inputs */
    this.targets = [];
  }

  get value() {
    const { model, k } = this.targets[0];
    return model.inputs[k];
  }

  set value(x) {
    for (const { model, k } of this.targets) model.inputs[k] = x;
  }

  get initial() {
    const { model, k } = this.targets[0];
    return model.initial[k];
  }

  /** Whether the graphs have come to hold different numbers. */
  get differs() {
    return this.targets.some(({ model, k }) => !Object.is(model.inputs[k], this.value));
  }

  /** Whether a gradient comes back to it. */
  get isLeaf() {
    return this.targets.some(({ model, k }) => model.data.values[model.data.inputs[k]].kind !== "constant");
  }

  get isParameter() {
    return this.targets.some(({ model, k }) => model.data.values[model.data.inputs[k]].kind === "parameter");
  }

  /** Whether it is this value of this graph. @param {Model} model @param {number} value */
  is(model, value) {
    return this.targets.some((t) => t.model === model && model.data.inputs[t.k] === value);
  }

  /** The gradient in each graph. @returns {{model: Model, k: number, gradient: Num}[]} */
  gradients() {
    return this.targets.map(({ model, k }) => {
      return { model, k, gradient: model.now.gradients[model.data.inputs[k]] };
    });
  }
}

/** Collect the knobs of all graphs, by name. @param {Model[]} models @returns {Knob[]} */
function knobsOf(models) {
  /** @type {Map<string, Knob>} */
  const found = new Map();
  for (const model of models) {
    model.data.inputs.forEach((i, k) => {
      const { name } = model.data.values[i];
      const knob = found.get(name) ?? new Knob(name);
      knob.targets.push({ model, k });
      found.set(name, knob);
    });
  }
  return [...found.values()];
}

/** What is spoken of where inputs are changed: the chosen value, else the first input, and what follows from it. @param {App} app @param {Knob[]} knobs */
function topicOf(app, knobs) {
  const inputs = knobs.slice(0, 1).flatMap(({ targets }) => targets.map(({ model, k }) => ({ model, value: model.data.inputs[k] })));
  const outputs = app.models.map((model) => ({ model, value: model.data.output }));
  return [...(app.selected ? [app.selected] : inputs), ...outputs];
}

const MOST_KNOBS = 24;

/** @param {App} app @returns {Panel} */
function whatIfPanel(app) {
  const element = html("section");
  const result = html("p", { class: "result", "aria-live": "polite" });
  const reset = button("Reset all numbers", () => {
    app.models.forEach((model) => (model.inputs = [...model.initial]));
    app.changed();
  });
  const filter = html("input", { type: "search", "aria-label": "Show inputs of this name" });
  const rows = html("div", { class: "knobs" });
  const note = html("p", { class: "rule" });
  const makeRow = /** @param {Knob} knob */ (knob) => new KnobRow(knob, () => app.changed());
  /** @type {KnobRow[]} */
  let shown = [];
  const choose = () => {
    const wanted = filter.value.trim().toLowerCase();
    const chosen = app.selected;
    const first = app.knobs.filter((knob) => chosen && knob.is(chosen.model, chosen.value));
    const rest = app.knobs.filter((knob) => !first.includes(knob) && knob.name.toLowerCase().includes(wanted));
    shown = [...first, ...rest].slice(0, MOST_KNOBS).map(makeRow);
    rows.replaceChildren(...shown.map((row) => row.element));
    const hidden = app.knobs.length - shown.length;
    write(note, hidden > 0 ? `${hidden} more inputs: filter by name, or click one in the drawing.` : "");
  };
  filter.addEventListener("input", choose);
  const many = app.knobs.length > MOST_KNOBS;
  element.append(
    html("h2", {}, "What if …"),
    html("p", {}, "Change a number: every value, gradient and colour follows."),
    result,
    html("p", {}, reset),
    ...(many ? [html("label", {}, "Filter ", filter)] : []),
    rows,
    note
  );
  return {
    id: "what-if",
    title: "What if",
    element,
    topic: () => topicOf(app, app.knobs),
    update() {
      if (!shown.length) choose();
      write(result, app.models.map(outputWords).join("; "));
      reset.disabled = !app.models.some((model) => model.isChanged);
      const isKnown = app.player.position === app.player.last;
      shown.forEach((row) => row.update(isKnown));
    },
    onSelect: () => many && choose(),
  };
}

/** What the graphs call their output, or else if they differ. @param {Model[]} models @param {string} [other] */
function outputName(models, other = "output") {
  const names = [...new Set(models.map(({ data }) => data.values[data.output].name))];
  return names.length === 1 ? names[0] : other;
}

/** The output now and at first. @param {Model} model */
function outputWords({ data, now, first }) {
  const name = (data.title ? `${data.title}: ` : "") + data.values[data.output].name;
  const before = was(first.values[data.output], now.values[data.output]);
  return `${name} = ${number(now.values[data.output], 6)}${before ? ` (${before})` : ""}`;
}

/** One input: a field to type into, and a slider. */
class KnobRow {
  /** @param {Knob} knob @param {() => void} onChange */
  constructor(knob, onChange) {
    this.knob = knob;
    const id = `knob-${KnobRow.count++}`;
    this.field = html("input", { type: "text", inputmode: "decimal", id, autocomplete: "off" });
    const reach = Math.max(1, Math.abs(Number.isFinite(knob.initial) ? knob.initial : 0)) * 2;
    this.low = (Number.isFinite(knob.initial) ? knob.initial : 0) - reach;
    this.high = this.low + 2 * reach;
    this.slider = html("input", { type: "range", min: 0, max: 1000, step: 1, "aria-label": `${knob.name}, slider` });
    this.gradient = html("span", { class: "gradient" });
    this.message = html("span", { class: "gradient refusal", id: `${id}-message`, role: "status" });
    this.field.setAttribute("aria-describedby", this.message.id);
    this.isKnown = true;
    /** The number that the message speaks of. */
    this.kept = knob.value;
    this.element = html(
      "div",
      { class: "knob" },
      html("label", { for: id, title: knob.name }, shortened(knob.name)),
      this.field,
      this.slider,
      this.message,
      this.gradient
    );
    this.field.addEventListener("input", () => {
      const words = refusal(this.field.value, knob.name, knob.value);
      this.field.setAttribute("aria-invalid", String(words !== ""));
      write(this.message, words);
      this.kept = knob.value;
      if (words) return;
      knob.value = Number(parsed(this.field.value));
      onChange();
    });
    this.field.addEventListener("blur", () => this.update());
    this.slider.addEventListener("input", () => {
      const share = Number(this.slider.value) / 1000;
      knob.value = Number((this.low + (this.high - this.low) * share).toPrecision(4));
      onChange();
    });
    this.update();
  }

  static count = 0;

  /** @param {boolean} [isKnown] whether the gradients have come back; by default as it was */
  update(isKnown = this.isKnown) {
    const { knob } = this;
    this.isKnown = isKnown;
    if (document.activeElement !== this.field) {
      this.field.value = String(Number(knob.value.toPrecision(6)));
      this.field.setAttribute("aria-invalid", "false");
    }
    if (!Object.is(knob.value, this.kept)) write(this.message, "");
    const share = (knob.value - this.low) / (this.high - this.low);
    this.slider.value = String(Math.round(1000 * Math.min(Math.max(share || 0, 0), 1)));
    this.slider.setAttribute("aria-valuetext", number(knob.value));
    const texts = knob.gradients().map(({ gradient }) => (isKnown ? number(gradient) : "–"));
    const before = Object.is(knob.value, knob.initial) ? "" : `was ${number(knob.initial)}; `;
    write(this.gradient, (knob.differs ? "differs; " : before) + (knob.isLeaf ? `grad ${texts.join(" | ")}` : "constant"));
  }
}
