// One graph and its numbers: as they are now, as they were at first, and as they are at each step.

/**
 * @typedef {object} Moment what is known after some of the steps
 * @property {boolean[]} computed by value: whether its number is there
 * @property {(Num | undefined)[]} gradients by value: undefined where none has arrived
 * @property {boolean[]} sent by arrow: whether its contribution was computed
 */

/**
 * @typedef {object} Entry how a step adds to one gradient
 * @property {number} arrow
 * @property {Num} local
 * @property {Num} contribution
 * @property {Num} before
 * @property {Num} after
 */

class Model {
  /**
   * @param {GraphData} data
   * @param {Programs | null} programs
   */
  constructor(data, programs) {
    this.data = data;
    this.programs = programs;
    /** The backward steps' entries, anew after each change. @type {Entry[][]} */
    this.entries = [];
    this.initial = data.inputs.map((i) => Number(data.values[i].number));
    this.inputs = [...this.initial];
    this.now = this.compute();
    this.first = this.now;
    /** The size of a gradient that counted as healthy at first. */
    this.firstReference = data.reference;
    /** What belongs to the loss: from what is behind it, on. @type {Set<number>} */
    this.ofLoss = new Set();
    const behind = data.verdict?.behind ?? [];
    for (const value of behind) this.relatives(value, false).forEach((x) => this.ofLoss.add(x));
    behind.forEach((value) => this.ofLoss.delete(value));
    this.replay();
  }

  /** How many steps go forward. */
  get forwardSteps() {
    return this.data.steps.filter((step) => step.phase === "forward").length;
  }

  /** Whether a number differs from what it was at first. */
  get isChanged() {
    return this.inputs.some((x, i) => !Object.is(x, this.initial[i]));
  }

  /** @returns {ProgramResult} */
  compute() {
    if (this.programs) return this.programs.program(this.inputs);
    const { values, arrows } = this.data;
    return {
      values: values.map((value) => value.number ?? null),
      gradients: values.map((value) => value.gradient ?? null),
      contributions: arrows.map((arrow) => arrow.contribution ?? null),
      locals: arrows.map(() => null),
    };
  }

  /** Compute everything anew from the inputs. */
  run() {
    this.now = this.compute();
    const size = this.isChanged ? healthyNow(this) : this.firstReference;
    if (size !== null) this.data.reference = this.data.referenceOfNumbers = size;
    this.replay();
  }

  /** The number that the graph computes, with some inputs replaced. @param {number[]} inputs */
  outputAt(inputs) {
    return this.programs ? this.programs.program(inputs).values[this.data.output] : null;
  }

  /** Go through all steps, and note what each adds to which gradient. */
  replay() {
    /** @type {Map<number, Num>} */
    const found = new Map();
    this.entries = this.data.steps.map((step) =>
      step.slots.map((slot) => this.entry(slot, found))
    );
  }

  /**
   * @param {SlotData} slot
   * @param {Map<number, Num>} found
   * @returns {Entry}
   */
  entry(slot, found) {
    const { arrow } = slot;
    const value = this.data.arrows[arrow].value;
    const contribution = this.now.contributions[arrow];
    const local = this.now.locals[arrow];
    if (this.data.tensors) {
      return { arrow, local, contribution, before: slot.before ?? null, after: slot.after ?? null };
    }
    const before = found.get(value) ?? null;
    const after = contribution === null ? before : (before ?? 0) + contribution;
    found.set(value, after);
    return { arrow, local, contribution, before, after };
  }

  /**
   * Tell what is known after so many steps.
   * @param {number} position
   * @returns {Moment}
   */
  momentAt(position) {
    const { values, steps, arrows, output } = this.data;
    const computed = values.map((value) => value.by === undefined);
    /** @type {(Num | undefined)[]} */
    const gradients = values.map(() => undefined);
    const sent = arrows.map(() => false);
    for (let i = 0; i < position; i++) {
      const step = steps[i];
      if (step.phase === "forward") (step.results ?? [step.result]).forEach((x) => (computed[x] = true));
      else if (step.operation === undefined) gradients[output] = this.now.gradients[output];
      for (const { arrow, after } of this.entries[i]) {
        gradients[arrows[arrow].value] = after;
        sent[arrow] = true;
      }
    }
    return { computed, gradients, sent };
  }

  /** The size of a gradient that counts as healthy. @param {number} value */
  referenceOf(value) {
    const { reference, referenceOfNumbers, referenceOfParameters, values } = this.data;
    const { shape, kind } = values[value];
    if (!shape) return referenceOfNumbers;
    return kind === "parameter" ? referenceOfParameters ?? reference : reference;
  }

  /** How the gradient of a value looks. @param {number} value @param {Num | undefined} gradient */
  magnitudeOf(value, gradient) {
    const shown = magnitude(gradient, this.referenceOf(value));
    return shown.state === "known" && this.ofLoss.has(value) ? { ...shown, r: 0, step: 3 } : shown;
  }

  /**
   * All values from which one was computed, or that were computed from it.
   * @param {number} value
   * @param {boolean} up
   * @returns {Set<number>}
   */
  relatives(value, up) {
    const found = new Set([value]);
    const { operations, values } = this.data;
    if (up) {
      for (const i of found) {
        const by = values[i].by;
        if (by !== undefined) operations[by].arguments.forEach((x) => found.add(x));
      }
      return found;
    }
    for (const operation of operations) {
      if (operation.arguments.some((x) => found.has(x))) {
        operation.results.forEach((x) => found.add(x));
      }
    }
    return found;
  }
}
