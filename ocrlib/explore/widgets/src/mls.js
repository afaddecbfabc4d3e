// Moving least squares, and pictures bent by them: the same formulas as ocrlib/data/tia.py.
// Points are [x, y] px from the middle of the first pixel.

const ROWS = 24; // of the lattice on which the map is computed, at most
const TINY = 1e-12; // px^2; a point that lies on a handle follows it

/** Where points go when handles are moved; `rigid` turns and shifts only, without zoom. */
export function mls(points, handles, moved, rigid) {
  const count = handles.length, weights = new Float64Array(count);
  const [hx, hy] = split(handles), [mx, my] = split(moved);
  return points.map(([x, y]) => {
    let total = 0, px = 0, py = 0, qx = 0, qy = 0; // the weighted means of the handles, and of where they went
    for (let i = 0; i < count; i++) {
      const dx = hx[i] - x, dy = hy[i] - y, w = 1 / (dx * dx + dy * dy + TINY);
      weights[i] = w, total += w;
      px += w * hx[i], py += w * hy[i], qx += w * mx[i], qy += w * my[i];
    }
    px /= total, py /= total, qx /= total, qy /= total;
    // The similarity is z -> a (z - p) + q in complex numbers; a is the sum of w conj(b) c by |b|².
    let ax = 0, ay = 0, size = 0;
    for (let i = 0; i < count; i++) {
      const w = weights[i] / total, bx = hx[i] - px, by = hy[i] - py, cx = mx[i] - qx, cy = my[i] - qy;
      ax += w * (bx * cx + by * cy), ay += w * (bx * cy - by * cx), size += w * (bx * bx + by * by);
    }
    if (rigid) {
      size = Math.hypot(ax, ay);
      if (size === 0) ax = size = 1;
    }
    const dx = x - px, dy = y - py;
    return [(ax * dx - ay * dy) / size + qx, (ax * dy + ay * dx) / size + qy];
  });
}

const split = (points) => [0, 1].map((axis) => Float64Array.from(points, (point) => point[axis]));

/** Positions from 0 to size - 1, and for every pixel the node before it and the way to the next. */
function axis(size, count) {
  const nodes = Array.from({ length: count }, (_, i) => (i * (size - 1)) / (count - 1));
  const places = Array.from({ length: size }, (_, at) => {
    const place = size > 1 ? (at / (size - 1)) * (count - 1) : 0, low = Math.min(Math.floor(place), count - 2);
    return [low, place - low];
  });
  return { nodes, places };
}

/** Where every pixel of a warped picture comes from: two Float32Array (H, W), x and y in px. */
export function pixelMap(height, width, handles, moved, rigid) {
  const step = Math.max(2, height / ROWS);
  const down = axis(height, Math.max(2, Math.ceil(height / step) + 1));
  const along = axis(width, Math.max(2, Math.ceil(width / step) + 1));
  const columns = along.nodes.length, x = new Float32Array(height * width), y = x.slice();
  // Every pixel of the result asks where it comes from, so the handles are followed backwards.
  const nodes = down.nodes.flatMap((ny) => along.nodes.map((nx) => [nx, ny]));
  const from = mls(nodes, moved, handles, rigid);
  const [shiftX, shiftY] = [0, 1].map((k) => Float64Array.from(from, (point, i) => point[k] - nodes[i][k]));
  const rowX = new Float64Array(columns), rowY = new Float64Array(columns);
  for (let r = 0; r < height; r++) {
    const [above, way] = down.places[r];
    for (let c = 0; c < columns; c++) {
      const up = above * columns + c, low = up + columns;
      rowX[c] = shiftX[up] + way * (shiftX[low] - shiftX[up]), rowY[c] = shiftY[up] + way * (shiftY[low] - shiftY[up]);
    }
    for (let c = 0; c < width; c++) {
      const [left, share] = along.places[c], at = r * width + c;
      x[at] = c + rowX[left] + share * (rowX[left + 1] - rowX[left]);
      y[at] = r + rowY[left] + share * (rowY[left + 1] - rowY[left]);
    }
  }
  return { x, y };
}

/** Fetch every pixel (RGBA, opaque) from where the map says, between four pixels; borders are repeated. */
export function remap(pixels, height, width, { x, y }) {
  const out = new Uint8ClampedArray(height * width * 4);
  for (let at = 0; at < x.length; at++) {
    const px = Math.min(Math.max(x[at], 0), width - 1), py = Math.min(Math.max(y[at], 0), height - 1);
    const left = Math.min(px | 0, Math.max(width - 2, 0)), top = Math.min(py | 0, Math.max(height - 2, 0));
    const fx = px - left, fy = py - top;
    const a = (top * width + left) * 4, b = width > 1 ? a + 4 : a;
    const c = height > 1 ? a + width * 4 : a, d = c + b - a;
    out[at * 4 + 3] = 255;
    for (let k = 0; k < 3; k++) {
      const upper = pixels[a + k] + fx * (pixels[b + k] - pixels[a + k]);
      const lower = pixels[c + k] + fx * (pixels[d + k] - pixels[c + k]);
      out[at * 4 + k] = upper + fy * (lower - upper);
    }
  }
  return out;
}
