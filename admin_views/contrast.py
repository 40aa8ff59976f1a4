"""Colours as numbers: how well one reads on another (WCAG 2.2), and the nearest one that does."""

from typing import NamedTuple

#: Least contrast of text (WCAG 1.4.3), with a little to spare for what browsers round.
READABLE = 4.6


class Colour(NamedTuple):
    """Red, green and blue, each 0 to 255."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        """Return the colour as CSS writes it."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


WHITE = Colour(255, 255, 255)
BLACK = Colour(0, 0, 0)


def parse(text: str) -> Colour:
    """Return the colour of a text such as #206bc4."""
    return Colour(*bytes.fromhex(text.removeprefix("#")))


def mix(colour: Colour, other: Colour, share: float) -> Colour:
    """Return the colour with a share (0 to 1) of the other in it."""
    return Colour(*(round(own + (more - own) * share) for own, more in zip(colour, other, strict=True)))


def contrast(colour: Colour, other: Colour) -> float:
    """Return the contrast ratio, 1 to 21."""
    darker, lighter = sorted((_luminance(colour), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def text_on(background: Colour) -> Colour:
    """Return white or black: the one to write with on a colour. White where it is readable, as people expect it."""
    return WHITE if contrast(WHITE, background) >= READABLE else BLACK


def readable(colour: Colour, *, on: Colour, tint: float = 0.0) -> Colour:
    """Return the nearest colour that reads on a surface: darker on a light one, lighter on a dark one.

    :param tint: share of the colour itself that the surface may hold, as behind a chosen menu entry
    """
    end = BLACK if _luminance(on) > 0.5 else WHITE  # noqa: PLR2004 -- the middle
    steps = (mix(colour, end, step / 50) for step in range(51))
    return next(found for found in steps if contrast(found, mix(on, found, tint)) >= READABLE)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 -- sRGB's own numbers
