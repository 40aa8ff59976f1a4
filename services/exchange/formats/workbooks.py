"""Workbooks: XLSX, XLS and ODS through calamine, which survives what other readers do not."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from services.exchange.errors import FileError
from services.exchange.formats.limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS

#: First bytes of the containers: ZIP (XLSX, ODS) and OLE (XLS, protected XLSX).
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: What the parts of a ZIP may unpack to, in bytes: a small file can hold gigabytes.
_MAX_UNPACKED = 500 * 1024 * 1024
_SHEET_PART = re.compile(r"worksheets/[^/]+\.xml$")
#: The place of a cell (letters, number) or of a row (number) in a sheet of an XLSX.
_CELL = re.compile(rb"""\br=["']([A-Z]{0,10})([0-9]{1,10})["']""")
_BLOCK, _OVERLAP = 1024 * 1024, 32
_FILLED_CELL = re.compile(rb"<table:table-cell[^>]*office:value[^>]*>")
_REPEATED = re.compile(rb'number-columns-repeated="([0-9]{1,12})"')
_REPEATED_ROW = re.compile(
    rb'<table:table-row[^>]*number-rows-repeated="([0-9]{1,12})"[^>]*>(.*?)</table:table-row>', re.DOTALL
)
_MAX_REPEATED_ROWS = 1_000


def is_workbook(content: bytes) -> bool:
    """Tell by the first bytes whether this is a workbook's container."""
    return content.startswith((_ZIP, _OLE))


def read_workbook(content: bytes) -> tuple[str, Iterator[Sequence[Any]]]:
    """Return "workbook" and the rows of the first visible sheet that holds anything.

    Cells are str, int, float, bool, date, datetime, time or timedelta; blank ones are "".

    :raises FileError: if it cannot be opened, is protected, too large, or has merged cells
    """
    if content.startswith(_ZIP):
        _check_unpacked(content)
    sheet = _first_sheet(content)
    if sheet is None:
        raise FileError("empty")
    if sheet.merged_cell_ranges:
        raise FileError("merged", range=_range_name(sheet.merged_cell_ranges[0]))
    return "workbook", _rows(sheet)


def _check_unpacked(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(part.file_size for part in archive.infolist())
            if size > _MAX_UNPACKED:
                raise FileError("too_large")
            for name in archive.namelist():
                if _SHEET_PART.search(name):
                    _check_extent(archive.open(name))
                elif name == "content.xml":
                    _check_repeats(archive.read(name))
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError, zlib.error) as error:
        raise FileError("damaged") from error


def _check_extent(sheet: IO[bytes]) -> None:
    """Refuse a sheet whose cells lie far out: the reader makes room for all that could stand before them.

    :raises FileError: if a column or row lies outside of what an import takes, or the sheet spans too many cells
    """
    column, row, rest = 0, 0, b""
    while block := sheet.read(_BLOCK):
        found = _CELL.findall(rest + block)
        column = max([column, *(_column_number(letters) for letters in {letters for letters, _ in found})])
        row = max([row, *(int(number) for number in {number for _, number in found})])
        rest = block[-_OVERLAP:]
    if column > MAX_COLUMNS:
        raise FileError("too_many_columns", limit=MAX_COLUMNS)
    if row > MAX_ROWS + 1:
        raise FileError("too_many_rows", limit=MAX_ROWS)
    if column * row > MAX_CELLS:
        raise FileError("too_large")


def _column_number(letters: bytes) -> int:
    """Return 1 for A, 27 for AA; 0 for none."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _check_repeats(content: bytes) -> None:
    """Refuse an ODS whose filled cells or rows are repeated beyond what an import takes; blank ones may be.

    :raises FileError: if one is
    """
    for tag in _FILLED_CELL.findall(content):
        if any(int(count) > MAX_COLUMNS for count in _REPEATED.findall(tag)):
            raise FileError("too_many_columns", limit=MAX_COLUMNS)
    for count, cells in _REPEATED_ROW.findall(content):
        if int(count) > _MAX_REPEATED_ROWS and b"office:value" in cells:
            raise FileError("too_many_rows", limit=MAX_ROWS)


def _first_sheet(content: bytes) -> CalamineSheet | None:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [
            meta.name
            for meta in workbook.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible
        ]
        sheets = (workbook.get_sheet_by_name(name) for name in names)
        return next((sheet for sheet in sheets if sheet.end is not None), None)
    except PasswordError as error:
        raise FileError("password") from error
    except (CalamineError, ValueError, OSError) as error:
        raise FileError("damaged") from error
    except BaseException as error:
        # A fault inside the Rust reader is a PanicException, which is no Exception.
        if type(error).__name__ == "PanicException":
            raise FileError("damaged") from error
        raise


def _rows(sheet: CalamineSheet) -> Iterator[Sequence[Any]]:
    for row in sheet.to_python(skip_empty_area=False):
        yield [_plain(cell) for cell in row]


def _plain(cell: Any) -> Any:
    if isinstance(cell, str | bool | date | datetime):
        return cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    return str(cell) if isinstance(cell, time | timedelta) else cell


def _range_name(cells: tuple[tuple[int, int], tuple[int, int]]) -> str:
    return ":".join(f"{_column_name(column)}{row + 1}" for row, column in cells)


def _column_name(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
