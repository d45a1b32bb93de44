// Puts the page together: reads the data, makes the drawings and panels, and keeps them in step.

class App {
  /** @param {PageData} data */
  constructor(data) {
    const isTwins = data.graphs.length > 1;
    document.body.classList.toggle("twins", isTwins);
    /** @type {HTMLDetailsElement} */ (find("key")).open = innerWidth > NARROW && !isTwins;
    this.models = data.graphs.map((graph, i) => new Model(graph, PROGRAMS[i]));
    this.drawings = this.models.map((model, i) => {
      const pane = html("figure", { class: "pane" });
      const share = 100 / data.graphs.length;
      Object.assign(pane.style, { top: `${i * share}%`, height: `${share}%` });
      const room = html("div", { class: "room" });
      if (model.data.title) pane.append(html("figcaption", {}, model.data.title));
      pane.append(room);
      find("graphs").append(pane);
      return new Drawing(model, room, (value) => this.select(model, value));
    });
    /** @type {{model: Model, value: number} | null} */
    this.selected = null;
    this.knobs = knobsOf(this.models);
    this.player = new Player(this.models, () => this.moved());
    this.predicting = new Predicting(this);
    this.showVerdict = makeVerdict(this);
    /** @type {Panel[]} what has a tab of its own */
    this.panels = panelsFor(this);
    this.isOpen = false;
    makeTabs(this.panels, (panel) => this.showPanel(panel));
    makeLegend(find("legend"), this.models);
    makeSearch(this.models, (model, value) => this.goTo(model, value));
    makeTheme();
    makeHelp();
    this.listen();
    this.refresh();
    holdHeight(find("verdicts"));
    this.drawings.forEach((drawing) => {
      const boxes = drawing.boxesOf(this.player.positionIn(drawing.model));
      drawing.view.open(boxes, isTwins && innerWidth > NARROW ? OVERVIEW : WHOLE);
      drawing.reveal();
    });
    if (data.predict) this.predicting.begin();
    this.isOpen = true;
  }

  listen() {
    const views = this.drawings.map((drawing) => drawing.view);
    const follow = find("follow");
    const isFollowing = () => views.every((view) => view.follows);
    find("fit").addEventListener("click", () => views.forEach((view) => view.overview()));
    follow.addEventListener("click", () => {
      const on = !isFollowing();
      views.forEach((view) => view.follow(on));
      this.showStep();
    });
    find("graphs").addEventListener("follow", () => dress(follow, { "aria-pressed": String(isFollowing()) }));
    find("zoom-in").addEventListener("click", () => views.forEach((view) => view.zoom(1.3)));
    find("zoom-out").addEventListener("click", () => views.forEach((view) => view.zoom(1 / 1.3)));
    const room = new ResizeObserver(() => views.forEach((view) => view.resized()));
    this.drawings.forEach((drawing) => room.observe(/** @type {Element} */ (drawing.frame.parentElement)));
    addEventListener("beforeprint", () => views.forEach((view) => view.keep()));
    addEventListener("afterprint", () => views.forEach((view) => view.restore()));
  }

  /** After a step. */
  moved() {
    this.refresh();
    this.showStep();
  }

  /** Show a panel, and in the drawing what it speaks of. @param {Panel} panel */
  showPanel(panel) {
    panel.update();
    if (!this.isOpen) return;
    find("panels").scrollTop = 0;
    if (innerWidth < PHONE) find("side").scrollIntoView();
    this.showTopic(panel);
  }

  /** Bring into sight what a panel speaks of: by default the current step. @param {Panel} panel */
  showTopic({ topic }) {
    if (!topic) return this.showStep();
    const told = topic();
    this.drawings.forEach((drawing) => {
      const { model, view } = drawing;
      const own = told.filter((one) => one.model === model).map(({ value }) => model.data.values[value]);
      const boxes = own.map(({ box }) => box);
      if (boxes.length) view.show([...boxes, ...drawing.boxesAround(own[0])]);
    });
  }

  /** Bring the current step into sight. */
  showStep() {
    this.drawings.forEach((drawing) => drawing.view.show(drawing.boxesOf(this.player.positionIn(drawing.model))));
  }

  /** After the numbers have changed. */
  changed() {
    this.models.forEach((model) => model.run());
    this.refresh();
  }

  /** Show everything as it is now. */
  refresh() {
    const { player } = this;
    player.slider.value = String(player.position);
    player.slider.setAttribute("aria-valuetext", player.words);
    write(find("where"), player.words);
    const spoken = this.models.map((model) => {
      const name = this.models.length > 1 ? `${model.data.title}: ` : "";
      return name + sentenceOf(model, player.positionIn(model));
    });
    const words = spoken.join(" ");
    writeUnbroken(find("sentence"), words);
    find("sentence").classList.toggle("lengthy", words.length > LONG_SENTENCE);
    this.drawings.forEach((drawing) => drawing.update(player.positionIn(drawing.model)));
    this.panels.forEach((panel) => panel.isShown && panel.update());
    find("start").hidden = player.position < player.last;
    this.showVerdict();
  }

  /** Choose a value that may be out of sight: it comes to stand in the middle. @param {Model} model @param {number} value */
  goTo(model, value) {
    const { view } = this.drawings[this.models.indexOf(model)];
    view.follow(true);
    view.jump(model.data.values[value].box, Math.max(view.scale, view.least));
    this.select(model, value);
  }

  /**
   * Choose a value to explain.
   * @param {Model} model
   * @param {number} value
   */
  select(model, value) {
    this.selected = { model, value };
    this.drawings.forEach((drawing) => drawing.select(drawing.model === model ? value : null));
    const drawing = this.drawings[this.models.indexOf(model)];
    drawing.view.show([model.data.values[value].box]);
    this.panels.forEach((panel) => panel.onSelect?.());
    this.panels.forEach((panel) => panel.isShown && panel.update());
  }
}

/** Keep as much room for a text as it takes now, so that nothing moves when it says less. @param {HTMLElement} element */
function holdHeight(element) {
  element.style.minHeight = `${element.offsetHeight}px`;
  addEventListener("resize", () => (element.style.minHeight = ""));
}

/** Up to this width of the window there is no room for the legend at first. */
const NARROW = 1000;
/** Sentences of more letters are written smaller, so that all of them is seen. */
const LONG_SENTENCE = 170;
/** Below this width the panels are under the drawing, as in page.css. */
const PHONE = 600;

/** Read what Python wrote. @returns {PageData} */
function readData() {
  const data = JSON.parse(/** @type {string} */ (find("data").textContent));
  for (const graph of data.graphs) {
    for (const list of [graph.values, graph.arrows, graph.steps, ...graph.steps.map((/** @type {StepData} */ step) => step.slots)]) {
      for (const one of list) {
        for (const key of ["number", "gradient", "contribution", "upstream", "before", "after"]) {
          if (typeof one[key] === "string") one[key] = parsed(one[key]);
        }
      }
    }
  }
  return data;
}

const PAGE = readData();
LOOK = PAGE.look;
const APP = new App(PAGE);
