"""What becomes of pictures that people send: told by content, upright, small, without what they told of the place."""

from io import BytesIO

import pytest
from PIL import Image

from services.pictures import MAX_BYTES, SIDE, SMALL_SIDE, PictureError, PictureFault, read_picture
from tests import pictures


def opened(content: bytes) -> Image.Image:
    """Return a picture from its bytes."""
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_metadata_is_gone(kind: str) -> None:
    sent = pictures.picture(kind)
    assert dict(opened(sent).getexif().get_ifd(0x8825)) != {}

    made = read_picture(BytesIO(sent))

    for content in (made.full, made.small):
        assert opened(content).format == "JPEG"
        assert (dict(opened(content).getexif()), opened(content).info.keys() & {"exif", "comment", "icc_profile"}) == (
            {},
            set(),
        )
        assert pictures.MAKER.encode() not in content
        assert b"Exif" not in content


def test_photo_is_turned_before_its_orientation_is_dropped() -> None:
    made = read_picture(BytesIO(pictures.picture(size=(640, 480), orientation=6)))  # the phone was held upright

    image = opened(made.full)
    assert image.size == (480, 640)
    assert image.getpixel((240, 100))[2] > 180 > image.getpixel((240, 100))[0]  # type: ignore[index]
    assert min(image.getpixel((240, 600))) > 240  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "kept"), [((4000, 3000), (1600, 1200)), ((900, 3200), (450, 1600)), ((40, 30), (40, 30))]
)
def test_size_is_bounded(size: tuple[int, int], kept: tuple[int, int]) -> None:
    made = read_picture(BytesIO(pictures.picture(size=size)))

    assert opened(made.full).size == kept
    assert max(opened(made.full).size) <= SIDE
    assert max(opened(made.small).size) <= SMALL_SIDE


def test_transparent_parts_become_white() -> None:
    written = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(written, "PNG")

    assert min(opened(read_picture(BytesIO(written.getvalue())).full).getpixel((4, 4))) > 250  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", PictureFault.WRONG_TYPE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PictureFault.WRONG_TYPE),
        (b"GIF89a" + bytes(32), PictureFault.WRONG_TYPE),
        (pictures.heic(), PictureFault.HEIC),
        (b"\xff\xd8\xff" + b"no photo" * 20, PictureFault.BROKEN),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), PictureFault.BROKEN),
        (b"RIFF\0\0\0\0WEBP" + bytes(64), PictureFault.BROKEN),
        (pictures.picture()[:900], PictureFault.BROKEN),
        (pictures.picture("PNG")[:200], PictureFault.BROKEN),
        (pictures.picture() + bytes(MAX_BYTES), PictureFault.TOO_LARGE),
    ],
    ids=["empty", "svg", "gif", "heic", "jpeg", "png", "webp", "cut-jpeg", "cut-png", "large"],
)
def test_other_files_are_refused(content: bytes, fault: PictureFault) -> None:
    with pytest.raises(PictureError) as refused:
        read_picture(BytesIO(content))

    assert refused.value.fault == fault


def test_bomb_is_refused_before_it_is_unpacked() -> None:
    content = pictures.bomb()
    assert len(content) < 200_000

    with pytest.raises(PictureError) as refused:
        read_picture(BytesIO(content))

    assert refused.value.fault == PictureFault.TOO_MANY_PIXELS
