// What stands beside the stepper's canvas, in words and figures. Each panel is { element, show }.

import { make } from "./lab_controls.js";
import { SIGNS, sign } from "./ctc_stage.js";
import { decode, number } from "./ctc_state.js";

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
export function framePanel(words) {
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
export function soFar(word, greedy, frame) {
  return decode(word, greedy.path.slice(0, frame + 1).filter((_, t) => greedy.rules[t] === "new"));
}

/** What collapsing does with the best path's class at a frame, in a sentence. */
export function ruleOf(words, word, greedy, frame) {
  const cls = greedy.path[frame], rule = greedy.rules[frame];
  const before = greedy.path.slice(0, frame).findLast((c) => c !== 0);
  return words.rule[rule === "new" && before === cls ? "again" : rule](sign(word, cls));
}

/** The loss, the number of paths, and how the chosen cell of the table comes about. */
export function sumPanel(words) {
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

export function lossOf(words, text, result) {
  return words.loss({ text, p: probability(-result.loss), loss: number(result.loss) });
}

/** Posterior, expectation and their difference at a frame; buttons that follow the gradient. */
export function pushPanel(words, setPushes) {
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
export function decodePanel(words, controls, width) {
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
