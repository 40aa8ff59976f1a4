"""XLS: refuses what is protected or would fill the memory; finds the failed formulas, which the reader leaves blank.

Source: [MS-XLS], the records of a workbook, published by Microsoft.
"""

import struct
from collections.abc import Iterator

from services.exchange.cells import ErrorCell, cell_name
from services.exchange.errors import FileError
from services.exchange.formats.compound_files import CompoundFile
from services.exchange.formats.content import Content
from services.exchange.formats.limits import MAX_CELLS
from services.exchange.formats.sheet_facts import SheetFacts

_STREAM_NAMES = ("Workbook", "Book")
#: Stream -> what kind of file holds it, of those that cannot be read.
_OTHER_FORMATS = {"WordDocument": "Word", "PowerPoint Document": "PowerPoint"}
#: Numbers of records.
_FORMULA, _END, _PASSWORD, _BOUND_SHEET, _TEXTS = 0x0006, 0x000A, 0x002F, 0x0085, 0x00FC
_DIMENSIONS, _BOOL_OR_ERROR, _MANY_NUMBERS, _MERGES = 0x0200, 0x0205, 0x00BD, 0x00E5
#: Records of one cell: they begin with its row and column. BLANK and MULBLANK hold nothing that is read.
_CELLS = frozenset({_FORMULA, _BOOL_OR_ERROR, 0x0203, 0x0204, 0x00FD, 0x00D6, 0x027E})
#: Most sheets that a workbook may have.
_MAX_SHEETS = 200
#: Value of a formula that failed: its first byte, and its last two.
_FAILED, _NO_NUMBER = 2, b"\xff\xff"
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def check_old_workbook(content: Content) -> None:
    """Refuse what is protected, is no workbook, or would fill the memory.

    :raises FileError: if it is so
    """
    with content.open() as stream:
        container = CompoundFile(stream.read())
    book = container.stream(_STREAM_NAMES)
    if "EncryptedPackage" in container.names or any(kind == _PASSWORD for kind, _ in _records(book, 0)):
        raise FileError("password")
    for name, kind in _OTHER_FORMATS.items():
        if name in container.names:
            raise FileError("other_format", value=kind)
    try:
        _check_extent(book)
    except struct.error as error:
        raise FileError("damaged") from error


def xls_facts(content: Content, index: int) -> SheetFacts:
    """Return the failed formulas of a sheet by its place in the workbook, the first being 0."""
    facts = SheetFacts()
    with content.open() as stream:
        book = CompoundFile(stream.read()).stream(_STREAM_NAMES)
    starts = _starts(book)
    if index < len(starts):
        for kind, data in _records(book, starts[index]):
            code = _error_code(kind, data)
            if code is not None:
                row, column = (number + 1 for number in struct.unpack_from("<HH", data))
                facts.errors[row, column] = ErrorCell(cell_name(column, row), _ERRORS.get(code, "#N/A"))
    return facts


def _starts(book: bytes) -> list[int]:
    """Return where the sheets begin."""
    sheets = (data for kind, data in _records(book, 0) if kind == _BOUND_SHEET and len(data) >= 4)  # noqa: PLR2004
    return [struct.unpack_from("<I", data)[0] for data in sheets]


def _check_extent(book: bytes) -> None:
    """Refuse sheets whose cells span more than an import takes: the reader makes room for all that they could hold.

    :raises FileError: if one does, or says so
    """
    starts = _starts(book)
    if len(starts) > _MAX_SHEETS:
        raise FileError("damaged")
    for kind, data in _records(book, 0):
        if kind == _TEXTS and struct.unpack_from("<II", data)[1] > len(book):
            raise FileError("damaged")
    for start in dict.fromkeys(starts):
        rows = columns = 0
        for kind, data in _records(book, start):
            row, column = _end_of(kind, data)
            rows, columns = max(rows, row), max(columns, column)
        if rows * columns > MAX_CELLS:
            raise FileError("too_many_cells", limit=MAX_CELLS)


def _end_of(kind: int, data: bytes) -> tuple[int, int]:
    """Return how many rows and columns a sheet has at least, by one of its records."""
    if kind in _CELLS:
        row, column = struct.unpack_from("<HH", data)
        return row + 1, column + 1
    if kind == _MANY_NUMBERS:
        return struct.unpack_from("<H", data)[0] + 1, struct.unpack_from("<H", data, len(data) - 2)[0] + 1
    if kind == _DIMENSIONS:
        _, last_row, _, last_column = struct.unpack_from("<IIHH" if len(data) >= 14 else "<HHHH", data)  # noqa: PLR2004
        return last_row, last_column
    return 0, 0


def _records(book: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """Yield number and data of the records up to the end of a part."""
    at = start
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        data = book[at + 4 : at + 4 + length]
        if kind == _END or len(data) < length:
            return
        yield kind, data
        at += 4 + length


def _error_code(kind: int, data: bytes) -> int | None:
    if kind == _BOOL_OR_ERROR and len(data) >= 8 and data[7] == 1:  # noqa: PLR2004 -- row, column, format, value, mark
        return data[6]
    is_failed = kind == _FORMULA and len(data) >= 14 and data[6] == _FAILED and data[12:14] == _NO_NUMBER  # noqa: PLR2004
    return data[8] if is_failed else None
