"""Text files: which encoding, which delimiter, which rows."""

import codecs
import csv
import io
from collections.abc import Iterator

from charset_normalizer import from_bytes

from services.exchange.errors import FileError
from services.exchange.formats.guard import unguard

#: Byte order mark -> codec that drops it.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: What a guess may say, and the codec that then reads. A guess outside is not believed: it would store nonsense.
_BELIEVED = {
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "hz": "gb18030",
    "big5": "big5",
    "big5hkscs": "big5hkscs",
    "utf_16": "utf-16",
    "utf_16_le": "utf-16-le",
    "utf_16_be": "utf-16-be",
}
#: Bytes that a guess looks at.
_SAMPLE_BYTES = 64 * 1024
#: Content shorter than this is not guessed at.
_LEAST_BYTES = 1024
_DELIMITERS = (",", ";", "\t")
#: Longest text of one cell, in signs.
_MAX_CELL = 1_000_000


def read_text(content: bytes) -> tuple[str, Iterator[list[str]]]:
    """Return the encoding and the records of a text file, formula guards taken off.

    :raises FileError: if the encoding is unknown or it is no text
    """
    encoding, text = _decode(content)
    if "\0" in text:
        raise FileError("not_text")
    return encoding, _records(text)


def _decode(content: bytes) -> tuple[str, str]:
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return _decoded(content, (codec,))
    try:
        return "utf-8", content.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(content, (*_guesses(content), "gb18030"))


def _decoded(content: bytes, codecs_: tuple[str, ...]) -> tuple[str, str]:
    for codec in codecs_:
        try:
            return codec, content.decode(codec)
        except UnicodeDecodeError:
            continue
    raise FileError("encoding")


def _guesses(content: bytes) -> tuple[str, ...]:
    """Return the codecs that the content's statistics speak for; a few words are too few for statistics."""
    is_wide = b"\0" in content
    if len(content) < _LEAST_BYTES and not is_wide:
        return ()
    sample = content[:_SAMPLE_BYTES]
    if len(content) > len(sample):
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    isolated = [name for name in sorted(_BELIEVED) if name.startswith("utf_16") == is_wide]
    best = from_bytes(sample, cp_isolation=isolated).best()
    return () if best is None or best.encoding not in _BELIEVED else (_BELIEVED[best.encoding],)


def _records(text: str) -> Iterator[list[str]]:
    """Yield the records; their numbers are those that a spreadsheet shows."""
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number = 0
    try:
        for record in reader:
            number += 1
            yield [unguard(cell) for cell in record]
    except csv.Error as error:
        if "limit" in str(error):
            raise FileError("cell_too_long", limit=_MAX_CELL) from error
        raise FileError("broken_quotes", row=number + 1) from error


def _delimiter(text: str) -> str:
    """Return the delimiter that parts the first line most often, outside quotation marks."""
    line = text[: text.find("\n")] if "\n" in text else text
    bare = "".join(line.split('"')[::2])
    return max(_DELIMITERS, key=bare.count)
