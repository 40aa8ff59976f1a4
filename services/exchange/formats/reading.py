"""Reads a file into a header and rows. The type is decided by content, not by the name; how it is read may be said."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from services.exchange.cells import ErrorCell, column_name, is_blank
from services.exchange.errors import FileError
from services.exchange.formats.content import Content, Source
from services.exchange.formats.encodings import FoundEncoding, codec_of, find_encoding
from services.exchange.formats.header_row import NumberedRow, find_header
from services.exchange.formats.limits import MAX_COLUMNS, MAX_ROWS, SEARCHED_ROWS
from services.exchange.formats.sheet_facts import Merge
from services.exchange.formats.text_files import find_delimiter, is_hint, text_records
from services.exchange.formats.workbooks import SheetName, Workbook, is_workbook

#: ``Table.encoding`` of a workbook.
WORKBOOK = "workbook"
#: First signs of texts that are no tables -> code of the refusal.
_NO_TABLES = {
    b"<!doctype": "web_page",
    b"<html": "web_page",
    b"<table": "web_page",
    b"<?xml": "xml_file",
    b"%pdf": "not_text",
    b"{\\rtf": "not_text",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read. What is not said is found by looking."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    #: Number of the row that holds the headers.
    header_row: int | None = None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Reading":
        """Return the reading that a job's options hold."""
        names = ("encoding", "delimiter", "sheet", "header_row")
        return cls(**{name: options[name] for name in names if options.get(name)})

    def options(self) -> dict[str, Any]:
        """Return what was said, as a job's options hold it."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True)
class Table:
    """A file's header and its rows that are not blank."""

    #: As in the file: blank for a column without one, and the same text twice where the file has it so.
    header: tuple[str, ...]
    #: (number in the file, cells as wide as the header). Can be read once.
    rows: Iterator[tuple[int, Sequence[Any]]]
    #: How it was read: an encoding, or "workbook".
    encoding: str
    #: How it was read in full: with it, the same file is read the same way again.
    reading: Reading


class _Records(Protocol):
    """A file whose kind is known: its rows from the first."""

    @property
    def merges(self) -> Sequence[Merge]: ...

    def records(self) -> Iterator[Sequence[Any]]: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was looked at: how it is read, and its first rows."""

    file: _Records
    reading: Reading
    #: Numbers and cells of the first rows, blank ones too.
    opening: tuple[NumberedRow, ...]
    encoding: FoundEncoding | None = None
    sheets: tuple[SheetName, ...] = ()


def read_table(source: Source, reading: Reading | None = None, *, known: Collection[str] = frozenset()) -> Table:
    """Read a CSV or TXT (any of , ; tab |), XLSX, XLS or ODS file.

    :param reading: how; what is left out is found
    :param known: the headers that the table knows, as ``header_word`` returns them: the header row is found by them
    :raises FileError: if it is empty, damaged, no text and no workbook, its encoding is doubtful, or its header cannot
        be used. Reading the rows may raise it too
    """
    opened = open_file(Content(source), reading or Reading(), known)
    if opened.encoding is not None and not opened.encoding.is_certain:
        raise FileError("encoding")
    return table_of(opened)


def table_of(opened: Opened) -> Table:
    """Return the table of a file that was looked at.

    :raises FileError: as :func:`read_table` does
    """
    header = header_of(opened)
    rows = _body(opened, header)
    first = next(rows, None)
    if first is None:
        raise FileError("no_rows")
    encoding = opened.reading.encoding or WORKBOOK
    return Table(header, _with_first(first, rows), encoding, opened.reading)


def open_file(content: Content, reading: Reading, known: Collection[str]) -> Opened:
    """Look at the beginning of a file.

    :raises FileError: if it is no file that can be read
    """
    if is_workbook(content):
        book = Workbook(content, reading.sheet, known)
        return _opened(book, Reading(sheet=book.sheet, header_row=reading.header_row), known, sheets=tuple(book.sheets))
    _check_text(content)
    found = None
    encoding = reading.encoding
    if encoding is None:
        found = find_encoding(content)
        encoding = found.name
    codec_of(encoding)
    delimiter = reading.delimiter or find_delimiter(content, encoding, known)
    file = _TextFile(content, encoding, delimiter)
    return _opened(file, Reading(encoding, delimiter, None, reading.header_row), known, encoding=found)


def header_of(opened: Opened) -> tuple[str, ...]:
    """Return the cells of the header's row.

    :raises FileError: if it is blank, too long, or holds an error
    """
    wanted = opened.reading.header_row
    cells = next((list(cells) for number, cells in opened.opening if number == wanted), [])
    header = []
    for cell in cells:
        if isinstance(cell, ErrorCell):
            raise FileError("error_cell" if cell.text else "not_computed", cell=cell.name, value=cell.text)
        header.append(" ".join(str(cell).lstrip("\ufeff").split()) if cell is not None else "")
    while header and not header[-1]:
        header.pop()
    if not header:
        raise FileError("no_header", row=wanted)
    if len(header) > MAX_COLUMNS:
        raise FileError("too_many_columns", limit=MAX_COLUMNS)
    return tuple(header)


def column_keys(header: Sequence[str]) -> tuple[str, ...]:
    """Return a name for each column, by which choices mean it: its header; "id (2)" for a second "id"; "" if blank."""
    keys: list[str] = []
    for name in header:
        key, count = name, 1
        while key and key in keys:
            count += 1
            key = f"{name} ({count})"
        keys.append(key)
    return tuple(keys)


class _TextFile:
    """A text file whose encoding and delimiter are known."""

    def __init__(self, content: Content, encoding: str, delimiter: str) -> None:
        self._content, self._encoding, self._delimiter = content, encoding, delimiter

    @property
    def merges(self) -> Sequence[Merge]:
        """Return none: a text has no merged cells."""
        return ()

    def records(self) -> Iterator[Sequence[Any]]:
        """Yield the records."""
        return text_records(self._content, self._encoding, self._delimiter)


def _check_text(content: Content) -> None:
    """Refuse what begins like no table.

    :raises FileError: if it does, or is blank
    """
    head = content.head(1024).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for start, code in _NO_TABLES.items():
        if head.startswith(start):
            raise FileError(code)
    if not any(block.strip(b"\xef\xbb\xbf \t\r\n") for block in content.blocks()):
        raise FileError("empty")


def _opened(file: _Records, reading: Reading, known: Collection[str], **found: Any) -> Opened:
    """Read the first rows and find the header among them, if it was not said."""
    count = max(SEARCHED_ROWS, (reading.header_row or 0) + 1)
    if count > MAX_ROWS:
        raise FileError("no_header", row=reading.header_row)
    opening = tuple(enumerate(islice(file.records(), count), start=1))
    header_row = reading.header_row
    if header_row is None:
        is_hinted = reading.encoding is not None and bool(opening) and is_hint(list(map(str, opening[0][1])))
        header_row = find_header(opening[1:] if is_hinted else opening, known)
    if header_row is None:
        raise FileError("empty" if len(opening) < count else "no_header", row=1)
    reading = Reading(reading.encoding, reading.delimiter, reading.sheet, header_row)
    return Opened(file, reading, opening, **found)


def _body(opened: Opened, header: tuple[str, ...]) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield the rows that hold anything, cut or filled to the header's width."""
    start, width = opened.reading.header_row or 1, len(header)
    blank_columns = [column for column, name in enumerate(header) if not name]
    merges = [merge for merge in opened.file.merges if merge.last[0] >= start]
    for number, cells in enumerate(opened.file.records(), start=1):
        _check_merges(merges, number, cells)
        if number <= start or all(map(is_blank, cells)):
            continue
        if number > MAX_ROWS + start:
            raise FileError("too_many_rows", limit=MAX_ROWS)
        if any(not is_blank(cell) for cell in islice(cells, width, None)):
            raise FileError("beyond_header", row=number)
        for column in blank_columns:
            if column < len(cells) and not is_blank(cells[column]):
                raise FileError("blank_header", column=column_name(column + 1))
        yield number, [*cells[:width], *[""] * (width - len(cells))]


def _check_merges(merges: list[Merge], number: int, cells: Sequence[Any]) -> None:
    """Refuse merged cells that hold anything: what the others of them should hold is not said.

    :raises FileError: if there are such from this row on
    """
    for merge in merges:
        row, column = merge.first
        if row == number and column <= len(cells) and not is_blank(cells[column - 1]):
            raise FileError("merged", range=str(merge))


def _with_first(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest
