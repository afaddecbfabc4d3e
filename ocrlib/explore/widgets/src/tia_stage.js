// The playground's canvas: the bent word with room around it, the points and where they came from.

import { pixelMap, remap } from "./mls.js";

const GROUND = "#15181c", FRAME = "rgba(255, 255, 255, 0.45)", LINE = "#f0b429";
const ROOM = 0.36; // around the picture, of its height
const CELLS = 8; // of the grid along the height

/** The picture's pixels, as they are and with a grid on them. */
export function pixelsOf(image) {
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

export class TiaStage {
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
