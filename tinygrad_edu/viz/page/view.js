// Zoom and pan: which part of the drawing is seen, and how large.

/** Texts are 13 px high at scale 1: below this they would be smaller than 9 px. */
const LEAST = 0.75;
/** A drawing that fits at this scale or a larger one is shown whole. */
const WHOLE = 0.65;
/** Twins are shown whole, for all to be compared at a glance, down to this scale. */
const OVERVIEW = 0.15;
/** Below this scale only colours can be seen: they are drawn larger than they are. */
const TINY = 0.1;
/** Room between the whole drawing and the edge of the window, in pixels. */
const MARGIN = 6;
/** As large as a step is shown where there is no room for the whole drawing. */
const READABLE = 0.9;
/** Room between a step and the edge of the window, in pixels; no more than the margin of the whole. */
const EDGE = 5;

class View {
  /**
   * @param {SVGSVGElement} frame the element that is seen
   * @param {SVGGElement} content what is moved in it
   * @param {[number, number]} size of the content
   * @param {(part: Box) => void} onSight told which part of the content is seen
   */
  constructor(frame, content, size, onSight) {
    this.frame = frame;
    this.content = content;
    this.size = size;
    this.onSight = onSight;
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    /** @type {Map<number, {x: number, y: number}>} */
    this.pointers = new Map();
    this.moved = false;
    /** Whether steps are brought into sight; not after "Fit", which asks for the whole. */
    this.follows = true;
    /** The smallest scale at which a step is shown; a person may zoom out further. */
    this.least = LEAST;
    /** What was shown last, unless a person has moved on from there. @type {Box[] | null} */
    this.shown = null;
    /** Whether all of the drawing is shown. */
    this.fitted = false;
    /** In pixels. */
    this.room = { w: 800, h: 400 };
    frame.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    frame.addEventListener("pointerdown", (event) => this.onDown(event));
    frame.addEventListener("pointermove", (event) => this.onMove(event));
    for (const name of /** @type {const} */ (["pointerup", "pointercancel", "pointerleave"])) {
      frame.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    }
  }

  /** Look again how much room there is for the drawing: asking makes the browser lay out the page. */
  measure() {
    const parent = /** @type {HTMLElement} */ (this.frame.parentElement);
    this.room = { w: parent.clientWidth || 800, h: parent.clientHeight || 400 };
    dress(this.frame, { width: this.room.w, height: this.room.h });
    if (this.fitted) this.fit();
    if (this.least >= WHOLE) this.settle(); // a person may have zoomed out further
    if (this.shown) this.show(this.shown);
    this.look();
  }

  /** Tell which part of the drawing is seen. */
  look() {
    const { x, y, scale, room } = this;
    this.onSight([-x / scale, -y / scale, room.w / scale, room.h / scale]);
  }

  /** Measure again, if there is another room now. */
  resized() {
    const { clientWidth, clientHeight } = /** @type {HTMLElement} */ (this.frame.parentElement);
    if (clientWidth !== this.room.w || clientHeight !== this.room.h) this.measure();
  }

  apply() {
    const { x, y, scale } = this;
    const transform = `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${scale.toFixed(4)})`;
    if (this.content.getAttribute("transform") === transform) return;
    this.look();
    this.content.setAttribute("transform", transform); // costs a new layout of all texts in sight
    this.frame.classList.toggle("far", scale < 0.3);
    this.frame.classList.toggle("tiny", scale < TINY);
  }

  /** The scale at which all of the drawing is in sight. */
  get whole() {
    const { w, h } = this.room;
    return Math.max(Math.min((w - 2 * MARGIN) / this.size[0], (h - 2 * MARGIN) / this.size[1], 1.6), 0.005);
  }

  /** Show all of the drawing. */
  fit() {
    const { w, h } = this.room;
    this.scale = this.whole;
    this.x = (w - this.size[0] * this.scale) / 2;
    this.y = (h - this.size[1] * this.scale) / 2;
    this.fitted = true;
    this.apply();
  }

  /** Show all of it, and hold still while stepping. */
  overview() {
    this.follow(false);
    this.fit();
  }

  /** Bring the steps into sight from now on, or leave the drawing where it is. @param {boolean} on */
  follow(on) {
    this.follows = on;
    this.settle();
    this.shown = null;
    this.frame.dispatchEvent(new Event("follow", { bubbles: true }));
  }

  /** Steps are shown at a readable scale, or at that of the whole drawing where this will do. */
  settle() {
    this.least = this.whole >= WHOLE ? Math.min(this.whole, LEAST) : LEAST;
  }

  /** Begin with all of the drawing; if it is too large for that, with some boxes. @param {Box[]} boxes @param {number} least the scale at which the whole will do */
  open(boxes, least) {
    this.fitted = true;
    this.measure();
    this.settle();
    if (this.whole < least || least >= WHOLE) this.show(boxes);
  }

  /** Show all of it on paper. */
  keep() {
    const { scale, x, y, fitted, shown } = this;
    this.kept = { scale, x, y, fitted, shown };
    this.shown = null;
    this.fitted = true;
    this.measure();
  }

  /** Show again what was shown before it was printed. */
  restore() {
    Object.assign(this, this.kept);
    this.measure();
    this.apply();
  }

  /** @param {number} factor @param {number} [px] @param {number} [py] the point that stays */
  zoom(factor, px = this.room.w / 2, py = this.room.h / 2) {
    const scale = Math.min(Math.max(this.scale * factor, 0.005), 8);
    const ratio = scale / this.scale;
    this.x = px - (px - this.x) * ratio;
    this.y = py - (py - this.y) * ratio;
    this.scale = scale;
    this.follow(true);
    if (factor < 1) this.least = Math.min(LEAST, scale);
    this.leave();
    this.apply();
  }

  /** A person goes to see something else. */
  leave() {
    this.fitted = false;
    this.shown = null;
  }

  /**
   * Bring boxes into sight at a readable size: as many as there is room for, the first ones first. The
   * drawing moves only as far as it must, and keeps its scale if that will do.
   * @param {Box[]} boxes
   */
  show(boxes) {
    if (!this.follows) return;
    this.shown = boxes;
    const box = this.together(boxes);
    const scale = Math.min(this.scale, Math.max(this.scaleFor(box), this.least));
    if (scale < this.least) this.jump(box);
    else if (scale < this.scale) this.jump(box, scale);
    else this.pan(box);
    this.apply();
  }

  /** The largest scale at which a box is all in sight. @param {Box} box */
  scaleFor([, , width, height]) {
    return Math.min((this.room.w - 2 * EDGE) / width, (this.room.h - 2 * EDGE) / height);
  }

  /** The box around as many of the boxes as can be read together. @param {Box[]} boxes @returns {Box} */
  together([first, ...others]) {
    return others.reduce((all, one) => {
      const both = around(all, one);
      return this.scaleFor(both) >= this.least ? both : all;
    }, first);
  }

  /**
   * Go to a box at another scale: it stands in the middle, but where the drawing ends.
   * @param {Box} box
   * @param {number} [scale] by default the readable one, or what is needed for all of the box
   */
  jump(box, scale = Math.min(READABLE, Math.max(this.scaleFor(box), this.least))) {
    const { w, h } = this.room;
    this.scale = scale;
    this.fitted = false;
    this.x = middle(w, box[0], box[2], this.size[0], scale);
    this.y = middle(h, box[1], box[3], this.size[1], scale);
    this.pan(box);
  }

  /** Move a box into sight, as far as needed. @param {Box} box */
  pan([x, y, width, height]) {
    const { w, h } = this.room;
    const right = shift(this.x + x * this.scale, width * this.scale, w);
    const down = shift(this.y + y * this.scale, height * this.scale, h);
    if (right || down) this.fitted = false;
    this.x += right;
    this.y += down;
  }

  /** @param {WheelEvent} event */
  onWheel(event) {
    event.preventDefault();
    const { left, top } = this.frame.getBoundingClientRect();
    const lines = event.deltaMode === 1 ? 20 : 1;
    this.zoom(Math.exp(-event.deltaY * lines * 0.0015), event.clientX - left, event.clientY - top);
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    if (this.pointers.size === 0) this.moved = false;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const after = { x: event.clientX, y: event.clientY };
    if (Math.hypot(after.x - before.x, after.y - before.y) < 3 && !this.moved) return;
    this.moved = true;
    this.leave();
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const was = Math.hypot(before.x - other.x, before.y - other.y);
      const is = Math.hypot(after.x - other.x, after.y - other.y);
      const { left, top } = this.frame.getBoundingClientRect();
      if (was > 0) this.zoom(is / was, (after.x + other.x) / 2 - left, (after.y + other.y) / 2 - top);
    } else {
      this.x += after.x - before.x;
      this.y += after.y - before.y;
      this.apply();
    }
    this.pointers.set(event.pointerId, after);
  }
}

/** @param {Box} one @param {Box} other @returns {Box} */
function around([x, y, w, h], [u, v, p, q]) {
  const [left, top] = [Math.min(x, u), Math.min(y, v)];
  return [left, top, Math.max(x + w, u + p) - left, Math.max(y + h, v + q) - top];
}

/** A box with room around it. @param {Box} box @param {number} room @returns {Box} */
function outset([x, y, w, h], room) {
  return [x - room, y - room, w + 2 * room, h + 2 * room];
}

/** Tell whether two boxes have a point in common. @param {Box} one @param {Box} other */
function overlap([x, y, w, h], [u, v, p, q]) {
  return x < u + p && u < x + w && y < v + q && v < y + h;
}

/**
 * How far to move a stretch so that it lies in the room; its start, if it is too long.
 * @param {number} start
 * @param {number} length
 * @param {number} room
 */
function shift(start, length, room) {
  if (start < EDGE || length > room - 2 * EDGE) return EDGE - start;
  return Math.min(room - EDGE - length - start, 0);
}

/**
 * Where to begin a drawing so that a part is in the middle, with no more margin than there is.
 * @param {number} room
 * @param {number} start of the part
 * @param {number} length of the part
 * @param {number} whole
 * @param {number} scale
 */
function middle(room, start, length, whole, scale) {
  const spare = room - whole * scale;
  if (spare > 0) return spare / 2;
  const wanted = room / 2 - (start + length / 2) * scale;
  return Math.min(Math.max(wanted, spare - EDGE), EDGE);
}
