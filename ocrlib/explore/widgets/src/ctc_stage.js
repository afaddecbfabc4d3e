// The canvas of the stepper: picture, best path and table, one above the other, a column a frame.

const GROUND = "#15181c", TEXT = "#e8eaed", MUTED = "#8b949e", LINE = "#f0b429", NEW = "#2fd6a2", CELL = "86, 180, 233";
const GUTTER = 24, PATH = 24, GAP = 6, TICKS = 16; // CSS px
export const SIGNS = { blank: "∅", space: "␣", rest: "…" };

/** How a class is written where a single sign is needed. */
export function sign(word, cls) {
  if (cls === 0) return SIGNS.blank;
  if (cls >= word.symbols.length) return SIGNS.rest;
  return word.symbols[cls] === " " ? SIGNS.space : word.symbols[cls];
}

export class CtcStage {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
  }

  /** Draw what was looked at; `table` is "alpha" or "occupancy", `state` the row that is chosen. */
  draw(seen, table, frame, state) {
    const { canvas, pen } = this, { word, result } = seen, ratio = window.devicePixelRatio || 1;
    const width = Math.max(canvas.clientWidth, 60), column = (width - GUTTER) / word.steps;
    const tall = (column / word.step_px) * word.size[0], rows = result?.states.length ?? 0;
    const row = rows ? Math.min(Math.max(300 / rows, 9), 17) : 0;
    this.grid = { column, row, rows, top: tall + PATH + 2 * GAP, steps: word.steps };
    const height = Math.round(this.grid.top + rows * row + TICKS);
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * ratio), canvas.height = Math.round(height * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = GROUND;
    pen.fillRect(0, 0, width, height);
    pen.textAlign = "center", pen.textBaseline = "middle";
    this.picture(word, frame, tall);
    this.path(seen, frame, tall + GAP);
    if (result) this.table(seen, table, frame, state);
    this.ticks(word, height - TICKS / 2);
    pen.strokeStyle = TEXT, pen.lineWidth = 1.5; // the current frame
    pen.strokeRect(GUTTER + frame * column + 0.5, 1, column - 1, height - TICKS - 1);
  }

  write(text, x, y, size, colour, weight = 600) {
    this.pen.fillStyle = colour;
    this.pen.font = `${weight} ${size}px ui-monospace, "DejaVu Sans Mono", monospace`; // l is not I
    this.pen.fillText(text, x, y);
  }

  picture(word, frame, tall) {
    const { pen, grid } = this, wide = (word.size[1] / word.step_px) * grid.column;
    pen.fillStyle = "#7f7f7f"; // padding is the middle of the value range
    pen.fillRect(GUTTER, 0, word.steps * grid.column, tall);
    pen.drawImage(word.image, GUTTER, 0, wide, tall);
    pen.fillStyle = "rgba(10, 12, 16, 0.34)"; // all but the current frame steps back
    pen.fillRect(GUTTER, 0, frame * grid.column, tall);
    pen.fillRect(GUTTER + (frame + 1) * grid.column, 0, (word.steps - frame - 1) * grid.column, tall);
  }

  path({ word, greedy }, frame, top) {
    const { pen, grid } = this, size = Math.min(15, grid.column * 0.95 + 3);
    greedy.path.forEach((cls, t) => {
      const x = GUTTER + t * grid.column, rule = greedy.rules[t];
      const past = t <= frame;
      pen.globalAlpha = past ? 1 : 0.5;
      pen.fillStyle = pen.strokeStyle = NEW, pen.lineWidth = 1;
      if (rule === "new" && past) pen.fillRect(x + 0.5, top, grid.column - 1, PATH);
      if (rule === "new" && !past) pen.strokeRect(x + 1, top + 0.5, grid.column - 2, PATH - 1);
      const colour = { new: past ? "#0b1a14" : NEW, repeat: NEW, blank: MUTED }[rule];
      this.write(sign(word, cls), x + grid.column / 2, top + PATH / 2, rule === "blank" ? size * 0.8 : size, colour);
    });
    pen.globalAlpha = 1;
  }

  table({ word, result }, table, frame, state) {
    const { pen, grid } = this, { rows, row, column, top } = grid, { states, alpha, occupancy } = result;
    states.forEach((cls, s) => {
      this.write(sign(word, cls), GUTTER / 2, top + (s + 0.5) * row, Math.min(row, 13), s === state ? TEXT : MUTED, s % 2 ? 700 : 400);
    });
    for (let t = 0; t < word.steps; t++) {
      const values = (table === "alpha" ? alpha : occupancy).subarray(t * rows, (t + 1) * rows);
      const most = table === "alpha" ? Math.max(...values) : 0;
      for (let s = 0; s < rows; s++) {
        const reached = alpha[t * rows + s] > -Infinity;
        if (!reached) continue;
        const known = table === "occupancy" || t <= frame;
        const value = !known ? 0 : table === "alpha" ? Math.exp(values[s] - most) : values[s];
        pen.fillStyle = `rgba(${CELL}, ${0.07 + 0.93 * value})`;
        pen.fillRect(GUTTER + t * column + 0.5, top + s * row + 0.5, column - 1, row - 1);
      }
    }
    const at = (t) => [GUTTER + (t + 0.5) * column, top + (result.best[t] + 0.5) * row];
    const draw = (from, to, opacity) => {
      pen.globalAlpha = opacity;
      pen.beginPath();
      for (let t = from; t <= to; t++) pen[t > from ? "lineTo" : "moveTo"](...at(t));
      pen.stroke();
      pen.globalAlpha = 1;
    };
    pen.strokeStyle = LINE, pen.lineWidth = 2, pen.lineJoin = "round";
    draw(0, frame, 1), draw(frame, word.steps - 1, 0.3);
    pen.strokeStyle = TEXT, pen.lineWidth = 2; // the chosen cell
    pen.strokeRect(GUTTER + frame * column + 1, top + state * row + 1, column - 2, row - 2);
  }

  ticks(word, y) {
    const every = this.grid.column < 12 ? 10 : 5;
    for (let t = 0; t < word.steps; t++) {
      if (t && (t + 1) % every) continue;
      this.write(String(t + 1), GUTTER + (t + 0.5) * this.grid.column, y, 10, MUTED, 400);
    }
  }

  /** The frame and, in the table, the state at a place of the page. */
  at(clientX, clientY) {
    const box = this.canvas.getBoundingClientRect(), { column, row, rows, top, steps } = this.grid;
    const frame = Math.floor((clientX - box.left - GUTTER) / column);
    const state = row ? Math.floor((clientY - box.top - top) / row) : -1;
    return {
      frame: Math.min(Math.max(frame, 0), steps - 1),
      state: state >= 0 && state < rows ? state : null,
    };
  }
}
