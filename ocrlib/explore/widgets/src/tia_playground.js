// The TIA playground: an anywidget module.

import { make } from "./lab_controls.js";
import { mls, pixelMap, remap } from "./mls.js";
import { Pcg64 } from "./pcg64.js";
import { range } from "./range.js";
import { edgePoints, KINDS } from "./tia_moves.js";
import { pixelsOf, TiaStage } from "./tia_stage.js";
import { wordsOf } from "./tia_words.js";
import { unpackPicture } from "./unpack.js";

const TRAITS = ["segments", "strength", "seed", "kind", "moves", "rigid"];
const APART = 3; // px that points keep from each other

async function render({ model, el, signal }) {
  const session = { source: pixelsOf(await unpackPicture(model.get("jpeg"))), grid: true };
  const root = make("div", { class: "ocr-lab ocr-tia" });
  el.append(root);
  // JupyterLab would take the arrow keys away from sliders and points.
  root.dataset.lmSuppressShortcuts = "true";
  root.addEventListener("keydown", (event) => event.stopPropagation());
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
  const listen = (event, handler) => {
    model.on(event, handler);
    signal?.addEventListener("abort", () => model.off(event, handler));
  };
  rebuild();
  listen("change:language", rebuild);
  for (const name of TRAITS) listen(`change:${name}`, update);
  const observer = new ResizeObserver(update);
  observer.observe(root);
  signal?.addEventListener("abort", () => observer.disconnect());
}

/** Moves of TIA at strength 1, [dx, dy] px per point: the same as in Python for the same seed. */
function deal(kind, seed, height, width, segments) {
  return KINDS[kind](new Pcg64(seed), height, width, segments);
}

/** Build everything anew in the current language; returns { update }. */
function build(root, model, session, request) {
  const words = wordsOf(model.get("language")), { width, height } = session.source;
  root.lang = words === wordsOf("zh") ? "zh" : "en";
  const get = (name) => model.get(name);
  const set = (values, done = true) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    if (done) model.save_changes();
  };
  const rest = (segments) => edgePoints(height, width, segments).map(() => [0, 0]);
  /** The moves at strength 1; none where they belong to another number of segments. */
  const moves = () => (get("moves").length === 2 * (get("segments") + 1) ? get("moves") : rest(get("segments")));
  const handles = () => edgePoints(height, width, get("segments"));
  const place = (home, [dx, dy]) => [home[0] + get("strength") * dx, home[1] + get("strength") * dy];
  const dealt = (kind, seed, segments) => {
    const count = kind === "perspective" ? 1 : segments;
    return { kind, seed, segments: count, moves: deal(kind, seed, height, width, count) };
  };
  /** Put one point somewhere, unless another one is there. */
  const put = (i, wanted, done) => {
    const homes = handles(), all = moves(), [x, y] = stage.inside(wanted);
    const others = homes.map((home, j) => place(home, all[j])).filter((_, j) => j !== i);
    if (others.some(([ox, oy]) => Math.hypot(ox - x, oy - y) < APART)) return;
    const mine = [(x - homes[i][0]) / get("strength"), (y - homes[i][1]) / get("strength")];
    set({ kind: "free", moves: all.map((move, j) => (j === i ? mine : move)) }, done);
  };

  const canvas = make("canvas", { role: "img" }), stage = new TiaStage(canvas, session.source);
  const points = make("div", { class: "ocr-tia-points", role: "group", "aria-label": words.hint });
  const board = make("div", { class: "ocr-tia-stage" }, canvas, points);
  board.style.aspectRatio = `${stage.size[0]} / ${stage.size[1]}`;
  const button = (name, onclick) => make("button", { type: "button", name, onclick }, words[name]);
  const seed = make("input", { type: "number", name: "seed", min: 0, max: 4294967295, step: 1,
    onchange: () => redeal(Math.min(Math.max(Math.trunc(Number(seed.value)) || 0, 0), 4294967295)) });
  /** Another seed; moves that were dealt are dealt again. */
  const redeal = (value) => set(get("kind") in KINDS ? dealt(get("kind"), value, get("segments")) : { seed: value });
  const buttons = make("div", { class: "ocr-lab-presets" }, make("span", {}, words.deal),
    ...Object.keys(KINDS).map((kind) => button(kind, () => set(dealt(kind, get("seed"), get("segments"))))),
    make("label", { class: "ocr-tia-seed" }, words.seed, seed), button("another", () => redeal(get("seed") + 1)),
    make("button", { type: "button", name: "reset", class: "ocr-lab-reset",
      onclick: () => set({ kind: "rest", moves: rest(get("segments")) }) }, words.reset));
  const segments = range("segments", words.segments, words.segmentsHelp, { min: 1, max: 8, step: 1, show: String },
    () => get("segments"), (count, done) => {
      const kind = get("kind"), again = kind === "distort" || kind === "stretch";
      set(again ? dealt(kind, get("seed"), count) : { segments: count, kind: "rest", moves: rest(count) }, done);
    });
  const strength = range("strength", words.strength, words.strengthHelp,
    { min: 0.1, max: 1, step: 0.05, show: (v) => v.toFixed(2) }, () => get("strength"), (value, done) => set({ strength: value }, done));
  const toggle = (name, checked, onchange) => {
    const input = make("input", { type: "checkbox", role: "switch", name, onchange: () => onchange(input.checked) });
    input.checked = checked;
    return make("label", { class: "ocr-lab-switch" }, input, make("span", {}, words[name], make("small", {}, words[`${name}Help`])));
  };
  const grid = toggle("grid", session.grid, (on) => ((session.grid = on), request()));
  const rigid = toggle("rigid", get("rigid"), (on) => set({ rigid: on }));
  const note = make("p", { class: "ocr-tia-note" }), touched = make("p", { class: "ocr-tia-touched", "aria-live": "polite" });
  root.replaceChildren(make("section", { "aria-label": words.playground, class: "ocr-lab-frame" },
    board, make("p", { class: "ocr-tia-hint" }, words.hint), touched, note, buttons,
    make("div", { class: "ocr-tia-controls" }, segments.element, strength.element, grid, rigid)));

  const titleOf = (i) => {
    const all = get("segments") + 1;
    return words.point({ upper: i < all, n: (i % all) + 1, all });
  };
  const describe = (i) => {
    const [dx, dy] = moves()[i].map((value) => value * get("strength"));
    return words.moved({ point: titleOf(i), dx, dy, across: Math.abs(dx).toFixed(1), along: Math.abs(dy).toFixed(1) });
  };

  /** One button per point, made anew only when their number changes: a drag must not lose its own. */
  function fit(count) {
    if (points.childElementCount === count) return;
    points.replaceChildren(...Array.from({ length: count }, (_, i) => {
      const point = make("button", { type: "button", class: "ocr-tia-point", name: `point-${i}` });
      let offset = [0, 0];
      point.addEventListener("pointerdown", (event) => {
        point.setPointerCapture(event.pointerId);
        point.focus({ preventScroll: true }); // a finger's drag does not do that by itself
        const [x, y] = stage.at(event.clientX, event.clientY), [px, py] = place(handles()[i], moves()[i]);
        offset = [px - x, py - y]; // the point does not jump to the pointer
      });
      point.addEventListener("pointermove", (event) => {
        if (!point.hasPointerCapture(event.pointerId)) return;
        const [x, y] = stage.at(event.clientX, event.clientY);
        put(i, [x + offset[0], y + offset[1]], false);
      });
      point.addEventListener("pointerup", () => model.save_changes());
      point.addEventListener("focus", () => (touched.textContent = describe(i)));
      point.addEventListener("keydown", (event) => {
        const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
        if (!way) return;
        const step = event.shiftKey ? 5 : 1, [x, y] = place(handles()[i], moves()[i]);
        put(i, [x + step * way[0], y + step * way[1]], true);
        event.preventDefault();
      });
      return point;
    }));
  }

  function update() {
    const start = performance.now(), homes = handles(), all = moves(), moved = homes.map((home, i) => place(home, all[i]));
    fit(homes.length);
    const far = stage.draw(homes, moved, session.grid, get("rigid"));
    [...points.children].forEach((point, i) => {
      const [x, y] = stage.share(moved[i]);
      point.style.left = `${100 * x}%`, point.style.top = `${100 * y}%`;
      point.setAttribute("aria-label", describe(i));
      if (point === document.activeElement) touched.textContent = describe(i);
    });
    segments.refresh(), strength.refresh();
    if (document.activeElement !== seed) seed.value = get("seed");
    rigid.querySelector("input").checked = get("rigid");
    const made = words.made[get("kind")]({ seed: get("seed") }), farthest = words.farthest(far.toFixed(1));
    note.textContent = get("kind") === "rest" ? made : `${made} ${farthest}`;
    canvas.setAttribute("aria-label", words.picture({ text: get("text"), points: homes.length, made, farthest }));
    Object.assign(root.dataset, {
      ms: (performance.now() - start).toFixed(2), kind: get("kind"), seed: get("seed"), segments: get("segments"),
      strength: get("strength"), rigid: get("rigid"), moved: JSON.stringify(moved), far: far.toFixed(3), ready: "true",
    });
  }
  return { update };
}

export { deal, edgePoints, mls, pixelMap, remap };
export default { render };
