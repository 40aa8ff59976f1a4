"""Workbooks: XLSX, XLS and ODS through calamine, which survives what other readers do not."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from services.exchange.cells import ERROR_TEXTS, ErrorCell, cell_name
from services.exchange.errors import FileError
from services.exchange.formats import xml_text
from services.exchange.formats.archives import check_archive
from services.exchange.formats.content import Content
from services.exchange.formats.header_row import fit
from services.exchange.formats.limits import SEARCHED_ROWS
from services.exchange.formats.old_workbooks import check_old_workbook, xls_facts
from services.exchange.formats.sheet_facts import Merge, SheetFacts, ods_facts, xlsx_facts

#: First bytes of the containers: ZIP (XLSX, ODS) and OLE (XLS, protected XLSX).
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Visible sheets that are looked into for headers that the table knows.
_SEARCHED_SHEETS = 10


@dataclass(frozen=True, slots=True)
class SheetName:
    """One sheet of a workbook that a person may choose."""

    name: str
    is_hidden: bool


class Workbook:
    """A workbook of which one sheet is read."""

    def __init__(self, content: Content, sheet: str | None, known: Collection[str]) -> None:
        """Open it and find the sheet: the named one, else the first visible one whose headers fit.

        :param known: the headers that the table knows
        :raises FileError: if it cannot be opened, is protected, too large, or has no such sheet
        """
        head = content.head(len(_OLE))
        if head.startswith(_ZIP):
            check_archive(content)
        else:
            check_old_workbook(content)
        with _reading(), content.open() as stream, CalamineWorkbook.from_filelike(stream) as book:
            found = [meta for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
            self.sheets = sorted(map(_sheet_name, found), key=lambda sheet: sheet.is_hidden)
            self._sheet = self._named(book, sheet) if sheet is not None else self._fitting(book, known)
            self.sheet = self._sheet.name
            index = book.sheet_names.index(self.sheet)
        self._as_meant = xml_text.as_meant if _is_ods(content) else xml_text.as_meant_in_xlsx
        self._facts = self._facts_of(content, head, index)

    @property
    def merges(self) -> Sequence[Merge]:
        """Return the merged cells."""
        return self._facts.merges

    def records(self) -> Iterator[list[Any]]:
        """Yield the rows from the first of the sheet; a cell is str, int, float, bool, date, datetime or ErrorCell.

        :raises FileError: if the reader fails
        """
        if self._sheet.start is None:
            return
        noted = {row for row, _ in (*self._facts.errors, *self._facts.digits)}
        margin = [""] * self._sheet.start[1]
        with _reading():
            for number, row in enumerate(self._sheet.iter_rows(), start=1):
                cells = [*margin, *map(_plain, row)]
                cells = [self._as_meant(cell) if cell.__class__ is str and "_x" in cell else cell for cell in cells]
                if number in noted or any(cell.__class__ is str and cell[:1] == "#" for cell in cells):
                    cells = [self._cell(number, column, cell) for column, cell in enumerate(cells, start=1)]
                yield cells

    def _cell(self, row: int, column: int, cell: Any) -> Any:
        """Return a cell as the spreadsheet shows it: an error as one, a number with its leading zeros."""
        error = self._facts.errors.get((row, column))
        if error is not None or (isinstance(cell, str) and cell in ERROR_TEXTS):
            return error or ErrorCell(cell_name(column, row), cell)
        digits = self._facts.digits.get((row, column))
        return str(cell).zfill(digits) if digits and isinstance(cell, int) else cell

    def _named(self, book: CalamineWorkbook, name: str) -> CalamineSheet:
        if name not in {sheet.name for sheet in self.sheets}:
            raise FileError("unknown_sheet", value=name)
        return book.get_sheet_by_name(name)

    def _fitting(self, book: CalamineWorkbook, known: Collection[str]) -> CalamineSheet:
        """Return the first visible sheet whose headers fit, else the one that fits best, else the first of any rows."""
        best, best_fit = None, -1.0
        for name in [sheet.name for sheet in self.sheets if not sheet.is_hidden][:_SEARCHED_SHEETS]:
            sheet = book.get_sheet_by_name(name)
            rows = islice(sheet.iter_rows(), SEARCHED_ROWS) if sheet.start is not None else ()
            fits = max((fit(row, known) for row in rows), default=-1.0)
            if fits > best_fit:
                best, best_fit = sheet, fits
            if best is not None and (not known or best_fit >= 1.0):
                break
        if best is None:
            raise FileError("empty")
        return best

    def _facts_of(self, content: Content, head: bytes, index: int) -> SheetFacts:
        if head.startswith(_OLE):
            facts = xls_facts(content, index)
        else:
            facts = ods_facts(content, self.sheet) if _is_ods(content) else xlsx_facts(content, self.sheet)
        for first, last in self._sheet.merged_cell_ranges or ():
            facts.merges.append(Merge((first[0] + 1, first[1] + 1), (last[0] + 1, last[1] + 1)))
        return facts


def is_workbook(content: Content) -> bool:
    """Tell by the first bytes whether this is a workbook's container."""
    return content.head(len(_OLE)).startswith((_ZIP, _OLE))


def _is_ods(content: Content) -> bool:
    return b"opendocument" in content.head(200)


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except PasswordError as error:
        raise FileError("password") from error
    except (CalamineError, ValueError, OSError) as error:
        raise FileError("damaged") from error
    except BaseException as error:
        # A fault inside the Rust reader is a PanicException, which is no Exception.
        if type(error).__name__ == "PanicException":
            raise FileError("damaged") from error
        raise


def _sheet_name(meta: SheetMetadata) -> SheetName:
    return SheetName(meta.name, is_hidden=meta.visible != SheetVisibleEnum.Visible)


def _plain(cell: Any) -> Any:
    if isinstance(cell, str | bool | date | datetime):
        return cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    return str(cell) if isinstance(cell, time | timedelta) else cell
