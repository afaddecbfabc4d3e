// Precision, recall and hmean: the same as ocrlib.metrics.detection in Python.

import { signedArea } from "./outlines.js";

const DONT_CARE = 0.5; // a box with more than this part of itself in an ignored region counts not

/** The part of a polygon on the left of the way from a to b (Sutherland and Hodgman 1974). */
function keepLeft(polygon, a, b) {
  const depth = polygon.map(([x, y]) => (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]));
  const out = [];
  polygon.forEach((p, i) => {
    const j = (i + 1) % polygon.length, q = polygon[j], here = depth[i], there = depth[j];
    if (here >= 0) out.push(p);
    if (here >= 0 !== there >= 0) {
      const share = here / (here - there);
      out.push([p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])]);
    }
  });
  return out;
}

/** Area that two simple polygons share: the second one is cut into triangles with a sign. */
export function sharedArea(polygon, other) {
  let sum = 0;
  for (let i = 1; i + 1 < other.length; i++) {
    const triangle = [other[0], other[i], other[i + 1]], sign = Math.sign(signedArea(triangle));
    if (!sign) continue;
    if (sign < 0) triangle.reverse();
    let part = polygon;
    for (let k = 0; k < 3 && part.length; k++) part = keepLeft(part, triangle[k], triangle[(k + 1) % 3]);
    if (part.length) sum += sign * Math.abs(signedArea(part));
  }
  return Math.abs(sum);
}

const bounds = (polygon) => [
  Math.min(...polygon.map((p) => p[0])), Math.min(...polygon.map((p) => p[1])),
  Math.max(...polygon.map((p) => p[0])), Math.max(...polygon.map((p) => p[1])),
];

/**
 * Pair boxes with labels: each label in turn takes the first free box that overlaps it enough.
 * Rounding may have made a grown outline touch itself; its areas are right all the same.
 * @returns {{pairs: number[][], counted: number, expected: number}} pairs are [box, label]
 */
export function match(boxes, labels, ignored, iou = 0.5) {
  const around = boxes.map(bounds);
  const areas = boxes.map((box) => Math.abs(signedArea(box)));
  const shared = (label) => {
    const [x0, y0, x1, y1] = bounds(label);
    return boxes.map((box, i) => {
      const [a0, b0, a1, b1] = around[i];
      return a0 > x1 || a1 < x0 || b0 > y1 || b1 < y0 ? 0 : sharedArea(box, label);
    });
  };
  const counts = boxes.map(() => true);
  labels.forEach((label, g) => {
    if (ignored[g]) shared(label).forEach((area, i) => (counts[i] &&= area <= DONT_CARE * areas[i]));
  });
  const free = counts.slice(), pairs = [];
  labels.forEach((label, g) => {
    if (ignored[g]) return;
    const area = Math.abs(signedArea(label)), common = shared(label);
    const box = boxes.findIndex((_, i) => free[i] && common[i] > iou * (areas[i] + area - common[i]));
    if (box >= 0) free[box] = false, pairs.push([box, g]);
  });
  const expected = ignored.filter((skip) => !skip).length;
  return { pairs, counts, counted: counts.filter(Boolean).length, expected };
}

/** Precision, recall and their harmonic mean; 0 where nothing was found or expected. */
export function figures({ pairs, counted, expected }) {
  const precision = counted ? pairs.length / counted : 0, recall = expected ? pairs.length / expected : 0;
  const both = precision + recall;
  return { precision, recall, hmean: both ? (2 * precision * recall) / both : 0 };
}
