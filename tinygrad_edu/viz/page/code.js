// The program of a graph, as Python: what the page itself runs, with the lines of the current step marked.

/** @param {App} app @returns {Panel} */
function programPanel(app) {
  const { models, player } = app;
  const views = models.map(codeView);
  const words =
    "The program behind this page, here in Python; the page runs the same lines in JavaScript. First come the values, then " +
    "backward through them the gradients, each line a rule of the table of operations.";
  const listings = views.map((view) => view.element);
  const element = html("section", {}, html("h2", {}, "The program"), html("p", {}, words), ...listings);
  return {
    id: "program",
    title: "Program",
    element,
    update() {
      models.forEach((model, i) => views[i].mark(model.data.lines[player.positionIn(model) - 1] ?? []));
    },
  };
}

/** Up to so many lines a program is all there; a longer one gets a frame of its own to scroll in. */
const WHOLE_PROGRAM = 60;

/** A program with a button to copy it. @param {Model} model */
function codeView({ data }) {
  const lines = data.code.trimEnd().split("\n").map((line) => html("span", { class: "line" }, `${line}\n`));
  const text = html("pre", { class: lines.length > WHOLE_PROGRAM ? "code" : "code whole", tabindex: "0", role: "group", "aria-label": "program" }, ...lines);
  const said = html("span", { role: "status", class: "said" });
  const copy = button("Copy", () => write(said, copied(text) ? " copied" : " selected: copy it with Ctrl+C"), { class: "copy" });
  const title = data.title ? [html("h3", {}, data.title)] : [];
  const element = html("div", {}, ...title, html("p", {}, copy, said), text);
  /** @type {HTMLElement[]} */
  let marked = [];
  /** @param {number[]} numbers */
  function mark(numbers) {
    marked.forEach((line) => line.removeAttribute("aria-current"));
    marked = numbers.map((i) => lines[i]);
    marked.forEach((line) => line.setAttribute("aria-current", "step"));
    if (!marked.length) return;
    if (text.classList.contains("whole")) {
      marked.forEach((line) => line.scrollIntoView({ block: "nearest" }));
      return;
    }
    const top = Math.min(...marked.map((line) => line.offsetTop));
    const bottom = Math.max(...marked.map((line) => line.offsetTop + line.offsetHeight));
    if (top < text.scrollTop || bottom > text.scrollTop + text.clientHeight) {
      text.scrollTop = top - text.clientHeight / 3;
    }
  }
  return { element, mark };
}

/** Copy a text, also from a file or a frame, where the clipboard may be out of reach. @param {HTMLElement} element */
function copied(element) {
  const selection = getSelection();
  selection?.selectAllChildren(element);
  const done = document.execCommand("copy");
  if (done) selection?.removeAllRanges();
  return done;
}
