"""Makes XLS files as old programs write them: no library at hand writes them.

Sources: [MS-CFB] and [MS-XLS], published by Microsoft; only what a small file needs.
"""

import struct
from collections.abc import Sequence
from typing import Any

from services.exchange.cells import ErrorCell

_SECTOR = 512
_FREE, _END_OF_CHAIN, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
#: Streams below this length stand elsewhere; ours are filled up to it.
_LEAST = 4096
_ERROR_CODES = {"#DIV/0!": 0x07, "#N/A": 0x2A}


def xls_bytes(
    rows: Sequence[Sequence[Any]], *, merges: Sequence[tuple[int, int, int, int]] = (), is_1904: bool = False
) -> bytes:
    """Return a workbook of one sheet of texts, numbers and :class:`ErrorCell`.

    :param merges: first and last row, first and last column, from 0
    """
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for row, cells in enumerate(rows):
        sheet += b"".join(_cell(row, column, cell) for column, cell in enumerate(cells) if cell != "")
    if merges:
        sheet += _record(0x00E5, struct.pack("<H", len(merges)) + b"".join(struct.pack("<4H", *m) for m in merges))
    sheet += _record(0x000A, b"")
    name = "Sheet1".encode("utf-16-le")
    head = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    head += _record(0x0022, struct.pack("<H", is_1904))
    start = len(head) + 4 + 8 + len(name) + 4
    head += _record(0x0085, struct.pack("<IHBB", start, 0, len(name) // 2, 1) + name) + _record(0x000A, b"")
    return container("Workbook", head + sheet)


def container(name: str, stream: bytes) -> bytes:
    """Return a compound file of one stream: "EncryptedPackage" is what a protected XLSX holds."""
    stream = stream.ljust(_LEAST, b"\0")
    stream = stream.ljust(-(-len(stream) // _SECTOR) * _SECTOR, b"\0")
    count = len(stream) // _SECTOR
    chain = [_TABLE, _END_OF_CHAIN, *range(3, count + 2), _END_OF_CHAIN]
    table = struct.pack("<128I", *chain, *[_FREE] * (128 - len(chain)))
    directory = _entry("Root Entry", 5, _END_OF_CHAIN, 0, child=1) + _entry(name, 2, 2, len(stream))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, _LEAST, _END_OF_CHAIN, 0, _END_OF_CHAIN, 0, 0)
    header += struct.pack("<108I", *[_FREE] * 108)
    return header + table + directory.ljust(_SECTOR, b"\0") + stream


def _entry(name: str, kind: int, start: int, size: int, *, child: int = _FREE) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    links = struct.pack("<III", _FREE, _FREE, child)
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB", len(text), kind, 1)
        + links
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _cell(row: int, column: int, cell: Any) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(cell, ErrorCell):
        return _record(0x0205, place + bytes([_ERROR_CODES[cell.text], 1]))
    if isinstance(cell, str):
        text = cell.encode("utf-16-le")
        return _record(0x0204, place + struct.pack("<HB", len(text) // 2, 1) + text)
    return _record(0x0203, place + struct.pack("<d", cell))
