"""The container behind XLS and protected XLSX: streams cut into sectors, which a table of next sectors chains.

The reader of workbooks follows chains without an end, so that a few bytes would fill the memory: what is not sound is
refused here, before it sees the file. Source: [MS-CFB], published by Microsoft.
"""

import struct

from services.exchange.errors import FileError

_HEADER_BYTES, _ENTRY_BYTES = 512, 128
#: Numbers of sectors from here on mean the end of a chain, a free sector and the like.
_NO_SECTOR = 0xFFFFFFFA
_END_OF_CHAIN = 0xFFFFFFFE
_ROOT, _STREAM = 5, 2
#: Powers of two that sectors have as their size.
_SIZES, _SMALL_SIZES = (9, 12), (6,)


class CompoundFile:
    """A container whose chains all end."""

    def __init__(self, content: bytes) -> None:
        """Read its tables.

        :raises FileError: if it is not sound
        """
        self._content = content
        try:
            self._read()
        except (struct.error, IndexError, ValueError) as error:
            raise FileError("damaged") from error

    @property
    def names(self) -> list[str]:
        """Return the names of the streams."""
        return [_name(entry) for entry in self._entries]

    def stream(self, names: tuple[str, ...]) -> bytes:
        """Return the first stream of one of the names; none if there is no such stream.

        :raises FileError: if the file ends before it
        """
        for entry in self._entries:
            if _name(entry) in names and entry[66] == _STREAM:
                start, size = struct.unpack_from("<II", entry, 116)
                data = self._joined(start) if size >= self._least else self._joined_small(start)
                if len(data) < size:
                    raise FileError("damaged")
                return data[:size]
        return b""

    def _read(self) -> None:
        size, small_size = struct.unpack_from("<HH", self._content, 30)
        if size not in _SIZES or small_size not in _SMALL_SIZES:
            raise FileError("damaged")
        self._size, self._small_size = 1 << size, 1 << small_size
        self._count = len(self._content) // self._size
        directory_count, table_count = struct.unpack_from("<II", self._content, 40)
        directory, _, self._least, small_start, small_count = struct.unpack_from("<IIIII", self._content, 48)
        if max(directory_count, table_count, small_count) > self._count:
            raise FileError("damaged")
        self._next = self._numbers(self._table_sectors())
        self._small_next = self._numbers(self._chain(small_start))
        data = self._joined(directory)
        found = [data[at : at + _ENTRY_BYTES] for at in range(0, len(data), _ENTRY_BYTES)]
        self._entries = [entry for entry in found if entry[66:67] and entry[66] in (_ROOT, _STREAM)]
        for entry in self._entries:
            self._check(entry)

    def _check(self, entry: bytes) -> None:
        """Refuse a stream that is longer than the file, or whose chain does not end."""
        start, size = struct.unpack_from("<IQ", entry, 116)
        if size & 0xFFFFFFFF > len(self._content):
            raise FileError("damaged")
        if entry[66] == _ROOT or size >= self._least:
            self._chain(start if size else _END_OF_CHAIN)
        elif size:
            self._small_chain(start)

    def _table_sectors(self) -> list[int]:
        """Return the sectors of the table itself: the first 109 are named in the header, others in a chain."""
        sectors = list(struct.unpack_from("<109I", self._content, 76))
        at, seen = struct.unpack_from("<I", self._content, 68)[0], set[int]()
        while at < _NO_SECTOR:
            if at in seen or at >= self._count:
                raise FileError("damaged")
            seen.add(at)
            *more, at = self._numbers([at])
            sectors += more
        found = [sector for sector in sectors if sector < _NO_SECTOR]
        if len(found) != len(set(found)) or any(sector >= self._count for sector in found):
            raise FileError("damaged")
        return found

    def _sector(self, number: int) -> bytes:
        start = max(_HEADER_BYTES, self._size) + number * self._size
        return self._content[start : start + self._size]

    def _numbers(self, sectors: list[int]) -> list[int]:
        data = b"".join(self._sector(number) for number in sectors)
        return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))

    def _chain(self, start: int) -> list[int]:
        return _followed(start, self._next, self._count)

    def _small_chain(self, start: int) -> list[int]:
        return _followed(start, self._small_next, len(self._content) // self._small_size)

    def _joined(self, start: int) -> bytes:
        return b"".join(self._sector(number) for number in self._chain(start))

    def _joined_small(self, start: int) -> bytes:
        roots = [entry for entry in self._entries if entry[66] == _ROOT]
        small = self._joined(struct.unpack_from("<I", roots[0], 116)[0]) if roots else b""
        size = self._small_size
        return b"".join(small[number * size : (number + 1) * size] for number in self._small_chain(start))


def _followed(start: int, following: list[int], most: int) -> list[int]:
    """Return the sectors of a chain.

    :raises FileError: if it leaves the file or runs in a circle
    """
    found: list[int] = []
    at = start
    while at != _END_OF_CHAIN:
        if at >= len(following) or len(found) > most:
            raise FileError("damaged")
        found.append(at)
        at = following[at]
    return found


def _name(entry: bytes) -> str:
    length = struct.unpack_from("<H", entry, 64)[0]
    return entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
