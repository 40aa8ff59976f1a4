"""CSV as a generator of bytes: UTF-8 with a byte order mark, which Excel needs; no more than a batch in memory.

The first chunk is the header alone, so that a download starts before the first row is read.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from services.exchange.formats.guard import guard

#: Rows in one chunk, where they do not come in batches.
CHUNK_ROWS = 1_000
_MARK = b"\xef\xbb\xbf"
_LINE_END = b"\r\n"
#: A line feed in quotes belongs to a cell; a doubled quote ends one such part and begins the next.
_QUOTED_OR_LINE_FEED = re.compile(rb'"[^"]*"|\n')

Rows = Iterable[Sequence[Any]]


def csv_chunks(header: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """Yield values as a CSV; text cells are made harmless."""
    texts = ([_csv_cell(cell) for cell in row] for row in rows)
    return csv_text_chunks(header, iter(lambda: list(islice(texts, CHUNK_ROWS)), []))


def csv_text_chunks(header: Sequence[str], batches: Iterable[Rows]) -> Iterator[bytes]:
    """Yield batches of rows of texts, which are harmless already, as a CSV."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    yield _header_line(header)
    for batch in batches:
        writer.writerows(batch)
        yield _taken(buffer)


def csv_line_chunks(header: Sequence[str], batches: Iterable[tuple[bytes, int]]) -> Iterator[bytes]:
    """Yield batches of finished lines, which end in a line feed, and of how many they are, as a CSV."""
    yield _header_line(header)
    for lines, count in batches:
        is_plain = lines.count(b"\n") == count  # no cell holds a line feed of its own
        yield lines.replace(b"\n", _LINE_END) if is_plain else _QUOTED_OR_LINE_FEED.sub(_line_end, lines)


def plain_text(cell: Any) -> str:
    """Return a value as the text that an import reads back."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, Decimal):
        return format(cell.normalize(), "f")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _header_line(header: Sequence[str]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow([guard(name) for name in header])
    return _MARK + _taken(buffer)


def _csv_cell(cell: Any) -> str:
    return guard(cell) if isinstance(cell, str) else plain_text(cell)


def _line_end(found: re.Match[bytes]) -> bytes:
    return _LINE_END if found[0] == b"\n" else found[0]


def _taken(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode("utf-8", "surrogatepass")
    buffer.seek(0)
    buffer.truncate()
    return data
