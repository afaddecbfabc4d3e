from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocrlib.errors import ImageError
from ocrlib.images import MAX_PIXELS, check_image, read_image, write_image


def picture(height: int = 24, width: int = 40) -> np.ndarray:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    image[: height // 2, : width // 2] = (250, 10, 10)  # the top left corner is red
    return image


def png_with_size(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("name", ["a b.png", "收据 一.png", "ünï.bmp", "page.tif", "x.webp"])
def test_lossless_round_trip_with_any_name(tmp_path: Path, name: str):
    image = picture()
    write_image(tmp_path / name, image) if name != "x.webp" else Image.fromarray(image).save(
        tmp_path / name, lossless=True
    )
    read = read_image(tmp_path / name)
    assert read.dtype == np.uint8
    assert read.flags.c_contiguous
    np.testing.assert_array_equal(read, image)
    np.testing.assert_array_equal(read_image(str(tmp_path / name)), image)


@pytest.mark.parametrize("size", [(1, 1), (16, 400), (5, 5000)])
def test_odd_sizes_are_pictures(tmp_path: Path, size: tuple[int, int]):
    path = tmp_path / "odd.png"
    Image.fromarray(picture(*size)).save(path)
    assert read_image(path).shape == (*size, 3)


def test_alpha_is_composited_on_white(tmp_path: Path):
    rgba = Image.new("RGBA", (4, 3), (0, 0, 0, 0))
    rgba.putpixel((1, 1), (0, 0, 0, 255))
    rgba.save(tmp_path / "rgba.png")
    rgba.convert("LA").save(tmp_path / "la.png")
    for name in ("rgba.png", "la.png"):
        image = read_image(tmp_path / name)
        assert image[0, 0].tolist() == [255, 255, 255]
        assert image[1, 1].tolist() == [0, 0, 0]


def test_transparent_palette_colour_becomes_white(tmp_path: Path):
    palette = Image.new("P", (2, 1))
    palette.putpalette([10, 20, 30, 200, 100, 50])
    palette.putpixel((1, 0), 1)
    palette.save(tmp_path / "p.png")
    palette.save(tmp_path / "t.png", transparency=0)
    assert read_image(tmp_path / "p.png").tolist() == [[[10, 20, 30], [200, 100, 50]]]
    assert read_image(tmp_path / "t.png").tolist() == [[[255, 255, 255], [200, 100, 50]]]


@pytest.mark.parametrize("name", ["deep.png", "deep.tif"])
def test_sixteen_bits_are_scaled_not_clipped(tmp_path: Path, name: str):
    deep = np.array([[0, 257, 32896, 65535]], np.uint16)
    Image.fromarray(deep).save(tmp_path / name)
    assert read_image(tmp_path / name)[0, :, 1].tolist() == [0, 1, 128, 255]


@pytest.mark.parametrize(("kind", "top"), [(np.float32, 1.0), (np.int32, 1 << 20)])
def test_deeper_numbers_are_refused(tmp_path: Path, kind: type, top: float):
    Image.fromarray(np.array([[0, top]], kind)).save(tmp_path / "deep.tif")
    with pytest.raises(ImageError, match=r"deep.tif.*neither 8 nor 16 bits"):
        read_image(tmp_path / "deep.tif")


def test_cmyk_and_bilevel(tmp_path: Path):
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "red.jpg")
    red = read_image(tmp_path / "red.jpg")[4, 4]
    assert red[0] > 200
    assert red[1:].max() < 60
    Image.new("1", (3, 2), 1).save(tmp_path / "one.png")
    assert (read_image(tmp_path / "one.png") == 255).all()


@pytest.mark.parametrize("suffix", ["gif", "png", "webp", "tif"])
def test_first_frame_of_an_animation(tmp_path: Path, suffix: str):
    frames = [Image.new("RGB", (6, 5), colour) for colour in ("red", "blue")]
    path = tmp_path / f"moving.{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    red = read_image(path)[2, 2].astype(int)
    assert red[0] > 240
    assert red[2] < 15


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_gives_the_upright_picture(tmp_path: Path, orientation: int):
    upright = Image.fromarray(picture())
    # How a camera held like that would store the upright picture.
    store = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(store[orientation]) if orientation in store else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "turned.png", exif=exif)
    np.testing.assert_array_equal(read_image(tmp_path / "turned.png"), np.asarray(upright))


def test_damaged_exif_counts_as_none(tmp_path: Path):
    path = tmp_path / "odd.jpg"
    Image.fromarray(picture()).save(path, quality=95, exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert read_image(path).shape == (24, 40, 3)


def test_header_larger_than_the_limit_is_refused_before_decoding(tmp_path: Path):
    path = tmp_path / "huge.png"
    for width, height in ((60_000, 60_000), (MAX_PIXELS + 1, 1), (10_000, 9_000)):
        path.write_bytes(png_with_size(width, height))
        with pytest.raises(ImageError, match="limit of 80 million pixels"):
            read_image(path)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("empty.png", b"", "empty"),
        ("text.png", b"hello, I am no picture at all", "not a picture"),
        ("page.pdf", b"%PDF-1.4\n%...", "not a picture"),
        ("vector.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        ("short.png", png_with_size(50, 50), "damaged or incomplete"),
        ("head.png", b"\x89PNG\r\n\x1a\n", "not a picture|damaged or incomplete"),
    ],
)
def test_files_that_are_no_pictures(tmp_path: Path, name: str, content: bytes, problem: str):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ImageError, match=f"{name}.*({problem})") as caught:
        read_image(tmp_path / name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.jpg", {"quality": 90}),
        ("a.jpg", {"quality": 90, "progressive": True}),
        ("a.png", {}),
        ("a.bmp", {}),
        ("a.gif", {}),
        ("a.tif", {"compression": "tiff_lzw"}),
        ("a.webp", {"quality": 80}),
    ],
)
def test_truncated_files_are_never_half_read(tmp_path: Path, name: str, options: dict):
    path = tmp_path / name
    Image.fromarray(picture(200, 300)).save(path, **options)
    whole = path.read_bytes()
    for part in (0.03, 0.3, 0.6, 0.95):
        path.write_bytes(whole[: int(len(whole) * part)])
        with pytest.raises(ImageError) as caught:
            read_image(path)
        assert "\n" not in str(caught.value)


def test_jpeg_filled_up_with_zeros_is_not_half_read(tmp_path: Path):
    path = tmp_path / "a.jpg"
    Image.fromarray(picture(200, 300)).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] + b"\0" * (len(whole) // 2))
    with pytest.raises(ImageError, match="the end is missing"):
        read_image(path)
    path.write_bytes(whole + b"a trailer that a phone appended \xff\xda")
    assert read_image(path).shape == (200, 300, 3)


def test_damaged_bytes_never_escape_as_another_error(tmp_path: Path):
    rng = np.random.default_rng(1)
    for name in ("a.jpg", "a.png", "a.gif", "a.tif", "a.webp", "a.bmp"):
        path = tmp_path / name
        Image.fromarray(picture(40, 60)).save(path)
        whole = np.frombuffer(path.read_bytes(), np.uint8)
        for _ in range(40):
            damaged = whole.copy()
            damaged[rng.integers(0, min(400, len(whole)), 6)] = rng.integers(0, 256, 6)
            path.write_bytes(damaged.tobytes())
            with contextlib.suppress(ImageError):
                assert read_image(path).ndim == 3


def test_missing_folder_and_strange_paths(tmp_path: Path):
    with pytest.raises(ImageError, match="no such file"):
        read_image(tmp_path / "nowhere.png")
    with pytest.raises(ImageError, match="is a folder"):
        read_image(tmp_path)
    with pytest.raises(ImageError):
        read_image("a\0b.png")
    with pytest.raises(ImageError, match="cannot be opened"):
        read_image("x" * 5000)
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(ImageError, match="not an ordinary file"):
        read_image(tmp_path / "pipe.png")


@pytest.mark.parametrize(
    ("array", "problem"),
    [
        (np.zeros((4, 4), np.uint8), r"shape.*np.stack"),
        (np.zeros((4, 4, 4), np.uint8), r"shape.*alpha"),
        (np.zeros((3, 4, 5), np.uint8), r"shape.*transpose"),
        (np.zeros((2, 4, 4, 3), np.uint8), r"shape.*one RGB picture"),
        (np.zeros((4, 4, 3), np.float32), "uint8 values"),
        (np.zeros((4, 4, 3), bool), "uint8 values"),
        (np.zeros((0, 4, 3), np.uint8), "no pixels"),
        ([[1, 2]], "numpy array"),
        (None, "numpy array"),
        (np.broadcast_to(np.uint8(0), (9000, 9000, 3)), "limit of 80 million"),
    ],
)
def test_arrays_of_wrong_dtype_or_shape(array: object, problem: str):
    with pytest.raises(ImageError, match=problem):
        read_image(array)


def test_good_arrays_pass_unchanged():
    image = picture()
    assert read_image(image) is image
    assert check_image(image) is image


def test_writing_to_nowhere_is_an_image_error(tmp_path: Path):
    with pytest.raises(ImageError, match="cannot be written"):
        write_image(tmp_path / "no folder" / "a.png", picture())
    with pytest.raises(ImageError, match="cannot be written"):
        write_image(tmp_path / "a.unknown", picture())


def test_nothing_is_printed(tmp_path: Path):
    # Pillow's and libtiff's own warnings must not stand beside the one clear line.
    path = tmp_path / "a.tif"
    Image.fromarray(picture(200, 300)).save(path, compression="tiff_lzw")
    path.write_bytes(path.read_bytes()[:5000])
    code = f"""
from ocrlib.errors import ImageError
from ocrlib.images import read_image
try:
    read_image({str(path)!r})
except ImageError:
    pass
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""
