"""Which row of a file holds its headers: titles may stand above them, but row 1 is believed where it fits."""

from collections.abc import Collection, Sequence
from typing import Any

from services.exchange.cells import header_word, is_blank

#: A row at the top of a file: its number and its cells.
NumberedRow = tuple[int, Sequence[Any]]

#: Headers below a title are at least so many, and a title stands alone.
_LEAST_HEADERS = 3


def find_header(rows: Sequence[NumberedRow], known: Collection[str]) -> int | None:
    """Return the number of the row that holds the headers; None if all rows are blank.

    :param known: the headers that the table knows, as ``header_word`` returns them
    """
    filled = [(number, cells) for number, row in rows if (cells := [cell for cell in row if not is_blank(cell)])]
    if not filled:
        return None
    return _known_header(filled, known) or _header_below_title(filled) or filled[0][0]


def known_count(cells: Sequence[Any], known: Collection[str]) -> int:
    """Return how many cells are headers that the table knows."""
    return sum(1 for cell in cells if isinstance(cell, str) and header_word(cell) in known)


def fit(cells: Sequence[Any], known: Collection[str]) -> float:
    """Return how well a row of cells fits as the header: more known ones are better, unknown ones among them worse."""
    filled = [cell for cell in cells if not is_blank(cell)]
    count = known_count(filled, known)
    return count * count / len(filled) if filled else 0.0


def _known_header(filled: Sequence[NumberedRow], known: Collection[str]) -> int | None:
    """Return the first row, where it fits, or the one that fits best and is not narrower than it."""
    number, first = filled[0]
    count = known_count(first, known)
    if count > 1 and count * 2 >= len(first):
        return number
    fitting = [
        (fit(cells, known), -number)
        for number, cells in filled
        if len(cells) >= len(first) and known_count(cells, known) * 2 >= len(cells)
    ]
    return -max(fitting)[1] if fitting else number if count else None


def _header_below_title(filled: Sequence[NumberedRow]) -> int | None:
    """Return the first row of several texts, where all above it hold a single cell."""
    for number, cells in filled:
        if len(cells) > 1:
            is_header = len(cells) >= _LEAST_HEADERS and all(isinstance(cell, str) for cell in cells)
            return number if is_header and not any(_is_number(cell) for cell in cells) else None
    return None


def _is_number(text: str) -> bool:
    return text.strip().replace(".", "", 1).replace("-", "").isdigit()
