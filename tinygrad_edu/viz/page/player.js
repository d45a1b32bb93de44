// Where we are among the steps: the buttons, the slider, the keys, and playing.

const PLAY = "M4 2l10 6-10 6z";
const PAUSE = "M4 2h3v12H4zM9 2h3v12H9z";

/**
 * @typedef {object} Gate
 * @property {(position: number) => boolean} holds
 * @property {(position: number) => void} ask
 */

class Player {
  /**
   * @param {Model[]} models
   * @param {(position: number) => void} onMove
   */
  constructor(models, onMove) {
    this.models = models;
    this.onMove = onMove;
    this.forward = Math.max(...models.map((model) => model.forwardSteps));
    this.last =
      this.forward +
      Math.max(...models.map((model) => model.data.steps.length - model.forwardSteps));
    this.position = this.last;
    /** May hold a step back, until what it asks is answered. @type {Gate | null} */
    this.gate = null;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    this.slider = /** @type {HTMLInputElement} */ (find("position"));
    this.playButton = find("play");
    this.speed = /** @type {HTMLSelectElement} */ (find("speed"));
    this.listen();
  }

  listen() {
    this.slider.max = String(this.last);
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    find("first").addEventListener("click", () => this.go(0));
    find("start").addEventListener("click", () => {
      this.go(0);
      find("next").focus();
    });
    find("back").addEventListener("click", () => this.go(this.position - 1));
    find("next").addEventListener("click", () => this.go(this.position + 1));
    find("last").addEventListener("click", () => this.go(this.last));
    this.playButton.addEventListener("click", () => this.play(this.timer === undefined));
    this.speed.addEventListener("change", () => this.timer !== undefined && this.play(true));
    document.addEventListener("keydown", (event) => this.onKey(event));
    // After a click the space bar plays; who came by the keyboard presses the same button again.
    for (const id of ["first", "back", "next", "last"]) {
      find(id).addEventListener("click", (event) => event.detail && find(id).blur());
    }
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const on = /** @type {HTMLElement} */ (event.target);
    const isBox = on.matches("input[type=checkbox]");
    const isField = on.matches("input, select, textarea") && on !== this.slider && !isBox;
    if (event.ctrlKey || event.metaKey || event.altKey || isField) return;
    if (isBox && event.key === " ") return;
    if (on.getAttribute("role") === "tab" && event.key !== " ") return;
    const isPressed = on.tagName === "BUTTON" || on.tagName === "SUMMARY";
    if (event.key === "ArrowRight") this.go(this.position + 1);
    else if (event.key === "ArrowLeft") this.go(this.position - 1);
    else if (event.key === "Home") this.go(0);
    else if (event.key === "End") this.go(this.last);
    else if (event.key === " " && !isPressed) this.play(this.timer === undefined);
    else return;
    event.preventDefault();
  }

  /**
   * Go to where so many steps are done.
   * @param {number} wanted
   * @param {boolean} [isAsked] whether the gate has been asked already
   */
  go(wanted, isAsked = false) {
    const position = Math.min(Math.max(Math.round(wanted), 0), this.last);
    const held = isAsked ? null : this.heldBefore(position);
    if (held !== null) {
      this.stopBefore(held);
      return;
    }
    this.position = position;
    if (position === this.last) this.play(false);
    this.onMove(position);
  }

  /** The first step on the way to a position that is held back. @param {number} position */
  heldBefore(position) {
    for (let p = this.position + 1; p <= position; p++) if (this.gate?.holds(p)) return p;
    return null;
  }

  /** Go as far as one may, and ask. @param {number} held */
  stopBefore(held) {
    this.play(false);
    this.slider.value = String(held - 1);
    if (this.position !== held - 1) {
      this.position = held - 1;
      this.onMove(this.position);
    }
    this.gate?.ask(held);
  }

  /** @param {boolean} on */
  play(on) {
    clearInterval(this.timer);
    this.timer = undefined;
    if (on) {
      if (this.position === this.last) this.go(0);
      const pause = 1000 / Number(this.speed.value);
      this.timer = setInterval(() => this.go(this.position + 1), pause);
    }
    this.playButton.querySelector("path")?.setAttribute("d", on ? PAUSE : PLAY);
    this.playButton.setAttribute("aria-label", on ? "Pause" : "Play");
  }

  /**
   * How many of a graph's own steps are done: two graphs begin to go back together.
   * @param {Model} model
   */
  positionIn(model) {
    return this.positionAt(model, this.position);
  }

  /** @param {Model} model @param {number} position */
  positionAt(model, position) {
    const own = model.forwardSteps;
    if (position <= this.forward) return Math.min(position, own);
    return Math.min(own + position - this.forward, model.data.steps.length);
  }

  /** Say where we are. */
  get words() {
    return this.wordsAt(this.position);
  }

  /** Say where one is after so many steps. @param {number} position */
  wordsAt(position) {
    if (position === 0) return "Start: nothing computed yet";
    const back = position - this.forward;
    if (back <= 0) return `Forward, step ${position} of ${this.forward}`;
    return `Backward, step ${back} of ${this.last - this.forward}`;
  }
}
