// Precision, recall and hmean: the same as ocrlib.metrics.detection in Python.

import { bounds, coordinates, signedArea } from "./outlines.js";

const DONT_CARE = 0.5; // a box with more than this part of itself in an ignored region counts not
const ROUNDING = 1e-6; // px²: less than this is no area

/**
 * Area that two simple polygons share. A polygon is what lies between its sides and the axis y = 0,
 * each side with a sign; so the shared area is what any two of their sides have in common there.
 */
export function sharedArea(polygon, other) {
  const { x, y } = coordinates(polygon), { x: u, y: v } = coordinates(other);
  let sum = 0;
  for (let i = 0; i < polygon.length; i++) {
    const left = Math.min(x[i], x[i + 1]), right = Math.max(x[i], x[i + 1]);
    for (let j = 0; j < other.length; j++) {
      const from = Math.max(left, Math.min(u[j], u[j + 1])), to = Math.min(right, Math.max(u[j], u[j + 1]));
      if (from >= to) continue;
      const slope = (y[i + 1] - y[i]) / (x[i + 1] - x[i]), tilt = (v[j + 1] - v[j]) / (u[j + 1] - u[j]);
      const a = y[i] + (from - x[i]) * slope, c = v[j] + (from - u[j]) * tilt, before = a - c;
      const b = y[i] + (to - x[i]) * slope, d = v[j] + (to - u[j]) * tilt, after = b - d;
      let mean = (Math.min(a, c) + Math.min(b, d)) / 2; // of the lower one
      if (before * after < 0) mean -= (before * after) / (2 * Math.abs(before - after)); // they cross
      sum += x[i + 1] > x[i] === u[j + 1] > u[j] ? (to - from) * mean : (from - to) * mean;
    }
  }
  return Math.abs(sum) > ROUNDING ? Math.abs(sum) : 0;
}

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
