"""Draw the picture of the landing page: the book's receipt, and what ocrlib reads on it.

    python book/tools/landing_picture.py        # writes book/images/landing.webp

Run it again when the shipped models change. Nothing in the picture is touched up.
"""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from notebook_files import ROOT
from ocrlib.data.synth.fonts import get_face
from ocrlib.deploy.pipeline import Pipeline
from ocrlib.explore.specimens import font, receipt
from ocrlib.types import Page, TextLine

TARGET = ROOT / "book" / "images" / "landing.webp"
SIZE = (1500, 960)  # px, (width, height)
SCALE = 2  # everything is drawn twice as large and shrunk: smooth edges
GROUND, PANEL, INK, FAINT = (27, 38, 49), (247, 246, 242), (33, 37, 41), (135, 142, 150)
ACCENT = (230, 107, 20)

Face = ImageFont.FreeTypeFont


def rows_of(page: Page) -> list[list[TextLine]]:
    """Lines in reading order, those beside each other in one row."""
    rows: list[list[TextLine]] = []
    for line in page.lines:
        if rows:
            before = rows[-1][-1].polygon
            level = abs(before[:, 1].mean() - line.polygon[:, 1].mean())
            height = before[:, 1].max() - before[:, 1].min()
            if level < height and line.polygon[0, 0] > before[1, 0]:
                rows[-1].append(line)
                continue
        rows.append([line])
    return rows


def outlined(pixels: Image.Image, page: Page, scale: float, cut: tuple[int, int]) -> Image.Image:
    """The photograph, enlarged, with an outline around every line that was found.

    `cut` px are missing at the left and at the top.
    """
    size = (round(pixels.width * scale), round(pixels.height * scale))
    picture = pixels.resize(size, Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(picture)
    for line in page.lines:
        corners = [tuple(map(float, (corner - cut) * scale)) for corner in line.polygon]
        draw.line([*corners, corners[0], corners[1]], fill=ACCENT, width=4 * SCALE, joint="curve")
    return picture


def paste_rounded(sheet: Image.Image, picture: Image.Image, at: tuple[int, int]) -> None:
    """Paste with round corners and a soft shadow."""
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *picture.size), radius=18 * SCALE, fill=255)
    shadow = Image.new("L", sheet.size, 0)
    shadow.paste(mask.point(lambda value: value // 2), (at[0], at[1] + 8 * SCALE))
    shadow = shadow.filter(ImageFilter.GaussianBlur(12 * SCALE))
    sheet.paste((0, 0, 0), (0, 0), shadow)
    sheet.paste(picture, at, mask)


def written(page: Page, size: tuple[int, int]) -> Image.Image:
    """A sheet with the text that was read, a row of it per row of the receipt."""
    sheet = Image.new("RGB", size, PANEL)
    draw = ImageDraw.Draw(sheet)
    rows = rows_of(page)
    margin, top = 44 * SCALE, 40 * SCALE
    step = (size[1] - 2 * top) / len(rows)
    face = get_face(font("DejaVuSansMono"), min(round(0.66 * step), 42 * SCALE))
    longest = max(sum(face.getlength(line.text) for line in row) for row in rows)
    room = size[0] - 2 * margin
    if longest > room:
        face = get_face(font("DejaVuSansMono"), int(face.size * room / longest))
    for i, row in enumerate(rows):
        y = top + (i + 0.5) * step
        draw.text((margin, y), row[0].text, fill=INK, font=face, anchor="lm")
        if len(row) > 1:
            rest = " ".join(line.text for line in row[1:])
            draw.text((size[0] - margin, y), rest, fill=INK, font=face, anchor="rm")
            left = margin + face.getlength(row[0].text) + 14 * SCALE
            right = size[0] - margin - face.getlength(rest) - 14 * SCALE
            for x in range(round(left), round(right), 12 * SCALE):
                draw.ellipse((x, y + 8 * SCALE, x + 3 * SCALE, y + 11 * SCALE), fill=FAINT)
    return sheet


def main() -> None:
    """Read the receipt, draw, save."""
    photo = receipt()
    page = Pipeline()(photo.image)
    width, height = SIZE[0] * SCALE, SIZE[1] * SCALE
    sheet = Image.new("RGB", (width, height), GROUND)
    edge = 34 * SCALE
    inner = height - 2 * edge
    pixels = Image.fromarray(photo.image).crop((20, 20, 680, 932))  # less table, more receipt
    left = outlined(pixels, page, inner / pixels.height, (20, 20))
    paste_rounded(sheet, left, (edge, edge))
    start = edge + left.width + 74 * SCALE
    paste_rounded(sheet, written(page, (width - edge - start, inner)), (start, edge))
    x, y = edge + left.width + 37 * SCALE, height // 2
    ImageDraw.Draw(sheet).polygon(
        [(x - 14 * SCALE, y - 24 * SCALE), (x + 18 * SCALE, y), (x - 14 * SCALE, y + 24 * SCALE)],
        fill=ACCENT,
    )
    sheet.resize(SIZE, Image.Resampling.LANCZOS).save(TARGET, quality=84, method=6)
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
