// The drawing of one graph. Everything is made once and never moves; only numbers and looks change.

const FRAME = { hue: 5, line: 16 };
/** From so many values on, boxes out of sight are left out: a browser takes long to lay out all their texts. */
const LARGE = 200;
/** Numbers over and under a box, and names beside it, reach so far out of it, in points. */
const AROUND = 160;

/**
 * @typedef {object} ValueShape the parts of a value's box that change
 * @property {SVGGElement} group
 * @property {Element} fact
 * @property {Element | null} cell
 * @property {Element | null} gradient
 * @property {Arrow | null} arrow that comes from the operation that made it
 * @property {{over?: Element, under?: Element}} ghosts what numbers were at first
 * @property {string} [key] what it shows
 */

/**
 * @typedef {object} ArrowShape the parts of an arrow that change
 * @property {Arrow} arrow
 * @property {Element} cell
 * @property {Element | null} local
 * @property {Element | null} contribution
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
    /** What belongs into the boxes that are out of sight. @type {Map<SVGGElement, Element[]>} */
    this.out = new Map();
    this.view = new View(this.frame, this.content, data.size, (part) => this.see(part));
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

  /** Leave out what is out of sight, of a large drawing. @param {Box} part what is in sight */
  see(part) {
    const { values, operations } = this.model.data;
    if (values.length < LARGE) return;
    const seen = outset(part, AROUND);
    values.forEach(({ box }, i) => this.show(this.values[i].group, overlap(box, seen)));
    operations.forEach(({ box }, i) => this.show(this.operations[i], overlap(box, seen)));
  }

  /** Fill a box or empty it: what is only hidden is still laid out. @param {SVGGElement} group @param {boolean} isSeen */
  show(group, isSeen) {
    const inside = this.out.get(group);
    if (isSeen && inside) {
      group.prepend(...inside);
      this.out.delete(group);
    } else if (!isSeen && !inside) {
      this.out.set(group, [...group.children]);
      group.replaceChildren();
    }
  }

  /** @param {OperationData} operation */
  addOperation(operation) {
    const [x, y, w, h] = operation.box;
    const like = [operation.symbol, operation.name, operation.definition, w, h, ...(operation.lines ?? [])].join();
    const group = copyOf(`operation ${like}`, () => operationShape(operation));
    place(group, x, y);
    const total = operation.arrows.reduce((sum, i) => sum + this.model.data.arrows[i].height, 0);
    let top = (h - total) / 2;
    for (const i of operation.arrows) {
      this.arrows[i] = this.addArrow(i, group, top);
      top += this.model.data.arrows[i].height;
    }
    this.layer.boxes.append(group);
    return group;
  }

  /**
   * @param {number} i
   * @param {SVGGElement} operation
   * @param {number} top where its cell begins in the box of the operation
   * @returns {ArrowShape}
   */
  addArrow(i, operation, top) {
    const { arrows, values, operations } = this.model.data;
    const { value, height, path, arrivals = [], stub } = arrows[i];
    const arrow = arrowShape(path);
    this.layer.arrows.append(arrow.group);
    const wantsGradient = values[value].kind !== "constant";
    const hasLocal = wantsGradient && !this.model.data.tensors;
    const like = `cell ${height} ${wantsGradient} ${hasLocal}`;
    const cell = copyOf(like, () => cellShape(height, wantsGradient, hasLocal));
    place(cell, 0, top);
    operation.append(cell);
    const [x, y] = operations[arrows[i].operation].box;
    arrivals.forEach(([left, middle, name]) => operation.append(stubShape(name, left - x, middle - y)));
    if (stub) operation.append(stubShape(stub, 0, top + height / 2));
    const [inside, local] = [part(cell, ".cell"), part(cell, ".local")];
    return { arrow, cell: inside, local, contribution: part(inside, "text") };
  }

  /**
   * @param {ValueData} value
   * @param {number} i
   * @returns {ValueShape}
   */
  addValue(value, i) {
    const [x, y, w, h] = value.box;
    const hasName = value.kind !== "constant" || Boolean(value.shape) || value.name !== number(value.number, 6);
    const like = [value.kind, w, h, Boolean(value.shape), hasName].join();
    const group = copyOf(`value ${like}`, () => valueShape(value, hasName));
    place(group, x, y);
    group.setAttribute("data-value", String(i));
    part(group, "title").textContent = `${value.name} (${KINDS[value.kind]})`;
    if (hasName) part(group, ".name").textContent = shortened(value.name);
    const arrow = value.path ? arrowShape(value.path) : null;
    if (arrow) this.layer.arrows.append(arrow.group);
    this.layer.boxes.append(group);
    const cell = part(group, ".cell");
    return { group, fact: part(group, ".fact"), cell, gradient: cell && part(cell, "text"), arrow, ghosts: {} };
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
    const { fact, cell, gradient, arrow } = values[i];
    const { shape, box } = data.values[i];
    const done = moment.computed[i];
    const found = moment.gradients[i];
    const key = [done && now.values[i], found, now.gradients[i]].join();
    if (!this.isNew(values[i], key)) return;
    write(fact, shape || (done ? fitted(now.values[i]) : "–"));
    ghost(values[i], "over", -3, done ? was(first.values[i], now.values[i]) : "");
    if (!cell || !gradient) return;
    const shown = model.magnitudeOf(i, found);
    const word = shape ? "grad norm " : "grad ";
    const cross = shown.state === "invalid" ? "✕ " : "";
    write(gradient, cross + word + fitted(found));
    const before = found === undefined ? "" : was(first.gradients[i], now.gradients[i]);
    ghost(values[i], "under", box[3] + 11, before);
    cell.setAttribute("class", `cell ${classOf(shown)}`);
    if (arrow) dressArrow(arrow, shown);
  }

  /** @param {number} i @param {Moment} moment */
  updateArrow(i, moment) {
    const { arrow, cell, local, contribution } = this.arrows[i];
    const { now, data } = this.model;
    const sent = moment.sent[i] ? now.contributions[i] : null;
    const key = [moment.sent[i], sent, now.locals[i]].join();
    if (!this.isNew(this.arrows[i], key)) return;
    const shown = this.model.magnitudeOf(data.arrows[i].value, sent);
    dressArrow(arrow, shown);
    cell.setAttribute("class", `cell ${classOf(shown)}`);
    if (contribution) write(contribution, (shown.state === "invalid" ? "✕ " : "") + fitted(sent));
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
    const found = arrow ? [group, arrow.group] : [group];
    if (step.operation === undefined) return found;
    const operation = this.model.data.operations[step.operation];
    const arrows = step.phase === "forward" ? operation.arrows : step.slots.map((slot) => slot.arrow);
    for (const i of arrows) {
      found.push(this.arrows[i].arrow.group, this.values[this.model.data.arrows[i].value].group);
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
      operation.results.forEach((x) => into.has(x) && this.values[x].arrow?.group.classList.add("lit"));
      operation.arrows.forEach((i) => {
        if (into.has(operation.arguments[this.model.data.arrows[i].position])) {
          this.arrows[i].arrow.group.classList.add("lit");
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
