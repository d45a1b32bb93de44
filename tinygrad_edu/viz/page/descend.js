// Training in the page: w −= lr · grad, step by step, and the curve of the loss.

const CHOOSE = "Tick which leaves may move (weights, not data or targets).";
const TOLD_MOVES = 12;

/** @param {App} app @returns {Panel} */
function descendPanel(app) {
  const leaves = app.knobs.filter((knob) => knob.isLeaf);
  const named = leaves.filter((knob) => knob.isParameter);
  const chosen = new Set(named);
  const rate = html("input", { type: "text", id: "rate", inputmode: "decimal", value: "0.1", autocomplete: "off" });
  const rateMessage = html("span", { class: "rule refusal", id: "rate-message", role: "status" });
  rate.setAttribute("aria-describedby", rateMessage.id);
  const note = html("p", { class: "state", role: "status" });
  const moves = html("p", { class: "moves", role: "status" });
  const curve = html("div");
  const words = html("p", { class: "result", "aria-live": "polite" });
  const loss = (/** @type {Model} */ model) => Number(model.now.values[model.data.output]);
  let history = app.models.map((model) => [loss(model)]);
  let start = app.models.map((model) => [...model.inputs]);
  let left = start;
  let lr = 0.1;
  rate.addEventListener("input", () => {
    const words = rateRefusal(rate.value, lr);
    rate.setAttribute("aria-invalid", String(words !== ""));
    write(rateMessage, words);
    if (!words) lr = Number(parsed(rate.value));
  });
  rate.addEventListener("blur", () => {
    if (rateRefusal(rate.value, lr)) rate.value = String(lr);
    rate.setAttribute("aria-invalid", "false");
  });
  const chooses = () => write(note, chosen.size ? "" : CHOOSE);

  const descend = (/** @type {number} */ steps) => {
    if (!chosen.size) {
      halt();
      write(moves, "Nothing moved: no leaf is ticked.");
      return;
    }
    const changed = app.models.some((model, k) => model.inputs.some((x, i) => !Object.is(x, left[k][i])));
    if (changed) {
      history = app.models.map((model) => [loss(model)]);
      start = app.models.map((model) => [...model.inputs]);
    }
    for (let i = 0; i < steps; i++) {
      step(chosen, lr);
      app.models.forEach((model, k) => {
        model.run();
        history[k].push(loss(model));
      });
    }
    left = app.models.map((model) => [...model.inputs]);
    const isKnown = app.player.position === app.player.last;
    write(moves, app.models.map((model, k) => movedWords(model, start[k]) + (isKnown ? stillWords(model, chosen) : "")).join("; "));
    app.refresh();
  };
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  const run = button("Run", () => {
    clearInterval(timer);
    timer = timer === undefined ? setInterval(() => descend(1), 100) : undefined;
    run.textContent = timer === undefined ? "Run" : "Stop";
  });
  const halt = () => {
    clearInterval(timer);
    timer = undefined;
    run.textContent = "Run";
  };
  const restart = button("Back to the start", () => {
    app.models.forEach((model) => (model.inputs = [...model.initial]));
    app.changed();
    history = app.models.map((model) => [loss(model)]);
    start = app.models.map((model) => [...model.inputs]);
    left = start;
    write(moves, "");
    app.refresh();
  });
  chooses();
  const element = html(
    "section",
    {},
    html("h2", {}, "Descend"),
    html("p", {}, math("math", ...pieces("w −= lr · "), fraction(outputName(app.models), "w")), " for every leaf that is ticked."),
    note,
    choices(leaves, chosen, chooses),
    html("p", {}, html("label", { for: "rate" }, "learning rate lr "), rate, " ", rateMessage),
    html("p", { class: "group tight" }, button("1 step", () => descend(1)), button("10 steps", () => descend(10)), run, restart),
    words,
    moves,
    curve
  );
  return {
    id: "descend",
    title: "Descend",
    element,
    topic: () => topicOf(app, [...chosen]),
    update() {
      const texts = app.models.map((model, k) => `${outputWords(model)} after ${counted(history[k].length - 1, "step")}`);
      write(words, texts.join("; "));
      curve.replaceChildren(lossCurve(app.models, history));
    },
  };
}

/** Say why a learning rate is not taken; nothing if it is. @param {string} text @param {number} lr that is kept */
function rateRefusal(text, lr) {
  const words = refusal(text, "lr", lr);
  if (words || Number(parsed(text)) > 0) return words;
  return `not above 0, and downhill is with a minus already: lr stays ${number(lr)}`;
}

/** One step of gradient descent, for all chosen leaves at once. @param {Iterable<Knob>} chosen @param {number} lr */
function step(chosen, lr) {
  const moves = [...chosen].flatMap((knob) => knob.gradients());
  for (const { model, k, gradient } of moves) {
    if (gradient !== null) model.inputs[k] -= lr * gradient;
  }
}

/** Say which leaves have moved, from what to what. @param {Model} model @param {number[]} start */
function movedWords({ data, inputs }, start) {
  const all = inputs.flatMap((x, i) => {
    if (Object.is(x, start[i])) return [];
    const digits = number(x) === number(start[i]) ? 10 : 4;
    return [`${data.values[data.inputs[i]].name} ${number(start[i], digits)} → ${number(x, digits)}`];
  });
  const more = all.length > TOLD_MOVES ? ` and ${all.length - TOLD_MOVES} more` : "";
  const words = all.length ? `moved: ${all.slice(0, TOLD_MOVES).join(", ")}${more}` : "no leaf moved";
  return (data.title ? `${data.title}: ` : "") + words;
}

/** Say so where nothing moves, or nothing more, because no gradient comes. @param {Model} model @param {Iterable<Knob>} chosen */
function stillWords(model, chosen) {
  const own = [...chosen].flatMap((knob) => knob.gradients()).filter((one) => one.model === model && one.gradient !== null);
  return own.length && own.every(({ gradient }) => gradient === 0) ? ": each gradient is exactly 0" : "";
}

/** @param {Model[]} models @param {number[][]} history */
function lossCurve(models, history) {
  const series = history.map((losses, k) => ({
    name: models[k].data.title,
    points: losses.map((y, x) => /** @type {[number, number]} */ ([x, y])),
  }));
  const output = outputName(models);
  const options = { label: `${output} after each step`, x: "steps", y: output, height: 160 };
  const figure = html("figure", {}, chart(series, options));
  if (series.length > 1) figure.append(seriesKey(series.map((one) => one.name)));
  return figure;
}

/** Tell series apart by their dashes. @param {string[]} names */
function seriesKey(names) {
  const line = (/** @type {number} */ i) =>
    svg("svg", { class: "chart key", width: 34, height: 10, "aria-hidden": "true" }, svg("path", { class: `series-${i}`, d: "M0 5H34" }));
  return html("figcaption", {}, ...names.flatMap((name, i) => [line(i), ` ${name}  `]));
}

/** A box to tick for each leaf. @param {Knob[]} leaves @param {Set<Knob>} chosen @param {() => void} onChange */
function choices(leaves, chosen, onChange) {
  const boxes = leaves.map((knob) => {
    const box = html("input", { type: "checkbox" });
    box.checked = chosen.has(knob);
    box.addEventListener("change", () => {
      if (box.checked) chosen.add(knob);
      else chosen.delete(knob);
      onChange();
    });
    return { box, label: html("label", { class: "choice" }, box, ` ${knob.name}`) };
  });
  const all = (/** @type {boolean} */ on) => () => {
    boxes.forEach(({ box }) => (box.checked = on));
    chosen.clear();
    if (on) leaves.forEach((knob) => chosen.add(knob));
    onChange();
  };
  const list = html("div", { class: "choices" }, ...boxes.map(({ label }) => label));
  Object.assign(list.style, { maxHeight: "9em", overflow: "auto" });
  return html(
    "details",
    { open: leaves.length <= 12 || !chosen.size },
    html("summary", {}, "Leaves that descend"),
    html("div", { class: "group" }, list, button("all", all(true)), button("none", all(false)))
  );
}
