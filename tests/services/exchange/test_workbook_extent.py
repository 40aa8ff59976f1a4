"""Workbooks of a few bytes that would fill the memory are refused before the reader sees them."""

import struct
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from services.exchange.errors import FileError
from services.exchange.formats import read_table
from tests.xls_files import xls_bytes


def workbook(*cells: str) -> bytes:
    """Return an XLSX with a text in each of the cells."""
    book = Workbook()
    for cell in cells:
        book.active[cell] = "name"  # type: ignore[index]
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("far", "code"),
    [
        ("XFD1048576", "too_many_columns"),
        ("XFD2", "too_many_columns"),
        ("A1048576", "too_many_rows"),
        ("GR200000", "too_many_cells"),
    ],
)
def test_far_cell_is_refused(far: str, code: str) -> None:
    with pytest.raises(FileError) as caught:
        read_table(workbook("A1", far))

    assert caught.value.code == code


@pytest.mark.parametrize("far", ["XFD2", "A1048576", "GR200000"])
def test_far_cell_that_is_merely_formatted_is_ignored(far: str) -> None:
    book, buffer = Workbook(), BytesIO()
    for place, text in {"A1": "code", "B1": "name", "A2": "1", "B2": "a"}.items():
        book.active[place] = text  # type: ignore[index]
    book.active[far].font = Font(bold=True)  # type: ignore[index]
    book.save(buffer)

    assert list(read_table(buffer.getvalue()).rows) == [(2, ["1", "a"])]


def test_far_cell_that_does_not_say_where_it_stands_is_refused() -> None:
    content = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook("A1", "A1048576"))) as source, zipfile.ZipFile(content, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b'<c r="A1048576"', b"<c"))

    with pytest.raises(FileError) as caught:
        read_table(content.getvalue())

    assert caught.value.code == "too_many_rows"


def test_lying_dimension_changes_nothing() -> None:
    content = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook("A1", "XFD1048576"))) as source, zipfile.ZipFile(content, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"A1:XFD1048576", b"A1:B2"))

    with pytest.raises(FileError) as caught:
        read_table(content.getvalue())

    assert caught.value.code == "too_many_columns"


WIDE = """<table:table-row><table:table-cell office:value-type="string" office:value="x"
table:number-columns-repeated="16000"/></table:table-row>"""
LONG = """<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="float"
office:value="1"/></table:table-row>"""


@pytest.mark.parametrize(("row", "code"), [(WIDE, "too_many_columns"), (LONG, "too_many_rows")], ids=["wide", "long"])
def test_ods_repeated_filled_cells_are_refused(row: str, code: str) -> None:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml", f"<office:document-content><table:table>{row}</table:table></office:document-content>"
        )

    with pytest.raises(FileError) as caught:
        read_table(content.getvalue())

    assert caught.value.code == code


def broken_xls(change: Callable[[bytearray], None], *rows: list[object]) -> bytes:
    """Return an XLS with bytes of its own changed."""
    content = bytearray(xls_bytes([["code", "name"], ["1", "a"], *rows]))
    change(content)
    return bytes(content)


#: Where the table of sectors begins, and where the header says how many sectors belong to what.
_TABLE, _DIRECTORY_COUNT, _MORE_TABLE = 512, 40, 68


@pytest.mark.parametrize(
    "change",
    [
        lambda content: struct.pack_into("<I", content, _TABLE + 4 * 4, 4),
        lambda content: struct.pack_into("<I", content, _TABLE + 4 * 4, 2),
        lambda content: struct.pack_into("<I", content, _TABLE + 4 * 4, 70_000),
        lambda content: struct.pack_into("<I", content, _TABLE + 4, 1),
        lambda content: struct.pack_into("<I", content, _DIRECTORY_COUNT, 2**31),
        lambda content: struct.pack_into("<II", content, _MORE_TABLE, 3, 1),
        lambda content: struct.pack_into("<H", content, 30, 31),
        lambda content: struct.pack_into("<I", content, 1024 + 128 + 120, 2**31),
    ],
    ids=["itself", "circle", "outside", "directory", "count", "table", "size", "stream"],
)
def test_xls_whose_sectors_run_in_circles_is_refused(change: Callable[[bytearray], None]) -> None:
    """The reader would follow them until the memory is full."""
    with pytest.raises(FileError) as caught:
        read_table(broken_xls(change))

    assert caught.value.code == "damaged"


def test_xls_that_says_to_be_huge_is_refused() -> None:
    def far(content: bytearray) -> None:
        at = content.index(struct.pack("<HH", 0x0203, 14))
        struct.pack_into("<HH", content, at + 4, 65_535, 255)

    with pytest.raises(FileError) as caught:
        read_table(broken_xls(far, [7.0, "b"]))

    assert caught.value.code == "too_many_cells"
