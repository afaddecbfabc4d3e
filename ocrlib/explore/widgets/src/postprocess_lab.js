// The post-processing lab: an anywidget module.

import { postprocess } from "./dbpost.js";
import { choice, layerBox, make, makeControl } from "./lab_controls.js";
import { COLOURS, Stage } from "./lab_stage.js";
import { explain, explainMissed, PARAMETERS, run, unpack } from "./lab_state.js";
import { figures, match } from "./match.js";
import { wordsOf } from "./words.js";

const PRESETS = {
  training: { thresh: 0.3, box_thresh: 0.6, unclip_ratio: 1.5 },
  inference: { thresh: 0.3, box_thresh: 0.5, unclip_ratio: 1.6 },
};

async function render({ model, el, signal, host }) {
  const initial = Object.fromEntries(PARAMETERS.map((name) => [name, model.get(name)]));
  const session = {
    initial, view: "picture", chosen: null, pictures: [], own: null, note: "",
    layers: { outlines: false, shapes: true, boxes: true, labels: true, scores: true },
  };
  const lab = make("div", { class: "ocr-lab" });
  el.append(lab);
  // JupyterLab would take the arrow keys away from the sliders.
  lab.dataset.lmSuppressShortcuts = "true";
  lab.addEventListener("keydown", (event) => event.stopPropagation());
  const listen = (event, handler) => {
    model.on(event, handler);
    signal?.addEventListener("abort", () => model.off(event, handler));
  };
  let ui = null, waiting = false;
  const update = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => ((waiting = false), ui?.update()));
  };
  const rebuild = () => {
    ui = buildLab(lab, model, session, host, update);
    ui.update();
  };
  const load = async () => {
    session.pictures = await Promise.all(model.get("pictures").map(unpack));
    session.note = "";
    session.chosen = null;
    rebuild();
  };
  await load();
  listen("change:pictures", load);
  listen("change:language", rebuild);
  for (const name of [...PARAMETERS, "picture"]) listen(`change:${name}`, update);
  listen("msg:custom", (message) => {
    if (message.kind !== "refused") return;
    session.note = wordsOf(model.get("language")).refused(message.why);
    rebuild();
  });
  const observer = new ResizeObserver(update);
  observer.observe(lab);
  signal?.addEventListener("abort", () => observer.disconnect());
}

/** Build the whole form anew in the current language; returns { update }. */
function buildLab(lab, model, session, host, request) {
  const words = wordsOf(model.get("language"));
  lab.lang = words === wordsOf("zh") ? "zh" : "en";
  const get = (name) => model.get(name);
  const set = (name, value, done) => {
    model.set(name, value);
    if (done) model.save_changes();
  };
  const setAll = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const names = session.pictures.map((picture) => picture.name);
  const titles = Object.fromEntries(names.map((name) => [name, words[name] ?? name]));
  const pick = choice("picture", names, titles, words.pictures, "", () => get("picture"), (name) => {
    session.chosen = null;
    set("picture", name, true);
  });
  const view = choice("view", ["picture", "probability", "binary"], words, words.view, "", () => session.view, (name) => {
    session.view = name;
    request();
  });
  const canvas = make("canvas", { tabindex: "0", role: "img" });
  const stage = new Stage(canvas);
  const swatches = { outlines: COLOURS.outlines, shapes: COLOURS.shapes, boxes: COLOURS.right, labels: COLOURS.labels };
  const layers = Object.keys(session.layers).map((name) =>
    layerBox(name, words[name], swatches[name], session.layers[name], (on) => {
      session.layers[name] = on;
      request();
    }));
  const controls = PARAMETERS.map((name) => makeControl(name, words, get, set));
  const presets = make("div", { class: "ocr-lab-presets" }, make("span", {}, words.presets),
    ...Object.entries(PRESETS).map(([name, values]) =>
      make("button", { type: "button", name, onclick: () => setAll(values) }, words[name])),
    make("button", { type: "button", name: "reset", class: "ocr-lab-reset", onclick: () => setAll(session.initial) }, words.reset));
  const board = scoreBoard(words);
  const why = whyPanel(words, (step) => choose(step));
  lab.replaceChildren(
    make("section", { "aria-label": words.lab, class: "ocr-lab-frame" },
      make("div", { class: "ocr-lab-top" }, pick.element, view.element),
      make("div", { class: "ocr-lab-body" },
        make("div", { class: "ocr-lab-left" },
          make("div", { class: "ocr-lab-stage" }, canvas, board.element), why.element),
        make("div", { class: "ocr-lab-right" },
          make("div", { class: "ocr-lab-controls", role: "group", "aria-label": words.controls },
            ...controls.map((control) => control.element), presets),
          make("div", { class: "ocr-lab-layers", role: "group", "aria-label": words.layers }, ...layers),
          ownPicture(words, model, session, host, canvas)))));

  let result = null;
  /** Step through candidates and missed labels, or choose one, or none. */
  function choose(step) {
    const items = inOrder(result);
    if (typeof step === "number") {
      const at = items.indexOf(session.chosen);
      session.chosen = items[(at < 0 ? (step > 0 ? 0 : items.length - 1) : at + step + items.length) % items.length] ?? null;
    } else session.chosen = step;
    paint();
  }
  function paint() {
    canvas.style.setProperty("--aspect", result.picture.size[1] / result.picture.size[0]);
    stage.draw(result, session.view, session.layers, session.chosen);
    why.show(result, session.chosen);
  }
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) choose(step), event.preventDefault();
    if (event.key === "Escape") choose(null);
  });
  const point = (event) => {
    const found = stage.at(result, event.clientX, event.clientY);
    if (found !== session.chosen && (found || event.type === "pointerdown")) choose(found);
  };
  canvas.addEventListener("pointermove", (event) => event.pointerType === "mouse" && point(event));
  canvas.addEventListener("pointerdown", point);

  function update() {
    const picture = session.pictures.find((p) => p.name === get("picture")) ?? session.pictures[0];
    if (!picture) return;
    const start = performance.now();
    const before = result && session.chosen ? trail(result, session.chosen) : null;
    const options = Object.fromEntries(PARAMETERS.map((name) => [name, get(name)]));
    result = run(picture, options);
    session.chosen = before && refind(result, before);
    paint(); // first: it reads the canvas's width, and would have to wait for the layout of new texts
    for (const control of [...controls, pick, view]) control.refresh();
    board.show(result);
    canvas.setAttribute("aria-label", board.summary(result));
    lab.dataset.ms = (performance.now() - start).toFixed(2);
    for (const [name, value] of Object.entries(result.counts)) lab.dataset[name] = value;
    for (const [name, value] of Object.entries(result.figures)) lab.dataset[name] = value.toFixed(6);
    lab.dataset.ready = "true";
  }
  return { update };
}

/** Candidates and missed labels from top to bottom. */
function inOrder({ candidates, missed, picture }) {
  const top = (item) => (item.polygon ?? item.outline)[0][1] * (item.polygon ? 1 : picture.size[0] / picture.height);
  return [...candidates, ...missed].sort((a, b) => top(a) - top(b));
}

/** Where the chosen region is, so that it stays chosen when a parameter changes it. */
function trail(result, chosen) {
  const points = chosen.polygon ?? chosen.outline;
  return { picture: result.picture, label: chosen.polygon ? chosen : null, x: points[0][0], y: points[0][1], hole: chosen.hole };
}

function refind(result, { picture, label, x, y, hole }) {
  if (result.picture !== picture) return null;
  if (label) return result.missed.includes(label) ? label : null;
  const far = (found) => Math.min(...found.outline.map(([px, py]) => Math.hypot(px - x, py - y)));
  const [best] = result.candidates.filter((found) => found.hole === hole && far(found) < 6).sort((a, b) => far(a) - far(b));
  return best ?? null;
}

/** Precision, recall and hmean as bars, and the counts. */
function scoreBoard(words) {
  const bars = ["precision", "recall", "hmean"].map((name) => {
    const value = make("output", { "data-figure": name }), bar = make("i", { "aria-hidden": "true" });
    return { name, value, bar, element: make("div", { class: `ocr-lab-bar ocr-lab-${name}` }, make("span", {}, words[name]), value, bar) };
  });
  const counts = ["right", "wrong", "missed", "dropped"].map((name) => {
    const value = make("output", { "data-count": name });
    return { name, value, element: make("span", { class: `ocr-lab-count ocr-lab-${name}` }, value, ` ${words[name]}`) };
  });
  const spoken = make("p", { class: "ocr-lab-spoken", "aria-live": "polite" });
  const element = make("div", { class: "ocr-lab-board" }, ...bars.map((b) => b.element),
    make("div", { class: "ocr-lab-counts" }, ...counts.map((c) => c.element)), spoken);
  const summary = (result) => result.picture.labels.length
    ? words.summary({ ...result.counts, hmean: result.figures.hmean.toFixed(2) }) : words.unlabelled;
  let timer = 0;
  const show = (result) => {
    const labelled = result.picture.labels.length > 0;
    for (const { name, value, bar } of bars) {
      value.textContent = labelled ? result.figures[name].toFixed(3) : "–";
      bar.style.setProperty("--value", labelled ? result.figures[name] : 0);
    }
    for (const { name, value } of counts) {
      value.textContent = labelled || name === "dropped" ? result.counts[name] : "–";
    }
    clearTimeout(timer); // say it once, when the slider rests
    timer = setTimeout(() => (spoken.textContent = summary(result)), 600);
  };
  return { element, show, summary };
}

/** The read-out: why the chosen region was kept or dropped. */
function whyPanel(words, choose) {
  const head = make("strong", {}), verdict = make("span", { class: "ocr-lab-verdict" });
  const steps = make("ol", {}), text = make("div", { "aria-live": "polite" }, make("p", {}, head, verdict), steps);
  const button = (label, sign, step) =>
    make("button", { type: "button", "aria-label": label, title: label, onclick: () => choose(step) }, sign);
  const element = make("div", { class: "ocr-lab-why" },
    make("div", { class: "ocr-lab-steps" }, button(words.previous, "‹", -1), button(words.next, "›", 1)), text);
  const show = (result, chosen) => {
    element.dataset.verdict = chosen ? chosen.verdict ?? "missed" : "";
    if (!chosen) {
      head.textContent = `${words.why} `, verdict.textContent = words.hint;
      return steps.replaceChildren();
    }
    const missed = "polygon" in chosen, items = inOrder(result);
    head.textContent = words.region(items.indexOf(chosen) + 1, items.length);
    if (missed) head.textContent += `: ${words.label(chosen.text)}`;
    if (chosen.hole) head.textContent += ` (${words.hole})`;
    verdict.textContent = words.verdict[missed ? "missed" : chosen.verdict];
    const lines = missed ? explainMissed(result, chosen) : explain(result, chosen);
    steps.replaceChildren(...lines.map(([passed, word, facts]) =>
      make("li", { "data-step": word, "data-passed": String(passed) },
        words.step[word]({ ...facts, where: words.where[facts.where] }))));
  };
  return { element, show };
}

/** A place for a picture of the reader's own; without a kernel it says what it needs. */
function ownPicture(words, model, session, host, canvas) {
  const alive = host?.kernel !== false, note = make("small", { role: "status" }, alive ? session.note : words.kernel);
  const take = async (file) => {
    note.textContent = words.busy;
    model.send({ kind: "picture", name: file.name }, undefined, [await file.arrayBuffer()]);
  };
  const input = make("input", { type: "file", accept: "image/*", name: "own", disabled: !alive,
    onchange: () => input.files.length && take(input.files[0]) });
  const label = make("label", { class: "ocr-lab-own", "data-alive": String(alive) }, make("span", {}, words.drop), input, note);
  if (alive) {
    for (const place of [label, canvas]) {
      place.addEventListener("dragover", (event) => event.preventDefault());
      place.addEventListener("drop", (event) => {
        event.preventDefault();
        if (event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
      });
    }
  }
  return label;
}

export { figures, match, postprocess };
export default { render };
