"""Uploads, results of exports and photos: files under random keys, in one folder that all machines may share.

A key is ``prefix/`` and 32 hexadecimal digits; nothing a person typed is part of it.
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from services import installation
from services.errors import ServiceError

_KEY = re.compile(r"[a-z]{1,20}/[0-9a-f]{32}")
_PART = ".part"
#: Folder beside those of the prefixes: what was discarded, each under its key.
_TRASH = "trash"
_CHUNK_BYTES = 1 << 20


class MissingFileError(ServiceError):
    """There is no file under the key: it has expired, or never was one."""

    def __init__(self, key: str) -> None:
        super().__init__(f"there is no file {key!r}")


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is being written: write to ``path``; it stands under ``key`` once the block ends."""

    key: str
    path: Path


def put(stream: BinaryIO, *, prefix: str) -> str:
    """Store what a stream still holds, a megabyte at a time; return its key."""
    with new_file(prefix=prefix) as new, new.path.open("wb") as file:
        shutil.copyfileobj(stream, file, _CHUNK_BYTES)
    return new.key


@contextmanager
def new_file(*, prefix: str) -> Iterator[NewFile]:
    """Yield a file to write. Others see all of it or, where the block fails, nothing."""
    key = f"{prefix}/{secrets.token_hex(16)}"
    path = _path(key)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(path.name + _PART)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield NewFile(key, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def open(key: str) -> BinaryIO:  # noqa: A001 -- storage.open reads as what it does
    """Return a file to read.

    :raises MissingFileError: if there is none
    """
    return path_of(key).open("rb")


def path_of(key: str) -> Path:
    """Return where a file stands, for libraries that want a path. Read only.

    :raises MissingFileError: if there is none
    """
    path = _path(key)
    if not path.is_file():
        raise MissingFileError(key)
    return path


def size(key: str) -> int:
    """Return the size in bytes.

    :raises MissingFileError: if there is none
    """
    return path_of(key).stat().st_size


def delete(key: str) -> None:
    """Remove a file; one that is gone already is well."""
    _path(key).unlink(missing_ok=True)


def discard(key: str) -> None:
    """Put a file into the trash, from where it can be brought back by hand; one that is gone already is well."""
    path, target = _path(key), installation.current().files / _TRASH / key
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileNotFoundError):
        os.utime(path)  # the trash counts from now
        path.replace(target)


def empty_trash(moment: float) -> int:
    """Remove for good what was discarded before a moment in Unix seconds; return how many files that were."""
    count = 0
    for path in (installation.current().files / _TRASH).glob("*/*"):
        with suppress(FileNotFoundError):  # somebody else removed it
            if path.stat().st_mtime < moment:
                path.unlink()
                count += 1
    return count


def keys_before(moment: float, *, prefix: str) -> Iterator[str]:
    """Yield the keys of files last written before a moment in Unix seconds; remove half-written ones of that age."""
    folder = installation.current().files / prefix
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError):  # somebody else removed it
            if path.stat().st_mtime >= moment:
                continue
            if path.name.endswith(_PART):
                path.unlink()
            elif _KEY.fullmatch(f"{prefix}/{path.name}"):
                yield f"{prefix}/{path.name}"


def _path(key: str) -> Path:
    """Return the place of a key.

    :raises MissingFileError: if it is none of ours
    """
    if not _KEY.fullmatch(key):
        raise MissingFileError(key)
    return installation.current().files / key
