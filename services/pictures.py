"""Pictures that people send, made into pictures of ours: small, upright, telling nothing but what they show.

What was sent is never stored. Its pixels are drawn anew, so EXIF (where and when, with which device), comments and
whatever else a file can carry stay behind.
"""

import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import BinaryIO

from PIL import Image, ImageOps

from services.errors import ServiceError

#: Largest file taken, in bytes.
MAX_BYTES = 10 * 1024 * 1024
#: Largest picture taken, in pixels; a bomb of a few kilobytes would fill the memory.
MAX_PIXELS = 64_000_000
#: Longest side of what is kept, and of its small copy, in pixels.
SIDE, SMALL_SIDE = 1600, 320
_QUALITY, _SMALL_QUALITY = 82, 76
_WHITE = (255, 255, 255)
#: Brands of the container that HEIC and its kin share (ISO/IEC 23008-12).
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"})
#: What the library raises for files that are broken, cut off, or made to break it.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    EOFError,
    ArithmeticError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class PictureFault(StrEnum):
    """Why a file is not taken."""

    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    HEIC = "heic"
    WRONG_TYPE = "wrong_type"
    BROKEN = "broken"


class PictureError(ServiceError):
    """A file is no picture that can be taken; ``fault`` says why."""

    def __init__(self, fault: PictureFault) -> None:
        self.fault = fault
        super().__init__(f"picture refused: {fault}")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture and its small copy, both JPEG."""

    full: bytes
    small: bytes


def read_picture(stream: BinaryIO) -> Picture:
    """Read a JPEG, PNG or WebP file, told by its content alone, and draw it anew.

    :raises PictureError: if it is another kind of file, too large, or broken
    """
    content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise PictureError(PictureFault.TOO_LARGE)
    kind = _kind_of(content)
    try:
        with Image.open(BytesIO(content), formats=[kind]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PictureError(PictureFault.TOO_MANY_PIXELS)
            drawn = _drawn(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError(PictureFault.TOO_MANY_PIXELS) from error
    except _BROKEN as error:
        raise PictureError(PictureFault.BROKEN) from error
    small = drawn.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE))
    return Picture(_as_jpeg(drawn, _QUALITY), _as_jpeg(small, _SMALL_QUALITY))


def _kind_of(content: bytes) -> str:
    """Return the format that the first bytes say; names and types that a browser sends are claims."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    is_heic = content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS
    raise PictureError(PictureFault.HEIC if is_heic else PictureFault.WRONG_TYPE)


def _drawn(image: Image.Image) -> Image.Image:
    """Return the pixels upright, at most ``SIDE`` long, in a new picture that holds nothing else."""
    image.draft("RGB", (SIDE, SIDE))  # a JPEG is decoded no larger than needed
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    drawn = Image.new("RGB", upright.size, _WHITE)
    if upright.has_transparency_data:
        layer = upright.convert("RGBA")
        drawn.paste(layer, mask=layer)
    else:
        drawn.paste(upright.convert("RGB"))
    return drawn


def _as_jpeg(image: Image.Image, quality: int) -> bytes:
    written = BytesIO()
    image.save(written, "JPEG", quality=quality, optimize=True, progressive=True)
    return written.getvalue()
