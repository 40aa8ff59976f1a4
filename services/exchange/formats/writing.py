"""Writes a list to a file of a type. Only tablib's types hold all rows in memory, so they have a limit."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import tablib

from services.exchange.errors import FileError
from services.exchange.formats import xml_text
from services.exchange.formats.csv_writing import csv_chunks, plain_text
from services.exchange.formats.workbook_writing import Rows, Sheet, write_xlsx

#: Most rows of a file of tablib's types.
SMALL_ROWS = 20_000


def write_file(
    path: Path,
    export_type: str,
    header: Sequence[str],
    types: Sequence[type[Any]],
    rows: Rows,
    *,
    title: str = "Sheet1",
) -> int:
    """Write rows to a file of a type and return their number; see :func:`write_sheet`.

    :param types: what each column holds; text is ``str``
    """
    counter = count()
    counted = ([None if cell == "" else cell for cell in row] for row, _ in zip(rows, counter, strict=False))
    long_places = [place for place, type_ in enumerate(types) if type_ is str]
    write_sheet(path, export_type, Sheet(header, types, counted, title=title, long_places=long_places))
    return next(counter)


def write_sheet(path: Path, export_type: str, sheet: Sheet) -> None:
    """Write a file of a type of :data:`EXPORT_TYPES`.

    :raises FileError: if the type is unknown, or the rows or a text do not fit into it
    """
    write = _WRITERS.get(export_type)
    if write is None:
        raise FileError("unknown_type", value=export_type, known=", ".join(EXPORT_TYPES))
    write(path, sheet)


def _write_csv(path: Path, sheet: Sheet) -> None:
    with path.open("wb") as file:
        file.writelines(csv_chunks(sheet.header, sheet.rows))


def _write_small(kind: str) -> Callable[[Path, Sheet], None]:
    """Return the writer of one of tablib's types."""

    def write(path: Path, sheet: Sheet) -> None:
        data = tablib.Dataset(headers=list(sheet.header), title=sheet.title)
        for number, row in enumerate(sheet.rows):
            if number == SMALL_ROWS:
                raise FileError("too_many_for_type", value=kind.upper(), limit=SMALL_ROWS)
            data.append([_SMALL_CELLS[kind](cell) for cell in row])
        content = data.export(kind)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))

    return write


def _json_cell(cell: Any) -> Any:
    return cell if cell is None or isinstance(cell, bool | int | str) else plain_text(cell)


def _ods_cell(cell: Any) -> Any:
    if isinstance(cell, str):
        return xml_text.written(cell)
    return "" if cell is None else plain_text(cell) if isinstance(cell, Decimal | datetime | date | bool) else cell


_SMALL_CELLS: Mapping[str, Callable[[Any], Any]] = {
    "ods": _ods_cell,
    "json": _json_cell,
    "yaml": _json_cell,
    "html": plain_text,
}
_WRITERS: Mapping[str, Callable[[Path, Sheet], None]] = {
    "csv": _write_csv,
    "xlsx": write_xlsx,
    **{kind: _write_small(kind) for kind in _SMALL_CELLS},
}
#: Types whose files are made in memory.
SMALL_TYPES: Sequence[str] = tuple(_SMALL_CELLS)

#: Type of an exported file -> its media type.
EXPORT_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "json": "application/json",
    "yaml": "application/yaml",
    "html": "text/html; charset=utf-8",
}
