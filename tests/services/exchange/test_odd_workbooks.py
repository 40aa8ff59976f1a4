"""Workbooks as they come: titles, merges, hidden sheets, failed formulas, protection, other kinds of files."""

import io
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from services.exchange.cells import ErrorCell
from services.exchange.converters import as_text
from services.exchange.errors import CellError, FileError
from services.exchange.formats import Reading, look, read_table
from services.exchange.formats.workbooks import SheetName
from tests.xls_files import container, xls_bytes

KNOWN = frozenset({"编码", "名称", "code", "name"})


def xlsx(*rows: Any, change: Callable[[Any], Any] | None = None) -> bytes:
    """Return an XLSX of rows; ``change`` does more to the workbook."""
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    if change is not None:
        change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def changed(content: bytes, change: Callable[[str, str], str]) -> bytes:
    """Return an archive with each part changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name).decode()))
    return buffer.getvalue()


def ods(*rows: str, hidden: str = "") -> bytes:
    """Return an ODS whose rows are written as XML."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    cells = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{space}:office:1.0" '
        f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="S">{cells}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f"<manifest>{hidden}</manifest>")
        archive.writestr("content.xml", content)
    return buffer.getvalue()


def text_cell(text: str, more: str = "") -> str:
    """Return a cell of an ODS."""
    return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


def rows_of(content: bytes, **reading: Any) -> list[list[Any]]:
    """Return header and rows as lists."""
    table = read_table(content, Reading(**reading), known=KNOWN)
    return [list(table.header), *(list(cells) for _, cells in table.rows)]


def fault_of(content: bytes) -> str:
    """Return the sentence by which a file is refused."""
    with pytest.raises(FileError) as caught:
        list(read_table(content, known=KNOWN).rows)
    return str(caught.value)


def test_merged_title_above_the_header_is_harmless() -> None:
    content = xlsx(
        ["客户导入表"], [None], ["编码", "名称"], ["01", "a"], change=lambda book: book.active.merge_cells("A1:F1")
    )

    seen = look(content, known=KNOWN)

    assert rows_of(content) == [["编码", "名称"], ["01", "a"]]
    assert (seen.reading.header_row, seen.warnings) == (3, ("title_rows",))


@pytest.mark.parametrize("cells", ["A2:A3", "A1:B1", "B2:C3"])
def test_merged_data_is_refused_with_its_range(cells: str) -> None:
    content = xlsx(
        ["编码", "名称", "x"], ["1", "a", "x"], ["2", "b", "y"], change=lambda b: b.active.merge_cells(cells)
    )

    assert fault_of(content) == f"merged cells cannot be read; split {cells} and fill each cell"


def test_merged_blank_cells_are_harmless() -> None:
    content = xlsx(["编码", "名称"], ["1", "a"], change=lambda book: book.active.merge_cells("A4:B6"))

    assert rows_of(content) == [["编码", "名称"], ["1", "a"]]


def test_merged_cells_of_other_kinds_of_workbooks_are_refused() -> None:
    old = xls_bytes([["编码", "名称"], ["1", "a"], ["", "b"]], merges=[(1, 2, 0, 0)])
    open_document = ods(
        text_cell("编码") + text_cell("名称"),
        text_cell("1", ' table:number-rows-spanned="2" table:number-columns-spanned="1"') + text_cell("a"),
        "<table:covered-table-cell/>" + text_cell("b"),
    )

    assert [fault_of(content) for content in (old, open_document)] == [
        "merged cells cannot be read; split A2:A3 and fill each cell"
    ] * 2


def hidden_first(book: Any) -> None:
    """Put a hidden sheet and one of instructions before the data."""
    sheet = book.create_sheet("hidden", 0)
    sheet.append(["编码", "名称"])
    sheet.append(["9", "hidden"])
    sheet.sheet_state = "hidden"
    words = book.create_sheet("说明", 1)
    words.append(["列名", "必填", "说明"])
    words.append(["编码", "否", "每行唯一"])
    book.active = 2


def test_first_visible_sheet_with_fitting_headers_is_read() -> None:
    content = xlsx(["编码", "名称"], ["1", "a"], change=hidden_first)

    seen = look(content, known=KNOWN)

    assert rows_of(content) == [["编码", "名称"], ["1", "a"]]
    assert seen.sheets == (SheetName("说明", False), SheetName("Sheet", False), SheetName("hidden", True))  # noqa: FBT003


def test_hidden_sheet_is_read_when_it_is_chosen() -> None:
    content = xlsx(["编码", "名称"], ["1", "a"], change=hidden_first)

    assert rows_of(content, sheet="hidden")[1] == ["9", "hidden"]
    assert look(content, Reading(sheet="hidden"), known=KNOWN).warnings == ("hidden_sheet",)
    assert str(look(content, Reading(sheet="no"), known=KNOWN).fault) == "there is no sheet “no”"


def errors_in(sheet: Any) -> None:
    """Put errors into a sheet."""
    for name in ("A2", "B3"):
        sheet[name] = "#N/A"
        sheet[name].data_type = "e"


ERRORS = {
    "xlsx": xlsx(["编码", "名称"], ["", "a"], ["2", ""], change=lambda book: errors_in(book.active)),
    "xls": xls_bytes([["编码", "名称"], [ErrorCell("A2", "#N/A"), "a"], ["2", ErrorCell("B3", "#N/A")]]),
    "ods": ods(
        text_cell("编码") + text_cell("名称"),
        text_cell("#N/A", ' office:string-value="" calcext:value-type="error"') + text_cell("a"),
        text_cell("2") + text_cell("#N/A", ' office:string-value="" calcext:value-type="error"'),
    ),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_failed_formula_is_told_by_its_cell(kind: str) -> None:
    assert rows_of(ERRORS[kind])[1:] == [[ErrorCell("A2", "#N/A"), "a"], ["2", ErrorCell("B3", "#N/A")]]
    with pytest.raises(CellError) as caught:
        as_text(ErrorCell("A2", "#N/A"))
    assert str(caught.value) == "cell A2 shows the error #N/A; correct it in the spreadsheet"


def test_formula_gives_its_value_and_is_told_where_it_has_none() -> None:
    content = xlsx(["编码", "名称"], ["1", "=A2&1"], ["2", "=A3&1"])
    computed = changed(content, lambda _, text: text.replace("<f>A2&amp;1</f><v />", "<f>A2&amp;1</f><v>11</v>"))

    assert rows_of(computed)[1:] == [["1", 11], ["2", ErrorCell("B3", "")]]
    with pytest.raises(CellError) as caught:
        as_text(ErrorCell("B3", ""))
    assert caught.value.code == "not_computed"


def test_numbers_shown_with_leading_zeros_keep_them() -> None:
    def change(book: Any) -> None:
        book.active["A2"].number_format = "000000"

    content = xlsx(["编码", "名称"], [7, "a"], [7, "b"], ["007", "c"], [13800138000, "d"], [1.5, "e"], change=change)

    assert [row[0] for row in rows_of(content)[1:]] == ["000007", 7, "007", 13800138000, 1.5]


STRICT = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        "http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}


def strict(name: str, text: str) -> str:
    """Write a part as the strict form of the standard has it, dates as text."""
    for transitional, other in STRICT.items():
        text = text.replace(transitional, other)
    return re.sub(r't="n"><v>46024</v>', 't="d"><v>2026-01-02</v>', text)


def test_strict_workbook_is_read() -> None:
    content = changed(xlsx(["编码", "名称"], ["01", date(2026, 1, 2)]), strict)

    rows = rows_of(content)

    assert (rows[0], rows[1][0], str(rows[1][1])[:10]) == (["编码", "名称"], "01", "2026-01-02")


def test_dates_since_1904_and_moments_are_read() -> None:
    def change(book: Any) -> None:
        book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001 -- as openpyxl wants it

    rows = rows_of(xlsx(["编码", "名称"], [date(2026, 1, 2), datetime(2026, 1, 2, 3, 4)], change=change))  # noqa: DTZ001

    assert rows[1] == [date(2026, 1, 2), datetime(2026, 1, 2, 3, 4)]  # noqa: DTZ001


def test_blank_rows_and_columns_around_the_table_are_ignored() -> None:
    content = xlsx([], [], [None, "编码", None, "名称"], [], [None, "1", None, "a"], [" "])

    table = read_table(content, known=KNOWN)

    assert (table.header, list(table.rows)) == (("", "编码", "", "名称"), [(5, ["", "1", "", "a"])])


def archive(*parts: tuple[str, bytes], encrypted: bool = False, size: int | None = None) -> bytes:
    """Return a ZIP of parts, the first of which says that it is encrypted, or has a size."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts:
            target.writestr(name, content)
    data = bytearray(buffer.getvalue())
    if encrypted:
        data[data.index(b"PK\x01\x02") + 8] |= 1
    if size is not None:
        struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, size)
    return bytes(data)


OTHERS = {
    "protected xlsx": (container("EncryptedPackage", b"secret"), "password"),
    "protected xls": (container("Workbook", b"\x09\x08\x00\x00\x2f\x00\x02\x00\x00\x00"), "password"),
    "protected ods": (ods(text_cell("编码"), hidden="<encryption-data/>"), "password"),
    "protected zip": (archive(("xl/workbook.xml", b"x"), encrypted=True), "password"),
    "Word": (archive(("word/document.xml", b"x")), "type Word"),
    "old Word": (container("WordDocument", b"x"), "type Word"),
    "binary Excel": (archive(("xl/workbook.bin", b"x")), "type XLSB"),
    "bomb": (archive(("xl/worksheets/sheet1.xml", b" "), size=501 * 1024 * 1024), "far larger"),
    "bomb that lies": (archive(("xl/worksheets/sheet1.xml", b" " * 100_000), size=100), "damaged"),
    "no workbook": (archive(("readme.txt", b"x")), "damaged"),
    "many cells": (archive(("xl/worksheets/sheet1.xml", b"<c>" * 6_000_001)), "spans more"),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_cannot_be_read_is_refused_with_what_to_do(kind: str) -> None:
    content, words = OTHERS[kind]

    assert words in fault_of(content)


@pytest.mark.parametrize("kind", ["xls", "ods"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated_workbook_is_refused(kind: str, share: float) -> None:
    content = ERRORS[kind]

    assert "damaged" in fault_of(content[: int(len(content) * share)])


@pytest.mark.parametrize("name", ["report.csv", "report.txt", "report.xls"])
def test_content_decides_not_the_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(xlsx(["编码", "名称"], ["1", "a"]))

    assert read_table(path).header == ("编码", "名称")
