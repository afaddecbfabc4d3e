// TIA's points and the moves that are dealt to them, at strength 1: as in ocrlib/data/tia.py.

/** Where the borders of equally wide segments meet the picture's edges: upper ones, then lower. */
export function edgePoints(height, width, segments) {
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

export const KINDS = { distort, stretch, perspective };
