// Made by book/tools/bundle_widgets.py from src/tia_playground.js: change it there.

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

// mls.js
// Moving least squares, and pictures bent by them: the same formulas as ocrlib/data/tia.py.
// Points are [x, y] px from the middle of the first pixel.

const ROWS = 24; // of the lattice on which the map is computed, at most
const TINY = 1e-12; // px^2; a point that lies on a handle follows it

/** Where points go when handles are moved; `rigid` turns and shifts only, without zoom. */
function mls(points, handles, moved, rigid) {
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
function pixelMap(height, width, handles, moved, rigid) {
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
function remap(pixels, height, width, { x, y }) {
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

// pcg64.js
// The source of chance of numpy's default_rng: a seed gives the same moves here and in Python.
// O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for Random
// Number Generation", 2014 (PCG64 XSL-RR); a seed is spread by numpy's SeedSequence.

const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const BITS_128 = (1n << 128n) - 1n, BITS_64 = (1n << 64n) - 1n;

/** Four words of 64 bits from a seed below 2^32. */
function spread(seed) {
  let constant = 0x43b0d7e5;
  const hash = (value, by) => {
    value = (value ^ constant) >>> 0;
    constant = Math.imul(constant, by) >>> 0;
    value = Math.imul(value, constant) >>> 0;
    return (value ^ (value >>> 16)) >>> 0;
  };
  const mix = (x, y) => {
    const mixed = (Math.imul(x, 0xca01f9dd) - Math.imul(y, 0x4973f715)) >>> 0;
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  const pool = [seed >>> 0, 0, 0, 0].map((word) => hash(word, 0x931e8875));
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mix(pool[to], hash(pool[from], 0x931e8875));
  }
  constant = 0x8b51f9dd;
  const words = Array.from({ length: 8 }, (_, i) => BigInt(hash(pool[i % 4], 0x58f38ded)));
  return [0, 2, 4, 6].map((i) => words[i] | (words[i + 1] << 32n));
}

class Pcg64 {
  #state = 0n;
  #increment;

  constructor(seed) {
    const [a, b, c, d] = spread(seed);
    this.#increment = ((((c << 64n) | d) << 1n) | 1n) & BITS_128;
    this.#step();
    this.#state = (this.#state + ((a << 64n) | b)) & BITS_128;
    this.#step();
  }

  #step() {
    this.#state = (this.#state * MULTIPLIER + this.#increment) & BITS_128;
  }

  /** A number from `low` to `high`. */
  uniform(low, high) {
    this.#step();
    const folded = (this.#state >> 64n) ^ (this.#state & BITS_64), turn = this.#state >> 122n;
    const bits = ((folded >> turn) | (folded << (64n - turn))) & BITS_64;
    return low + (high - low) * (Number(bits >> 11n) / 2 ** 53);
  }
}

// range.js
// A slider with its name, its value and a line that says what it does.


let ranges = 0;

/** `spec` has min, max, step and show. `set` hears of every move, and whether it is the last. */
function range(name, text, help, spec, get, set) {
  const id = `ocr-range-${name}-${ranges++}`;
  const input = make("input", {
    type: "range", id, name, min: spec.min, max: spec.max, step: spec.step,
    "aria-describedby": help ? `${id}-help` : undefined,
    oninput: () => set(Number(input.value), false), onchange: () => set(Number(input.value), true),
  });
  const output = make("output", { for: id });
  const element = make("div", { class: "ocr-lab-slider" },
    make("label", { for: id }, text), output, input, help ? make("small", { id: `${id}-help` }, help) : null);
  const refresh = (max = spec.max) => {
    input.max = max;
    input.value = get();
    output.textContent = spec.show(get());
    input.setAttribute("aria-valuetext", spec.show(get()));
    input.style.setProperty("--filled", `${(100 * (input.value - spec.min)) / (max - spec.min || 1)}%`);
  };
  return { element, refresh };
}

// tia_moves.js
// TIA's points and the moves that are dealt to them, at strength 1: as in ocrlib/data/tia.py.

/** Where the borders of equally wide segments meet the picture's edges: upper ones, then lower. */
function edgePoints(height, width, segments) {
  const xs = Array.from({ length: segments + 1 }, (_, i) => (i * (width - 1)) / segments);
  return [...xs.map((x) => [x, 0]), ...xs.map((x) => [x, height - 1])];
}

/** Every point on its own, mostly inwards. */
function distort(chance, height, width, segments) {
  const points = edgePoints(height, width, segments), reach = Math.min(height, width / segments) / 3;
  const across = points.map(() => [chance.uniform(-1, 1), chance.uniform(-1, 1)][0] * reach);
  const ends = [0, segments, segments + 1, 2 * segments + 1];
  return points.map(([x, y], i) => {
    const dx = ends.includes(i) ? Math.abs(across[i]) * Math.sign(width / 2 - x) : across[i];
    return [dx, Math.sign(height / 2 - y) * chance.uniform(-0.3, 1) * reach];
  });
}

/** The inner points along the text, upper and lower ones together. */
function stretch(chance, height, width, segments) {
  const inner = Array.from({ length: segments - 1 }, () => chance.uniform(-0.45, 0.45) * ((width - 1) / segments));
  const row = [0, ...inner, 0].map((dx) => [dx, 0]);
  return [...row, ...row];
}

/** The four corners up or down, inwards. */
function perspective(chance, height) {
  return [1, 1, -1, -1].map((way) => [0, way * chance.uniform(0, 0.45) * height]);
}

const KINDS = { distort, stretch, perspective };

// tia_stage.js
// The playground's canvas: the bent word with room around it, the points and where they came from.


const GROUND = "#15181c", FRAME = "rgba(255, 255, 255, 0.45)", LINE = "#f0b429";
const ROOM = 0.36; // around the picture, of its height
const CELLS = 8; // of the grid along the height

/** The picture's pixels, as they are and with a grid on them. */
function pixelsOf(image) {
  const { width, height } = image, canvas = document.createElement("canvas");
  canvas.width = width, canvas.height = height;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(image, 0, 0);
  const plain = pen.getImageData(0, 0, width, height).data;
  const cell = height / CELLS;
  pen.fillStyle = "rgba(0, 114, 178, 0.55)";
  // Not on the border itself: that is repeated where nothing of the picture is left.
  for (let x = cell; x < width - 1; x += cell) pen.fillRect(Math.round(x), 1, 1, height - 2);
  for (let y = cell; y < height - 1; y += cell) pen.fillRect(1, Math.round(y), width - 2, 1);
  return { width, height, plain, grid: pen.getImageData(0, 0, width, height).data };
}

class TiaStage {
  constructor(canvas, source) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.source = source;
    this.bent = document.createElement("canvas");
    this.bent.width = source.width, this.bent.height = source.height;
    this.room = Math.round(ROOM * source.height);
    this.size = [source.width + 2 * this.room, source.height + 2 * this.room];
  }

  /** Bend and draw; returns how far the farthest pixel came, px. */
  draw(handles, moved, grid, rigid) {
    const { canvas, pen, source, room } = this, { width, height } = source;
    const map = pixelMap(height, width, handles, moved, rigid);
    const pixels = remap(grid ? source.grid : source.plain, height, width, map);
    this.bent.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
    const ratio = window.devicePixelRatio || 1, shown = Math.max(canvas.clientWidth, 60);
    const scale = (shown * ratio) / this.size[0];
    canvas.width = Math.round(shown * ratio), canvas.height = Math.round(this.size[1] * scale);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = GROUND;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(this.bent, room * scale, room * scale, width * scale, height * scale);
    const at = ([x, y]) => [(x + 0.5 + room) * scale, (y + 0.5 + room) * scale];
    pen.strokeStyle = FRAME, pen.lineWidth = ratio;
    pen.setLineDash([4 * ratio, 4 * ratio]);
    pen.strokeRect(room * scale, room * scale, width * scale, height * scale);
    pen.setLineDash([]);
    pen.strokeStyle = LINE, pen.lineWidth = 1.5 * ratio;
    handles.forEach((home, i) => {
      pen.beginPath();
      pen.moveTo(...at(home)), pen.lineTo(...at(moved[i]));
      pen.stroke();
    });
    let far = 0;
    for (let i = 0; i < map.x.length; i++) {
      const dx = map.x[i] - (i % width), dy = map.y[i] - ((i / width) | 0);
      far = Math.max(far, dx * dx + dy * dy);
    }
    return Math.sqrt(far);
  }

  /** Where a point of the picture is on the stage, as shares of its width and height. */
  share([x, y]) {
    return [(x + 0.5 + this.room) / this.size[0], (y + 0.5 + this.room) / this.size[1]];
  }

  /** The point of the picture at a place of the page, px. */
  at(clientX, clientY) {
    const box = this.canvas.getBoundingClientRect(), scale = box.width / this.size[0];
    return [(clientX - box.left) / scale - this.room - 0.5, (clientY - box.top) / scale - this.room - 0.5];
  }

  /** The nearest point that is still on the stage. */
  inside([x, y]) {
    const { room, source } = this, edge = room - 2;
    return [Math.min(Math.max(x, -edge), source.width - 1 + edge), Math.min(Math.max(y, -edge), source.height - 1 + edge)];
  }
}

// tia_words.js
// Everything the playground says, in English and in Chinese.

const en = {
  playground: "TIA playground",
  hint: "Drag a point, or choose one with Tab and move it with the arrow keys (Shift: five times as far).",
  deal: "Deal moves", distort: "Distort", stretch: "Stretch", perspective: "Perspective", reset: "Reset",
  seed: "Seed", another: "Next seed",
  segments: "Segments", segmentsHelp: "pieces between the points of an edge",
  strength: "Strength", strengthHelp: "scales every move",
  grid: "grid", gridHelp: "drawn on the word before it is bent",
  rigid: "rigid", rigidHelp: "turn and shift only, no zoom",
  point: (f) => `${f.upper ? "Upper" : "Lower"} point ${f.n} of ${f.all}`,
  moved: (f) => `${f.point}: ${f.across} px ${f.dx < 0 ? "left" : "right"}, ${f.along} px ${f.dy < 0 ? "up" : "down"}`,
  made: {
    free: () => "Moved by hand.",
    rest: () => "Nothing is moved: every pixel stays where it is.",
    distort: (f) => `tia.distort, np.random.default_rng(${f.seed}): every point on its own.`,
    stretch: (f) => `tia.stretch, np.random.default_rng(${f.seed}): inner points along the text.`,
    perspective: (f) => `tia.perspective, np.random.default_rng(${f.seed}): four corners, so one segment.`,
  },
  farthest: (px) => `The pixel that moves farthest comes from ${px} px away.`,
  picture: (f) => `“${f.text}”, bent by ${f.points} points. ${f.made} ${f.farthest}`,
};

const zh = {
  playground: "TIA 变形试验场",
  hint: "拖动控制点；也可用 Tab 选中，再用方向键移动（按住 Shift 为五倍）。",
  deal: "随机移动", distort: "扭曲", stretch: "拉伸", perspective: "透视", reset: "重置",
  seed: "随机种子", another: "下一个种子",
  segments: "段数", segmentsHelp: "每条边上控制点之间的段数",
  strength: "强度", strengthHelp: "缩放所有移动",
  grid: "网格", gridHelp: "变形之前画在单词上",
  rigid: "刚性", rigidHelp: "只旋转和平移，不缩放",
  point: (f) => `${f.upper ? "上" : "下"}边第 ${f.n} 个点，共 ${f.all} 个`,
  moved: (f) => `${f.point}：${f.dx < 0 ? "左" : "右"}移 ${f.across} 像素，${f.dy < 0 ? "上" : "下"}移 ${f.along} 像素`,
  made: {
    free: () => "手动移动。",
    rest: () => "没有移动：每个像素都在原处。",
    distort: (f) => `tia.distort，np.random.default_rng(${f.seed})：每个点各自移动。`,
    stretch: (f) => `tia.stretch，np.random.default_rng(${f.seed})：内部的点沿文字方向移动。`,
    perspective: (f) => `tia.perspective，np.random.default_rng(${f.seed})：四个角，因此只有一段。`,
  },
  farthest: (px) => `移动最远的像素来自 ${px} 像素之外。`,
  picture: (f) => `“${f.text}”，由 ${f.points} 个点变形。${f.made}${f.farthest}`,
};

/** The words of a language; an empty one follows the page. */
function wordsOf(language) {
  return (language || document.documentElement.lang || "en").startsWith("zh") ? zh : en;
}

// unpack.js
// What widgets carry as bytes: JPEGs, and arrays that were deflated.

const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** A JPEG as something that can be drawn. */
function unpackPicture(view) {
  return createImageBitmap(new Blob([bytesOf(view)], { type: "image/jpeg" }));
}

/** The bytes before zlib. */
async function inflate(view) {
  const stream = new Blob([bytesOf(view)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

// tia_playground.js
// The TIA playground: an anywidget module.


const TRAITS = ["segments", "strength", "seed", "kind", "moves", "rigid"];
const APART = 3; // px that points keep from each other

async function render({ model, el, signal }) {
  const session = { source: pixelsOf(await unpackPicture(model.get("jpeg"))), grid: true };
  const root = make("div", { class: "ocr-lab ocr-tia" });
  el.append(root);
  // JupyterLab would take the arrow keys away from sliders and points.
  root.dataset.lmSuppressShortcuts = "true";
  root.addEventListener("keydown", (event) => event.stopPropagation());
  let ui = null, waiting = false;
  const update = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => ((waiting = false), ui?.update()));
  };
  const rebuild = () => {
    ui = build(root, model, session, update);
    ui.update();
  };
  const listen = (event, handler) => {
    model.on(event, handler);
    signal?.addEventListener("abort", () => model.off(event, handler));
  };
  rebuild();
  listen("change:language", rebuild);
  for (const name of TRAITS) listen(`change:${name}`, update);
  const observer = new ResizeObserver(update);
  observer.observe(root);
  signal?.addEventListener("abort", () => observer.disconnect());
}

/** Moves of TIA at strength 1, [dx, dy] px per point: the same as in Python for the same seed. */
function deal(kind, seed, height, width, segments) {
  return KINDS[kind](new Pcg64(seed), height, width, segments);
}

/** Build everything anew in the current language; returns { update }. */
function build(root, model, session, request) {
  const words = wordsOf(model.get("language")), { width, height } = session.source;
  root.lang = words === wordsOf("zh") ? "zh" : "en";
  const get = (name) => model.get(name);
  const set = (values, done = true) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    if (done) model.save_changes();
  };
  const rest = (segments) => edgePoints(height, width, segments).map(() => [0, 0]);
  /** The moves at strength 1; none where they belong to another number of segments. */
  const moves = () => (get("moves").length === 2 * (get("segments") + 1) ? get("moves") : rest(get("segments")));
  const handles = () => edgePoints(height, width, get("segments"));
  const place = (home, [dx, dy]) => [home[0] + get("strength") * dx, home[1] + get("strength") * dy];
  const dealt = (kind, seed, segments) => {
    const count = kind === "perspective" ? 1 : segments;
    return { kind, seed, segments: count, moves: deal(kind, seed, height, width, count) };
  };
  /** Put one point somewhere, unless another one is there. */
  const put = (i, wanted, done) => {
    const homes = handles(), all = moves(), [x, y] = stage.inside(wanted);
    const others = homes.map((home, j) => place(home, all[j])).filter((_, j) => j !== i);
    if (others.some(([ox, oy]) => Math.hypot(ox - x, oy - y) < APART)) return;
    const mine = [(x - homes[i][0]) / get("strength"), (y - homes[i][1]) / get("strength")];
    set({ kind: "free", moves: all.map((move, j) => (j === i ? mine : move)) }, done);
  };

  const canvas = make("canvas", { role: "img" }), stage = new TiaStage(canvas, session.source);
  const points = make("div", { class: "ocr-tia-points", role: "group", "aria-label": words.hint });
  const board = make("div", { class: "ocr-tia-stage" }, canvas, points);
  board.style.aspectRatio = `${stage.size[0]} / ${stage.size[1]}`;
  const button = (name, onclick) => make("button", { type: "button", name, onclick }, words[name]);
  const seed = make("input", { type: "number", name: "seed", min: 0, max: 4294967295, step: 1,
    onchange: () => redeal(Math.min(Math.max(Math.trunc(Number(seed.value)) || 0, 0), 4294967295)) });
  /** Another seed; moves that were dealt are dealt again. */
  const redeal = (value) => set(get("kind") in KINDS ? dealt(get("kind"), value, get("segments")) : { seed: value });
  const buttons = make("div", { class: "ocr-lab-presets" }, make("span", {}, words.deal),
    ...Object.keys(KINDS).map((kind) => button(kind, () => set(dealt(kind, get("seed"), get("segments"))))),
    make("label", { class: "ocr-tia-seed" }, words.seed, seed), button("another", () => redeal(get("seed") + 1)),
    make("button", { type: "button", name: "reset", class: "ocr-lab-reset",
      onclick: () => set({ kind: "rest", moves: rest(get("segments")) }) }, words.reset));
  const segments = range("segments", words.segments, words.segmentsHelp, { min: 1, max: 8, step: 1, show: String },
    () => get("segments"), (count, done) => {
      const kind = get("kind"), again = kind === "distort" || kind === "stretch";
      set(again ? dealt(kind, get("seed"), count) : { segments: count, kind: "rest", moves: rest(count) }, done);
    });
  const strength = range("strength", words.strength, words.strengthHelp,
    { min: 0.1, max: 1, step: 0.05, show: (v) => v.toFixed(2) }, () => get("strength"), (value, done) => set({ strength: value }, done));
  const toggle = (name, checked, onchange) => {
    const input = make("input", { type: "checkbox", role: "switch", name, onchange: () => onchange(input.checked) });
    input.checked = checked;
    return make("label", { class: "ocr-lab-switch" }, input, make("span", {}, words[name], make("small", {}, words[`${name}Help`])));
  };
  const grid = toggle("grid", session.grid, (on) => ((session.grid = on), request()));
  const rigid = toggle("rigid", get("rigid"), (on) => set({ rigid: on }));
  const note = make("p", { class: "ocr-tia-note" }), touched = make("p", { class: "ocr-tia-touched", "aria-live": "polite" });
  root.replaceChildren(make("section", { "aria-label": words.playground, class: "ocr-lab-frame" },
    board, make("p", { class: "ocr-tia-hint" }, words.hint), touched, note, buttons,
    make("div", { class: "ocr-tia-controls" }, segments.element, strength.element, grid, rigid)));

  const titleOf = (i) => {
    const all = get("segments") + 1;
    return words.point({ upper: i < all, n: (i % all) + 1, all });
  };
  const describe = (i) => {
    const [dx, dy] = moves()[i].map((value) => value * get("strength"));
    return words.moved({ point: titleOf(i), dx, dy, across: Math.abs(dx).toFixed(1), along: Math.abs(dy).toFixed(1) });
  };

  /** One button per point, made anew only when their number changes: a drag must not lose its own. */
  function fit(count) {
    if (points.childElementCount === count) return;
    points.replaceChildren(...Array.from({ length: count }, (_, i) => {
      const point = make("button", { type: "button", class: "ocr-tia-point", name: `point-${i}` });
      let offset = [0, 0];
      point.addEventListener("pointerdown", (event) => {
        point.setPointerCapture(event.pointerId);
        point.focus({ preventScroll: true }); // a finger's drag does not do that by itself
        const [x, y] = stage.at(event.clientX, event.clientY), [px, py] = place(handles()[i], moves()[i]);
        offset = [px - x, py - y]; // the point does not jump to the pointer
      });
      point.addEventListener("pointermove", (event) => {
        if (!point.hasPointerCapture(event.pointerId)) return;
        const [x, y] = stage.at(event.clientX, event.clientY);
        put(i, [x + offset[0], y + offset[1]], false);
      });
      point.addEventListener("pointerup", () => model.save_changes());
      point.addEventListener("focus", () => (touched.textContent = describe(i)));
      point.addEventListener("keydown", (event) => {
        const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
        if (!way) return;
        const step = event.shiftKey ? 5 : 1, [x, y] = place(handles()[i], moves()[i]);
        put(i, [x + step * way[0], y + step * way[1]], true);
        event.preventDefault();
      });
      return point;
    }));
  }

  function update() {
    const start = performance.now(), homes = handles(), all = moves(), moved = homes.map((home, i) => place(home, all[i]));
    fit(homes.length);
    const far = stage.draw(homes, moved, session.grid, get("rigid"));
    [...points.children].forEach((point, i) => {
      const [x, y] = stage.share(moved[i]);
      point.style.left = `${100 * x}%`, point.style.top = `${100 * y}%`;
      point.setAttribute("aria-label", describe(i));
      if (point === document.activeElement) touched.textContent = describe(i);
    });
    segments.refresh(), strength.refresh();
    if (document.activeElement !== seed) seed.value = get("seed");
    rigid.querySelector("input").checked = get("rigid");
    const made = words.made[get("kind")]({ seed: get("seed") }), farthest = words.farthest(far.toFixed(1));
    note.textContent = get("kind") === "rest" ? made : `${made} ${farthest}`;
    canvas.setAttribute("aria-label", words.picture({ text: get("text"), points: homes.length, made, farthest }));
    Object.assign(root.dataset, {
      ms: (performance.now() - start).toFixed(2), kind: get("kind"), seed: get("seed"), segments: get("segments"),
      strength: get("strength"), rigid: get("rigid"), moved: JSON.stringify(moved), far: far.toFixed(3), ready: "true",
    });
  }
  return { update };
}

export { deal, edgePoints, mls, pixelMap, remap };
export default { render };
