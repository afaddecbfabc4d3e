// Arrays of pixels: the binary map, and means inside a polygon as OpenCV fills it.

import { bounds } from "./outlines.js";

/** Where the map exceeds the threshold: 0 or 1 per pixel. The comparison is in float32. */
export function binarise(prob, thresh) {
  const bar = Math.fround(thresh), bits = new Uint8Array(prob.length);
  for (let i = 0; i < bits.length; i++) bits[i] = prob[i] > bar ? 1 : 0;
  return bits;
}

/** Thicken by one px: a 2 x 2 kernel whose anchor is its lower right pixel. */
export function dilate(bits, width, height) {
  const out = new Uint8Array(bits.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      let value = bits[i];
      if (x) value |= bits[i - 1];
      if (y) value |= bits[i - width] | (x ? bits[i - width - 1] : 0);
      out[i] = value;
    }
  }
  return out;
}

/** A segment cut to 0 <= x < width, 0 <= y < height (Cohen and Sutherland), or null. */
function clipSegment(ax, ay, bx, by, width, height) {
  const right = width - 1, bottom = height - 1;
  const side = (x, y) => (x < 0) + (x > right) * 2 + (y < 0) * 4 + (y > bottom) * 8;
  let a = side(ax, ay), b = side(bx, by);
  if (!(a & b) && a | b) {
    if (a & 12) {
      const y = a < 8 ? 0 : bottom;
      ax += Math.trunc(((y - ay) * (bx - ax)) / (by - ay)), ay = y;
      a = (ax < 0) + (ax > right) * 2;
    }
    if (b & 12) {
      const y = b < 8 ? 0 : bottom;
      bx += Math.trunc(((y - by) * (bx - ax)) / (by - ay)), by = y;
      b = (bx < 0) + (bx > right) * 2;
    }
    if (!(a & b) && a | b) {
      if (a) {
        const x = a === 1 ? 0 : right;
        ay += Math.trunc(((x - ax) * (by - ay)) / (bx - ax)), ax = x, a = 0;
      }
      if (b) {
        const x = b === 1 ? 0 : right;
        by += Math.trunc(((x - bx) * (by - ay)) / (bx - ax)), bx = x, b = 0;
      }
    }
  }
  return a | b ? null : [ax, ay, bx, by];
}

/** Bresenham's line, drawn from left to right. */
function drawLine(mask, width, height, start, end) {
  const clipped = clipSegment(...start, ...end, width, height);
  if (!clipped) return;
  let [x, y, bx, by] = clipped;
  if (bx < x) [x, y, bx, by] = [bx, by, x, y];
  const down = by < y ? -1 : 1;
  const dx = bx - x, dy = Math.abs(by - y), steep = dy > dx;
  const long = steep ? dy : dx, short = steep ? dx : dy;
  for (let error = long - 2 * short, step = 0; step <= long; step++) {
    mask[y * width + x] = 1;
    const both = error < 0;
    error += (both ? 2 * long : 0) - 2 * short;
    if (steep || both) y += down;
    if (!steep || both) x++;
  }
}

/** Which pixels a polygon with whole corners covers, its border included: 0 or 1 per pixel. */
export function fillPolygon(corners, width, height) {
  const mask = new Uint8Array(width * height), rows = Array.from({ length: height }, () => []);
  corners.forEach((corner, i) => {
    const next = corners[i + 1 < corners.length ? i + 1 : 0];
    drawLine(mask, width, height, corner, next);
    const [a, b] = corner[1] < next[1] ? [corner, next] : [next, corner];
    // Slopes have 16 binary digits after the point, as in OpenCV.
    const slope = Math.trunc(((b[0] - a[0]) * 65536) / (b[1] - a[1]));
    for (let y = Math.max(a[1], 0); y < Math.min(b[1], height); y++) rows[y].push(a[0] + ((y - a[1]) * slope) / 65536);
  });
  rows.forEach((xs, y) => {
    xs.sort((a, b) => a - b);
    for (let i = 0; i + 1 < xs.length; i += 2) {
      const last = Math.min(Math.floor(xs[i + 1]), width - 1);
      for (let x = Math.max(Math.ceil(xs[i]), 0); x <= last; x++) mask[y * width + x] = 1;
    }
  });
  return mask;
}

/** Mean of a map inside a polygon; its corners are cut to whole px within its bounding box. */
export function meanInside(prob, width, height, polygon) {
  const within = (value, size) => Math.min(Math.max(value, 0), size - 1);
  let [x0, y0, x1, y1] = bounds(polygon);
  x0 = within(Math.floor(x0), width), x1 = within(Math.ceil(x1), width);
  y0 = within(Math.floor(y0), height), y1 = within(Math.ceil(y1), height);
  const corners = polygon.map(([x, y]) => [Math.trunc(x - x0), Math.trunc(y - y0)]);
  const w = x1 - x0 + 1, h = y1 - y0 + 1, mask = fillPolygon(corners, w, h);
  let sum = 0, count = 0;
  for (let y = 0, i = 0; y < h; y++) {
    for (let x = 0, at = (y + y0) * width + x0; x < w; x++, i++, at++) {
      if (mask[i]) sum += prob[at], count++;
    }
  }
  return count ? sum / count : 0;
}
