// What stands around the drawing: tabs, legend, search, theme.

/**
 * @typedef {object} Panel
 * @property {string} id
 * @property {string} title
 * @property {HTMLElement} element
 * @property {boolean} [isShown]
 * @property {() => void} update
 * @property {() => void} [onSelect] a value was chosen in the drawing
 * @property {() => void} [open] set by the tabs
 * @property {() => {model: Model, value: number}[]} [topic] what it speaks of, other than the step
 */

/**
 * @param {Panel[]} panels
 * @param {(panel: Panel) => void} onShow
 */
function makeTabs(panels, onShow) {
  const list = find("tabs");
  const tabs = panels.map((panel) => {
    const tab = button(panel.title, () => open(panel), {
      role: "tab",
      id: `tab-${panel.id}`,
      "aria-controls": `panel-${panel.id}`,
    });
    // Behind a click the arrows go on stepping; who came by the keyboard goes on from tab to tab.
    tab.addEventListener("click", (event) => event.detail && panel.element.focus({ preventScroll: true }));
    dress(panel.element, {
      role: "tabpanel",
      id: `panel-${panel.id}`,
      "aria-labelledby": `tab-${panel.id}`,
      tabindex: "0",
    });
    panel.open = () => open(panel);
    list.append(tab);
    find("panels").append(panel.element);
    return tab;
  });
  /** @param {Panel} chosen */
  function open(chosen) {
    if (tabs[panels.indexOf(chosen)]?.hidden) return;
    panels.forEach((panel, i) => {
      panel.isShown = panel === chosen;
      panel.element.hidden = !panel.isShown;
      dress(tabs[i], { "aria-selected": String(panel.isShown), tabindex: panel.isShown ? "0" : "-1" });
    });
    onShow(chosen);
  }
  list.addEventListener("keydown", (event) => {
    const seen = panels.filter((_, i) => !tabs[i].hidden);
    const now = seen.findIndex((panel) => panel.isShown);
    const last = seen.length - 1;
    const to = { ArrowRight: (now + 1) % seen.length, ArrowLeft: now ? now - 1 : last, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    open(seen[to]);
    tabs[panels.indexOf(seen[to])].focus();
    event.preventDefault();
  });
  open(panels[0]);
}

/**
 * Explain frames, colours, widths and cells.
 * @param {HTMLElement} parent
 * @param {Model[]} models
 */
function makeLegend(parent, models) {
  const kinds = new Set(models.flatMap((model) => model.data.values.map((value) => value.kind)));
  const frames = html("ul", { class: "frames" });
  for (const [kind, words] of Object.entries(KINDS)) {
    if (!kinds.has(/** @type {ValueData["kind"]} */ (kind))) continue;
    frames.append(html("li", {}, kindSample(kind), words));
  }
  const scale = html("ul", { class: "scale" });
  LOOK.samples.forEach((size, i) => {
    const shown = magnitude(size);
    const line = { x1: 2, x2: 38, y1: 6, y2: 6, "stroke-width": width(shown), class: "line" };
    scale.append(
      html(
        "li",
        {},
        html("span", { class: `swatch step-${i}` }, "0.0"),
        svg("svg", { class: `key arrow step-${i}`, width: 40, height: 12, "aria-hidden": "true" }, svg("line", line)),
        html("b", {}, LOOK.steps[i]),
        ` ${LOOK.ranges[i]}`
      )
    );
  });
  const { tensors } = models[0].data;
  const cells = tensors
    ? "Cell at an arrow’s end: the gradient that flowed back along it (the norm: the root of the sum of squares)."
    : "Cells at an arrow’s end: × the local derivative, and below it what flows back = upstream × local.";
  const references = models.map(({ data }) => (data.title ? `${data.title}: ` : "") + scaleWords(data));
  parent.append(
    frames,
    html("p", {}, cells),
    html("p", {}, `Colour and width: size of the gradient, relative to ${references.join("; ")}.`),
    scale,
    html("p", {}, "dotted, 0: exactly zero · ✕: nan or inf · –: not computed yet · thick outline: taking part in this step")
  );
}

/** What the colours are relative to; without its size, where that follows the numbers. @param {GraphData} data */
function scaleWords({ verdict, output, referencePlace, referenceWords }) {
  const moves = referencePlace !== undefined && verdict?.behind && !verdict.behind.includes(output);
  return moves ? `that of ${referencePlace}, the input of the loss` : referenceWords;
}

/** @param {string} kind */
function kindSample(kind) {
  const round = kind === "intermediate" || kind === "output" ? 6 : 1;
  const group = svg("g", { class: `value ${kind}` });
  group.append(svg("rect", { class: "frame", x: 2, y: 2, width: 26, height: 14, rx: round }));
  if (kind === "parameter") group.append(svg("rect", { class: "inner", x: 4, y: 4, width: 22, height: 10 }));
  if (kind !== "constant" && kind !== "intermediate") {
    group.append(svg("rect", { class: "hue", x: 6, y: 5, width: 4, height: 8 }));
  }
  return svg("svg", { class: "key", width: 30, height: 18, "aria-hidden": "true" }, group);
}

/**
 * Find values by name or number, operations by name.
 * @param {Model[]} models
 * @param {(model: Model, value: number) => void} onFound
 */
function makeSearch(models, onFound) {
  const field = /** @type {HTMLInputElement} */ (find("search"));
  const list = find("found");
  const known = models.flatMap((model) =>
    model.data.values.map((value, i) => {
      const by = value.by === undefined ? "" : model.data.operations[value.by].name;
      return { model, i, name: value.name, by, title: model.data.title };
    })
  );
  const close = () => list.replaceChildren();
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    close();
    if (!wanted) return;
    const hits = known.filter(({ name, by }) => `${name} ${by}`.toLowerCase().includes(wanted));
    hits.sort((a, b) => Number(b.name.toLowerCase() === wanted) - Number(a.name.toLowerCase() === wanted));
    for (const hit of hits.slice(0, 12)) {
      const words = [hit.title, hit.name, hit.by && `(${hit.by})`].filter(Boolean).join(" ");
      const choose = () => {
        onFound(hit.model, hit.i);
        close();
        field.value = "";
      };
      list.append(html("li", {}, button(words, choose)));
    }
    if (!hits.length) list.append(html("li", { class: "none" }, "nothing of that name"));
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter") list.querySelector("button")?.click();
  });
}

/** Light, dark, or as the system has it; kept only as long as the page is open. */
function makeTheme() {
  const choice = /** @type {HTMLSelectElement} */ (find("theme"));
  const root = document.documentElement;
  choice.value = root.dataset.theme ?? "auto";
  choice.addEventListener("change", () => (root.dataset.theme = choice.value));
}

/** What keys do, by their names. @type {[string, string][]} */
const KEYS = [
  ["→ ←", "one step on, one step back"],
  ["Home End", "to the first step, to the last one"],
  ["space", "play or pause"],
  ["Tab Enter", "from control to control; press it"],
  ["?", "this list"],
];

/** What a mouse or fingers do in the drawing. @type {[string, string][]} */
const TOUCHES = [
  ["tap or click", "a value: why its gradient is what it is"],
  ["drag", "move the drawing"],
  ["wheel, two fingers", "zoom"],
];

/** What keys and fingers do, opened by its button or by a question mark. */
function makeHelp() {
  const rows = KEYS.flatMap(([keys, words]) => [html("dt", {}, ...keys.split(" ").flatMap((key) => [html("kbd", {}, key), " "])), html("dd", {}, words)]);
  const close = button("Close", () => box.close());
  const box = html("dialog", { id: "keys", "aria-labelledby": "keys-title" }, html("h2", { id: "keys-title" }, "Help"), html("dl", { class: "facts keys" }, ...rows), html("dl", { class: "facts" }, ...TOUCHES.flatMap(([what, does]) => [html("dt", {}, what), html("dd", {}, does)])), html("p", {}, close));
  document.body.append(box);
  find("help").addEventListener("click", () => box.showModal());
  document.addEventListener("keydown", (event) => {
    const isField = /** @type {HTMLElement} */ (event.target).matches("input:not([type=checkbox]):not([type=range]), select, textarea");
    if (event.key !== "?" || isField || box.open) return;
    event.preventDefault();
    box.showModal();
  });
}
