from __future__ import annotations

import numpy as np
import shapely

from ocrlib.data.synth.fonts import load_fonts
from ocrlib.data.synth.labelling import label_pages
from ocrlib.data.synth.scenes import scene

FONTS = load_fonts("bundled")


def test_words_of_a_scene_stand_out_and_do_not_cover_each_other():
    spread, total = [], 0
    for seed in range(4):
        image, placed = scene(np.random.default_rng(seed), FONTS, (400, 500))
        assert image.shape == (400, 500, 3)
        lines, _ = label_pages(placed, image)
        outlines = [shapely.Polygon(line.polygon) for line in lines]
        total += len(lines)
        for i, (line, outline) in enumerate(zip(lines, outlines, strict=True)):
            assert all(outline.intersection(o).area < 0.4 * outline.area for o in outlines[:i])
            x0, y0, x1, y1 = (int(v) for v in outline.bounds)
            spread.append(float(image[y0 : y1 + 1, x0 : x1 + 1].std()))
            assert line.text
    assert total > 4
    assert np.median(spread) > 15
