// The CTC stepper: an anywidget module.

import { beamSearch, forwardBackward, greedy, logSoftmax, stepsNeeded } from "./ctc_math.js";
import { decodePanel, framePanel, lossOf, pushPanel, ruleOf, soFar, sumPanel } from "./ctc_panels.js";
import { CtcStage, sign } from "./ctc_stage.js";
import { decode, encode, Lattices, number, unpackWord } from "./ctc_state.js";
import { wordsOf } from "./ctc_words.js";
import { choice, make } from "./lab_controls.js";
import { range } from "./range.js";

const TRAITS = ["word", "label", "frame", "pushes", "decoder", "width"];

async function render({ model, el, signal }) {
  const session = { words: [], lattices: new Lattices(), table: "alpha", state: null };
  const root = make("div", { class: "ocr-lab ocr-ctc" });
  el.append(root);
  // JupyterLab would take the arrow keys away from sliders and canvas.
  root.dataset.lmSuppressShortcuts = "true";
  root.addEventListener("keydown", (event) => event.stopPropagation());
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
    ui = build(root, model, session, update);
    ui.update();
  };
  const load = async () => {
    session.words = await Promise.all(model.get("words").map(unpackWord));
    rebuild();
  };
  await load();
  listen("change:words", load);
  listen("change:language", rebuild);
  for (const name of TRAITS) listen(`change:${name}`, update);
  const observer = new ResizeObserver(update);
  observer.observe(root);
  signal?.addEventListener("abort", () => observer.disconnect());
}

/** Build everything anew in the current language; returns { update }. */
function build(root, model, session, request) {
  const words = wordsOf(model.get("language"));
  root.lang = words === wordsOf("zh") ? "zh" : "en";
  const get = (name) => model.get(name);
  const set = (values, done = true) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    if (done) model.save_changes();
  };
  const current = () => session.words.find((word) => word.name === get("word")) ?? session.words[0];
  const clamp = (frame) => Math.min(Math.max(frame, 0), current().steps - 1);
  const go = (frame, state = null) => {
    session.state = state;
    set({ frame: clamp(frame) });
    request(); // the state may have changed alone
  };

  const names = session.words.map((word) => word.name);
  const titles = Object.fromEntries(names.map((name) => [name, words[name] ?? name]));
  const pick = choice("word", names, titles, words.pick, "", () => current().name, (name) => {
    session.state = null;
    set({ word: name, label: session.words.find((word) => word.name === name).label, pushes: 0, frame: 0 });
  });
  const label = make("input", { type: "text", name: "label", autocomplete: "off", autocapitalize: "off", spellcheck: "false", maxlength: "60",
    oninput: () => { session.state = null; set({ label: label.value, pushes: 0 }); } });
  const labelled = make("label", { class: "ocr-ctc-label" }, make("span", {}, words.label), label, make("small", {}, words.labelHelp));
  const canvas = make("canvas", { tabindex: "0", role: "img" }), stage = new CtcStage(canvas);
  const button = (name, text, to) =>
    make("button", { type: "button", name, "aria-label": words[name], title: words[name], onclick: () => go(to(clamp(get("frame")))) }, text);
  const steps = make("div", { class: "ocr-ctc-steps" },
    button("first", "«", () => 0), button("previous", "‹", (t) => t - 1),
    button("next", "›", (t) => t + 1), button("last", "»", () => current().steps - 1));
  const slider = range("frame", words.frame, words.keys,
    { min: 0, max: 1, step: 1, show: (t) => words.of(t + 1, current().steps) }, () => clamp(get("frame")), (t) => go(t));
  const view = choice("table", ["alpha", "occupancy"], words, words.table, "", () => session.table, (name) => {
    session.table = name;
    request();
  });
  const decoders = choice("decoder", ["greedy", "beam"], words, "", "", () => get("decoder"), (decoder) => set({ decoder }));
  const width = range("width", words.width, words.widthHelp, { min: 1, max: 16, step: 1, show: String },
    () => get("width"), (value, done) => set({ width: value }, done));
  const frames = framePanel(words), sum = sumPanel(words), push = pushPanel(words, (pushes) => set({ pushes }));
  const decoding = decodePanel(words, decoders.element, width.element);
  const trouble = make("p", { class: "ocr-ctc-trouble", role: "status" });
  const spoken = make("p", { class: "ocr-lab-spoken", "aria-live": "polite" });
  root.replaceChildren(
    make("section", { "aria-label": words.stepper, class: "ocr-lab-frame" },
      make("div", { class: "ocr-lab-top" }, pick.element, labelled),
      make("div", { class: "ocr-lab-body" },
        make("div", {}, canvas, make("div", { class: "ocr-ctc-move" }, steps, slider.element), view.element, trouble, sum.element),
        make("div", {}, frames.element, push.element)),
      decoding.element, spoken));

  let seen = null, timer = 0;
  /** The state that is looked at: the chosen one, else the one most paths of the label pass. */
  const stateAt = (frame) => {
    const count = seen.result?.states.length ?? 0;
    if (session.state !== null && session.state < count) return session.state;
    const shares = seen.result?.occupancy.subarray(frame * count, (frame + 1) * count) ?? [];
    return shares.indexOf(Math.max(...shares));
  };
  canvas.addEventListener("keydown", (event) => {
    const frame = clamp(get("frame")), state = stateAt(frame), count = seen.result?.states.length ?? 1;
    const move = {
      ArrowRight: () => go(frame + 1), ArrowLeft: () => go(frame - 1), Home: () => go(0), End: () => go(current().steps - 1),
      ArrowUp: () => go(frame, Math.max(state - 1, 0)), ArrowDown: () => go(frame, Math.min(state + 1, count - 1)),
    }[event.key];
    if (move) move(), event.preventDefault();
  });
  const point = (event) => {
    const { frame, state } = stage.at(event.clientX, event.clientY);
    go(frame, state);
  };
  canvas.addEventListener("pointerdown", (event) => (canvas.setPointerCapture(event.pointerId), point(event)));
  canvas.addEventListener("pointermove", (event) => canvas.hasPointerCapture(event.pointerId) && point(event));

  function complaint() {
    const { encoded, text, word } = seen, { needed, label: classes, unknown } = encoded;
    if (unknown) return words.unknown(unknown);
    const facts = { text, needed, steps: word.steps, characters: classes.length, doubles: needed - classes.length };
    return seen.result ? "" : words.tooLong(facts);
  }

  function update() {
    const word = current();
    if (!word) return;
    const start = performance.now(), frame = clamp(get("frame"));
    seen = session.lattices.look(word, get("label"), get("pushes"), get("width"));
    const state = stateAt(frame);
    stage.draw(seen, session.table, frame, state); // first: it asks for the width, which costs a layout after changes
    for (const control of [pick, view, decoders, width]) control.refresh();
    slider.refresh(word.steps - 1);
    if (label.value !== get("label")) label.value = get("label");
    frames.show(seen, frame);
    decoding.show(seen, frame, get("decoder"), get("width"));
    width.element.hidden = get("decoder") === "greedy";
    trouble.textContent = complaint();
    label.setAttribute("aria-invalid", String(!seen.result));
    for (const one of [sum, push]) one.element.hidden = !seen.result;
    view.element.hidden = !seen.result;
    if (seen.result) sum.show(seen, frame, state), push.show(seen, frame);
    const { greedy: read, result, beams, logP } = seen;
    const summary = words.summary({
      frame: frame + 1, steps: word.steps, sign: sign(word, read.path[frame]),
      p: number(Math.exp(logP[frame * word.classes + read.path[frame]])), rule: ruleOf(words, word, read, frame),
      text: soFar(word, read, frame) || words.nothing, loss: result ? lossOf(words, seen.text, result) : complaint(),
    });
    canvas.setAttribute("aria-label", summary);
    clearTimeout(timer); // say it once, when the frames rest
    timer = setTimeout(() => (spoken.textContent = summary), 600);
    Object.assign(root.dataset, {
      ms: (performance.now() - start).toFixed(2), word: word.name, frame, state, pushes: seen.pushes,
      loss: result ? result.loss.toPrecision(12) : "", needed: seen.encoded.needed ?? "",
      greedy: decode(word, read.indices), sofar: soFar(word, read, frame),
      beam: decode(word, beams.at(-1)[0].prefix), beams: JSON.stringify(beams[frame].map((b) => decode(word, b.prefix))),
      ready: "true",
    });
  }
  return { update };
}

export { beamSearch, encode, forwardBackward, greedy, logSoftmax, stepsNeeded };
export default { render };
