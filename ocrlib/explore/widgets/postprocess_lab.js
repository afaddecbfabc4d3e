// Made by book/tools/bundle_widgets.py from src/postprocess_lab.js: change it there.

// outlines.js
// From a binary map to outlines, and from outlines to fewer corners.

// The eight neighbours of a pixel, counter-clockwise on the screen, from the right.
const STEP_X = [1, 1, 0, -1, -1, -1, 0, 1], STEP_Y = [0, -1, -1, -1, 0, 1, 1, 1];

// What border following writes into a pixel.
const NEW = 1, SEEN = 2, SEEN_FROM_RIGHT = -2;

/**
 * Outlines of the regions and of the holes in them, by border following (Suzuki and Abe 1985).
 * The last one found comes first, as OpenCV returns them.
 * @returns {{points: number[][], hole: boolean}[]} corners where the direction changes
 */
function findOutlines(bits, width, height) {
  const pitch = width + 2, field = new Int8Array(pitch * (height + 2)); // a frame of zeros
  for (let y = 0; y < height; y++) {
    field.set(bits.subarray(y * width, (y + 1) * width), (y + 1) * pitch + 1);
  }
  const offsets = STEP_X.map((dx, i) => STEP_Y[i] * pitch + dx), outlines = [];
  for (let y = 1; y <= height; y++) {
    for (let x = 1, at = y * pitch + 1; x <= width; x++, at++) {
      const value = field[at];
      if (!value) continue;
      const outer = value === NEW && !field[at - 1];
      const hole = !outer && value >= NEW && !field[at + 1];
      if (outer || hole) outlines.push({ points: follow(field, pitch, offsets, at, hole), hole });
    }
  }
  return outlines.reverse();
}

/** Walk along one border, marking its pixels; corners where the direction changes. */
function follow(field, pitch, offsets, start, hole) {
  const place = (at) => [(at % pitch) - 1, Math.floor(at / pitch) - 1];
  let direction = hole ? 0 : 4;
  const first = direction;
  do direction = (direction + 7) & 7; while (!field[start + offsets[direction]] && direction !== first);
  if (!field[start + offsets[direction]]) {
    field[start] = SEEN_FROM_RIGHT;
    return [place(start)]; // a single pixel
  }
  const last = start + offsets[direction], points = [];
  let at = start, came = (direction + 4) & 7; // the direction of the step that led here
  for (;;) {
    let openRight = false, go = (came + 4) & 7; // look back, then turn counter-clockwise
    for (;;) {
      go = (go + 1) & 7;
      if (field[at + offsets[go]]) break;
      if (go === 0) openRight = true;
    }
    if (openRight) field[at] = SEEN_FROM_RIGHT;
    else if (field[at] === NEW) field[at] = SEEN;
    if (go !== came) points.push(place(at));
    const next = at + offsets[go];
    if (next === start && at === last) return points;
    at = next;
    came = go;
  }
}

/** Coordinates of a closed outline, its first point again at the end, where arithmetic is fast. */
function coordinates(points) {
  const count = points.length, x = new Float64Array(count + 1), y = new Float64Array(count + 1);
  for (let i = 0; i < count; i++) x[i] = points[i][0], y[i] = points[i][1];
  x[count] = x[0], y[count] = y[0];
  return { x, y };
}

/** Length of the closed outline. */
function perimeter(points) {
  return points.reduce((sum, point, i) => {
    const next = points[i + 1 < points.length ? i + 1 : 0];
    return sum + Math.hypot(next[0] - point[0], next[1] - point[1]);
  }, 0);
}

/** Area by the shoelace formula, positive when the corners run clockwise on the screen. */
function signedArea(points) {
  const ox = points[0][0], oy = points[0][1];
  let twice = 0;
  for (let i = 0; i + 1 < points.length; i++) {
    const a = points[i], b = points[i + 1];
    twice += (a[0] - ox) * (b[1] - oy) - (a[1] - oy) * (b[0] - ox);
  }
  return twice / 2;
}

/** The upright rectangle around points: its left, upper, right and lower side. */
function bounds(points) {
  let x0 = Infinity, y0 = Infinity, x1 = -Infinity, y1 = -Infinity;
  for (const point of points) {
    x0 = Math.min(x0, point[0]), x1 = Math.max(x1, point[0]);
    y0 = Math.min(y0, point[1]), y1 = Math.max(y1, point[1]);
  }
  return [x0, y0, x1, y1];
}

/** Fewer corners that stay within `tolerance` (Douglas and Peucker 1973), as OpenCV chooses them. */
function simplify(points, tolerance) {
  const count = points.length, limit = tolerance * tolerance;
  // Two corners far apart: go to the furthest one three times.
  let from = 0, to = 0, furthest = 0;
  for (let round = 0; round < 3; round++) {
    from = to;
    furthest = 0;
    for (let j = 1; j < count; j++) {
      const i = (from + j) % count;
      const distance = (points[i][0] - points[from][0]) ** 2 + (points[i][1] - points[from][1]) ** 2;
      if (distance > furthest) furthest = distance, to = i;
    }
  }
  if (furthest <= limit) return [points[from]];
  const kept = [], stack = [[to, from], [from, to]];
  while (stack.length) {
    const [start, end] = stack.pop(), [sx, sy] = points[start];
    const dx = points[end][0] - sx, dy = points[end][1] - sy;
    const length = dx * dx + dy * dy;
    let most = 0, middle = -1;
    for (let i = (start + 1) % count; i !== end; i = (i + 1) % count) {
      const px = points[i][0] - sx, py = points[i][1] - sy, along = px * dx + py * dy;
      // Squared distance from the segment, times its squared length.
      let distance = (py * dx - px * dy) ** 2;
      if (along < 0) distance = (px * px + py * py) * length;
      else if (along > length) distance = ((px - dx) ** 2 + (py - dy) ** 2) * length;
      if (distance > most) most = distance, middle = i;
    }
    if (most <= limit * length) kept.push(points[start]);
    else stack.push([middle, end], [start, middle]);
  }
  return dropStraight(kept, limit);
}

/** Take out corners on nearly straight, slanting stretches. */
function dropStraight(points, limit) {
  const count = points.length, out = points.slice();
  let left = count, read = count - 1, write = 0;
  const take = () => {
    const point = out[read];
    read = (read + 1) % count;
    return point;
  };
  const put = (point) => {
    out[write] = point;
    write = (write + 1) % count;
  };
  let before = take(), here = take();
  for (let i = 0; i < count && left > 2; i++) {
    const after = take();
    const dx = after[0] - before[0], dy = after[1] - before[1];
    const off = Math.abs((here[0] - before[0]) * dy - (here[1] - before[1]) * dx);
    const onwards = (here[0] - before[0]) * (after[0] - here[0]) + (here[1] - before[1]) * (after[1] - here[1]);
    if (off * off <= 0.5 * limit * (dx * dx + dy * dy) && dx && dy && onwards >= 0) {
      left--;
      put((before = after));
      here = take();
      i++;
    } else {
      put((before = here));
      here = after;
    }
  }
  return out.slice(0, left);
}

// offset.js
// Growing a polygon by a distance, with round corners, in two steps: a raw outline that may cross
// itself, and the border of the area around which that outline winds at least once.


const ARC_ERROR = 0.00025; // px between an arc and its chords: Clipper's, on thousandths of a px
const BLOCK = 16; // so many neighbouring sides are passed over together where they are far away
const STRIDE = 6; // crossings are looked for on every so many of these chords; the others come later
const JITTER = 1e-6; // px; no three lines then meet in one point, no two lie on each other

/**
 * @param {number[][]} polygon corners
 * @param {number} distance px, above 0
 * @returns {Float64Array[]} outlines, each x, y, x, y, ...: of what was grown, and of holes that it closed around
 */
function offsetPolygon(polygon, distance) {
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

// raster.js
// Arrays of pixels: the binary map, and means inside a polygon as OpenCV fills it.


/** Where the map exceeds the threshold: 0 or 1 per pixel. The comparison is in float32. */
function binarise(prob, thresh) {
  const bar = Math.fround(thresh), bits = new Uint8Array(prob.length);
  for (let i = 0; i < bits.length; i++) bits[i] = prob[i] > bar ? 1 : 0;
  return bits;
}

/** Thicken by one px: a 2 x 2 kernel whose anchor is its lower right pixel. */
function dilate(bits, width, height) {
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
function fillPolygon(corners, width, height) {
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
function meanInside(prob, width, height, polygon) {
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

// rectangle.js
// The smallest rotated rectangle around points. Scores are means over whole px, and a corner at
// 4.9999 is cut to another px than one at 5: so this rounds to float32 wherever OpenCV does.

const f32 = Math.fround;

/** Convex hull by monotone chains (Andrew 1979); clockwise on the screen. */
function convexHull(points) {
  const sorted = points.map(([x, y], index) => ({ x, y, index }));
  sorted.sort((a, b) => a.x - b.x || a.y - b.y || a.index - b.index);
  const cross = (o, a, b) => (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
  const chain = (list) => {
    const out = [];
    for (const point of list) {
      while (out.length > 1 && cross(out[out.length - 2], out[out.length - 1], point) <= 0) out.pop();
      out.push(point);
    }
    out.pop();
    return out;
  };
  const hull = [...chain(sorted), ...chain(sorted.slice().reverse())];
  return hull.length ? startLikeOpenCV(hull) : sorted.slice(0, 1);
}

/** Where equal rectangles compete, the first corner decides: OpenCV's follows the outline's own. */
function startLikeOpenCV(hull) {
  const order = hull.map((point) => point.index), count = order.length;
  const rises = order.filter((index, i) => index < order[(i + 1) % count]).length;
  let first = hull.reduce((best, p, i) => (p.x > hull[best].x || (p.x === hull[best].x && p.y >= hull[best].y) ? i : best), 0);
  if (rises === count - 1) first = order.indexOf(Math.min(...order));
  else if (rises === 1) first = order.indexOf(Math.max(...order));
  return [...hull.slice(first), ...hull.slice(0, first)];
}

/**
 * The rectangle of least area, by rotating calipers (Toussaint 1983): one of its sides lies on a
 * side of the hull.
 * @returns {{cx, cy, w, h, ux, uy}} centre, sides, and the direction of the side w
 */
function smallestRectangle(points) {
  const hull = convexHull(points), count = hull.length, [a, b] = hull;
  if (count === 1) return { cx: a.x, cy: a.y, w: 0, h: 0, ux: 1, uy: 0 };
  if (count === 2) {
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    return { cx: (a.x + b.x) / 2, cy: (a.y + b.y) / 2, w: length, h: 0, ux: (b.x - a.x) / length, uy: (b.y - a.y) / length };
  }
  const sides = hull.map((p, i) => {
    const q = hull[(i + 1) % count], x = f32(q.x - p.x), y = f32(q.y - p.y);
    return { x, y, scale: f32(1 / Math.sqrt(x * x + y * y)) };
  });
  const extreme = (value) => hull.reduce((best, p, i) => (value(p) > value(hull[best]) ? i : best), 0);
  // The corners that touch the rectangle's upper, right, lower and left side.
  const touching = [extreme((p) => -p.y), extreme((p) => p.x), extreme((p) => p.y), extreme((p) => -p.x)];
  // Quarter turns that bring all four sides into one direction.
  const turned = [({ x, y }) => [x, y], ({ x, y }) => [y, -x], ({ x, y }) => [-x, -y], ({ x, y }) => [-y, x]];
  let best = null;
  for (let k = 0; k < count; k++) {
    let next = 0; // which side of the rectangle meets a side of the hull first
    for (let i = 1; i < 4; i++) {
      const [vx, vy] = turned[i](sides[touching[i]]), [wx, wy] = turned[next](sides[touching[next]]);
      if (vy * wx - vx * wy < 0) next = i;
    }
    const side = sides[touching[next]];
    const [ux, uy] = turned[next]({ x: f32(side.x * side.scale), y: f32(side.y * side.scale) });
    touching[next] = (touching[next] + 1) % count;
    const [top, right, bottom, left] = touching.map((i) => hull[i]);
    const w = f32(f32(f32(right.x - left.x) * ux) + f32(f32(right.y - left.y) * uy));
    const h = f32(f32(-f32(bottom.x - top.x) * uy) + f32(f32(bottom.y - top.y) * ux));
    const area = f32(w * h);
    if (!best || area <= best.area) best = { area, w, h, ux, uy, left, top };
  }
  return rectangleAt(best);
}

/** From the lines on which two sides lie to centre and sides. */
function rectangleAt({ w, h, ux, uy, left, top }) {
  const c1 = f32(f32(ux * left.x) + f32(left.y * uy)), c2 = f32(f32(-uy * top.x) + f32(top.y * ux));
  const scale = f32(1 / f32(f32(ux * ux) + f32(uy * uy)));
  const px = f32(f32(f32(c1 * ux) - f32(c2 * uy)) * scale), py = f32(f32(f32(ux * c2) + f32(uy * c1)) * scale);
  const ax = f32(ux * w), ay = f32(uy * w), bx = f32(-uy * h), by = f32(ux * h);
  const cx = f32(px + f32(f32(ax + bx) * 0.5)), cy = f32(py + f32(f32(ay + by) * 0.5));
  return { cx, cy, w: f32(Math.hypot(ax, ay)), h: f32(Math.hypot(bx, by)), ux, uy };
}

/** The least width of points: between two parallel lines, one of them along a side of the hull. */
function leastWidth(points) {
  const hull = convexHull(points);
  let least = Infinity;
  hull.forEach((a, i) => {
    const b = hull[(i + 1) % hull.length], dx = b.x - a.x, dy = b.y - a.y;
    let most = 0;
    for (const p of hull) most = Math.max(most, Math.abs(dx * (p.y - a.y) - dy * (p.x - a.x)));
    least = Math.min(least, most / Math.hypot(dx, dy));
  });
  return hull.length < 3 ? 0 : least;
}

/** The rectangle with `distance` more on every side. */
function grow(rectangle, distance) {
  return { ...rectangle, w: rectangle.w + 2 * distance, h: rectangle.h + 2 * distance };
}

/** Corners of a rectangle, clockwise on the screen from the one at the top left. */
function corners({ cx, cy, w, h, ux, uy }) {
  // By way of the angle in degrees, -90 up to 0, as OpenCV stores it.
  let angle = f32((f32(Math.atan2(uy, ux)) * 180) / Math.PI);
  for (; angle >= 0; angle -= 90) [w, h] = [h, w];
  for (; angle < -90; angle += 90) [w, h] = [h, w];
  const cos = f32(f32(Math.cos((angle * Math.PI) / 180)) * 0.5), sin = f32(f32(Math.sin((angle * Math.PI) / 180)) * 0.5);
  const at = (s, t) => [
    f32(f32(cx + s * f32(sin * h)) + t * f32(cos * w)),
    f32(f32(cy - s * f32(cos * h)) + t * f32(sin * w)),
  ];
  const quad = [at(-1, -1), at(1, -1), at(1, 1), at(-1, 1)];
  // The way from the first corner to the second leads furthest to the right.
  const lead = quad.map((corner, i) => quad[(i + 1) % 4][0] - corner[0]);
  const first = lead.indexOf(Math.max(...lead));
  return [...quad.slice(first), ...quad.slice(0, first)];
}

// dbpost.js
// Post-processing of DB, step by step: the same as ocrlib.postprocess.db in Python.


const MIN_SIDE = 3; // px of the map; a grown region needs two more
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
function postprocess(prob, width, height, options, size) {
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

// lab_stage.js
// The canvas: the picture or a map, with outlines and boxes on it, and what lies under a pointer.

// Okabe and Ito's colours, which nearly everyone can tell apart.
const COLOURS = {
  right: "#00c08b", wrong: "#e8590c", ignored: "#b8b8b8", dropped: "#f0e442",
  outlines: "#56b4e9", shapes: "#cc79a7", labels: "#ffffff",
};

// From nothing to certain: black, violet, orange, pale yellow.
const RAMP = [[0, 0, 4], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]];

function ramp(value) {
  const at = (value / 255) * (RAMP.length - 1), low = Math.min(Math.floor(at), RAMP.length - 2);
  return RAMP[low].map((c, i) => Math.round(c + (at - low) * (RAMP[low + 1][i] - c)));
}

const LOOKUP = new Uint32Array(
  Array.from({ length: 256 }, (_, value) => {
    const [r, g, b] = ramp(value);
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  }),
);

class Stage {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.map = document.createElement("canvas");
  }

  /** Draw a result. `view` names the ground, `layers` what lies on it, `chosen` is drawn thick. */
  draw(result, view, layers, chosen) {
    const { canvas, pen } = this, [height, width] = result.picture.size;
    const shown = Math.max(canvas.clientWidth, 1), ratio = window.devicePixelRatio || 1;
    const w = Math.round(shown * ratio), h = Math.round((w * height) / width);
    if (canvas.width !== w || canvas.height !== h) canvas.width = w, canvas.height = h;
    this.unit = ratio;
    this.scale = w / width;
    this.factor = [width / result.picture.width, height / result.picture.height];
    this.ground(result, view);
    const dense = result.candidates.length > 40;
    this.halo = dense ? 0.8 : 1.4;
    for (const found of result.candidates) {
      if (layers.outlines) this.stroke(this.fromMap(found.outline), COLOURS.outlines, 1);
      if (layers.shapes && found.shape) {
        const dropped = found.dropped !== "";
        this.stroke(this.fromMap(found.shape), dropped ? COLOURS.dropped : COLOURS.shapes, dense ? 1 : 1.4, dropped ? [3, 2] : []);
      }
    }
    if (layers.labels) {
      for (const label of result.picture.labels) {
        this.stroke(label.polygon, label.ignore ? COLOURS.ignored : COLOURS.labels, dense ? 1.1 : 1.6, [5, 4]);
      }
    }
    if (layers.boxes) for (const found of result.kept) this.stroke(found.box, COLOURS[found.verdict], dense ? 1.4 : 2.2);
    if (chosen) this.highlight(chosen);
    this.taken = [];
    if (layers.scores) for (const found of result.candidates) this.score(found, layers.shapes);
    pen.setLineDash([]);
  }

  ground({ picture, bits }, view) {
    const { canvas, pen, map } = this, { width, height } = picture;
    if (view === "picture") {
      pen.imageSmoothingEnabled = true;
      pen.drawImage(picture.image, 0, 0, canvas.width, canvas.height);
      return;
    }
    if (map.width !== width || map.height !== height) map.width = width, map.height = height;
    const paint = map.getContext("2d"), data = paint.createImageData(width, height);
    const pixels = new Uint32Array(data.data.buffer), { bytes } = picture;
    if (view === "binary") for (let i = 0; i < pixels.length; i++) pixels[i] = bits[i] ? 0xffe8e8e8 : 0xff1c1814;
    else for (let i = 0; i < pixels.length; i++) pixels[i] = LOOKUP[bytes[i]];
    paint.putImageData(data, 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(map, 0, 0, canvas.width, canvas.height);
  }

  /** Points of the map in px of the picture: a pixel's middle stays its middle. */
  fromMap(points) {
    const [fx, fy] = this.factor;
    return points.map(([x, y]) => [(x + 0.5) * fx - 0.5, (y + 0.5) * fy - 0.5]);
  }

  trace(points) {
    const { pen, scale } = this;
    pen.beginPath();
    points.forEach(([x, y], i) => pen[i ? "lineTo" : "moveTo"]((x + 0.5) * scale, (y + 0.5) * scale));
    pen.closePath();
  }

  stroke(points, colour, thickness, dash = []) {
    const { pen, unit } = this;
    this.trace(points);
    pen.lineJoin = "round";
    pen.setLineDash([]);
    pen.strokeStyle = "rgba(0, 0, 0, 0.55)"; // seen on bright paper, too
    pen.lineWidth = (thickness + this.halo) * unit;
    pen.stroke();
    pen.setLineDash(dash.map((d) => d * unit));
    pen.strokeStyle = colour;
    pen.lineWidth = thickness * unit;
    pen.stroke();
  }

  highlight(chosen) {
    const points = this.outlineOf(chosen);
    this.trace(points);
    this.pen.fillStyle = "rgba(255, 255, 255, 0.28)";
    this.pen.fill();
    this.stroke(points, COLOURS[chosen.verdict] ?? COLOURS.labels, 3.4);
  }

  /** Where a candidate or a label is, px of the picture. */
  outlineOf(item) {
    return item.polygon ?? item.box ?? this.fromMap(item.shape ?? item.outline);
  }

  /** A score to the left of its box, or above it; none where another one stands already. */
  score(found, withDropped) {
    if (found.score === undefined || (found.dropped && !withDropped)) return;
    const { pen, unit, scale } = this, points = this.outlineOf(found);
    const xs = points.map((p) => p[0] * scale), ys = points.map((p) => p[1] * scale);
    const left = Math.min(...xs), top = Math.min(...ys), low = Math.max(...ys);
    const size = Math.min(Math.max(0.75 * (low - top), 8.5 * unit), 11 * unit);
    pen.font = `600 ${size}px system-ui, sans-serif`;
    const text = found.score.toFixed(2), w = pen.measureText(text).width + 5 * unit, h = size + 2 * unit;
    const beside = left - w - unit >= 0, leftmost = ys[xs.indexOf(left)];
    const x = beside ? left - w - unit : Math.max(left, 0);
    const y = Math.max(beside ? leftmost - h / 2 : top - h - unit, 0);
    if (this.taken.some((o) => x < o.x + o.w && o.x < x + w && y < o.y + o.h && o.y < y + h)) return;
    this.taken.push({ x, y, w, h });
    pen.fillStyle = COLOURS[found.verdict];
    pen.fillRect(x, y, w, h);
    pen.fillStyle = "#101418";
    pen.textBaseline = "middle";
    pen.fillText(text, x + 2.5 * unit, y + h / 2 + 0.5 * unit);
  }

  /** What lies at a place of the page: the smallest candidate there, else a missed label. */
  at(result, clientX, clientY) {
    const box = this.canvas.getBoundingClientRect(), width = result.picture.size[1];
    const unit = width / box.width, x = (clientX - box.left) * unit, y = (clientY - box.top) * unit;
    const hit = (item) => this.near(this.outlineOf(item), x, y, 5 * unit);
    const area = (item) => {
      const points = this.outlineOf(item), xs = points.map((p) => p[0]), ys = points.map((p) => p[1]);
      return (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys));
    };
    const found = result.candidates.filter(hit).sort((a, b) => area(a) - area(b))[0];
    return found ?? result.missed.find(hit) ?? null;
  }

  /** Whether a place is in a polygon or at most `slack` px from its outline. */
  near(points, x, y, slack) {
    let inside = false;
    for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
      const [ax, ay] = points[i], [bx, by] = points[j];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
      const length = (bx - ax) ** 2 + (by - ay) ** 2 || 1;
      const t = Math.min(Math.max(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length, 0), 1);
      if (Math.hypot(ax + t * (bx - ax) - x, ay + t * (by - ay) - y) <= slack) return true;
    }
    return inside;
  }
}

// match.js
// Precision, recall and hmean: the same as ocrlib.metrics.detection in Python.


const DONT_CARE = 0.5; // a box with more than this part of itself in an ignored region counts not
const ROUNDING = 1e-6; // px²: less than this is no area

/**
 * Area that two simple polygons share. A polygon is what lies between its sides and the axis y = 0,
 * each side with a sign; so the shared area is what any two of their sides have in common there.
 */
function sharedArea(polygon, other) {
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
function match(boxes, labels, ignored, iou = 0.5) {
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
function figures({ pairs, counted, expected }) {
  const precision = counted ? pairs.length / counted : 0, recall = expected ? pairs.length / expected : 0;
  const both = precision + recall;
  return { precision, recall, hmean: both ? (2 * precision * recall) / both : 0 };
}

// lab_state.js
// What the lab knows: the pictures, what post-processing makes of the current one, and why.


const PARAMETERS = [
  "thresh", "box_thresh", "unclip_ratio", "max_candidates", "score_mode", "box_type", "use_dilation",
];

const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** Unpack one picture: a JPEG and a map that was deflated, 0-255 per pixel. */
async function unpack(packed) {
  const [height, width] = packed.map_size;
  const stream = new Blob([bytesOf(packed.map)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const image = await createImageBitmap(new Blob([bytesOf(packed.jpeg)], { type: "image/jpeg" }));
  return { ...packed, image, width, height, bytes, prob: Float32Array.from(bytes, (v) => v / 255) };
}

/** Post-process a picture and compare with its labels; every candidate gets a `verdict`. */
function run(picture, options) {
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
function explain(result, found) {
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
function explainMissed(result, label) {
  const best = closest(label.polygon, result.kept.map((candidate) => candidate.box));
  return [best ? [false, "missed", { iou: best[1].toFixed(2) }] : [false, "unseen", {}]];
}

const px = (value) => value?.toFixed(1);

// words.js
// Everything the lab says, in English and in Chinese.

const en = {
  lab: "Post-processing lab",
  pictures: "Picture", receipt: "Receipt", scene: "Scene", curved: "Curved", crowded: "Crowded", own: "Yours",
  view: "Show", picture: "picture", probability: "probabilities", binary: "binary map",
  layers: "Draw on it",
  outlines: "outlines", shapes: "shrunken boxes", boxes: "grown boxes", labels: "labels", scores: "scores",
  controls: "Parameters",
  help: {
    thresh: "above it, a pixel is text",
    box_thresh: "below it, a region is dropped",
    unclip_ratio: "how far regions grow back",
    max_candidates: "outlines looked at, at most",
    score_mode: "where the mean is taken",
    box_type: "what comes out",
    use_dilation: "thicken by one pixel first",
  },
  options: { fast: "fast", slow: "slow", quad: "quad", poly: "polygon", on: "on" },
  presets: "Set to", training: "training defaults", inference: "inference defaults", reset: "Reset",
  precision: "precision", recall: "recall", hmean: "hmean",
  right: "right", wrong: "wrong", missed: "missed", dropped: "dropped", ignored: "not counted",
  why: "Why?",
  hint: "Point at a region, tap it, or step through all of them.",
  previous: "Previous region", next: "Next region",
  region: (i, n) => `Region ${i} of ${n}`,
  hole: "the border of a hole",
  label: (text) => `label “${text}”`,
  verdict: { right: "kept, right", wrong: "kept, wrong", ignored: "kept, not counted", dropped: "dropped", missed: "missed" },
  step: {
    max_candidates: (f) => `It is outline ${f.place} of OpenCV's list, which starts at the bottom; ${f.limit} are looked at.`,
    small: (f) => `Its shorter side is ${f.side} px; below 3 px it is taken for noise.`,
    side: (f) => `Its shorter side is ${f.side} px, at least 3.`,
    corners: (f) => `Simplified it has ${f.corners} corners; an area needs 4 here.`,
    simplified: (f) => `Simplified it has ${f.corners} corners.`,
    score: (f) => `The mean probability in the ${f.where} is ${f.score}, below box_thresh ${f.bar}.`,
    passes: (f) => `The mean probability in the ${f.where} is ${f.score}, at least box_thresh ${f.bar}.`,
    instead: (f) => `With score_mode ${f.mode} it would be ${f.score}.`,
    grows: (f) => `Area × ratio ÷ perimeter: every side moves out by ${f.distance} px of the map.`,
    ring: () => "Grown, it is no single outline any more: it closes around a hole.",
    small_grown: (f) => `Grown, its shorter side is ${f.side} px; at least 5 are asked for.`,
    nothing_left: () => "Scaled to the picture, nothing is left of it.",
    matches: (f) => `It overlaps the label “${f.text}” with IoU ${f.iou}, above 0.5.`,
    nothing: () => "It overlaps no label: a false positive.",
    near: (f) => `Its best label is “${f.text}”, with IoU ${f.iou}; more than 0.5 is needed.`,
    taken: (f) => `The label “${f.text}” (IoU ${f.iou}) belongs to another box already.`,
    ignored: () => "It lies in a region that does not count.",
    missed: (f) => `The best box has IoU ${f.iou}; more than 0.5 is needed.`,
    unseen: () => "No box overlaps it.",
  },
  where: { outline: "outline", rectangle: "rectangle", polygon: "simplified polygon" },
  drop: "Your own picture",
  kernel: "needs a kernel: open this notebook in JupyterLab (make lab)",
  busy: "det-lite is looking at it …",
  refused: (why) => `Not a picture that can be read: ${why}`,
  summary: (f) => `${f.kept} boxes: ${f.right} right, ${f.wrong} wrong; ${f.missed} labels missed; hmean ${f.hmean}`,
  unlabelled: "no labels: no precision, no recall",
};

const zh = {
  lab: "后处理实验室",
  pictures: "图片", receipt: "小票", scene: "街景", curved: "弯曲文字", crowded: "密集文字", own: "你的图片",
  view: "显示", picture: "原图", probability: "概率图", binary: "二值图",
  layers: "叠加",
  outlines: "轮廓", shapes: "收缩框", boxes: "扩张框", labels: "标注", scores: "得分",
  controls: "参数",
  help: {
    thresh: "高于它的像素算文字",
    box_thresh: "低于它的区域被丢弃",
    unclip_ratio: "区域向外扩张多少",
    max_candidates: "最多检查多少个轮廓",
    score_mode: "在哪里求平均",
    box_type: "输出的形状",
    use_dilation: "先加粗一个像素",
  },
  options: { fast: "fast 快", slow: "slow 慢", quad: "四边形", poly: "多边形", on: "开" },
  presets: "设为", training: "训练默认值", inference: "推理默认值", reset: "重置",
  precision: "准确率", recall: "召回率", hmean: "调和平均",
  right: "正确", wrong: "错误", missed: "漏检", dropped: "丢弃", ignored: "不计",
  why: "为什么？",
  hint: "指向或点按一个区域，也可以逐个查看。",
  previous: "上一个区域", next: "下一个区域",
  region: (i, n) => `区域 ${i} / ${n}`,
  hole: "孔的边界",
  label: (text) => `标注“${text}”`,
  verdict: { right: "保留，正确", wrong: "保留，错误", ignored: "保留，不计", dropped: "丢弃", missed: "漏检" },
  step: {
    max_candidates: (f) => `它在 OpenCV 的列表（自下而上）中排第 ${f.place}，只检查前 ${f.limit} 个。`,
    small: (f) => `短边 ${f.side} 像素，小于 3 像素视为噪声。`,
    side: (f) => `短边 ${f.side} 像素，不小于 3。`,
    corners: (f) => `简化后只有 ${f.corners} 个角点，这里至少要 4 个。`,
    simplified: (f) => `简化后有 ${f.corners} 个角点。`,
    score: (f) => `${f.where}内的平均概率为 ${f.score}，低于 box_thresh ${f.bar}。`,
    passes: (f) => `${f.where}内的平均概率为 ${f.score}，不低于 box_thresh ${f.bar}。`,
    instead: (f) => `若 score_mode 为 ${f.mode}，则为 ${f.score}。`,
    grows: (f) => `面积 × 比例 ÷ 周长：每条边在图上外移 ${f.distance} 像素。`,
    ring: () => "扩张后不再是单一轮廓：它围住了一个孔。",
    small_grown: (f) => `扩张后短边 ${f.side} 像素，至少要 5 像素。`,
    nothing_left: () => "缩放到原图后什么也不剩。",
    matches: (f) => `与标注“${f.text}”的 IoU 为 ${f.iou}，大于 0.5。`,
    nothing: () => "不与任何标注重叠：误检。",
    near: (f) => `最接近的标注是“${f.text}”，IoU 为 ${f.iou}，需大于 0.5。`,
    taken: (f) => `标注“${f.text}”（IoU ${f.iou}）已属于另一个框。`,
    ignored: () => "位于不计入的区域。",
    missed: (f) => `最接近的框 IoU 为 ${f.iou}，需大于 0.5。`,
    unseen: () => "没有框与它重叠。",
  },
  where: { outline: "轮廓", rectangle: "矩形", polygon: "简化多边形" },
  drop: "用你自己的图片",
  kernel: "需要内核：请在 JupyterLab 中打开本笔记本（make lab）",
  busy: "det-lite 正在检测……",
  refused: (why) => `无法读取这张图片：${why}`,
  summary: (f) => `${f.kept} 个框：${f.right} 个正确，${f.wrong} 个错误；漏检 ${f.missed} 个标注；调和平均 ${f.hmean}`,
  unlabelled: "没有标注，无法计算准确率与召回率",
};

/** The words of a language; an empty one follows the page. */
function wordsOf(language) {
  return (language || document.documentElement.lang || "en").startsWith("zh") ? zh : en;
}

// postprocess_lab.js
// The post-processing lab: an anywidget module.


const PRESETS = {
  training: { thresh: 0.3, box_thresh: 0.6, unclip_ratio: 1.5 },
  inference: { thresh: 0.3, box_thresh: 0.5, unclip_ratio: 1.6 },
};

async function render({ model, el, signal, host }) {
  const initial = Object.fromEntries(PARAMETERS.map((name) => [name, model.get(name)]));
  const session = {
    initial, view: "picture", chosen: null, pictures: [], own: null, note: "",
    layers: { outlines: false, shapes: true, boxes: true, labels: true, scores: true },
  };
  const lab = make("div", { class: "ocr-lab" });
  el.append(lab);
  // JupyterLab would take the arrow keys away from the sliders.
  lab.dataset.lmSuppressShortcuts = "true";
  lab.addEventListener("keydown", (event) => event.stopPropagation());
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
    ui = buildLab(lab, model, session, host, update);
    ui.update();
  };
  const load = async () => {
    session.pictures = await Promise.all(model.get("pictures").map(unpack));
    session.note = "";
    session.chosen = null;
    rebuild();
  };
  await load();
  listen("change:pictures", load);
  listen("change:language", rebuild);
  for (const name of [...PARAMETERS, "picture"]) listen(`change:${name}`, update);
  listen("msg:custom", (message) => {
    if (message.kind !== "refused") return;
    session.note = wordsOf(model.get("language")).refused(message.why);
    rebuild();
  });
  const observer = new ResizeObserver(update);
  observer.observe(lab);
  signal?.addEventListener("abort", () => observer.disconnect());
}

/** Build the whole form anew in the current language; returns { update }. */
function buildLab(lab, model, session, host, request) {
  const words = wordsOf(model.get("language"));
  lab.lang = words === wordsOf("zh") ? "zh" : "en";
  const get = (name) => model.get(name);
  const set = (name, value, done) => {
    model.set(name, value);
    if (done) model.save_changes();
  };
  const setAll = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const names = session.pictures.map((picture) => picture.name);
  const titles = Object.fromEntries(names.map((name) => [name, words[name] ?? name]));
  const pick = choice("picture", names, titles, words.pictures, "", () => get("picture"), (name) => {
    session.chosen = null;
    set("picture", name, true);
  });
  const view = choice("view", ["picture", "probability", "binary"], words, words.view, "", () => session.view, (name) => {
    session.view = name;
    request();
  });
  const canvas = make("canvas", { tabindex: "0", role: "img" });
  const stage = new Stage(canvas);
  const swatches = { outlines: COLOURS.outlines, shapes: COLOURS.shapes, boxes: COLOURS.right, labels: COLOURS.labels };
  const layers = Object.keys(session.layers).map((name) =>
    layerBox(name, words[name], swatches[name], session.layers[name], (on) => {
      session.layers[name] = on;
      request();
    }));
  const controls = PARAMETERS.map((name) => makeControl(name, words, get, set));
  const presets = make("div", { class: "ocr-lab-presets" }, make("span", {}, words.presets),
    ...Object.entries(PRESETS).map(([name, values]) =>
      make("button", { type: "button", name, onclick: () => setAll(values) }, words[name])),
    make("button", { type: "button", name: "reset", class: "ocr-lab-reset", onclick: () => setAll(session.initial) }, words.reset));
  const board = scoreBoard(words);
  const why = whyPanel(words, (step) => choose(step));
  lab.replaceChildren(
    make("section", { "aria-label": words.lab, class: "ocr-lab-frame" },
      make("div", { class: "ocr-lab-top" }, pick.element, view.element),
      make("div", { class: "ocr-lab-body" },
        make("div", { class: "ocr-lab-left" },
          make("div", { class: "ocr-lab-stage" }, canvas, board.element), why.element),
        make("div", { class: "ocr-lab-right" },
          make("div", { class: "ocr-lab-controls", role: "group", "aria-label": words.controls },
            ...controls.map((control) => control.element), presets),
          make("div", { class: "ocr-lab-layers", role: "group", "aria-label": words.layers }, ...layers),
          ownPicture(words, model, session, host, canvas)))));

  let result = null;
  /** Step through candidates and missed labels, or choose one, or none. */
  function choose(step) {
    const items = inOrder(result);
    if (typeof step === "number") {
      const at = items.indexOf(session.chosen);
      session.chosen = items[(at < 0 ? (step > 0 ? 0 : items.length - 1) : at + step + items.length) % items.length] ?? null;
    } else session.chosen = step;
    paint();
  }
  function paint() {
    canvas.style.setProperty("--aspect", result.picture.size[1] / result.picture.size[0]);
    stage.draw(result, session.view, session.layers, session.chosen);
    why.show(result, session.chosen);
  }
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) choose(step), event.preventDefault();
    if (event.key === "Escape") choose(null);
  });
  const point = (event) => {
    const found = stage.at(result, event.clientX, event.clientY);
    if (found !== session.chosen && (found || event.type === "pointerdown")) choose(found);
  };
  canvas.addEventListener("pointermove", (event) => event.pointerType === "mouse" && point(event));
  canvas.addEventListener("pointerdown", point);

  function update() {
    const picture = session.pictures.find((p) => p.name === get("picture")) ?? session.pictures[0];
    if (!picture) return;
    const start = performance.now();
    const before = result && session.chosen ? trail(result, session.chosen) : null;
    const options = Object.fromEntries(PARAMETERS.map((name) => [name, get(name)]));
    result = run(picture, options);
    session.chosen = before && refind(result, before);
    paint(); // first: it reads the canvas's width, and would have to wait for the layout of new texts
    for (const control of [...controls, pick, view]) control.refresh();
    board.show(result);
    canvas.setAttribute("aria-label", board.summary(result));
    lab.dataset.ms = (performance.now() - start).toFixed(2);
    for (const [name, value] of Object.entries(result.counts)) lab.dataset[name] = value;
    for (const [name, value] of Object.entries(result.figures)) lab.dataset[name] = value.toFixed(6);
    lab.dataset.ready = "true";
  }
  return { update };
}

/** Candidates and missed labels from top to bottom. */
function inOrder({ candidates, missed, picture }) {
  const top = (item) => (item.polygon ?? item.outline)[0][1] * (item.polygon ? 1 : picture.size[0] / picture.height);
  return [...candidates, ...missed].sort((a, b) => top(a) - top(b));
}

/** Where the chosen region is, so that it stays chosen when a parameter changes it. */
function trail(result, chosen) {
  const points = chosen.polygon ?? chosen.outline;
  return { picture: result.picture, label: chosen.polygon ? chosen : null, x: points[0][0], y: points[0][1], hole: chosen.hole };
}

function refind(result, { picture, label, x, y, hole }) {
  if (result.picture !== picture) return null;
  if (label) return result.missed.includes(label) ? label : null;
  const far = (found) => Math.min(...found.outline.map(([px, py]) => Math.hypot(px - x, py - y)));
  const [best] = result.candidates.filter((found) => found.hole === hole && far(found) < 6).sort((a, b) => far(a) - far(b));
  return best ?? null;
}

/** Precision, recall and hmean as bars, and the counts. */
function scoreBoard(words) {
  const bars = ["precision", "recall", "hmean"].map((name) => {
    const value = make("output", { "data-figure": name }), bar = make("i", { "aria-hidden": "true" });
    return { name, value, bar, element: make("div", { class: `ocr-lab-bar ocr-lab-${name}` }, make("span", {}, words[name]), value, bar) };
  });
  const counts = ["right", "wrong", "missed", "dropped"].map((name) => {
    const value = make("output", { "data-count": name });
    return { name, value, element: make("span", { class: `ocr-lab-count ocr-lab-${name}` }, value, ` ${words[name]}`) };
  });
  const spoken = make("p", { class: "ocr-lab-spoken", "aria-live": "polite" });
  const element = make("div", { class: "ocr-lab-board" }, ...bars.map((b) => b.element),
    make("div", { class: "ocr-lab-counts" }, ...counts.map((c) => c.element)), spoken);
  const summary = (result) => result.picture.labels.length
    ? words.summary({ ...result.counts, hmean: result.figures.hmean.toFixed(2) }) : words.unlabelled;
  let timer = 0;
  const show = (result) => {
    const labelled = result.picture.labels.length > 0;
    for (const { name, value, bar } of bars) {
      value.textContent = labelled ? result.figures[name].toFixed(3) : "–";
      bar.style.setProperty("--value", labelled ? result.figures[name] : 0);
    }
    for (const { name, value } of counts) {
      value.textContent = labelled || name === "dropped" ? result.counts[name] : "–";
    }
    clearTimeout(timer); // say it once, when the slider rests
    timer = setTimeout(() => (spoken.textContent = summary(result)), 600);
  };
  return { element, show, summary };
}

/** The read-out: why the chosen region was kept or dropped. */
function whyPanel(words, choose) {
  const head = make("strong", {}), verdict = make("span", { class: "ocr-lab-verdict" });
  const steps = make("ol", {}), text = make("div", { "aria-live": "polite" }, make("p", {}, head, verdict), steps);
  const button = (label, sign, step) =>
    make("button", { type: "button", "aria-label": label, title: label, onclick: () => choose(step) }, sign);
  const element = make("div", { class: "ocr-lab-why" },
    make("div", { class: "ocr-lab-steps" }, button(words.previous, "‹", -1), button(words.next, "›", 1)), text);
  const show = (result, chosen) => {
    element.dataset.verdict = chosen ? chosen.verdict ?? "missed" : "";
    if (!chosen) {
      head.textContent = `${words.why} `, verdict.textContent = words.hint;
      return steps.replaceChildren();
    }
    const missed = "polygon" in chosen, items = inOrder(result);
    head.textContent = words.region(items.indexOf(chosen) + 1, items.length);
    if (missed) head.textContent += `: ${words.label(chosen.text)}`;
    if (chosen.hole) head.textContent += ` (${words.hole})`;
    verdict.textContent = words.verdict[missed ? "missed" : chosen.verdict];
    const lines = missed ? explainMissed(result, chosen) : explain(result, chosen);
    steps.replaceChildren(...lines.map(([passed, word, facts]) =>
      make("li", { "data-step": word, "data-passed": String(passed) },
        words.step[word]({ ...facts, where: words.where[facts.where] }))));
  };
  return { element, show };
}

/** A place for a picture of the reader's own; without a kernel it says what it needs. */
function ownPicture(words, model, session, host, canvas) {
  const alive = host?.kernel !== false, note = make("small", { role: "status" }, alive ? session.note : words.kernel);
  const take = async (file) => {
    note.textContent = words.busy;
    model.send({ kind: "picture", name: file.name }, undefined, [await file.arrayBuffer()]);
  };
  const input = make("input", { type: "file", accept: "image/*", name: "own", disabled: !alive,
    onchange: () => input.files.length && take(input.files[0]) });
  const label = make("label", { class: "ocr-lab-own", "data-alive": String(alive) }, make("span", {}, words.drop), input, note);
  if (alive) {
    for (const place of [label, canvas]) {
      place.addEventListener("dragover", (event) => event.preventDefault());
      place.addEventListener("drop", (event) => {
        event.preventDefault();
        if (event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
      });
    }
  }
  return label;
}

export { figures, match, postprocess };
export default { render };
