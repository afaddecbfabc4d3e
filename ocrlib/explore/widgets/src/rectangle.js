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
export function smallestRectangle(points) {
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
export function leastWidth(points) {
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
export function grow(rectangle, distance) {
  return { ...rectangle, w: rectangle.w + 2 * distance, h: rectangle.h + 2 * distance };
}

/** Corners of a rectangle, clockwise on the screen from the one at the top left. */
export function corners({ cx, cy, w, h, ux, uy }) {
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
