// Growing a polygon by a distance, with round corners, in two steps: a raw outline that may cross
// itself, and the border of the area around which that outline winds at least once.

import { coordinates, signedArea } from "./outlines.js";

const ARC_ERROR = 0.00025; // px between an arc and its chords: Clipper's, on thousandths of a px
const BLOCK = 16; // so many neighbouring sides are passed over together where they are far away
const STRIDE = 6; // crossings are looked for on every so many of these chords; the others come later
const JITTER = 1e-6; // px; no three lines then meet in one point, no two lie on each other

/**
 * @param {number[][]} polygon corners
 * @param {number} distance px, above 0
 * @returns {Float64Array[]} outlines, each x, y, x, y, ...: of what was grown, and of holes that it closed around
 */
export function offsetPolygon(polygon, distance) {
  let ring = polygon.filter((p, i) => {
    const q = polygon[(i + 1) % polygon.length];
    return p[0] !== q[0] || p[1] !== q[1];
  });
  if (ring.length < 3 || !(distance > 0)) return [];
  if (signedArea(ring) < 0) ring = ring.reverse();
  const arcStep = 2 * Math.acos(1 - Math.min(ARC_ERROR / distance, 1));
  const { outline, arcs } = rawOutline(ring, distance, arcStep);
  const loops = windingBorder(outline).filter((loop) => Math.abs(signedArea(loop)) > 1e-3);
  return loops.map((loop) => withArcs(loop, arcs, distance, arcStep));
}

/** A loop as x, y, x, y, ..., with the many points of arcs that were left out. */
function withArcs(loop, arcs, distance, arcStep) {
  const cos = Math.cos(arcStep), sin = Math.sin(arcStep);
  const missing = loop.map((point, i) => {
    const next = loop[i + 1 < loop.length ? i + 1 : 0];
    return point[2] >= 0 && point[2] === next[2] ? next[3] - point[3] - 1 : 0;
  });
  const out = new Float64Array(2 * missing.reduce((sum, more) => sum + more, loop.length));
  let at = 0;
  loop.forEach((point, i) => {
    out[at++] = point[0], out[at++] = point[1];
    if (!missing[i]) return;
    const { x, y } = arcs[point[2]];
    let dx = point[0] - x, dy = point[1] - y;
    for (let more = missing[i]; more > 0; more--) {
      const turned = dx * cos - dy * sin;
      dy = dx * sin + dy * cos, dx = turned;
      out[at++] = x + dx, out[at++] = y + dy;
    }
  });
  return out;
}

/**
 * Every side moved outwards; arcs around convex corners, a detour through concave ones. A point on
 * an arc is [x, y, number of the arc, place on it].
 */
function rawOutline(ring, distance, arcStep) {
  const count = ring.length, outline = [], arcs = [];
  const normals = ring.map(([x, y], i) => {
    const [nx, ny] = ring[(i + 1) % count], length = Math.hypot(nx - x, ny - y);
    return [(ny - y) / length, (x - nx) / length];
  });
  let noise = 1;
  const shake = () => ((noise = (noise * 48271) % 2147483647) / 2147483647 - 0.5) * JITTER;
  ring.forEach(([x, y], i) => {
    const before = normals[(i + count - 1) % count], after = normals[i];
    const put = (dx, dy, arc = -1, k = 0) =>
      outline.push([x + dx * distance + shake(), y + dy * distance + shake(), arc, k]);
    const sine = before[0] * after[1] - before[1] * after[0];
    const cosine = before[0] * after[0] + before[1] * after[1];
    if (Math.abs(sine * distance) < 1e-3 && cosine > 0) return put(...before); // straight on
    if (sine < 0) {
      put(...before);
      put(0, 0);
      return put(...after);
    }
    const angle = Math.abs(Math.atan2(sine, cosine)), from = Math.atan2(before[1], before[0]);
    const arc = arcs.push({ x, y, from }) - 1, steps = Math.max(Math.round(angle / arcStep), 1);
    put(...before, arc, 0);
    for (let k = STRIDE; k < steps; k += STRIDE) {
      put(Math.cos(from + k * arcStep), Math.sin(from + k * arcStep), arc, k);
    }
    put(...after, arc, steps);
  });
  return { outline, arcs };
}

/** Where sides of a closed line cross: per side a list of passes, sorted along it. */
function crossings(points) {
  const count = points.length, blocks = Math.ceil(count / BLOCK), passes = points.map(() => null);
  const { x, y } = coordinates(points);
  const x0 = new Float64Array(blocks).fill(Infinity), x1 = new Float64Array(blocks).fill(-Infinity);
  const y0 = x0.slice(), y1 = x1.slice(); // how far each block reaches, as far as it has been seen
  for (let a = 0; a < count; a++) {
    const left = Math.min(x[a], x[a + 1]), right = Math.max(x[a], x[a + 1]);
    const top = Math.min(y[a], y[a + 1]), bottom = Math.max(y[a], y[a + 1]), own = Math.floor(a / BLOCK);
    for (let k = 0; k <= own; k++) {
      if (x1[k] < left || x0[k] > right || y1[k] < top || y0[k] > bottom) continue;
      for (let b = k * BLOCK; b < Math.min((k + 1) * BLOCK, a); b++) meet(x, y, a, b, passes);
    }
    x0[own] = Math.min(x0[own], left), x1[own] = Math.max(x1[own], right);
    y0[own] = Math.min(y0[own], top), y1[own] = Math.max(y1[own], bottom);
  }
  for (const list of passes) list?.sort((a, b) => a.along - b.along);
  return passes;
}

/** Note where two sides cross. Neighbours do not: they share an end, where s and t are exactly 0 and 1. */
function meet(x, y, a, b, passes) {
  const adx = x[a + 1] - x[a], ady = y[a + 1] - y[a], bdx = x[b + 1] - x[b], bdy = y[b + 1] - y[b];
  const cross = adx * bdy - ady * bdx, px = x[b] - x[a], py = y[b] - y[a];
  const s = (px * bdy - py * bdx) / cross;
  if (!(s > 0 && s < 1)) return;
  const t = (px * ady - py * adx) / cross;
  if (!(t > 0 && t < 1)) return;
  const point = [x[a] + s * adx, y[a] + s * ady, -1, 0];
  // Who crosses from the right of the other to its left is wound around once more.
  const onA = { along: s, point, gain: cross < 0 ? 1 : -1 };
  const onB = { along: t, point, gain: -onA.gain };
  onA.twin = onB, onB.twin = onA;
  (passes[a] ??= []).push(onA), (passes[b] ??= []).push(onB);
}

/** The border of where a closed line's winding number is positive. */
function windingBorder(points) {
  const count = points.length, passes = crossings(points);
  let start = 0; // the leftmost point: nothing winds around what is left of it
  for (let i = 1; i < count; i++) if (points[i][0] < points[start][0]) start = i;
  const p = points[(start + count - 1) % count], q = points[start], r = points[(start + 1) % count];
  const left = (q[0] - p[0]) * (r[1] - q[1]) - (q[1] - p[1]) * (r[0] - q[0]) > 0;
  // Cut the line into spans from one crossing to the next. The winding number on a span's left is
  // the same all along it; on its right it is one less.
  let span = { points: [], winding: left ? 1 : 0 };
  const head = span, spans = [span];
  for (let k = 0; k < count; k++) {
    const i = (start + k) % count;
    span.points.push(points[i]);
    for (const pass of passes[i] ?? []) {
      span.end = pass;
      span = { points: [pass.point], winding: span.winding + pass.gain };
      pass.span = span;
      spans.push(span);
    }
  }
  if (spans.length === 1) return head.winding === 1 ? [head.points] : [];
  // The last span runs into the first one.
  span.points.push(...head.points);
  span.end = head.end;
  spans.shift();
  const loops = [];
  for (const first of spans) {
    if (first.winding !== 1 || first.done) continue;
    const loop = [];
    for (let at = first; at && !at.done; at = at.end.twin.span) {
      at.done = true;
      loop.push(...at.points);
    }
    loops.push(loop);
  }
  return loops;
}
