"""An indented outline as people paste it: one name a line, further to the right is below.

    四川
        成都
            武侯区

Tabs, blanks and full-width blanks indent, by any width, as long as siblings stand at the same one; a bullet before a
name is no part of it. So what is copied from a word processor, a spreadsheet or a mind map can be read.
"""

import re
import unicodedata
from dataclasses import dataclass

from services.errors import ServiceError

#: Most lines with a name in one outline.
LINE_LIMIT = 1_000
#: Longest outline in signs.
TEXT_LIMIT = 100_000
#: Columns from one tab stop to the next.
_TAB = 4
_BULLET = re.compile(r"[-*•·‣▪●○–—]\s+")


class OutlineSizeError(ServiceError):
    """An outline is too long, in lines or in signs."""


class EmptyOutlineError(ServiceError):
    """An outline holds no name."""


class OutlineIndentError(ServiceError):
    """A line stands between two levels, or left of the first line: nobody can say what it is below."""


@dataclass(frozen=True, slots=True)
class OutlineLine:
    """A line with a name."""

    #: Counted from 1, blank lines included, as a person counts them.
    number: int
    #: Level in the outline, counted from 1.
    level: int
    #: As it was typed.
    name: str
    #: Whether it stands exactly at one of the levels above it, or is the first of a deeper one.
    is_aligned: bool = True


def read_outline(text: str) -> list[OutlineLine]:
    """Return the lines of an outline that hold a name.

    :raises OutlineSizeError: if there are more than 1,000 lines or 100,000 signs
    :raises EmptyOutlineError: if there is none
    """
    if len(text) > TEXT_LIMIT:
        raise OutlineSizeError(f"{len(text)} signs")
    rows = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if row.strip()]
    if not numbered:
        raise EmptyOutlineError("no line")
    if len(numbered) > LINE_LIMIT:
        raise OutlineSizeError(f"{len(numbered)} lines")
    widths: list[int] = []  # of the last line and its ancestors
    lines = []
    for number, row in numbered:
        name = row.lstrip()
        is_aligned = _go_to(_width(row[: len(row) - len(name)]), widths)
        lines.append(OutlineLine(number, len(widths), _BULLET.sub("", name, count=1).rstrip(), is_aligned))
    return lines


def _go_to(width: int, widths: list[int]) -> bool:
    """Change the widths of the last line and its ancestors to those of the next; tell whether it stands at a level."""
    is_deeper = not widths or width > widths[-1]
    while len(widths) > 1 and widths[-1] > width:
        widths.pop()
    if is_deeper:
        widths.append(width)
    return widths[-1] == width


def _width(indentation: str) -> int:
    """Return how far an indentation reaches, in columns."""
    column = 0
    for sign in indentation:
        if sign == "\t":
            column += _TAB - column % _TAB
        else:
            column += 2 if unicodedata.east_asian_width(sign) == "F" else 1
    return column
