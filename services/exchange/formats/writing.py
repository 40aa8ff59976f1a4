"""Writes rows to files. CSV is a generator of bytes, XLSX streams through a temporary file: neither holds all rows."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import tablib
from rustpy_xlsxwriter import FastExcel, Format

from services.exchange.errors import FileError
from services.exchange.formats.guard import guard

#: Rows in one chunk of a CSV.
CHUNK_ROWS = 1_000
#: Most signs that a cell of a workbook holds.
_XLSX_CELL_LENGTH = 32_767
_DATE, _MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
#: Width of a column by what it holds, in signs.
_WIDTHS: dict[type[Any], float] = {bool: 8, int: 10, Decimal: 12, date: 12, datetime: 20}
_TEXT_WIDTH = 20

Rows = Iterable[Sequence[Any]]


def csv_chunks(header: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """Yield a CSV in UTF-8 with a byte order mark, which Excel needs; text cells are made harmless.

    The first chunk is the header alone, so that a download starts before the first row is read.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([guard(name) for name in header])
    yield b"\xef\xbb\xbf" + _taken(buffer)
    for count, row in enumerate(rows, start=1):
        writer.writerow([_csv_cell(cell) for cell in row])
        if count % CHUNK_ROWS == 0:
            yield _taken(buffer)
    rest = _taken(buffer)
    if rest:
        yield rest


def write_file(
    path: Path,
    export_type: str,
    header: Sequence[str],
    types: Sequence[type[Any]],
    rows: Rows,
    *,
    title: str = "Sheet1",
    notes: Sequence[Sequence[Any]] = (),
) -> int:
    """Write a file of a type of :data:`EXPORT_TYPES` and return the number of rows.

    :param types: what each column holds; text is ``str``
    :param notes: lines of a second sheet, where the type has sheets
    :raises FileError: if the type is unknown, or a text does not fit into a cell of it
    """
    write = _WRITERS.get(export_type)
    if write is None:
        raise FileError("unknown_type", value=export_type, known=", ".join(EXPORT_TYPES))
    counted = _Counted(rows)
    write(path, _Sheet(header, types, title, notes), counted)
    return counted.count


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What a file says beside its rows."""

    header: Sequence[str]
    types: Sequence[type[Any]]
    title: str
    notes: Sequence[Sequence[Any]]


class _Counted:
    """Rows that know how many were taken."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self._rows:
            self.count += 1
            yield row


def _taken(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode("utf-8", "surrogatepass")
    buffer.seek(0)
    buffer.truncate()
    return data


def _csv_cell(cell: Any) -> str:
    return guard(cell) if isinstance(cell, str) else plain_text(cell)


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


def _write_csv(path: Path, sheet: _Sheet, rows: Rows) -> None:
    with path.open("wb") as file:
        file.writelines(csv_chunks(sheet.header, rows))


def _write_xlsx(path: Path, sheet: _Sheet, rows: Rows) -> None:
    """Write typed cells: text stays text whatever it starts with, since only formula cells would run."""
    records = (dict(zip(sheet.header, map(_xlsx_cell, row), strict=True)) for row in rows)
    first = next(records, None)
    workbook = FastExcel(str(path)).format(bold_headers=True, datetime_format=_MOMENT).freeze(row=1, sheet=sheet.title)
    workbook.sheet(
        sheet.title,
        _chained(first, records) if first is not None else [dict.fromkeys(sheet.header)],
        autofilter=True,
        column_widths=[_WIDTHS.get(type_, _TEXT_WIDTH) for type_ in sheet.types],
        column_formats={
            name: Format().set_num_format(_DATE)
            for name, type_ in zip(sheet.header, sheet.types, strict=True)
            if type_ is date
        },
    )
    if sheet.notes:
        workbook.sheet(
            "Notes", [dict(zip(sheet.notes[0], line, strict=True)) for line in sheet.notes[1:]], column_width=30
        )
    workbook.save()


def _xlsx_cell(cell: Any) -> Any:
    if isinstance(cell, str) and len(cell.encode("utf-16-le")) // 2 > _XLSX_CELL_LENGTH:
        raise FileError("cell_too_long", limit=_XLSX_CELL_LENGTH)
    return cell or None if isinstance(cell, str) else cell


def _chained(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest


def _write_small(kind: str) -> Callable[[Path, _Sheet, Rows], None]:
    """Return the writer of one of tablib's types, which hold all rows in memory: for small tables."""

    def write(path: Path, sheet: _Sheet, rows: Rows) -> None:
        data = tablib.Dataset(headers=list(sheet.header), title=sheet.title)
        for row in rows:
            data.append([_SMALL_CELLS[kind](cell) for cell in row])
        content = data.export(kind)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))

    return write


def _json_cell(cell: Any) -> Any:
    return cell if cell is None or isinstance(cell, bool | int | str) else plain_text(cell)


def _ods_cell(cell: Any) -> Any:
    return "" if cell is None else plain_text(cell) if isinstance(cell, Decimal | datetime | date | bool) else cell


_SMALL_CELLS: Mapping[str, Callable[[Any], Any]] = {
    "ods": _ods_cell,
    "json": _json_cell,
    "yaml": _json_cell,
    "html": plain_text,
}
_WRITERS: Mapping[str, Callable[[Path, _Sheet, Rows], None]] = {
    "csv": _write_csv,
    "xlsx": _write_xlsx,
    **{kind: _write_small(kind) for kind in _SMALL_CELLS},
}

#: Type of an exported file -> its media type.
EXPORT_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "json": "application/json",
    "yaml": "application/yaml",
    "html": "text/html; charset=utf-8",
}
