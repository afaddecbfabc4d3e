// Made by book/tools/bundle_widgets.py from src/ctc_stepper.js: change it there.

// ctc_math.js
// CTC as numbers: the loss with its tables, greedy decoding, and prefix beam search. The same
// algorithms as ocrlib/explore/ctc_numpy.py and ocrlib/postprocess/prefix_search.py, on arrays
// (T, C) that are stored row by row. Class 0 is the blank.

const BLANK = 0, NEVER = -Infinity;

/** log(exp(a) + exp(b)). */
function logAdd(a, b) {
  if (a < b) [a, b] = [b, a];
  return b === NEVER ? a : a + Math.log1p(Math.exp(b - a));
}

/** Logarithms of the probabilities behind logits (T, C). */
function logSoftmax(logits, steps, classes) {
  const result = new Float64Array(steps * classes);
  for (let t = 0; t < steps; t++) {
    const row = logits.subarray(t * classes, (t + 1) * classes);
    const top = row.reduce((a, b) => Math.max(a, b), NEVER);
    const total = Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0));
    row.forEach((value, c) => (result[t * classes + c] = value - top - total));
  }
  return result;
}

/** How many steps a label takes at least: one a character, one between equal neighbours. */
function stepsNeeded(label) {
  return label.length + label.filter((cls, i) => i > 0 && cls === label[i - 1]).length;
}

/** The states of a label: blank, character, blank, ..., character, blank. */
function spelling(label) {
  return [BLANK, ...label.flatMap((cls) => [cls, BLANK])];
}

/** Whether a state may be entered from two states back, over a blank. */
function skips(states, s) {
  return s > 1 && states[s] !== BLANK && states[s] !== states[s - 2];
}

/** alpha (T, S): log probability of all ways to begin that are in state s at step t. */
function forward(emitted, steps, states) {
  const count = states.length, alpha = new Float64Array(steps * count).fill(NEVER);
  for (let s = 0; s < Math.min(2, count); s++) alpha[s] = emitted(0, s);
  for (let t = 1; t < steps; t++) {
    const before = (t - 1) * count;
    for (let s = 0; s < count; s++) {
      let sum = alpha[before + s];
      if (s > 0) sum = logAdd(sum, alpha[before + s - 1]);
      if (skips(states, s)) sum = logAdd(sum, alpha[before + s - 2]);
      alpha[t * count + s] = sum + emitted(t, s);
    }
  }
  return alpha;
}

/**
 * CTC's loss, its gradient with respect to the logits (T, C), and the tables (T, S) behind it.
 * `ways` counts the paths that lead to a cell; `best` is the likeliest path, a state per step.
 * The label must fit: see `stepsNeeded`.
 */
function forwardBackward(logP, steps, classes, label) {
  const states = spelling(label), count = states.length;
  const alpha = forward((t, s) => logP[t * classes + states[s]], steps, states);
  // Read backwards, the same rule holds; a step's own class is taken out, for alpha has it.
  const mirrored = forward(
    (t, s) => logP[(steps - 1 - t) * classes + states[count - 1 - s]], steps, states.toReversed());
  const total = logAdd(alpha.at(-1), count > 1 ? alpha.at(-2) : NEVER);
  const occupancy = new Float64Array(steps * count), gradient = new Float64Array(steps * classes);
  for (let t = 0; t < steps; t++) {
    for (let c = 0; c < classes; c++) gradient[t * classes + c] = Math.exp(logP[t * classes + c]);
    for (let s = 0; s < count; s++) {
      const own = logP[t * classes + states[s]];
      const beta = own > NEVER ? mirrored[steps * count - 1 - (t * count + s)] - own : NEVER;
      const share = Math.exp(alpha[t * count + s] + beta - total);
      occupancy[t * count + s] = share;
      gradient[t * classes + states[s]] -= share;
    }
  }
  const ways = countWays(steps, states), best = bestPath(logP, steps, classes, states);
  return { loss: -total, states, alpha, occupancy, gradient, ways, best };
}

function countWays(steps, states) {
  const count = states.length, ways = new Float64Array(steps * count);
  ways.fill(1, 0, Math.min(2, count));
  for (let t = 1; t < steps; t++) {
    for (let s = 0; s < count; s++) {
      const at = (t - 1) * count + s;
      ways[t * count + s] = ways[at] + (s > 0 ? ways[at - 1] : 0) + (skips(states, s) ? ways[at - 2] : 0);
    }
  }
  return ways;
}

/** The likeliest path that reads the label (Viterbi): a state per step. */
function bestPath(logP, steps, classes, states) {
  const count = states.length, came = new Uint8Array(steps * count);
  let score = states.map((cls, s) => (s < 2 ? logP[cls] : NEVER));
  for (let t = 1; t < steps; t++) {
    score = states.map((cls, s) => {
      let from = score[s];
      for (const ahead of skips(states, s) ? [1, 2] : s > 0 ? [1] : []) {
        if (score[s - ahead] > from) from = score[s - ahead], came[t * count + s] = ahead;
      }
      return from + logP[t * classes + cls];
    });
  }
  const path = [count > 1 && score[count - 2] >= score[count - 1] ? count - 2 : count - 1];
  for (let t = steps - 1; t > 0; t--) path.push(path.at(-1) - came[t * count + path.at(-1)]);
  return path.reverse();
}

/**
 * The likeliest class at every step, and what collapsing does with it: `rule` is "new", "repeat"
 * or "blank". `indices` is what is read, `logProbability` that of this one path.
 */
function greedy(logP, steps, classes) {
  const path = [], rules = [], indices = [];
  let logProbability = 0;
  for (let t = 0; t < steps; t++) {
    const row = logP.subarray(t * classes, (t + 1) * classes);
    let cls = 0;
    row.forEach((value, c) => value > row[cls] && (cls = c));
    const rule = cls === BLANK ? "blank" : cls === path.at(-1) ? "repeat" : "new";
    if (rule === "new") indices.push(cls);
    path.push(cls), rules.push(rule);
    logProbability += row[cls];
  }
  return { path, rules, indices, logProbability };
}

/**
 * Prefix beam search. Returns the beams after every step, best first: each a prefix with the log
 * probabilities of its paths that end in a blank, of those that do not, and of both (`total`).
 * `open` is the number of classes that a text may use; those after them are not continued with.
 */
function beamSearch(logP, steps, classes, width, open = classes) {
  const history = [];
  let beams = [{ prefix: [], blank: 0, char: NEVER, total: 0 }];
  for (let t = 0; t < steps; t++) {
    const row = logP.subarray(t * classes, t * classes + open), likely = likeliest(row, width);
    const grown = new Map();
    const entry = (prefix) => {
      const key = prefix.join();
      if (!grown.has(key)) grown.set(key, { prefix, blank: NEVER, char: NEVER });
      return grown.get(key);
    };
    for (const { prefix, blank, char, total } of beams) {
      const last = prefix.at(-1) ?? BLANK;
      // The same prefix goes on: by a blank, or by one more step of its last character.
      const same = entry(prefix);
      same.blank = logAdd(same.blank, total + row[BLANK]);
      if (prefix.length) same.char = logAdd(same.char, char + row[last]);
      for (const cls of likely) {
        // The same character again is a new one only after a blank.
        const source = (cls === last ? blank : total) + row[cls];
        if (source === NEVER) continue;
        const longer = entry([...prefix, cls]);
        longer.char = logAdd(longer.char, source);
      }
    }
    for (const one of grown.values()) one.total = logAdd(one.blank, one.char);
    beams = [...grown.values()].sort((a, b) => b.total - a.total).slice(0, width);
    history.push(beams);
  }
  return history;
}

/** The `width` + 1 likeliest classes of a step, without the blank. */
function likeliest(row, width) {
  const order = Array.from(row, (_, c) => c);
  if (row.length > width + 1) order.sort((a, b) => row[b] - row[a]).splice(width + 1);
  return order.filter((cls) => cls !== BLANK);
}

// lab_controls.js
// The form: sliders, choices, switches and buttons, all native, so that keys and touch just work.

let counter = 0;

/** An element with attributes and children; text is text, never HTML. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sliders: least, most, step, decimals; max_candidates moves in equal ratios. */
const SLIDERS = {
  thresh: { min: 0, max: 1, step: 0.01, show: (v) => v.toFixed(2) },
  box_thresh: { min: 0, max: 1, step: 0.01, show: (v) => v.toFixed(2) },
  unclip_ratio: { min: 0.1, max: 4, step: 0.05, show: (v) => v.toFixed(2) },
  max_candidates: {
    min: 0, max: 120, step: 1, show: (v) => String(v),
    toValue: (at) => Math.round(10 ** (at / 40)), toPlace: (value) => Math.round(40 * Math.log10(value)),
  },
};
const CHOICES = { score_mode: ["fast", "slow"], box_type: ["quad", "poly"] };

/** One control per parameter. `get` and `set` reach the model; returns { element, refresh }. */
function makeControl(name, words, get, set) {
  if (name in SLIDERS) return slider(name, words, get, set);
  if (name in CHOICES) {
    return choice(name, CHOICES[name], words.options, name, words.help[name], () => get(name), (v) => set(name, v, true));
  }
  return toggle(name, words, get, set);
}

function slider(name, words, get, set) {
  const spec = { toValue: (at) => at, toPlace: (value) => value, ...SLIDERS[name] };
  const id = `ocr-lab-${name}-${counter++}`;
  const input = make("input", {
    type: "range", id, name, min: spec.min, max: spec.max, step: spec.step, "aria-describedby": `${id}-help`,
    oninput: () => set(name, spec.toValue(Number(input.value)), false),
    onchange: () => set(name, spec.toValue(Number(input.value)), true),
  });
  const output = make("output", { for: id });
  const refresh = () => {
    const value = get(name);
    input.value = spec.toPlace(value);
    output.textContent = spec.show(value);
    input.setAttribute("aria-valuetext", spec.show(value));
    const filled = (100 * (input.value - spec.min)) / (spec.max - spec.min);
    input.style.setProperty("--filled", `${filled}%`);
  };
  const element = make("div", { class: "ocr-lab-slider" },
    make("label", { for: id }, make("code", {}, name)), output, input,
    make("small", { id: `${id}-help` }, words.help[name]));
  return { element, refresh };
}

/** A row of radio buttons that looks like one divided button. */
function choice(name, values, labels, legend, help, get, set) {
  const group = `ocr-lab-${name}-${counter++}`;
  const inputs = values.map((value) =>
    make("input", { type: "radio", name: group, value, "data-name": name, onchange: () => set(value) }));
  const element = make("fieldset", { class: "ocr-lab-choice" },
    make("legend", {}, help ? make("code", {}, legend) : legend, help ? make("small", {}, help) : null),
    make("div", {}, ...inputs.map((input) => make("label", {}, input, make("span", {}, labels[input.value])))));
  return { element, refresh: () => inputs.forEach((input) => (input.checked = input.value === get())) };
}

function toggle(name, words, get, set) {
  const input = make("input", { type: "checkbox", role: "switch", name, onchange: () => set(name, input.checked, true) });
  const element = make("label", { class: "ocr-lab-switch" }, input,
    make("span", {}, make("code", {}, name), make("small", {}, words.help[name])));
  return { element, refresh: () => (input.checked = get(name)) };
}

/** A checkbox with a swatch of what it draws. */
function layerBox(name, text, colour, checked, onchange) {
  const input = make("input", { type: "checkbox", name, onchange: () => onchange(input.checked) });
  input.checked = checked;
  const swatch = make("i", { "aria-hidden": "true", class: `ocr-lab-swatch ocr-lab-swatch-${name}` });
  if (colour) swatch.style.setProperty("--colour", colour);
  return make("label", { class: "ocr-lab-layer" }, input, colour ? swatch : null, text);
}

// ctc_stage.js
// The canvas of the stepper: picture, best path and table, one above the other, a column a frame.

const GROUND = "#15181c", TEXT = "#e8eaed", MUTED = "#8b949e", LINE = "#f0b429", NEW = "#2fd6a2", CELL = "86, 180, 233";
const GUTTER = 24, PATH = 24, GAP = 6, TICKS = 16; // CSS px
const SIGNS = { blank: "∅", space: "␣", rest: "…" };

/** How a class is written where a single sign is needed. */
function sign(word, cls) {
  if (cls === 0) return SIGNS.blank;
  if (cls >= word.symbols.length) return SIGNS.rest;
  return word.symbols[cls] === " " ? SIGNS.space : word.symbols[cls];
}

class CtcStage {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
  }

  /** Draw what was looked at; `table` is "alpha" or "occupancy", `state` the row that is chosen. */
  draw(seen, table, frame, state) {
    const { canvas, pen } = this, { word, result } = seen, ratio = window.devicePixelRatio || 1;
    const width = Math.max(canvas.clientWidth, 60), column = (width - GUTTER) / word.steps;
    const tall = (column / word.step_px) * word.size[0], rows = result?.states.length ?? 0;
    const row = rows ? Math.min(Math.max(300 / rows, 9), 17) : 0;
    this.grid = { column, row, rows, top: tall + PATH + 2 * GAP, steps: word.steps };
    const height = Math.round(this.grid.top + rows * row + TICKS);
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * ratio), canvas.height = Math.round(height * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = GROUND;
    pen.fillRect(0, 0, width, height);
    pen.textAlign = "center", pen.textBaseline = "middle";
    this.picture(word, frame, tall);
    this.path(seen, frame, tall + GAP);
    if (result) this.table(seen, table, frame, state);
    this.ticks(word, height - TICKS / 2);
    pen.strokeStyle = TEXT, pen.lineWidth = 1.5; // the current frame
    pen.strokeRect(GUTTER + frame * column + 0.5, 1, column - 1, height - TICKS - 1);
  }

  write(text, x, y, size, colour, weight = 600) {
    this.pen.fillStyle = colour;
    this.pen.font = `${weight} ${size}px ui-monospace, "DejaVu Sans Mono", monospace`; // l is not I
    this.pen.fillText(text, x, y);
  }

  picture(word, frame, tall) {
    const { pen, grid } = this, wide = (word.size[1] / word.step_px) * grid.column;
    pen.fillStyle = "#7f7f7f"; // padding is the middle of the value range
    pen.fillRect(GUTTER, 0, word.steps * grid.column, tall);
    pen.drawImage(word.image, GUTTER, 0, wide, tall);
    pen.fillStyle = "rgba(10, 12, 16, 0.34)"; // all but the current frame steps back
    pen.fillRect(GUTTER, 0, frame * grid.column, tall);
    pen.fillRect(GUTTER + (frame + 1) * grid.column, 0, (word.steps - frame - 1) * grid.column, tall);
  }

  path({ word, greedy }, frame, top) {
    const { pen, grid } = this, size = Math.min(15, grid.column * 0.95 + 3);
    greedy.path.forEach((cls, t) => {
      const x = GUTTER + t * grid.column, rule = greedy.rules[t];
      const past = t <= frame;
      pen.globalAlpha = past ? 1 : 0.5;
      pen.fillStyle = pen.strokeStyle = NEW, pen.lineWidth = 1;
      if (rule === "new" && past) pen.fillRect(x + 0.5, top, grid.column - 1, PATH);
      if (rule === "new" && !past) pen.strokeRect(x + 1, top + 0.5, grid.column - 2, PATH - 1);
      const colour = { new: past ? "#0b1a14" : NEW, repeat: NEW, blank: MUTED }[rule];
      this.write(sign(word, cls), x + grid.column / 2, top + PATH / 2, rule === "blank" ? size * 0.8 : size, colour);
    });
    pen.globalAlpha = 1;
  }

  table({ word, result }, table, frame, state) {
    const { pen, grid } = this, { rows, row, column, top } = grid, { states, alpha, occupancy } = result;
    states.forEach((cls, s) => {
      this.write(sign(word, cls), GUTTER / 2, top + (s + 0.5) * row, Math.min(row, 13), s === state ? TEXT : MUTED, s % 2 ? 700 : 400);
    });
    for (let t = 0; t < word.steps; t++) {
      const values = (table === "alpha" ? alpha : occupancy).subarray(t * rows, (t + 1) * rows);
      const most = table === "alpha" ? Math.max(...values) : 0;
      for (let s = 0; s < rows; s++) {
        const reached = alpha[t * rows + s] > -Infinity;
        if (!reached) continue;
        const known = table === "occupancy" || t <= frame;
        const value = !known ? 0 : table === "alpha" ? Math.exp(values[s] - most) : values[s];
        pen.fillStyle = `rgba(${CELL}, ${0.07 + 0.93 * value})`;
        pen.fillRect(GUTTER + t * column + 0.5, top + s * row + 0.5, column - 1, row - 1);
      }
    }
    const at = (t) => [GUTTER + (t + 0.5) * column, top + (result.best[t] + 0.5) * row];
    const draw = (from, to, opacity) => {
      pen.globalAlpha = opacity;
      pen.beginPath();
      for (let t = from; t <= to; t++) pen[t > from ? "lineTo" : "moveTo"](...at(t));
      pen.stroke();
      pen.globalAlpha = 1;
    };
    pen.strokeStyle = LINE, pen.lineWidth = 2, pen.lineJoin = "round";
    draw(0, frame, 1), draw(frame, word.steps - 1, 0.3);
    pen.strokeStyle = TEXT, pen.lineWidth = 2; // the chosen cell
    pen.strokeRect(GUTTER + frame * column + 1, top + state * row + 1, column - 2, row - 2);
  }

  ticks(word, y) {
    const every = this.grid.column < 12 ? 10 : 5;
    for (let t = 0; t < word.steps; t++) {
      if (t && (t + 1) % every) continue;
      this.write(String(t + 1), GUTTER + (t + 0.5) * this.grid.column, y, 10, MUTED, 400);
    }
  }

  /** The frame and, in the table, the state at a place of the page. */
  at(clientX, clientY) {
    const box = this.canvas.getBoundingClientRect(), { column, row, rows, top, steps } = this.grid;
    const frame = Math.floor((clientX - box.left - GUTTER) / column);
    const state = row ? Math.floor((clientY - box.top - top) / row) : -1;
    return {
      frame: Math.min(Math.max(frame, 0), steps - 1),
      state: state >= 0 && state < rows ? state : null,
    };
  }
}

// unpack.js
// What widgets carry as bytes: JPEGs, and arrays that were deflated.

const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** A JPEG as something that can be drawn. */
function unpackPicture(view) {
  return createImageBitmap(new Blob([bytesOf(view)], { type: "image/jpeg" }));
}

/** The bytes before zlib. */
async function inflate(view) {
  const stream = new Blob([bytesOf(view)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

// ctc_state.js
// What the stepper knows: a word's lattice, perhaps pushed, and all that follows from it.


/** Unpack one word. `symbols` are the characters of the classes; the blank's is empty. */
async function unpackWord(packed) {
  const [image, buffer] = await Promise.all([unpackPicture(packed.jpeg), inflate(packed.logits)]);
  const symbols = ["", ...packed.characters], classes = symbols.length + (packed.rest ? 1 : 0);
  return { ...packed, image, symbols, classes, open: symbols.length, logits: new Float32Array(buffer) };
}

/** The classes of a text, the longest symbols first, or the first character that has none. */
function encode(word, text) {
  const label = [];
  for (let rest = text; rest; rest = rest.slice(word.symbols[label.at(-1)].length)) {
    let best = 0;
    word.symbols.forEach((symbol, cls) => {
      if (symbol.length > word.symbols[best].length && rest.startsWith(symbol)) best = cls;
    });
    if (!best) return { unknown: String.fromCodePoint(rest.codePointAt(0)) };
    label.push(best);
  }
  return { label, needed: stepsNeeded(label) };
}

/** The text of classes. */
const decode = (word, indices) => indices.map((cls) => word.symbols[cls]).join("");

/** A lattice, and what it makes of a label; `result` is null where the label cannot be read. */
function measure(word, logits, encoded) {
  const logP = logSoftmax(logits, word.steps, word.classes);
  const fits = encoded.label && encoded.needed <= word.steps;
  return { logits, logP, result: fits ? forwardBackward(logP, word.steps, word.classes, encoded.label) : null };
}

/** One step of gradient descent on the logits themselves, at a rate of 1. */
function push(word, { logits, result }, encoded) {
  return measure(word, Float64Array.from(logits, (value, i) => value - result.gradient[i]), encoded);
}

/** Remembers what was computed, so that a step through the frames computes nothing anew. */
class Lattices {
  #key = "";
  #pushed = [];
  #beams = new Map();

  /** Everything about a word, a label and a number of pushes towards it. */
  look(word, text, pushes, width) {
    const key = JSON.stringify([word.name, text]);
    const encoded = encode(word, text);
    if (key !== this.#key || this.word !== word) {
      this.#key = key, this.word = word;
      this.#pushed = [measure(word, word.logits, encoded)];
      this.#beams.clear();
    }
    const last = this.#pushed[0].result ? pushes : 0;
    for (let n = this.#pushed.length; n <= last; n++) {
      this.#pushed.push(push(word, this.#pushed[n - 1], encoded));
    }
    const now = this.#pushed[last], memo = `${last} ${width}`;
    if (!this.#beams.has(memo)) {
      this.#beams.set(memo, {
        greedy: greedy(now.logP, word.steps, word.classes),
        beams: beamSearch(now.logP, word.steps, word.classes, width, word.open),
      });
    }
    return { word, text, encoded, pushes: last, before: this.#pushed[0].result, ...now, ...this.#beams.get(memo) };
  }
}

/** Three significant digits, as a decimal or with a power of ten. */
function number(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const text = size >= 1e6 || size < 1e-3 ? power(value) : size >= 100 ? value.toFixed(0) : value.toPrecision(3);
  return text.replace("-", "−");
}

function power(value) {
  const [digits, exponent] = value.toExponential(1).split("e");
  const raised = [...exponent.replace("+", "")].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("");
  return `${digits}·10${raised}`;
}

// ctc_panels.js
// What stands beside the stepper's canvas, in words and figures. Each panel is { element, show }.


const TOP = 5; // classes in a list

const probability = (log) => number(Math.exp(log));

/** The name of a class in a list: a character, or a word for what has no look of its own. */
function title(words, word, cls) {
  const shown = sign(word, cls);
  const spoken = { [SIGNS.blank]: words.blank, [SIGNS.rest]: words.rest, [SIGNS.space]: words.space }[shown];
  return spoken ? `${shown} ${spoken}` : shown;
}

function panel(name, heading, ...children) {
  return make("section", { class: `ocr-ctc-panel ocr-ctc-${name}`, "aria-label": heading }, make("h4", {}, heading), ...children);
}

/** The likeliest classes of a frame as bars, what collapsing does, and the text so far. */
function framePanel(words) {
  const bars = make("ul", { class: "ocr-ctc-bars" }), rule = make("p", {}), text = make("output", { class: "ocr-ctc-text" });
  const element = make("div", {}, panel("says", words.says, bars),
    panel("collapse", words.collapse, rule, make("p", {}, `${words.sofar}: `, text)));
  const show = ({ word, logP, greedy }, frame) => {
    const row = Array.from(logP.subarray(frame * word.classes, (frame + 1) * word.classes));
    const likeliest = row.map((_, cls) => cls).sort((a, b) => row[b] - row[a]).slice(0, TOP);
    bars.replaceChildren(...likeliest.map((cls) => {
      const bar = make("i", { "aria-hidden": "true" });
      bar.style.setProperty("--value", Math.exp(row[cls]));
      return make("li", { "data-class": String(cls) }, make("b", {}, title(words, word, cls)), bar, make("output", {}, probability(row[cls])));
    }));
    rule.textContent = ruleOf(words, word, greedy, frame);
    text.textContent = soFar(word, greedy, frame) || words.nothing;
  };
  return { element, show };
}

/** What greedy reading has written after a frame. */
function soFar(word, greedy, frame) {
  return decode(word, greedy.path.slice(0, frame + 1).filter((_, t) => greedy.rules[t] === "new"));
}

/** What collapsing does with the best path's class at a frame, in a sentence. */
function ruleOf(words, word, greedy, frame) {
  const cls = greedy.path[frame], rule = greedy.rules[frame];
  const before = greedy.path.slice(0, frame).findLast((c) => c !== 0);
  return words.rule[rule === "new" && before === cls ? "again" : rule](sign(word, cls));
}

/** The loss, the number of paths, and how the chosen cell of the table comes about. */
function sumPanel(words) {
  const loss = make("p", { class: "ocr-ctc-loss" }), ways = make("p", {});
  const cell = make("p", { class: "ocr-ctc-cell" }), formula = make("p", { class: "ocr-ctc-formula" }), share = make("p", {});
  const element = panel("sum", words.sum, loss, ways, cell, formula, share);
  const show = ({ word, text, logP, result }, frame, state) => {
    const { states, alpha, best } = result, count = states.length, cls = states[state], at = frame * count + state;
    const total = result.ways.at(-1) + (count > 1 ? result.ways.at(-2) : 0);
    const along = best.reduce((sum, s, t) => sum + logP[t * word.classes + states[s]], 0);
    loss.textContent = lossOf(words, text, result);
    ways.textContent = words.ways({ all: whole(total), steps: word.steps, text, best: probability(along) });
    cell.textContent = words.cell({ frame: frame + 1, sign: sign(word, cls), ways: whole(result.ways[at]) });
    if (result.ways[at] === 0) return (formula.textContent = words.unreachable), (share.textContent = "");
    const facts = { sign: sign(word, cls), alpha: probability(alpha[at]), p: probability(logP[frame * word.classes + cls]) };
    const parts = ["stay", "step", "skip"].map((name, ahead) => {
      const open = frame > 0 && state >= ahead && (ahead < 2 || (cls !== 0 && cls !== states[state - 2]));
      const from = open ? alpha[at - count - ahead] : -Infinity;
      return from > -Infinity ? `${words.from[name]} ${probability(from)}` : null;
    }).filter(Boolean);
    formula.textContent = frame ? words.formula({ ...facts, parts: parts.join(" + ") }) : words.start(facts);
    share.textContent = words.share({ share: `${(100 * result.occupancy[at]).toFixed(1)} %` });
  };
  return { element, show };
}

const whole = (value) => (value < 1e6 ? value.toLocaleString("en") : number(value));

function lossOf(words, text, result) {
  return words.loss({ text, p: probability(-result.loss), loss: number(result.loss) });
}

/** Posterior, expectation and their difference at a frame; buttons that follow the gradient. */
function pushPanel(words, setPushes) {
  const rows = make("tbody", {}), note = make("p", { role: "status" });
  const head = make("tr", {}, ...words.columns.map((text) => make("th", { scope: "col" }, text)));
  let pushes = 0;
  const button = (name, change) =>
    make("button", { type: "button", name, onclick: () => setPushes(change(pushes)) }, words[name]);
  const buttons = [button("once", (n) => n + 1), button("often", (n) => n + 10), button("undo", () => 0)];
  const element = panel("push", words.push, make("small", {}, words.pushHelp),
    make("table", {}, make("thead", {}, head), rows), make("div", { class: "ocr-ctc-buttons" }, ...buttons), note);
  const show = (seen, frame) => {
    const { word, logP, result, before } = seen, from = frame * word.classes;
    pushes = seen.pushes;
    const pull = result.gradient.subarray(from, from + word.classes);
    const strongest = Array.from(pull, (_, cls) => cls).sort((a, b) => Math.abs(pull[b]) - Math.abs(pull[a]));
    rows.replaceChildren(...strongest.slice(0, TOP).map((cls) => {
      const says = Math.exp(logP[from + cls]), bar = make("i", { "aria-hidden": "true" });
      bar.style.setProperty("--value", Math.min(Math.abs(pull[cls]), 1));
      const way = pull[cls] < 0 ? "up" : "down", size = number(Math.abs(pull[cls]));
      return make("tr", { "data-class": String(cls) }, make("th", { scope: "row" }, title(words, word, cls)),
        make("td", {}, says.toFixed(3)), make("td", {}, Math.max(says - pull[cls], 0).toFixed(3)),
        make("td", { class: "ocr-ctc-pull", "data-way": way, title: `${words[way]} ${size}` }, bar,
          make("span", { class: "ocr-lab-spoken" }, `${words[way]} ${size}`)));
    }));
    const facts = { n: pushes, before: number(before.loss), loss: number(result.loss) };
    note.textContent = pushes ? words.pushed(facts) : words.notPushed;
    buttons[2].disabled = !pushes;
  };
  return { element, show };
}

/** After a frame: the one path of greedy reading, or the prefixes of a beam; and both answers. */
function decodePanel(words, controls, width) {
  const head = make("tr", {}), rows = make("tbody", {});
  const answers = [make("p", { "data-answer": "greedy" }), make("p", { "data-answer": "beam" })];
  const table = make("div", { class: "ocr-ctc-wide", tabindex: "0", role: "region", "aria-label": words.decoding }, make("table", {}, make("thead", {}, head), rows));
  const element = panel("decode", words.decoding, make("div", { class: "ocr-ctc-choices" }, controls, width), table, ...answers);
  const line = (cells, share) => {
    const bar = make("i", { "aria-hidden": "true" });
    bar.style.setProperty("--value", share);
    return make("tr", {}, ...cells.map((text, i) => make(i ? "td" : "th", i ? {} : { scope: "row" }, text, i === 1 ? bar : null)));
  };
  const show = ({ word, greedy, beams, logP }, frame, decoder, width) => {
    const named = (indices) => decode(word, indices).replaceAll(" ", SIGNS.space) || words.nothing;
    const columns = decoder === "greedy" ? words.greedyColumns : words.beamColumns;
    head.replaceChildren(...columns.map((text) => make("th", { scope: "col" }, text)));
    if (decoder === "greedy") {
      const path = greedy.path.slice(0, frame + 1);
      const along = path.reduce((sum, cls, t) => sum + logP[t * word.classes + cls], 0);
      rows.replaceChildren(make("tr", {}, make("th", { scope: "row", class: "ocr-ctc-path" }, path.map((cls) => sign(word, cls)).join("")),
        make("td", {}, soFar(word, greedy, frame) || words.nothing), make("td", {}, probability(along))));
    } else {
      rows.replaceChildren(...beams[frame].map(({ prefix, blank, char, total }) =>
        line([named(prefix), probability(total), probability(blank), probability(char)], Math.exp(total - beams[frame][0].total))));
    }
    const best = beams.at(-1)[0];
    answers[0].textContent = words.greedyAnswer({ text: decode(word, greedy.indices), logp: number(greedy.logProbability) });
    answers[1].textContent = words.beamAnswer({ width, text: decode(word, best.prefix), logp: number(best.total) });
  };
  return { element, show };
}

// ctc_words.js
// Everything the stepper says, in English and in Chinese.

const en = {
  stepper: "CTC stepper",
  pick: "Word", doubled: "doubled letters", lookalike: "look-alikes", blurred: "blurred",
  label: "Label", labelHelp: "type what it shall read",
  table: "Table", alpha: "sum so far (α)", occupancy: "share of all paths",
  frame: "Frame", first: "First frame", previous: "Previous frame", next: "Next frame", last: "Last frame",
  of: (n, all) => `${n} of ${all}`,
  keys: "← → frame, ↑ ↓ state",
  says: "What the network says",
  blank: "blank", space: "space", rest: "all others",
  collapse: "Best path, collapsed",
  rule: {
    new: (c) => `“${c}” is new: it is written.`,
    again: (c) => `“${c}” again, but with a blank between: it is written once more.`,
    repeat: (c) => `“${c}” again, right after itself: merged with it.`,
    blank: () => "The blank is likeliest: nothing is written.",
  },
  sofar: "Read so far",
  sum: "All paths of the label",
  loss: (f) => `p(“${f.text}”) = ${f.p}; loss −ln p = ${f.loss}`,
  ways: (f) => `${f.all} paths of ${f.steps} frames read “${f.text}”. The likeliest (yellow) has probability ${f.best}.`,
  cell: (f) => `Frame ${f.frame}, state ${f.sign}: ${f.ways} ${f.ways === "1" ? "way leads" : "ways lead"} here.`,
  start: (f) => `α = p(${f.sign}) = ${f.alpha}`,
  formula: (f) => `α = (${f.parts}) × p(${f.sign}) ${f.p} = ${f.alpha}`,
  from: { stay: "stayed", step: "came", skip: "skipped ∅" },
  share: (f) => `Of all that reads the label, ${f.share} passes here.`,
  unreachable: "No path that begins at the left gets here in time.",
  push: "The push of the loss",
  pushHelp: "posterior (what the network says) minus expected (its share of the label's paths)",
  columns: ["class", "says", "wanted", "push"],
  up: "up", down: "down",
  once: "Push once", often: "Push 10 times", undo: "Take back",
  pushed: (f) => f.n === 1 ? `Pushed once: loss ${f.before} → ${f.loss}` : `Pushed ${f.n} times: loss ${f.before} → ${f.loss}`,
  notPushed: "A push moves every logit against its gradient, at rate 1.",
  decoding: "Decoding",
  greedy: "greedy", beam: "beam search", width: "beam width", widthHelp: "prefixes kept after each frame",
  greedyColumns: ["best path", "reads", "p, this path"], beamColumns: ["prefix", "p, all its paths", "ends in ∅", "ends in a character"],
  nothing: "(nothing yet)",
  greedyAnswer: (f) => `Greedy reads “${f.text}”: one path, ln p = ${f.logp}.`,
  beamAnswer: (f) => `A beam of ${f.width} reads “${f.text}”: all its paths, ln p = ${f.logp}.`,
  unknown: (c) => `“${c}” is none of the characters that this lattice carries: its probability is 0 everywhere, so there is no loss to compute.`,
  tooLong: (f) => `“${f.text}” needs ${f.needed} frames, but there are ${f.steps}. ${f.characters} characters take a frame each` +
    (f.doubles ? `, and ${f.doubles === 1 ? "a blank" : `${f.doubles} blanks`} must stand between equal neighbours.` : ".") +
    " No path reads it: p = 0, the loss is infinite.",
  summary: (f) => `Frame ${f.frame} of ${f.steps}: ${f.sign} ${f.p}. ${f.rule} Read so far: ${f.text}. ${f.loss}`,
};

const zh = {
  stepper: "CTC 逐帧演示",
  pick: "单词", doubled: "叠字母", lookalike: "形近字符", blurred: "模糊",
  label: "标签", labelHelp: "输入应读出的文字",
  table: "表格", alpha: "到此为止的和（α）", occupancy: "在所有路径中的占比",
  frame: "帧", first: "第一帧", previous: "上一帧", next: "下一帧", last: "最后一帧",
  of: (n, all) => `${n} / ${all}`,
  keys: "← → 换帧，↑ ↓ 换状态",
  says: "网络的输出",
  blank: "空白", space: "空格", rest: "其他全部",
  collapse: "最佳路径的折叠",
  rule: {
    new: (c) => `“${c}”是新字符：写下。`,
    again: (c) => `又是“${c}”，但中间隔着空白：再写一次。`,
    repeat: (c) => `又是“${c}”，紧跟着自己：合并。`,
    blank: () => "空白的概率最大：不写任何字符。",
  },
  sofar: "目前读出",
  sum: "标签的所有路径",
  loss: (f) => `p(“${f.text}”) = ${f.p}；损失 −ln p = ${f.loss}`,
  ways: (f) => `${f.steps} 帧中共有 ${f.all} 条路径读作“${f.text}”。概率最大的一条（黄线）为 ${f.best}。`,
  cell: (f) => `第 ${f.frame} 帧，状态 ${f.sign}：有 ${f.ways} 条路径到达这里。`,
  start: (f) => `α = p(${f.sign}) = ${f.alpha}`,
  formula: (f) => `α = (${f.parts}) × p(${f.sign}) ${f.p} = ${f.alpha}`,
  from: { stay: "停留", step: "前进", skip: "跳过 ∅" },
  share: (f) => `读出该标签的全部概率中，有 ${f.share} 经过这里。`,
  unreachable: "从左端出发的路径来不及到达这里。",
  push: "损失的推动",
  pushHelp: "后验（网络的输出）减去期望（在标签路径中的占比）",
  columns: ["类别", "输出", "期望", "推动"],
  up: "向上", down: "向下",
  once: "推一次", often: "推 10 次", undo: "撤回",
  pushed: (f) => `已推 ${f.n} 次：损失 ${f.before} → ${f.loss}`,
  notPushed: "每推一次，所有 logit 逆着梯度移动一步，步长为 1。",
  decoding: "解码",
  greedy: "贪心", beam: "束搜索", width: "束宽", widthHelp: "每帧之后保留的前缀个数",
  greedyColumns: ["最佳路径", "读作", "p，仅此路径"], beamColumns: ["前缀", "p，所有路径", "以 ∅ 结尾", "以字符结尾"],
  nothing: "（尚无）",
  greedyAnswer: (f) => `贪心读作“${f.text}”：单条路径，ln p = ${f.logp}。`,
  beamAnswer: (f) => `束宽 ${f.width} 读作“${f.text}”：所有路径之和，ln p = ${f.logp}。`,
  unknown: (c) => `“${c}”不在这份输出的字符表中：它的概率处处为 0，无法计算损失。`,
  tooLong: (f) => `“${f.text}”需要 ${f.needed} 帧，但只有 ${f.steps} 帧。${f.characters} 个字符各占一帧` +
    (f.doubles ? `，相同的相邻字符之间还要 ${f.doubles} 个空白。` : "。") + "没有路径能读出它：p = 0，损失为无穷大。",
  summary: (f) => `第 ${f.frame} 帧，共 ${f.steps} 帧：${f.sign} ${f.p}。${f.rule}目前读出：${f.text}。${f.loss}`,
};

/** The words of a language; an empty one follows the page. */
function wordsOf(language) {
  return (language || document.documentElement.lang || "en").startsWith("zh") ? zh : en;
}

// range.js
// A slider with its name, its value and a line that says what it does.


let ranges = 0;

/** `spec` has min, max, step and show. `set` hears of every move, and whether it is the last. */
function range(name, text, help, spec, get, set) {
  const id = `ocr-range-${name}-${ranges++}`;
  const input = make("input", {
    type: "range", id, name, min: spec.min, max: spec.max, step: spec.step,
    "aria-describedby": help ? `${id}-help` : undefined,
    oninput: () => set(Number(input.value), false), onchange: () => set(Number(input.value), true),
  });
  const output = make("output", { for: id });
  const element = make("div", { class: "ocr-lab-slider" },
    make("label", { for: id }, text), output, input, help ? make("small", { id: `${id}-help` }, help) : null);
  const refresh = (max = spec.max) => {
    input.max = max;
    input.value = get();
    output.textContent = spec.show(get());
    input.setAttribute("aria-valuetext", spec.show(get()));
    input.style.setProperty("--filled", `${(100 * (input.value - spec.min)) / (max - spec.min || 1)}%`);
  };
  return { element, refresh };
}

// ctc_stepper.js
// The CTC stepper: an anywidget module.


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
