// What each module does to the gradient on its way to a tensor: Python's own words and factors.

/** Beyond so many modules the table gets a frame of its own to scroll in. */
const MANY_MODULES = 16;

/** @param {Model} model @param {number} value @returns {Node[]} */
function moduleViews(model, value) {
  const { factors, values, output } = model.data;
  const { kind, name } = values[value];
  if (!factors || value === output || kind === "constant") return [];
  const way = factors.ways[value];
  const heading = html("h3", {}, `Module by module, from ${values[output].name} back to ${name}`);
  if (!way) {
    const call = `print(trace.explain(${values[output].name}, "${name}"))`;
    return [heading, html("p", { class: "rule" }, "This page had no room for this way. Python shows it: ", html("code", {}, call))];
  }
  const bars = way.runs.flatMap(([from, to]) => factors.bars.slice(from, to));
  if (!bars.length) return [heading, html("p", {}, way.sentence)];
  const [story, culprit] = way.sentence.split(/; (?=largest part)/);
  const named = culprit ? [html("p", { class: "culprit" }, `${culprit[0].toUpperCase()}${culprit.slice(1)}`)] : [];
  const remark = way.remark ? [html("p", { class: "rule" }, way.remark)] : [];
  const rule = "Activations are filled, modules with weights shaded, other operations outlined.";
  return [
    heading,
    html("p", {}, culprit ? `${story}.` : story),
    ...named,
    ...remark,
    inFrame(bars.length, fallChart(bars.map(fallOf), "The norm of the gradient from module to module, in decades")),
    html("p", { class: "rule" }, rule),
    inFrame(bars.length, factorTable(bars)),
  ];
}

/** Let what is long scroll in a frame of its own. @param {number} rows @param {Element} content */
function inFrame(rows, content) {
  if (rows <= MANY_MODULES) return content;
  return html("div", { class: "long", tabindex: "0", role: "group", "aria-label": "a long list of modules" }, content);
}

/** @param {BarData} bar @returns {Fall} */
function fallOf([name, kind, factor, arrives, passes]) {
  const [from, to] = [arrives, passes].map((x) => Math.log10(Number(parsed(x))));
  return { name, kind: kind === "activation" ? "slope" : kind, from, to, text: `×${number(parsed(factor), 3)}` };
}

/** The gradient before and after each module, and the factor between. @param {BarData[]} bars */
function factorTable(bars) {
  const head = ["module", "arrives", "×", "is passed on"].map((words) => html("th", { scope: "col" }, words));
  const rows = bars.map(([name, , ...numbers]) =>
    html("tr", {}, html("th", { scope: "row" }, name), ...[1, 0, 2].map((i) => html("td", {}, number(parsed(numbers[i])))))
  );
  const caption = html("caption", {}, "norm of the gradient");
  return html("table", { class: "passed factors" }, caption, html("thead", {}, html("tr", {}, ...head)), html("tbody", {}, ...rows));
}
