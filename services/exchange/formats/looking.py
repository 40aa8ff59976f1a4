"""How a file would be read, and what else it could be: shown to a person, who may correct it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from services.exchange.errors import FileError
from services.exchange.formats.content import Content, Source
from services.exchange.formats.encodings import ENCODINGS, find_encoding
from services.exchange.formats.header_row import NumberedRow
from services.exchange.formats.reading import Opened, Reading, column_keys, header_of, open_file, table_of
from services.exchange.formats.text_files import DELIMITERS
from services.exchange.formats.workbooks import SheetName

#: Rows below the header that are shown.
SHOWN_ROWS = 8


@dataclass(frozen=True, slots=True)
class Look:
    """What the beginning of a file looks like."""

    #: How it is read; of a file that cannot be read like that, as it was asked for.
    reading: Reading
    #: Encodings that are possible, the one it is read in first; none for a workbook.
    encodings: tuple[str, ...] = ()
    delimiters: tuple[str, ...] = ()
    #: Sheets of a workbook, hidden ones last.
    sheets: tuple[SheetName, ...] = ()
    #: The first rows of the file, among which is the header.
    opening: tuple[NumberedRow, ...] = ()
    header: tuple[str, ...] = ()
    #: By which a choice means each column: see ``column_keys``.
    keys: tuple[str, ...] = ()
    rows: tuple[tuple[int, Sequence[Any]], ...] = ()
    #: What a person should look at: "encoding", "title_rows", "hidden_sheet", "duplicate_header".
    warnings: tuple[str, ...] = ()
    #: Why it cannot be read like that.
    fault: FileError | None = None

    @property
    def is_workbook(self) -> bool:
        """Tell whether it has sheets rather than an encoding."""
        return bool(self.sheets)


def look(source: Source, reading: Reading | None = None, *, known: Collection[str] = frozenset()) -> Look:
    """Look at the beginning of a file.

    :param known: the headers that the table knows, as ``header_word`` returns them
    :raises FileError: if it cannot be read in any way
    """
    content, asked = Content(source), reading or Reading()
    try:
        opened = open_file(content, asked, known)
    except FileError as error:
        if asked == Reading():
            raise
        return _unread(content, asked, known, error)
    return _look(content, asked, opened)


def _look(content: Content, asked: Reading, opened: Opened) -> Look:
    found = opened.reading
    facts: dict[str, Any] = {"opening": opened.opening, "sheets": opened.sheets}
    if found.encoding is not None:
        facts |= {"encodings": _offered(content, opened, found.encoding), "delimiters": DELIMITERS}
    try:
        facts["header"] = header_of(opened)
        facts["keys"] = column_keys(facts["header"])
        facts["rows"] = tuple(islice(table_of(opened).rows, SHOWN_ROWS))
    except FileError as error:
        facts["fault"] = error
    return Look(found, warnings=_warnings(asked, opened, facts.get("header", ())), **facts)


def _offered(content: Content, opened: Opened, encoding: str) -> tuple[str, ...]:
    """Return the encodings to choose from, the one in use first."""
    if opened.encoding is not None:
        return opened.encoding.offered
    try:
        offered = find_encoding(content).offered
    except FileError:
        offered = ENCODINGS
    return (encoding, *(name for name in offered if name != encoding))


def _warnings(asked: Reading, opened: Opened, header: tuple[str, ...]) -> tuple[str, ...]:
    names = [name for name in header if name]
    hidden = {sheet.name for sheet in opened.sheets if sheet.is_hidden}
    above = opened.opening[: (opened.reading.header_row or 1) - 1]
    found = {
        "encoding": opened.encoding is not None and not opened.encoding.is_certain,
        "title_rows": asked.header_row is None and any(any(map(_is_filled, cells)) for _, cells in above),
        "hidden_sheet": opened.reading.sheet in hidden,
        "duplicate_header": len(set(names)) < len(names),
    }
    return tuple(name for name, is_so in found.items() if is_so)


def _is_filled(cell: Any) -> bool:
    return bool(str(cell or "").strip())


def _unread(content: Content, asked: Reading, known: Collection[str], error: FileError) -> Look:
    """Return what may be chosen instead of a reading that fails.

    :raises FileError: if the file cannot be read in any way
    """
    opened = open_file(content, Reading(), known)
    offered = _look(content, Reading(), opened)
    return Look(asked, offered.encodings, offered.delimiters, offered.sheets, offered.opening, fault=error)
