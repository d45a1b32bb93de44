// The drawing of one graph. Everything is made once and never moves; only numbers and looks change.

const FRAME = { hue: 5, line: 16 };

/**
 * @typedef {object} ValueShape the parts of a value's box that change
 * @property {SVGGElement} group
 * @property {SVGTSpanElement} fact
 * @property {SVGGElement | null} cell
 * @property {SVGTextElement | null} gradient
 * @property {SVGGElement | null} arrow that comes from the operation that made it
 * @property {string} [key] what it shows
 */

/**
 * @typedef {object} ArrowShape the parts of an arrow that change
 * @property {SVGGElement} group
 * @property {SVGGElement} cell
 * @property {SVGTextElement | null} local
 * @property {SVGTextElement} contribution
 * @property {string} [key] what it shows
 */

class Drawing {
  /**
   * @param {Model} model
   * @param {HTMLElement} parent
   * @param {(value: number) => void} onSelect
   */
  constructor(model, parent, onSelect) {
    this.model = model;
    const { data } = model;
    this.content = svg("g");
    this.frame = svg("svg", { class: "graph far", role: "img", "aria-label": summary(data) });
    parent.append(this.frame);
    this.layer = { calls: svg("g"), halos: svg("g"), arrows: svg("g"), titles: svg("g"), boxes: svg("g") };
    this.content.append(...Object.values(this.layer));
    this.layer.calls.append(...data.calls.map(callShape));
    this.layer.titles.append(...data.calls.map(callTitle));
    /** What takes part in the current step. @type {Element[]} */
    this.active = [];
    /** @type {ArrowShape[]} */
    this.arrows = [];
    this.operations = data.operations.map((operation) => this.addOperation(operation));
    this.values = data.values.map((value, i) => this.addValue(value, i));
    this.view = new View(this.frame, this.content, data.size);
    this.frame.addEventListener("click", (event) => {
      const value = valueAt(event);
      if (value !== null && !this.view.moved) onSelect(value);
    });
    this.frame.addEventListener("pointerover", (event) => this.light(valueAt(event)));
    this.frame.addEventListener("pointerleave", () => this.light(null));
  }

  /** Let it be seen: only now does the browser lay it out, once, at its place and scale. */
  reveal() {
    this.frame.append(this.content);
  }

  /** @param {OperationData} operation */
  addOperation(operation) {
    const [x, y, w, h] = operation.box;
    const group = svg("g", { class: "operation" });
    group.append(svg("title", {}, `${operation.name}: ${operation.definition}`));
    const total = operation.arrows.reduce((sum, i) => sum + this.model.data.arrows[i].height, 0);
    const right = x + CELL_WIDTH;
    group.append(svg("rect", { class: "body", x: right, y, width: w - CELL_WIDTH, height: h, rx: 8 }));
    const lines = operation.lines ?? [];
    const middle = y + h / 2 - lines.length * 7;
    const center = { x: right + (w - CELL_WIDTH) / 2, "text-anchor": "middle" };
    group.append(svg("text", { class: "symbol", y: middle + 5, ...center }, operation.symbol));
    lines.forEach((line, i) =>
      group.append(svg("text", { class: "small", y: middle + 19 + 14 * i, ...center }, line))
    );
    let top = y + (h - total) / 2;
    for (const i of operation.arrows) {
      const { height } = this.model.data.arrows[i];
      this.arrows[i] = this.addArrow(i, group, x, top);
      top += height;
    }
    this.layer.boxes.append(group);
    return group;
  }

  /**
   * @param {number} i
   * @param {SVGGElement} parent
   * @param {number} x
   * @param {number} y
   * @returns {ArrowShape}
   */
  addArrow(i, parent, x, y) {
    const arrow = this.model.data.arrows[i];
    const group = arrowShape(arrow.path);
    this.layer.arrows.append(group);
    const wants = this.model.data.values[arrow.value].kind !== "constant";
    const cell = svg("g", { class: "cell missing" });
    const frame = { x: x + 1, y: y + 1, width: CELL_WIDTH - 2, height: arrow.height - 2, rx: 4 };
    parent.append(svg("rect", { class: "slot", ...frame }), cell);
    const middle = { x: x + CELL_WIDTH / 2, "text-anchor": "middle" };
    const contribution = svg("text", { y: y + arrow.height - 6, ...middle });
    const local = wants && !this.model.data.tensors;
    const text = local ? svg("text", { class: "local", y: y + 14.5, ...middle }) : null;
    if (text) parent.append(text);
    (arrow.arrivals ?? []).forEach(([left, middle, name]) => parent.append(stubShape(name, left, middle)));
    if (arrow.stub) parent.append(stubShape(arrow.stub, x, y + arrow.height / 2));
    if (wants) {
      const half = { ...frame, y: y + arrow.height - FRAME.line - 3, height: FRAME.line + 2 };
      cell.append(svg("rect", half), contribution);
    }
    return { group, cell, local: text, contribution };
  }

  /**
   * @param {ValueData} value
   * @param {number} i
   * @returns {ValueShape}
   */
  addValue(value, i) {
    const [x, y, w, h] = value.box;
    const group = svg("g", { class: `value ${value.kind}`, "data-value": i });
    const tip = svg("title", {}, `${value.name} (${KINDS[value.kind]})`);
    const round = value.kind === "intermediate" || value.kind === "output" ? 9 : 2;
    group.append(tip, svg("rect", { class: "frame", x, y, width: w, height: h, rx: round }));
    if (value.kind === "parameter") {
      group.append(svg("rect", { class: "inner", x: x + 3, y: y + 3, width: w - 6, height: h - 6 }));
    }
    const hue = value.kind !== "constant" && value.kind !== "intermediate";
    if (hue) {
      const bar = { x: x + 6, y: y + 7, width: FRAME.hue, height: h - 14, rx: 1 };
      group.append(svg("rect", { class: "hue", ...bar }));
    }
    const left = x + (hue ? 16 : 8);
    const fact = svg("tspan");
    const name = svg("tspan", { class: "name" }, shortened(value.name));
    const title = svg("text", { x: left, y: y + (value.kind === "constant" ? 18 : 20) });
    const isNumber = value.kind === "constant" && !value.shape && value.name === number(value.number, 6);
    title.append(...(isNumber ? [fact] : [name, value.shape ? "  " : " = ", fact]));
    group.append(title);
    const arrow = value.path ? arrowShape(value.path) : null;
    if (arrow) this.layer.arrows.append(arrow);
    this.layer.boxes.append(group);
    const shape = { group, fact, cell: null, gradient: null, arrow };
    if (value.kind === "constant") return shape;
    const bar = { x: left - 2, y: y + 26, width: x + w - left - 5, height: FRAME.line + 1, rx: 3 };
    const gradient = svg("text", { x: left + 3, y: y + 39 });
    const cell = svg("g", { class: "cell missing" }, svg("rect", bar), gradient);
    group.append(cell);
    return { ...shape, cell, gradient };
  }

  /**
   * Show the numbers that are known after so many steps.
   * @param {number} position
   */
  update(position) {
    const moment = this.model.momentAt(position);
    this.values.forEach((_, i) => this.updateValue(i, moment));
    this.arrows.forEach((_, i) => this.updateArrow(i, moment));
    this.mark(position);
  }

  /**
   * Tell whether a shape is to show something new: what stays is not touched, for 1,000 values take
   * long to style.
   * @param {{key?: string}} shape
   * @param {string} key
   */
  isNew(shape, key) {
    const before = shape.key;
    shape.key = key;
    return before !== key;
  }

  /** @param {number} i @param {Moment} moment */
  updateValue(i, moment) {
    const { model, values } = this;
    const { now, first, data } = model;
    const { group, fact, cell, gradient, arrow } = values[i];
    const { shape, box } = data.values[i];
    const [x, y, , h] = box;
    const done = moment.computed[i];
    const found = moment.gradients[i];
    const key = [done && now.values[i], found, now.gradients[i]].join();
    if (!this.isNew(values[i], key)) return;
    write(fact, shape || (done ? fitted(now.values[i]) : "–"));
    ghost(group, "over", [x + 8, y - 3], done ? was(first.values[i], now.values[i]) : "");
    if (!cell || !gradient) return;
    const shown = model.magnitudeOf(i, found);
    const word = shape ? "grad norm " : "grad ";
    const cross = shown.state === "invalid" ? "✕ " : "";
    write(gradient, cross + word + fitted(found));
    const before = found === undefined ? "" : was(first.gradients[i], now.gradients[i]);
    ghost(group, "under", [x + 8, y + h + 11], before);
    cell.setAttribute("class", `cell ${classOf(shown)}`);
    if (arrow) dressArrow(arrow, shown);
  }

  /** @param {number} i @param {Moment} moment */
  updateArrow(i, moment) {
    const { group, cell, local, contribution } = this.arrows[i];
    const { now, data } = this.model;
    const arrow = data.arrows[i];
    const sent = moment.sent[i] ? now.contributions[i] : null;
    const key = [moment.sent[i], sent, now.locals[i]].join();
    if (!this.isNew(this.arrows[i], key)) return;
    const shown = this.model.magnitudeOf(arrow.value, sent);
    dressArrow(group, shown);
    cell.setAttribute("class", `cell ${classOf(shown)}`);
    write(contribution, (shown.state === "invalid" ? "✕ " : "") + fitted(sent));
    if (local) write(local, moment.sent[i] ? `× ${fitted(now.locals[i], 8)}` : "");
  }

  /** Outline what takes part in the last of so many steps. @param {number} position */
  mark(position) {
    this.active.forEach((element) => element.classList.remove("active"));
    this.active = this.partsOf(this.model.data.steps[position - 1]);
    this.active.forEach((element) => element.classList.add("active"));
    const arrows = this.active.filter((element) => element.classList.contains("arrow"));
    this.layer.halos.replaceChildren(...arrows.map(haloOf));
  }

  /** All that takes part in a step. @param {StepData | undefined} step @returns {Element[]} */
  partsOf(step) {
    if (!step) return [];
    const { group, arrow } = this.values[step.result];
    const found = arrow ? [group, arrow] : [group];
    if (step.operation === undefined) return found;
    const operation = this.model.data.operations[step.operation];
    const arrows = step.phase === "forward" ? operation.arrows : step.slots.map((slot) => slot.arrow);
    for (const i of arrows) {
      found.push(this.arrows[i].group, this.values[this.model.data.arrows[i].value].group);
    }
    for (const i of step.results ?? []) found.push(this.values[i].group);
    return [...found, this.operations[step.operation]];
  }

  /** Light a value with all it came from and went into. @param {number | null} value */
  light(value) {
    this.content.classList.toggle("dimmed", value !== null);
    for (const old of this.content.querySelectorAll(".lit")) old.classList.remove("lit");
    if (value === null) return;
    const up = this.model.relatives(value, true);
    const down = this.model.relatives(value, false);
    for (const i of [...up, ...down]) {
      this.values[i].group.classList.add("lit");
    }
    const { operations } = this.model.data;
    operations.forEach((operation, k) => {
      const into = operation.results.some((x) => up.has(x)) ? up : down;
      if (!operation.results.some((x) => into.has(x))) return;
      if (into === down && !operation.arguments.some((x) => down.has(x))) return;
      this.operations[k].classList.add("lit");
      operation.results.forEach((x) => into.has(x) && this.values[x].arrow?.classList.add("lit"));
      operation.arrows.forEach((i) => {
        if (into.has(operation.arguments[this.model.data.arrows[i].position])) {
          this.arrows[i].group.classList.add("lit");
        }
      });
    });
  }

  /** Mark the value that is being explained. @param {number | null} value */
  select(value) {
    this.values.forEach(({ group }, i) => group.classList.toggle("selected", i === value));
  }

  /** The boxes that take part in the last of so many steps, what matters most first. @param {number} position @returns {Box[]} */
  boxesOf(position) {
    const step = this.model.data.steps[position - 1];
    const { values, operations, output } = this.model.data;
    if (!step) return this.boxesAround(values[operations[0]?.results[0] ?? output]);
    return this.boxesAround(values[step.result]);
  }

  /** The boxes of what computed a value, of it, and of its arguments. @param {ValueData} value @returns {Box[]} */
  boxesAround(value) {
    const { values, operations } = this.model.data;
    if (value.by === undefined) return [value.box];
    const operation = operations[value.by];
    return [this.boxWithNames(operation), value.box, ...operation.arguments.map((i) => values[i].box)];
  }

  /** The box of an operation, with the names of what comes to it from the row above. @param {OperationData} operation @returns {Box} */
  boxWithNames({ box, arrows }) {
    const [x, y, w, h] = box;
    const starts = arrows.flatMap((i) => (this.model.data.arrows[i].arrivals ?? []).slice(-1));
    const lefts = starts.map(([from, , name]) => from - STUB - name.length * 6.5);
    const left = Math.min(x, ...lefts.filter((one) => x - one < 200)); // at the start of its row
    return [left, y, x + w - left, h];
  }
}
