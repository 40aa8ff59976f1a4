"""Text files: which delimiter, which records. Read a line at a time."""

import csv
import io
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import islice

from services.exchange.cells import ERROR_TEXTS, ErrorCell, cell_name
from services.exchange.errors import FileError
from services.exchange.formats.content import Content
from services.exchange.formats.encodings import codec_of
from services.exchange.formats.guard import unguard
from services.exchange.formats.header_row import fit
from services.exchange.formats.limits import SEARCHED_ROWS

#: Delimiters that a file may have, the usual first.
DELIMITERS = (",", "\t", ";", "|")
#: Signs that the search for the delimiter looks at.
_SAMPLE_SIGNS = 256 * 1024
#: Longest text of one cell, in signs.
_MAX_CELL = 1_000_000
#: What cells begin with that are not taken as they are: errors, and the guard.
_SPECIAL = frozenset({"#", "'"})
#: First line by which some programs tell Excel the delimiter.
_EXCEL_HINT = "sep="


def find_delimiter(content: Content, encoding: str, known: Collection[str]) -> str:
    """Return the delimiter: the one that makes known headers, else the one that cuts the rows most evenly.

    :param known: the headers that the table knows
    :raises FileError: if the bytes are not of the encoding
    """
    with _text(content, encoding) as text:
        sample = _read(text, _SAMPLE_SIGNS)
    first_line = sample.lstrip("\ufeff").partition("\n")[0].strip().strip('"')
    if first_line.startswith(_EXCEL_HINT) and first_line[len(_EXCEL_HINT) :] in DELIMITERS:
        return first_line[len(_EXCEL_HINT) :]
    return max(DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter, known))


def is_hint(cells: list[str]) -> bool:
    """Tell whether a record is the line that tells Excel the delimiter."""
    return cells[0].startswith(_EXCEL_HINT) and not any(cells[1:]) if cells else False


def text_records(content: Content, encoding: str, delimiter: str) -> Iterator[list[str | ErrorCell]]:
    """Yield the records, formula guards taken off; their numbers are those that a spreadsheet shows.

    :raises FileError: if a record cannot be read
    """
    if delimiter not in DELIMITERS:
        raise FileError("unknown_delimiter", value=delimiter)
    csv.field_size_limit(_MAX_CELL)
    number = 0
    try:
        with _text(content, encoding) as text:
            for record in csv.reader(text, delimiter=delimiter, strict=True):
                number += 1
                yield [
                    cell if cell[:1] not in _SPECIAL else _special(cell, column, number)
                    for column, cell in enumerate(record, start=1)
                ]
    except csv.Error as error:
        if "limit" in str(error):
            raise FileError("cell_too_long", limit=_MAX_CELL) from error
        raise FileError("broken_quotes", row=number + 1) from error
    except UnicodeError as error:
        raise FileError("other_encoding", encoding=encoding, row=number + 1) from error


def _special(text: str, column: int, row: int) -> str | ErrorCell:
    if text in ERROR_TEXTS:
        return ErrorCell(cell_name(column, row), text)
    return unguard(text)


@contextmanager
def _text(content: Content, encoding: str) -> Iterator[io.TextIOWrapper]:
    """Yield the content as text. A stream stays open: it is the caller's."""
    with content.open() as stream:
        wrapper = io.TextIOWrapper(stream, encoding=codec_of(encoding), newline="")
        try:
            yield wrapper
        finally:
            wrapper.detach()


def _read(text: io.TextIOWrapper, size: int) -> str:
    try:
        return text.read(size)
    except UnicodeError as error:
        raise FileError("other_encoding", encoding=text.encoding, row=1) from error


def _evenness(sample: str, delimiter: str, known: Collection[str]) -> tuple[float, int, int]:
    """Return how well a delimiter fits: known headers, rows as wide as the widest of the first, and that width."""
    csv.field_size_limit(_MAX_CELL)
    try:
        records = list(islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), SEARCHED_ROWS))
    except csv.Error:
        return (0.0, 0, 0)
    widths = [len(record) for record in records if any(record)]
    width = max(widths, key=widths.count, default=0)
    even_count = sum(1 for other in widths if other == width) if width > 1 else 0
    return (max((fit(record, known) for record in records), default=0.0), even_count, width)
