// All ways back from the output to one value: counted, and the largest products first.

/**
 * @typedef {object} Path
 * @property {number[]} arrows from the output back
 * @property {number} product of their local derivatives
 */

class Paths {
  /** @param {Model} model @param {number} target */
  constructor(model, target) {
    this.model = model;
    this.target = target;
    const { values, operations } = model.data;
    /** By value: how many ways lead to the target. */
    this.count = values.map(() => 0);
    /** By value: the logarithm of the largest product on the way to the target. */
    this.best = values.map(() => -Infinity);
    this.count[target] = 1;
    this.best[target] = 0;
    for (const { arrows, results } of operations) {
      for (const result of results) {
        for (const i of arrows) {
          const from = model.data.arrows[i].value;
          if (!this.count[from] || this.localOf(i) === null) continue;
          this.count[result] += this.count[from];
          this.best[result] = Math.max(this.best[result], this.best[from] + this.sizeOf(i));
        }
      }
    }
  }

  /** How many paths there are. */
  get total() {
    return this.count[this.model.data.output];
  }

  /** @param {number} arrow */
  localOf(arrow) {
    return this.model.now.locals[arrow];
  }

  /** The logarithm of the size of a local derivative; what is no number counts as nothing. @param {number} arrow */
  sizeOf(arrow) {
    const size = Math.log10(Math.abs(Number(this.localOf(arrow))));
    return Number.isNaN(size) ? -Infinity : size;
  }

  /**
   * The paths with the largest products, found without listing the others: a path is only followed
   * while none that is waiting can become larger.
   * @param {number} wanted
   * @returns {Path[]}
   */
  largest(wanted) {
    const { data } = this.model;
    /** @type {{value: number, size: number, hope: number, arrows: number[], product: number}[]} */
    const waiting = [];
    const add = (/** @type {typeof waiting[0]} */ one) => {
      if (Number.isNaN(one.hope)) one.hope = -Infinity;
      let at = waiting.length;
      while (at > 0 && waiting[at - 1].hope > one.hope) at--;
      waiting.splice(at, 0, one);
    };
    if (this.total) add({ value: data.output, size: 0, hope: this.best[data.output], arrows: [], product: 1 });
    const found = [];
    for (let tries = 0; tries < 20000 && waiting.length && found.length < wanted; tries++) {
      const path = /** @type {typeof waiting[0]} */ (waiting.pop());
      const by = data.values[path.value].by;
      if (path.value === this.target) found.push({ arrows: path.arrows, product: path.product });
      if (by === undefined || path.value === this.target) continue;
      for (const i of data.operations[by].arrows) {
        const value = data.arrows[i].value;
        if (!this.count[value] || this.localOf(i) === null) continue;
        const size = path.size + this.sizeOf(i);
        const product = path.product * Number(this.localOf(i));
        add({ value, size, hope: size + this.best[value], arrows: [...path.arrows, i], product });
      }
    }
    return found;
  }
}
