"""Reads a file into a header and rows. The type is decided by content, not by the name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from services.exchange.errors import FileError
from services.exchange.formats.limits import MAX_COLUMNS, MAX_ROWS
from services.exchange.formats.text_files import read_text
from services.exchange.formats.workbooks import is_workbook, read_workbook

MAX_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Table:
    """A file's header and its rows that are not blank."""

    header: tuple[str, ...]
    #: (number in the file, cells as wide as the header); the header is row 1. Can be read once.
    rows: Iterator[tuple[int, Sequence[Any]]]
    #: How it was read: an encoding, or "workbook".
    encoding: str


def read_table(source: Path | bytes) -> Table:
    """Read a CSV (any of , ; tab), XLSX, XLS or ODS file.

    :raises FileError: if it is empty, damaged, no text and no workbook, or its header cannot be used. Reading the
        rows may raise it too
    """
    content = source if isinstance(source, bytes) else _content_of(source)
    if not content.strip():
        raise FileError("empty")
    encoding, lines = read_workbook(content) if is_workbook(content) else read_text(content)
    numbered = enumerate(lines, start=1)
    opening = next(numbered, None)
    if opening is None:
        raise FileError("empty")
    header = _read_header(opening[1])
    first = next(_body(numbered, header), None)
    if first is None:
        raise FileError("no_rows")
    return Table(header, _with_first(first, _body(numbered, header)), encoding)


def _content_of(path: Path) -> bytes:
    if path.stat().st_size > MAX_BYTES:
        raise FileError("too_large")
    return path.read_bytes()


def _read_header(cells: Sequence[Any]) -> tuple[str, ...]:
    header = [str(cell).strip() if cell is not None else "" for cell in cells]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise FileError("no_header")
    if len(header) > MAX_COLUMNS:
        raise FileError("too_many_columns", limit=MAX_COLUMNS)
    return tuple(header)


def _body(
    numbered: Iterator[tuple[int, Sequence[Any]]], header: tuple[str, ...]
) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield the rows that hold anything, cut or filled to the header's width."""
    blank_columns = [column for column, name in enumerate(header) if not name]
    width = len(header)
    for number, cells in numbered:
        if all(_is_blank(cell) for cell in cells):
            continue
        if number > MAX_ROWS + 1:
            raise FileError("too_many_rows", limit=MAX_ROWS)
        if any(not _is_blank(cell) for cell in islice(cells, width, None)):
            raise FileError("beyond_header", row=number)
        for column in blank_columns:
            if column < len(cells) and not _is_blank(cells[column]):
                raise FileError("blank_header", column=column + 1)
        yield number, [*cells[:width], *[""] * (width - len(cells))]


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _with_first(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest
