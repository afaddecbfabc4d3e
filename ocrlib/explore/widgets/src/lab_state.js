// What the lab knows: the pictures, what post-processing makes of the current one, and why.

import { postprocess } from "./dbpost.js";
import { figures, match, sharedArea } from "./match.js";
import { signedArea } from "./outlines.js";
import { meanInside } from "./raster.js";

export const PARAMETERS = [
  "thresh", "box_thresh", "unclip_ratio", "max_candidates", "score_mode", "box_type", "use_dilation",
];

const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** Unpack one picture: a JPEG and a map that was deflated, 0-255 per pixel. */
export async function unpack(packed) {
  const [height, width] = packed.map_size;
  const stream = new Blob([bytesOf(packed.map)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const image = await createImageBitmap(new Blob([bytesOf(packed.jpeg)], { type: "image/jpeg" }));
  return { ...packed, image, width, height, bytes, prob: Float32Array.from(bytes, (v) => v / 255) };
}

/** Post-process a picture and compare with its labels; every candidate gets a `verdict`. */
export function run(picture, options) {
  const { prob, width, height, size, labels } = picture;
  const { bits, candidates } = postprocess(prob, width, height, options, size);
  const kept = candidates.filter((candidate) => !candidate.dropped);
  const matched = match(kept.map((c) => c.box), labels.map((l) => l.polygon), labels.map((l) => l.ignore));
  const pairOf = new Map(matched.pairs), found = new Set(pairOf.values());
  for (const candidate of candidates) candidate.verdict = "dropped";
  kept.forEach((candidate, i) => {
    candidate.label = pairOf.has(i) ? labels[pairOf.get(i)] : null;
    candidate.verdict = candidate.label ? "right" : matched.counts[i] || !labels.length ? "wrong" : "ignored";
  });
  const missed = labels.filter((label, i) => !label.ignore && !found.has(i));
  const right = matched.pairs.length;
  const counts = {
    outlines: candidates.length, kept: kept.length, dropped: candidates.length - kept.length,
    right, wrong: matched.counted - right, ignored: kept.length - matched.counted, missed: missed.length,
  };
  return { picture, options, bits, candidates, kept, missed, counts, figures: figures(matched) };
}

function iou(a, b) {
  const shared = sharedArea(a, b);
  return shared / (Math.abs(signedArea(a)) + Math.abs(signedArea(b)) - shared);
}

/** The best partner of a polygon among others: [index, IoU], or null where none overlaps. */
function closest(polygon, others) {
  let best = null;
  others.forEach((other, i) => {
    const value = iou(polygon, other);
    if (value > 0 && (!best || value > best[1])) best = [i, value];
  });
  return best;
}

/**
 * Why a candidate was kept or dropped, as steps [passed, word, facts]; the last one decides.
 */
export function explain(result, found) {
  const { options, picture, candidates, kept } = result, poly = options.box_type === "poly", steps = [];
  const facts = { side: px(found.side), corners: found.shape?.length, bar: options.box_thresh.toFixed(2) };
  if (found.dropped === "max_candidates") {
    const place = candidates.indexOf(found) + 1;
    return [[false, "max_candidates", { place, limit: options.max_candidates }]];
  }
  if (found.dropped === "small" || found.dropped === "corners") return [[false, found.dropped, facts]];
  steps.push([true, poly ? "simplified" : "side", facts]);
  const slow = options.score_mode === "slow", where = slow ? "outline" : poly ? "polygon" : "rectangle";
  facts.where = where, facts.score = found.score.toFixed(2);
  if (found.dropped === "score") {
    const other = meanInside(picture.prob, picture.width, picture.height, slow ? found.shape : found.outline);
    steps.push([false, "score", facts]);
    steps.push([null, "instead", { mode: slow ? "fast" : "slow", score: other.toFixed(2) }]);
    return steps;
  }
  steps.push([true, "passes", facts], [true, "grows", { distance: px(found.distance) }]);
  if (found.dropped) return [...steps, [false, found.dropped, { side: px(found.grownSide) }]];
  if (!picture.labels.length) return steps;
  const best = closest(found.box, picture.labels.map((label) => label.polygon));
  const label = found.label ?? (best && picture.labels[best[0]]);
  const near = label && { text: label.text, iou: iou(found.box, label.polygon).toFixed(2) };
  if (found.verdict === "ignored") steps.push([null, "ignored", {}]);
  else if (found.label) steps.push([true, "matches", near]);
  else if (!near) steps.push([false, "nothing", {}]);
  else steps.push([false, best[1] > 0.5 && kept.some((c) => c.label === label) ? "taken" : "near", near]);
  return steps;
}

/** Why a label was missed. */
export function explainMissed(result, label) {
  const best = closest(label.polygon, result.kept.map((candidate) => candidate.box));
  return [best ? [false, "missed", { iou: best[1].toFixed(2) }] : [false, "unseen", {}]];
}

const px = (value) => value?.toFixed(1);
