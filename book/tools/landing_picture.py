"""Draw the picture of the landing page: rendered pages, and what the shipped models read there.

    python book/tools/landing_picture.py

Run it again when the models change. The pages come from the committed samples; nothing is chosen
or corrected afterwards.
"""

from __future__ import annotations

import json
import sys

import cv2
import numpy as np

import ocrlib
from notebook_files import ROOT
from ocrlib.deploy.draw import draw_page
from ocrlib.images import read_image, write_image

SAMPLES = ROOT / "datasets/samples/pages/images"
PAGES = ("000001.jpg", "000006.jpg")  # a receipt and a poster
IMAGES = ROOT / "book/images"
WIDTH = 1280  # px
FIGURE = """```{{figure}} /book/images/landing.jpg
:name: fig-landing
:alt: {alt}

Two pages that the project rendered, with the lines that `ocrlib` found outlined on the left, and
what it read on the right: {count} lines. The models are the ones in this repository, trained by it,
and the result is shown as it came, mistakes included.
```
"""


def main() -> int:
    """Read, draw, and write the figure with a description in words."""
    rows, count, words = [], 0, []
    for name in PAGES:
        image = read_image(SAMPLES / name)
        page = ocrlib.read(image)
        count += len(page.lines)
        words += page.text.split()
        rows.append(draw_page(image, page))
    picture = np.concatenate(rows)
    height = round(picture.shape[0] * WIDTH / picture.shape[1])
    picture = cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA)
    write_image(IMAGES / "landing.jpg", picture)
    said = " ".join(words[:10])
    alt = f"A receipt and a poster with outlined lines; beside them what was read: {said} …"
    text = FIGURE.format(alt=json.dumps(alt, ensure_ascii=False), count=count)  # quoted
    (IMAGES / "landing.txt").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
