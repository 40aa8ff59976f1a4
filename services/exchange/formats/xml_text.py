"""Signs that XML cannot hold, as workbooks write them: ``_x0001_``; ``_x005F_`` before what only looks like that."""

import re

#: Beside what XML forbids: what the writer of ODS drops, and a lone CR, which readers of XML take for a line feed.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]|\r(?!\n)|_(?=x[0-9A-Fa-f]{4}_)")
_WRITTEN = re.compile("_x(005F|00[01][0-9A-F]|00[789][0-9A-F]|FFFE|FFFF)_", re.IGNORECASE)
_WRITTEN_IN_XLSX = re.compile("_x(FFFE|FFFF)_")


def written(text: str) -> str:
    """Return a text as a workbook holds it."""
    return _FORBIDDEN.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def as_meant(text: str) -> str:
    """Return the text that a workbook means."""
    return _WRITTEN.sub(_sign, text)


def as_meant_in_xlsx(text: str) -> str:
    """Return the text that an XLSX means, of which the reader has put back all signs but two."""
    return _WRITTEN_IN_XLSX.sub(_sign, text)


def _sign(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))
