// Zoom and pan: which part of the drawing is seen, and how large.

const UNREADABLE = 0.42;
const READABLE = 0.75;

class View {
  /**
   * @param {SVGSVGElement} frame the element that is seen
   * @param {SVGGElement} content what is moved in it
   * @param {[number, number]} size of the content
   */
  constructor(frame, content, size) {
    this.frame = frame;
    this.content = content;
    this.size = size;
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    /** @type {Map<number, {x: number, y: number}>} */
    this.pointers = new Map();
    this.moved = false;
    /** Whether a person has chosen what to see. */
    this.touched = false;
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
  }

  apply() {
    const { x, y, scale } = this;
    const transform = `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${scale.toFixed(4)})`;
    if (this.content.getAttribute("transform") === transform) return;
    this.content.setAttribute("transform", transform); // costs a new layout of all texts
    this.frame.classList.toggle("far", scale < 0.3);
  }

  /** Show all of the drawing. */
  fit() {
    const { w, h } = this.room;
    const pad = 12;
    const scale = Math.min((w - 2 * pad) / this.size[0], (h - 2 * pad) / this.size[1], 1.6);
    this.scale = Math.max(scale, 0.005);
    this.x = (w - this.size[0] * this.scale) / 2;
    this.y = (h - this.size[1] * this.scale) / 2;
    this.fitted = true;
    this.apply();
  }

  /** @param {number} factor @param {number} [px] @param {number} [py] the point that stays */
  zoom(factor, px = this.room.w / 2, py = this.room.h / 2) {
    const scale = Math.min(Math.max(this.scale * factor, 0.005), 8);
    const ratio = scale / this.scale;
    this.x = px - (px - this.x) * ratio;
    this.y = py - (py - this.y) * ratio;
    this.scale = scale;
    this.touched = true;
    this.fitted = false;
    this.apply();
  }

  /**
   * Move a box into sight, if it is not; and make it readable, unless a person chose otherwise.
   * @param {Box} box
   */
  show(box) {
    const { w, h } = this.room;
    if (this.scale < UNREADABLE && !this.touched) {
      this.scale = READABLE;
      this.fitted = false;
    }
    const [x, y, width, height] = box;
    const left = this.x + x * this.scale;
    const top = this.y + y * this.scale;
    const right = left + width * this.scale;
    const bottom = top + height * this.scale;
    if (left >= 8 && right <= w - 8 && top >= 8 && bottom <= h - 8) return this.apply();
    this.fitted = false;
    if (left < 8 || right > w - 8) this.x = w / 2 - (x + width / 2) * this.scale;
    if (top < 8 || bottom > h - 8) this.y = h / 2 - (y + height / 2) * this.scale;
    return this.apply();
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
    this.touched = true;
    this.fitted = false;
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
