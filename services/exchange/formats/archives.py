"""The ZIP behind XLSX and ODS, looked at before a reader unpacks it: refused where it would fill the memory."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException

from services.exchange.cells import column_number
from services.exchange.errors import FileError
from services.exchange.formats.content import BLOCK, Content
from services.exchange.formats.limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, SEARCHED_ROWS

#: What the parts of a ZIP may unpack to, in bytes: a small file can hold gigabytes.
_MAX_UNPACKED = 500 * 1024 * 1024
_MAX_PARTS = 10_000
_SHEET_PART = re.compile(r"worksheets/[^/]+\.xml$")
#: Part -> what kind of file holds it, of those that cannot be read.
_OTHER_FORMATS = {
    "xl/workbook.bin": "XLSB",
    "word/document.xml": "Word",
    "ppt/presentation.xml": "PowerPoint",
    "Index/Document.iwa": "Numbers",
}
#: Column, and row, of a cell in a sheet of an XLSX; a row's tag has a number alone.
_COLUMN = re.compile(rb""" r=["']([A-Z]{1,10})[0-9]""")
_ROW = re.compile(rb""" r=["'][A-Z]{0,10}([0-9]{1,10})["']""")
_ODD_BLANKS = re.compile(rb"[\t\r\n]+r=")
#: A cell with something in it, by its tag; one without is closed at once.
_FILLED = re.compile(rb"""<(?:\w+:)?c(?:\s[^>]*?)? r=["']([A-Z]{1,10})([0-9]{1,10})["'](?:[^>]*[^/>])?>""")
_EXTENT_FAULTS = frozenset({"too_many_columns", "too_many_rows", "too_many_cells"})
_CELL_TAGS = (b"<c ", b"<c>", b":c ", b":c>")
_FILLED_CELL = re.compile(rb"<table:table-cell[^>]*office:value[^>]*>")
_REPEATED = re.compile(rb'number-columns-repeated="([0-9]{1,12})"')
_REPEATED_ROW = re.compile(
    rb'<table:table-row[^>]*number-rows-repeated="([0-9]{1,12})"[^>]*>(.*?)</table:table-row>', re.DOTALL
)
_MAX_REPEATED_ROWS = 1_000


@contextmanager
def archive_of(content: Content) -> Iterator[zipfile.ZipFile]:
    """Yield the archive.

    :raises FileError: if it, or what is read of it, is damaged
    """
    try:
        with content.open() as stream, zipfile.ZipFile(stream) as archive:
            yield archive
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError, zlib.error) as error:
        raise FileError("damaged") from error
    except (ParseError, DefusedXmlException, LookupError) as error:
        raise FileError("damaged") from error


def check_archive(content: Content) -> None:
    """Refuse what would fill the memory, and what is no workbook that can be read.

    :raises FileError: if it is damaged, too large, protected or of another kind
    """
    with archive_of(content) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > _MAX_UNPACKED or len(parts) > _MAX_PARTS:
            raise FileError("unpacks_too_large")
        for name, kind in _OTHER_FORMATS.items():
            if name in archive.NameToInfo:
                raise FileError("other_format", value=kind)
        for part in parts:
            if part.flag_bits & 1:
                raise FileError("password")
            try:
                with archive.open(part) as stream:
                    _check_part(part.filename, stream)
            except FileError as error:
                # Formats reach to the last row that there is; what is blank takes no room.
                if error.code not in _EXTENT_FAULTS or not _SHEET_PART.search(part.filename):
                    raise
                with archive.open(part) as stream:
                    _check_filled(stream, error)


def blocks_of_tags(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield blocks that end where a tag ends."""
    rest = b""
    while block := stream.read(BLOCK):
        whole, bracket, rest = (rest + block).rpartition(b">")
        yield whole + bracket
        if len(rest) > BLOCK:
            raise FileError("damaged")
    yield rest


def _check_part(name: str, stream: IO[bytes]) -> None:
    """Read a part to its end, which shows whether it is as long as it says."""
    if _SHEET_PART.search(name):
        _check_extent(stream)
    elif name == "content.xml":
        _check_repeats(stream.read())
    elif name == "META-INF/manifest.xml" and b"encryption-data" in stream.read(BLOCK):
        raise FileError("password")
    while stream.read(BLOCK):
        pass


def _check_extent(sheet: IO[bytes]) -> None:
    """Refuse a sheet whose cells lie far out: the reader makes room for all that could stand before them.

    :raises FileError: if a column or row lies outside of what an import takes, or the sheet spans too many cells
    """
    column, row, count = 0, 0, 0
    for block in blocks_of_tags(sheet):
        if b"\nr=" in block or b"\tr=" in block or b"\rr=" in block:
            block = _ODD_BLANKS.sub(b" r=", block)  # noqa: PLW2901 -- what no program writes, but readers take
        column = max([column, *(column_number(letters.decode()) for letters in set(_COLUMN.findall(block)))])
        row = max([row, *map(int, set(_ROW.findall(block)))])
        count += sum(map(block.count, _CELL_TAGS))
    _refuse_extent(column, row, count)


def _check_filled(sheet: IO[bytes], fault: FileError) -> None:
    """Refuse a sheet of which cells with something in them lie far out.

    :raises FileError: if one does; as before, if there are cells that do not say where they stand
    """
    column = row = count = 0
    for block in blocks_of_tags(sheet):
        cells, places = sum(map(block.count, _CELL_TAGS)), len(_COLUMN.findall(block))
        if places < cells:
            raise fault
        for letters, number in _FILLED.findall(block):
            column, row, count = max(column, column_number(letters.decode())), max(row, int(number)), count + 1
    _refuse_extent(column, row, count)


def _refuse_extent(column: int, row: int, count: int) -> None:
    if column > MAX_COLUMNS:
        raise FileError("too_many_columns", limit=MAX_COLUMNS)
    if row > MAX_ROWS + SEARCHED_ROWS:
        raise FileError("too_many_rows", limit=MAX_ROWS)
    if max(column * row, count) > MAX_CELLS:
        raise FileError("too_many_cells", limit=MAX_CELLS)


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
