"""Files with bytes of theirs changed, cut out or put in: each is read or refused with a sentence, and nothing else."""

import io
import random
import zipfile

import openpyxl
import pytest
import tablib

from services.exchange.errors import FileError
from services.exchange.formats import look, read_table
from tests.xls_files import xls_bytes

ROWS = [["编码", "名称"], ["01", "湖㳇镇"], [2.0, "b,c"]]
#: Files made of each kind.
_VARIANTS = 40


def _xlsx() -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(buffer)
    return buffer.getvalue()


def _csv(encoding: str) -> bytes:
    return "\r\n".join(";".join(map(str, row)) for row in ROWS).encode(encoding)


SOUND = {
    "xlsx": _xlsx,
    "xls": lambda: xls_bytes(ROWS),
    "ods": lambda: tablib.Dataset(*ROWS[1:], headers=ROWS[0]).export("ods"),
    "gb18030": lambda: _csv("gb18030"),
    "utf-16": lambda: _csv("utf-16"),
}


def _damaged(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 2, 5, 20))):
        at = chance.randrange(len(changed) or 1)
        kind = chance.randrange(4)
        if kind == 0:
            changed[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            del changed[at : at + chance.randrange(1, 50)]
        elif kind == 2:
            changed[at:at] = chance.randbytes(chance.randrange(1, 20))
        elif chance.random() < 0.2:
            del changed[at:]
    return bytes(changed)


def _damaged_parts(content: bytes, chance: random.Random) -> bytes:
    """Damage the parts of an archive, not the archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, _damaged(part, chance) if chance.random() < 0.4 else part)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", SOUND)
@pytest.mark.parametrize("seed", range(2))
def test_damaged_file_is_read_or_refused(kind: str, seed: int) -> None:
    sound, chance = SOUND[kind](), random.Random(f"{kind} {seed}")
    refused = 0

    for _ in range(_VARIANTS):
        is_inner = sound.startswith(b"PK") and chance.random() < 0.7
        content = _damaged_parts(sound, chance) if is_inner else _damaged(sound, chance)
        for read in (lambda data: list(read_table(data, known={"编码", "名称"}).rows), look):
            try:
                read(content)
            except FileError:
                refused += 1

    assert list(read_table(sound).rows)
    assert 0 < refused < 2 * _VARIANTS
