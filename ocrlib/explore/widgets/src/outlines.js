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
export function findOutlines(bits, width, height) {
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
export function coordinates(points) {
  const count = points.length, x = new Float64Array(count + 1), y = new Float64Array(count + 1);
  for (let i = 0; i < count; i++) x[i] = points[i][0], y[i] = points[i][1];
  x[count] = x[0], y[count] = y[0];
  return { x, y };
}

/** Length of the closed outline. */
export function perimeter(points) {
  return points.reduce((sum, point, i) => {
    const next = points[i + 1 < points.length ? i + 1 : 0];
    return sum + Math.hypot(next[0] - point[0], next[1] - point[1]);
  }, 0);
}

/** Area by the shoelace formula, positive when the corners run clockwise on the screen. */
export function signedArea(points) {
  const ox = points[0][0], oy = points[0][1];
  let twice = 0;
  for (let i = 0; i + 1 < points.length; i++) {
    const a = points[i], b = points[i + 1];
    twice += (a[0] - ox) * (b[1] - oy) - (a[1] - oy) * (b[0] - ox);
  }
  return twice / 2;
}

/** The upright rectangle around points: its left, upper, right and lower side. */
export function bounds(points) {
  let x0 = Infinity, y0 = Infinity, x1 = -Infinity, y1 = -Infinity;
  for (const point of points) {
    x0 = Math.min(x0, point[0]), x1 = Math.max(x1, point[0]);
    y0 = Math.min(y0, point[1]), y1 = Math.max(y1, point[1]);
  }
  return [x0, y0, x1, y1];
}

/** Fewer corners that stay within `tolerance` (Douglas and Peucker 1973), as OpenCV chooses them. */
export function simplify(points, tolerance) {
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
