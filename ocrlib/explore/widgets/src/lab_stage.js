// The canvas: the picture or a map, with outlines and boxes on it, and what lies under a pointer.

// Okabe and Ito's colours, which nearly everyone can tell apart.
export const COLOURS = {
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

export class Stage {
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
