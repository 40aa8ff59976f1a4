"""The bytes of a file, wherever they are: opened anew by whoever reads them, never held as a whole."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from services.exchange.errors import FileError
from services.exchange.formats.limits import MAX_BYTES

Source = Path | bytes | BinaryIO

BLOCK = 1024 * 1024


class Content:
    """A file's bytes. A stream must be able to seek; it stays the caller's, who closes it."""

    def __init__(self, source: Source) -> None:
        """Note where the bytes are.

        :raises FileError: if they are none, or too many
        """
        self._source = source
        with self.open() as stream:
            self.size = stream.seek(0, io.SEEK_END)
        if self.size > MAX_BYTES:
            raise FileError("too_large", limit=MAX_BYTES // 1024 // 1024)
        if not self.size:
            raise FileError("empty")

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Yield the bytes from their beginning."""
        if isinstance(self._source, Path):
            with self._source.open("rb") as file:
                yield file
        elif isinstance(self._source, bytes):
            yield io.BytesIO(self._source)
        else:
            self._source.seek(0)
            yield self._source

    def head(self, size: int) -> bytes:
        """Return the first bytes."""
        with self.open() as stream:
            return stream.read(size)

    def blocks(self) -> Iterator[bytes]:
        """Yield all bytes, a block at a time."""
        with self.open() as stream:
            while block := stream.read(BLOCK):
                yield block
