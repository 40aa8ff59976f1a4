"""XLSX with typed cells, streamed through a temporary file by the library: rows are taken one by one."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from rustpy_xlsxwriter import FastExcel, Format

from services.exchange.errors import FileError

#: Rows that a sheet holds below its header.
SHEET_ROWS = 1_048_575
#: Most signs that a cell holds, in UTF-16.
_CELL_LENGTH = 32_767
#: Longest name of a sheet.
_TITLE_LENGTH = 31
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\\x00-\x1f]|^'|'$")
_DATE, _MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
#: Width of a column by what it holds, in signs; a wider header makes it wider.
_WIDTHS: dict[type[Any], float] = {bool: 8, int: 10, Decimal: 12, date: 12, datetime: 20}
_TEXT_WIDTH = 20
#: Room for the button of the filter.
_BUTTON_WIDTH = 3
_NOTE_WIDTHS = (28, 60)

Rows = Iterable[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Notes:
    """A second sheet of two columns, whose lines are made once all rows are written."""

    title: str
    header: tuple[str, str]
    lines: Callable[[], Iterable[tuple[str, Any]]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list on its way into a file."""

    #: No two are the same.
    header: Sequence[str]
    #: What each column holds; text is ``str``.
    types: Sequence[type[Any]]
    rows: Rows
    title: str = "Sheet1"
    #: About how many rows there are, which says how many sheets they need.
    expected_count: int = 0
    #: Places of the columns whose texts may be too long for a cell.
    long_places: Sequence[int] = ()
    notes: Notes | None = None


def write_xlsx(path: Path, sheet: Sheet) -> None:
    """Write typed cells: text stays text whatever it starts with, since only formula cells would run.

    The library takes the sheets one after the other. The notes are the second one; rows that do not fit on the first
    stand on further ones.

    :raises FileError: if a text does not fit into a cell
    """
    workbook = FastExcel(str(path)).format(bold_headers=True, datetime_format=_MOMENT)
    records = _records(sheet)
    _add_rows(workbook, sheet_title(sheet.title), sheet, records)
    if sheet.notes is not None:
        _add_notes(workbook, sheet.notes)
    for number in range(sheet.expected_count // SHEET_ROWS):
        _add_rows(workbook, sheet_title(sheet.title, number + 2), sheet, records)
    workbook.save()


def sheet_title(text: str, number: int = 1) -> str:
    """Return a name that a sheet may have; with its number from the second one on."""
    end = f" {number}" if number > 1 else ""
    return f"{_NOT_IN_TITLES.sub(' ', text).strip()[: _TITLE_LENGTH - len(end)] or 'Sheet'}{end}"


def _add_rows(workbook: FastExcel, title: str, sheet: Sheet, records: Iterator[dict[str, Any]]) -> None:
    workbook.freeze(row=1, sheet=title).sheet(
        title,
        _one_sheet(sheet.header, records),
        autofilter=True,
        column_widths=[_width(*column) for column in zip(sheet.header, sheet.types, strict=True)],
        column_formats={
            name: Format().set_num_format(_DATE)
            for name, type_ in zip(sheet.header, sheet.types, strict=True)
            if type_ is date
        },
    )


def _one_sheet(header: Sequence[str], records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield as many records as a sheet holds; a blank one where there are none, for the header."""
    yield next(records, dict.fromkeys(header))
    yield from islice(records, SHEET_ROWS - 1)


def _add_notes(workbook: FastExcel, notes: Notes) -> None:
    def records() -> Iterator[dict[str, Any]]:
        yield from (dict(zip(notes.header, line, strict=True)) for line in notes.lines())

    workbook.sheet(sheet_title(notes.title), records(), column_widths=list(_NOTE_WIDTHS))


def _records(sheet: Sheet) -> Iterator[dict[str, Any]]:
    header, long_places = tuple(sheet.header), tuple(sheet.long_places)
    for row in sheet.rows:
        for place in long_places:
            cell = row[place]
            # Most are far from the limit: a sign takes at most two units of UTF-16.
            if cell.__class__ is str and len(cell) > _CELL_LENGTH // 2:
                _check_length(cell)
        yield dict(zip(header, row, strict=True))


def _check_length(text: str) -> None:
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > _CELL_LENGTH:
        raise FileError("cell_too_long", limit=_CELL_LENGTH)


def _width(name: str, type_: type[Any]) -> float:
    signs = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in name)
    return max(_WIDTHS.get(type_, _TEXT_WIDTH), signs + _BUTTON_WIDTH)
