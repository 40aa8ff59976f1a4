"""Workbooks: XLSX, XLS and ODS through calamine, which survives what other readers do not."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from services.exchange.errors import FileError

#: First bytes of the containers: ZIP (XLSX, ODS) and OLE (XLS, protected XLSX).
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: What the parts of a ZIP may unpack to, in bytes: a small file can hold gigabytes.
_MAX_UNPACKED = 500 * 1024 * 1024


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
    except (zipfile.BadZipFile, ValueError, OSError, EOFError) as error:
        raise FileError("damaged") from error
    if size > _MAX_UNPACKED:
        raise FileError("too_large")


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
