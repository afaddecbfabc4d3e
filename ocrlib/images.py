"""Reading and writing pictures: whatever the file holds, the rest of ocrlib sees RGB uint8."""

from __future__ import annotations

import os
import struct
import warnings
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from ocrlib.errors import ImageError
from ocrlib.types import ByteImage

# 80 million px are 240 MB of RGB. The limit is below Pillow's own, so that ours speaks first.
MAX_PIXELS = 80_000_000

# Formats that decode to pixels by themselves; EPS or PDF would start other programs.
FORMATS = ("JPEG", "PNG", "BMP", "GIF", "PPM", "TIFF", "WEBP", "JPEG2000")
SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".gif", ".ppm", ".pgm", ".pbm", ".pnm"}
    | {".tif", ".tiff", ".webp", ".jp2"}
)

_ORIENTATION = 0x0112  # the EXIF tag


def read_image(source: str | os.PathLike[str] | ByteImage) -> ByteImage:
    """Read a picture as RGB, upright.

    EXIF rotation is applied, transparency is composited on white, 16 bits become 8, and of an
    animation or a multi-page file the first frame is read. A damaged EXIF block counts as none.

    Args:
        source: path of a picture, or a picture already in memory, which is only checked.

    Returns:
        RGB uint8 (H, W, 3).

    Raises:
        ImageError: for anything that is not a whole picture of at most ``MAX_PIXELS`` pixels.
    """
    if isinstance(source, str | os.PathLike):
        return _read_file(Path(source))
    return check_image(source)


def check_image(image: object) -> ByteImage:
    """Return the array itself if it is a picture as ocrlib understands it.

    Args:
        image: should be RGB uint8 (H, W, 3) with at least one pixel.

    Raises:
        ImageError: says what is different and how to mend it.
    """
    if not isinstance(image, np.ndarray):
        raise ImageError(
            "a picture must be a path or a numpy array",
            value=type(image).__name__,
            remedy="np.asarray(picture.convert('RGB')) makes an array of a Pillow picture",
        )
    if image.ndim != 3 or image.shape[2] != 3:
        raise ImageError(
            "a picture must have the shape (height, width, 3)",
            value=image.shape,
            remedy=_shape_remedy(image.shape),
        )
    if image.dtype != np.uint8:
        raise ImageError(
            "a picture must hold uint8 values",
            value=str(image.dtype),
            remedy="scale the values to 0-255 and convert with .astype(np.uint8)",
        )
    if image.size == 0:
        raise ImageError("the picture has no pixels", value=image.shape)
    _check_size(image.shape[0], image.shape[1], None)
    return image


def _shape_remedy(shape: tuple[int, ...]) -> str:
    if len(shape) == 2:
        return "repeat the grey channel: np.stack([grey] * 3, axis=-1)"
    if len(shape) == 3 and shape[2] == 4:
        return "drop the alpha channel: image[:, :, :3]"
    if len(shape) == 3 and shape[0] == 3:
        return "move the channels to the end: image.transpose(1, 2, 0)"
    return "pass one RGB picture at a time"


def _check_size(height: int, width: int, path: Path | None) -> None:
    if height * width > MAX_PIXELS:
        raise ImageError(
            f"the picture is larger than the limit of {MAX_PIXELS // 1_000_000} million pixels",
            file=path,
            value=f"{width}x{height}",
            remedy="scale it down or cut it into parts",
        )


def _read_file(path: Path) -> ByteImage:
    try:
        if not path.exists():
            raise ImageError("no such file", file=path, remedy="check the path")
        if not path.is_file():
            problem = "is a folder, not a picture" if path.is_dir() else "is not an ordinary file"
            raise ImageError(problem, file=path)
        if path.stat().st_size == 0:
            raise ImageError("the file is empty", file=path)
        file = path.open("rb")
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise ImageError(f"cannot be opened: {reason}", file=path) from error
    with file:
        return _decode(file, path)


def decode_image(content: bytes, name: str | os.PathLike[str]) -> ByteImage:
    """Read a picture that is in memory as the bytes of its file, as `read_image` does.

    Args:
        content: all bytes of a JPEG, PNG or other picture file.
        name: what errors call it.

    Returns:
        RGB uint8 (H, W, 3).

    Raises:
        ImageError: for anything that is not a whole picture of at most ``MAX_PIXELS`` pixels.
    """
    if not content:
        raise ImageError("the picture is empty", file=Path(name))
    return _decode(BytesIO(content), Path(name))


def _decode(file: BinaryIO, path: Path) -> ByteImage:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns about odd metadata; it is decided below
        try:
            with Image.open(file, formats=FORMATS) as picture:
                _check_size(picture.height, picture.width, path)
                picture.load()
                if picture.format in ("JPEG", "MPO"):
                    file.seek(0)
                    _check_jpeg_end(file.read())
                return np.ascontiguousarray(_upright(_to_rgb(picture, path), picture))
        except ImageError:
            raise
        except UnidentifiedImageError as error:
            raise ImageError(
                "not a picture that can be read",
                file=path,
                remedy="convert it to PNG or JPEG",
            ) from error
        except Image.DecompressionBombError as error:
            raise ImageError(
                f"the picture is larger than the limit of {MAX_PIXELS // 1_000_000} million pixels",
                file=path,
                remedy="scale it down or cut it into parts",
            ) from error
        # Damaged files make Pillow's decoders raise almost anything (OSError, SyntaxError,
        # struct.error, IndexError, zlib.error ...); all of them mean the same to the user.
        except Exception as error:
            raise ImageError(
                f"the picture is damaged or incomplete: {error}",
                file=path,
                remedy="copy or download it again",
            ) from error


def _check_jpeg_end(content: bytes) -> None:
    # An interrupted download can leave a file of full length filled up with zeros. To the decoder
    # these are pixels; only the missing end-of-image marker tells.
    position = 2  # after the start-of-image marker
    while content[position : position + 2] != b"\xff\xda":  # until the coded pixels start
        length = int.from_bytes(content[position + 2 : position + 4], "big")
        if content[position : position + 1] != b"\xff" or length < 2:
            return  # an unusual structure that the decoder understood better than this walk
        position += 2 + length
    if content.find(b"\xff\xd9", position) < 0:
        raise OSError("the end is missing")


def _to_rgb(picture: Image.Image, path: Path) -> ByteImage:
    if picture.mode.startswith("I") or picture.mode == "F":
        return _deep_grey_to_rgb(np.asarray(picture), path)
    if "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        layer = picture.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        return np.asarray(Image.alpha_composite(paper, layer).convert("RGB"))
    return np.asarray(picture.convert("RGB"))


def _deep_grey_to_rgb(grey: np.ndarray, path: Path) -> ByteImage:
    # Pillow itself would clip these values to 255 and give a white page.
    if grey.dtype.kind == "f" or grey.min() < 0 or grey.max() > 65535:
        raise ImageError(
            "the picture holds numbers that are neither 8 nor 16 bits deep",
            file=path,
            value=str(grey.dtype),
            remedy="convert it to 8 bits",
        )
    eight = ((grey.astype(np.uint32) + 128) // 257).astype(np.uint8)  # 65535 = 257 * 255
    return np.repeat(eight[:, :, None], 3, axis=2)  # (H, W, 3)


def _upright(image: ByteImage, picture: Image.Image) -> ByteImage:
    try:
        orientation = picture.getexif().get(_ORIENTATION, 1)
    except (SyntaxError, ValueError, KeyError, IndexError, TypeError, OSError, struct.error):
        return image  # the pixels are whole; only the note about them is damaged
    if orientation in (5, 6, 7, 8):
        image = image.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    return image


def write_image(path: str | os.PathLike[str], image: ByteImage) -> None:
    """Write a picture; the suffix of the name chooses the format.

    Args:
        path: where to write, for example ``page.png``; the folder must exist.
        image: RGB uint8 (H, W, 3).

    Raises:
        ImageError: if the array is no picture, the suffix is unknown or writing fails.
    """
    check_image(image)
    try:
        Image.fromarray(image).save(path)
    except (OSError, ValueError) as error:
        raise ImageError(f"cannot be written: {error}", file=str(path)) from error
