"""Pictures as phones send them, for tests: with a position in their EXIF, turned, too large, or no pictures at all."""

from io import BytesIO

from PIL import Image

#: Degrees, minutes, seconds of a place that must not be found in what is served.
LATITUDE, LONGITUDE = (30.0, 39.0, 27.0), (104.0, 4.0, 51.0)
MAKER = "Kepei-Phone-Maker"
_ORIENTATION, _MAKER, _GPS = 0x0112, 0x010F, 0x8825


def picture(
    kind: str = "JPEG", *, size: tuple[int, int] = (640, 480), orientation: int = 1, colour: str = "#206bc4"
) -> bytes:
    """Return a picture whose left half has a colour and whose EXIF tells place, maker and orientation."""
    image = Image.new("RGB", size, "#ffffff")
    image.paste(colour, (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[_ORIENTATION], exif[_MAKER] = orientation, MAKER
    exif[_GPS] = {1: "N", 2: LATITUDE, 3: "E", 4: LONGITUDE}
    written = BytesIO()
    image.save(written, kind, exif=exif)
    return written.getvalue()


def bomb() -> bytes:
    """Return a PNG of a few kilobytes that would take gigabytes of memory."""
    written = BytesIO()
    Image.new("1", (30_000, 30_000)).save(written, "PNG")
    return written.getvalue()


def heic() -> bytes:
    """Return the beginning of a photo as iPhones take it unless told otherwise."""
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64)
