// Post-processing of DB, step by step: the same as ocrlib.postprocess.db in Python.

import { findOutlines, perimeter, signedArea, simplify } from "./outlines.js";
import { offsetPolygon } from "./offset.js";
import { binarise, dilate, meanInside } from "./raster.js";
import { corners, grow, leastWidth, smallestRectangle } from "./rectangle.js";

export const MIN_SIDE = 3; // px of the map; a grown region needs two more
const SIMPLIFY = 0.002; // of an outline's length

/** Whole px: halves go to the even neighbour, as numpy rounds them. */
function round(value) {
  const down = Math.floor(value), rest = value - down;
  return rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1;
}

/**
 * @param {Float32Array} prob probabilities 0-1, row by row
 * @param {number} width of the map, px
 * @param {number} height of the map, px
 * @param {object} options thresh, box_thresh, max_candidates, unclip_ratio, use_dilation,
 *   score_mode "fast" | "slow", box_type "quad" | "poly"
 * @param {number[]} size [height, width] of the picture, px
 * @returns {{bits: Uint8Array, candidates: object[]}} the binary map, and what became of every
 *   outline: { outline, hole, shape, side, score, distance, grown, grownSide, box, dropped };
 *   grown is x, y, x, y, ..., the other outlines are [x, y], [x, y], ....
 *   `dropped` is "" for a box that is kept, or the step that it did not pass.
 */
export function postprocess(prob, width, height, options, size) {
  let bits = binarise(prob, options.thresh);
  if (options.use_dilation) bits = dilate(bits, width, height);
  const judge = options.box_type === "poly" ? judgePolygon : judgeQuad;
  const mean = (polygon) => meanInside(prob, width, height, polygon);
  const candidates = findOutlines(bits, width, height).map(({ points, hole }, index) => {
    const found = { outline: points, hole, dropped: "" };
    if (index >= options.max_candidates) return { ...found, dropped: "max_candidates" };
    judge(found, mean, options);
    if (found.grown) {
      found.box = toPicture(found.grown, width, height, size);
      if (!found.dropped && (found.box.length < 3 || signedArea(found.box) === 0)) found.dropped = "nothing_left";
    }
    return found;
  });
  return { bits, candidates };
}

/** Whole px of the picture, inside it; corners that fall on the one before are left out. */
function toPicture(grown, width, height, [tall, wide]) {
  const out = [];
  for (let i = 0, lastX = -1, lastY = -1; i < grown.length; i += 2) {
    const x = Math.max(Math.min(round((grown[i] * wide) / width), wide - 1), 0);
    const y = Math.max(Math.min(round((grown[i + 1] * tall) / height), tall - 1), 0);
    if (x !== lastX || y !== lastY) out.push([(lastX = x), (lastY = y)]);
  }
  return out;
}

function judgeQuad(found, mean, options) {
  const rectangle = smallestRectangle(found.outline);
  found.shape = corners(rectangle);
  found.side = Math.min(rectangle.w, rectangle.h);
  if (found.side < MIN_SIDE) return (found.dropped = "small");
  found.score = mean(options.score_mode === "slow" ? found.outline : found.shape);
  if (found.score < options.box_thresh) return (found.dropped = "score");
  const { w, h } = rectangle;
  found.distance = (w * h * options.unclip_ratio) / (2 * (w + h));
  // The smallest rectangle around a rectangle that has grown with round corners is known.
  found.grown = corners(grow(rectangle, found.distance)).flat();
  found.grownSide = found.side + 2 * found.distance;
  if (found.grownSide < MIN_SIDE + 2) found.dropped = "small_grown";
}

function judgePolygon(found, mean, options) {
  found.shape = simplify(found.outline, SIMPLIFY * perimeter(found.outline));
  if (found.shape.length < 4) return (found.dropped = "corners");
  found.score = mean(options.score_mode === "slow" ? found.outline : found.shape);
  if (found.score < options.box_thresh) return (found.dropped = "score");
  const area = Math.abs(signedArea(found.shape));
  found.distance = (area * options.unclip_ratio) / perimeter(found.shape);
  const grown = offsetPolygon(found.shape, found.distance);
  if (grown.length !== 1) return (found.dropped = "ring"); // no single outline
  [found.grown] = grown;
  // No rectangle around it is narrower than this; mostly that is enough to know.
  if (leastWidth(found.shape) + 2 * found.distance > MIN_SIDE + 2.01) return;
  const points = Array.from({ length: found.grown.length / 2 }, (_, i) => [found.grown[2 * i], found.grown[2 * i + 1]]);
  const rectangle = smallestRectangle(points);
  found.grownSide = Math.min(rectangle.w, rectangle.h);
  if (found.grownSide < MIN_SIDE + 2) found.dropped = "small_grown";
}
