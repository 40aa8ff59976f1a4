"""XLS: tells what is protected, and finds the failed formulas, which the reader hands over as blank cells.

Sources: [MS-CFB] (the container of streams) and [MS-XLS] (the records of a workbook), both published by Microsoft.
"""

import struct
from collections.abc import Iterator

from services.exchange.cells import ErrorCell, cell_name
from services.exchange.errors import FileError
from services.exchange.formats.content import Content
from services.exchange.formats.sheet_facts import SheetFacts

_HEADER_BYTES, _ENTRY_BYTES = 512, 128
#: Numbers of sectors from here on mean the end of a chain, a free sector and the like.
_NO_SECTOR = 0xFFFFFFFA
_ROOT, _STREAM_NAMES = 5, ("Workbook", "Book")
#: Numbers of records.
_FORMULA, _END, _PASSWORD, _BOUND_SHEET, _BOOL_OR_ERROR = 0x0006, 0x000A, 0x002F, 0x0085, 0x0205
#: Stream -> what kind of file holds it, of those that cannot be read.
_OTHER_FORMATS = {"WordDocument": "Word", "PowerPoint Document": "PowerPoint"}
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


def check_container(content: Content) -> None:
    """Refuse what is protected, and what is no workbook.

    :raises FileError: if it is so; one that cannot be followed is left to the reader
    """
    with content.open() as stream:
        data = stream.read()
    try:
        container = _Container(data)
        book = container.stream(_STREAM_NAMES)
    except (struct.error, IndexError, ValueError):
        return
    if "EncryptedPackage" in container.names or any(kind == _PASSWORD for kind, _ in _records(book, 0)):
        raise FileError("password")
    for name, kind in _OTHER_FORMATS.items():
        if name in container.names:
            raise FileError("other_format", value=kind)


def xls_facts(content: Content, index: int) -> SheetFacts:
    """Return the failed formulas of a sheet by its place in the workbook, the first being 0.

    What cannot be followed is left out: the reader has judged the file already.
    """
    facts = SheetFacts()
    with content.open() as stream:
        book = _book(stream.read())
    starts = [struct.unpack_from("<I", data)[0] for kind, data in _records(book, 0) if kind == _BOUND_SHEET]
    if index < len(starts):
        for kind, data in _records(book, starts[index]):
            code = _error_code(kind, data)
            if code is not None:
                row, column = (number + 1 for number in struct.unpack_from("<HH", data))
                facts.errors[row, column] = ErrorCell(cell_name(column, row), _ERRORS.get(code, "#N/A"))
    return facts


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


def _book(content: bytes) -> bytes:
    """Return the stream of the workbook; none if the container cannot be followed."""
    try:
        return _Container(content).stream(_STREAM_NAMES)
    except (struct.error, IndexError, ValueError):
        return b""


def _name(entry: bytes) -> str:
    length = struct.unpack_from("<H", entry.ljust(_ENTRY_BYTES, b"\0"), 64)[0]
    return entry[: max(0, length - 2)].decode("utf-16-le", "replace")


class _Container:
    """A compound file: streams cut into sectors, which a table of next sectors chains."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._size = 1 << min(struct.unpack_from("<H", content, 30)[0], 16)
        self._small_size = 1 << min(struct.unpack_from("<H", content, 32)[0], 16)
        self._next = self._numbers(self._table_sectors())
        directory, _, self._least, small_start = struct.unpack_from("<IIII", content, 48)
        self._small_next = self._numbers(self._chain(small_start, self._next))
        entries = self._joined(directory)
        self._entries = [entries[at : at + _ENTRY_BYTES] for at in range(0, len(entries), _ENTRY_BYTES)]

    @property
    def names(self) -> list[str]:
        """Return the names of the streams."""
        return [_name(entry) for entry in self._entries]

    def stream(self, names: tuple[str, ...]) -> bytes:
        """Return the first stream of one of the names; none if there is no such stream.

        :raises FileError: if the file ends before it
        """
        roots = [entry for entry in self._entries if len(entry) == _ENTRY_BYTES and entry[66] == _ROOT]
        for entry in self._entries:
            if _name(entry) not in names:
                continue
            start, size = struct.unpack_from("<II", entry, 116)
            if size >= self._least:
                data = self._joined(start)[:size]
                if len(data) < size:
                    raise FileError("damaged")
                return data
            small = self._joined(struct.unpack_from("<I", roots[0], 116)[0])
            chain = self._chain(start, self._small_next)
            return b"".join(small[n * self._small_size : (n + 1) * self._small_size] for n in chain)[:size]
        return b""

    def _table_sectors(self) -> list[int]:
        """Return the sectors of the table itself: the first 109 are named in the header, others in a chain."""
        sectors = list(struct.unpack_from("<109I", self._content, 76))
        at, count = struct.unpack_from("<II", self._content, 68)
        for _ in range(min(count, len(self._content) // self._size)):
            if at >= _NO_SECTOR:
                break
            *more, at = self._numbers([at])
            sectors += more
        return [sector for sector in sectors if sector < _NO_SECTOR][: len(self._content) // self._size]

    def _sector(self, number: int) -> bytes:
        start = _HEADER_BYTES if self._size == _HEADER_BYTES else self._size
        return self._content[start + number * self._size : start + (number + 1) * self._size]

    def _numbers(self, sectors: list[int]) -> list[int]:
        data = b"".join(self._sector(number) for number in sectors)
        return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))

    def _chain(self, start: int, following: list[int]) -> list[int]:
        """Return the sectors of a chain; one that runs in a circle ends when it is longer than the file."""
        found: list[int] = []
        at, most = start, len(self._content) // self._small_size
        while at < len(following) and len(found) < most:
            found.append(at)
            at = following[at]
        return found

    def _joined(self, start: int) -> bytes:
        most = len(self._content) // self._size
        return b"".join(self._sector(number) for number in self._chain(start, self._next)[:most])
