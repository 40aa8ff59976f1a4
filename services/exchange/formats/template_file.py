"""The workbook of a template: a sheet to fill in, one of instructions, and a hidden one with the drop-down lists."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.exchange.cells import column_name
from services.exchange.formats.limits import MAX_ROWS

_LISTS = "_lists"
_RED, _GREY = "C00000", "F1F3F5"
_LEAST_WIDTH, _MOST_WIDTH = 10, 40
_MAX_TITLE = 31
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column to fill in."""

    header: str
    is_required: bool
    #: How Excel keeps what is typed: "@" is text, so that 0123 stays 0123.
    number_format: str = "@"
    #: What the drop-down offers; none for a column without one.
    values: Sequence[str] = ()


def write_template(
    path: Path,
    columns: Sequence[TemplateColumn],
    *,
    title: str,
    instructions_title: str,
    instructions: Sequence[Sequence[str]],
) -> None:
    """Write a template.

    :param instructions: lines of the sheet of instructions; one of a single cell is a sentence, of "" a gap, others are
        rows of a table, of which the first is its header
    """
    from openpyxl import Workbook  # noqa: PLC0415 -- slow import

    book = Workbook()
    sheet: Any = book.active
    sheet.title = _sheet_title(title)
    _write_header(sheet, columns)
    _write_instructions(book.create_sheet(_sheet_title(instructions_title)), instructions)
    if any(column.values for column in columns):
        _write_lists(book.create_sheet(_LISTS), sheet, columns)
    book.save(path)


def _sheet_title(text: str) -> str:
    return _NOT_IN_TITLES.sub(" ", text)[:_MAX_TITLE].strip() or "Sheet"


def _write_header(sheet: Any, columns: Sequence[TemplateColumn]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 -- slow import

    for number, column in enumerate(columns, start=1):
        letters = column_name(number)
        dimension = sheet.column_dimensions[letters]
        dimension.width = _width([column.header, *column.values[:20]])
        dimension.number_format = column.number_format
        cell = sheet.cell(1, number, f"{column.header}{'*' if column.is_required else ''}")
        cell.font = Font(bold=True, color=_RED if column.is_required else None)
        cell.fill = PatternFill("solid", fgColor=_GREY)
        cell.alignment = Alignment(vertical="center")
    sheet.row_dimensions[1].height = 24
    sheet.freeze_panes = "A2"


def _width(texts: Sequence[str]) -> float:
    """Return a width in signs; those beyond Latin are twice as wide."""
    longest = max(sum(2 if ord(sign) > 0x2E80 else 1 for sign in text) for text in texts)  # noqa: PLR2004 -- CJK begins
    return min(max(longest + 4, _LEAST_WIDTH), _MOST_WIDTH)


def _write_lists(lists: Any, sheet: Any, columns: Sequence[TemplateColumn]) -> None:
    """Put the values on a hidden sheet, since Excel takes at most 255 signs in the cell's own list."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 -- slow import

    lists.sheet_state = "hidden"
    place = 0
    for number, column in enumerate(columns, start=1):
        if not column.values:
            continue
        place += 1
        for row, value in enumerate(column.values, start=1):
            cell = lists.cell(row, place, value)
            cell.data_type = "s"  # a value that begins with = is no formula
        letters, target = column_name(place), column_name(number)
        # What is not in the list may be typed: the import tells what it does not know.
        rule = DataValidation("list", f"{_LISTS}!${letters}$1:${letters}${len(column.values)}", allow_blank=True)
        rule.showErrorMessage = False
        rule.add(f"{target}2:{target}{MAX_ROWS + 1}")
        sheet.add_data_validation(rule)


def _write_instructions(sheet: Any, lines: Sequence[Sequence[str]]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 -- slow import

    is_table = False
    for row, line in enumerate(lines, start=1):
        is_header, is_table = len(line) > 1 and not is_table, len(line) > 1
        for column, text in enumerate(line, start=1):
            cell = sheet.cell(row, column, text)
            cell.data_type = "s"
            cell.alignment = Alignment(vertical="top", wrap_text=is_table)
            cell.font = Font(bold=is_header or (row == 1))
            if is_header:
                cell.fill = PatternFill("solid", fgColor=_GREY)
    table = [line for line in lines if len(line) > 1]
    for column, texts in enumerate(zip(*table, strict=True), start=1):
        sheet.column_dimensions[column_name(column)].width = _width(texts)
