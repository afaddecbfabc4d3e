// What the stepper knows: a word's lattice, perhaps pushed, and all that follows from it.

import { beamSearch, forwardBackward, greedy, logSoftmax, stepsNeeded } from "./ctc_math.js";
import { inflate, unpackPicture } from "./unpack.js";

/** Unpack one word. `symbols` are the characters of the classes; the blank's is empty. */
export async function unpackWord(packed) {
  const [image, buffer] = await Promise.all([unpackPicture(packed.jpeg), inflate(packed.logits)]);
  const symbols = ["", ...packed.characters], classes = symbols.length + (packed.rest ? 1 : 0);
  return { ...packed, image, symbols, classes, open: symbols.length, logits: new Float32Array(buffer) };
}

/** The classes of a text, the longest symbols first, or the first character that has none. */
export function encode(word, text) {
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
export const decode = (word, indices) => indices.map((cls) => word.symbols[cls]).join("");

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
export class Lattices {
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
export function number(value) {
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
