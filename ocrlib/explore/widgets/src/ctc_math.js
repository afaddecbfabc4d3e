// CTC as numbers: the loss with its tables, greedy decoding, and prefix beam search. The same
// algorithms as ocrlib/explore/ctc_numpy.py and ocrlib/postprocess/prefix_search.py, on arrays
// (T, C) that are stored row by row. Class 0 is the blank.

const BLANK = 0, NEVER = -Infinity;

/** log(exp(a) + exp(b)). */
export function logAdd(a, b) {
  if (a < b) [a, b] = [b, a];
  return b === NEVER ? a : a + Math.log1p(Math.exp(b - a));
}

/** Logarithms of the probabilities behind logits (T, C). */
export function logSoftmax(logits, steps, classes) {
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
export function stepsNeeded(label) {
  return label.length + label.filter((cls, i) => i > 0 && cls === label[i - 1]).length;
}

/** The states of a label: blank, character, blank, ..., character, blank. */
export function spelling(label) {
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
export function forwardBackward(logP, steps, classes, label) {
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
export function greedy(logP, steps, classes) {
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
export function beamSearch(logP, steps, classes, width, open = classes) {
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
