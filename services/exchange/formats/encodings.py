"""Which encoding a text file is in: by its marks and validity where these decide, else by how common its signs are."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from charset_normalizer import from_bytes

from services.exchange.errors import FileError
from services.exchange.formats.content import Content

#: What a person may choose, most likely first. UTF-8 is read with or without its mark.
ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "shift_jis", "euc_kr", "cp1251")
#: Byte order mark -> codec that drops it. UTF-32 stands first: its mark begins with that of UTF-16.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES, _SAMPLE_LINES = 64 * 1024, 1_000
_FOREIGN_LINE = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
#: A guess below this share of common signs is no guess; one that another comes close to is doubtful.
_LEAST_SHARE, _LEAST_LEAD = 0.6, 0.15
#: Above this share it is simplified Chinese, unless traditional fits better: chance does not bring it about.
_SURE_SHARE = 0.85
_FOREIGN_RUN = re.compile(rb"[\x80-\xff]+")
#: Western texts have single accents among plain letters: that many in a row at most, on average.
_ACCENTS_IN_A_ROW = 1.3
#: Codec -> (name under which a sign is looked up, lead bytes of the signs in common use).
_COMMON: dict[str, tuple[str, range]] = {"gb18030": ("gb2312", range(0xA1, 0xD8)), "big5": ("big5", range(0xA1, 0xC7))}
#: Signs that both standards know but texts seldom hold: Greek, Cyrillic, kana, frames.
_SELDOM = re.compile("[\u0370-\u04ff\u2100-\u2bff\u3040-\u312f]")
#: What charset_normalizer calls an encoding -> how it is called here.
_GUESSES = {"shift_jis": "shift_jis", "cp932": "shift_jis", "euc_kr": "euc_kr", "cp949": "euc_kr", "cp1251": "cp1251"}


@dataclass(frozen=True, slots=True)
class FoundEncoding:
    """How a text seems to be encoded."""

    name: str
    is_certain: bool
    #: All that a person may choose from, the found one first.
    offered: tuple[str, ...]


def codec_of(encoding: str) -> str:
    """Return the codec that reads an encoding.

    :raises FileError: if it is none that is offered
    """
    if encoding not in {*ENCODINGS, "utf-32"}:
        raise FileError("unknown_encoding", value=encoding, known=", ".join(ENCODINGS))
    return "utf-8-sig" if encoding == "utf-8" else encoding


def find_encoding(content: Content) -> FoundEncoding:
    """Return how a text is encoded.

    :raises FileError: if it is no text, or ends in the middle of a sign
    """
    head = content.head(_SAMPLE_BYTES)
    for mark, name in _MARKS:
        if head.startswith(mark):
            _check_whole(content, name)
            return _found(name, is_certain=True, head=head)
    if b"\0" in head:
        name = _wide(head)
        try:
            _check_whole(content, name)
        except FileError as error:
            raise FileError("not_text") from error
        return _found(name, is_certain=True, head=head)
    if _is_utf8(content):
        return _found("utf-8", is_certain=True, head=head)
    return _by_signs(content)


def _check_whole(content: Content, name: str) -> None:
    try:
        for text in _decoded(content, codec_of(name)):
            if "\0" in text:
                raise FileError("not_text")
    except UnicodeDecodeError as error:
        raise FileError("cut_off" if "end" in error.reason or "truncated" in error.reason else "encoding") from error


def _decoded(content: Content, codec: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)()
    for block in content.blocks():
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _is_utf8(content: Content) -> bool:
    """Tell whether all of it is UTF-8.

    :raises FileError: if it holds NUL, which no text does, or is UTF-8 up to a last sign that is not complete
    """
    length, tail = 0, b""
    try:
        for text in _decoded(content, "utf-8"):
            length += len(text) if not text.isascii() else 0
            if "\0" in text:
                raise FileError("not_text")
    except UnicodeDecodeError as error:
        tail = error.object[error.start :]
        if error.reason == "unexpected end of data" and length > len(tail):
            raise FileError("cut_off") from error
        return False
    return True


def _wide(head: bytes) -> str:
    """Return which UTF-16 it is by where its zero bytes stand."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) * 4 > max(even, odd):
        raise FileError("not_text")
    return "utf-16-le" if odd > even else "utf-16-be"


def _by_signs(content: Content) -> FoundEncoding:
    """Compare how common the signs are that the bytes would be in each encoding."""
    sample = _foreign_lines(content)
    shares = {name: _share(sample, name) for name in _COMMON}
    shares = {name: share for name, share in shares.items() if share and _decodes(content, name)}
    simplified, traditional = shares.get("gb18030", 0.0), shares.get("big5", 0.0)
    if max(simplified, traditional) < _LEAST_SHARE:
        return _found(_foreign_guess(sample), is_certain=False, head=sample)
    if traditional - simplified >= _LEAST_LEAD:
        return _found("big5", is_certain=True, head=sample)
    is_sure = simplified >= _SURE_SHARE or simplified - traditional >= _LEAST_LEAD
    return _found("gb18030" if shares.get("gb18030") else "big5", is_certain=is_sure, head=sample)


def _foreign_lines(content: Content) -> bytes:
    """Return the first lines that are not plain English; those that a block cuts are left out."""
    for block in content.blocks():
        whole = block[: block.rfind(b"\n") + 1] or block
        lines = b"\n".join(line[0] for line in islice(_FOREIGN_LINE.finditer(whole), _SAMPLE_LINES))
        if lines:
            return lines[:_SAMPLE_BYTES]
    return b""


def _share(sample: bytes, name: str) -> float:
    """Return the share of signs in common use among those that are not ASCII; 0 where the bytes do not fit."""
    try:
        text = sample.decode(name)
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 4:
            return 0.0
        text = sample[: error.start].decode(name)
    signs = [sign for sign in text if not sign.isascii()]
    known, leads = _COMMON[name]
    common = sum(1 for sign in signs if not _SELDOM.match(sign) and _lead(sign, known) in leads)
    return common / len(signs) if signs else 0.0


def _lead(sign: str, codec: str) -> int:
    code = sign.encode(codec, "ignore")
    return code[0] if code else 0


def _decodes(content: Content, name: str) -> bool:
    try:
        for _ in _decoded(content, name):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _foreign_guess(sample: bytes) -> str:
    """Return a guess for what is neither UTF-8 nor Chinese; a person decides."""
    runs = _FOREIGN_RUN.findall(sample)
    if sum(map(len, runs)) <= _ACCENTS_IN_A_ROW * len(runs):
        return "cp1252"
    guess = from_bytes(sample, cp_isolation=[*_GUESSES, "cp1252", "latin_1"]).best()
    return _GUESSES.get(guess.encoding, "cp1252") if guess is not None else "cp1252"


def _found(name: str, *, is_certain: bool, head: bytes) -> FoundEncoding:
    others = (other for other in ENCODINGS if other != name and _fits(head, other))
    return FoundEncoding(name, is_certain, (name, *others))


def _fits(head: bytes, name: str) -> bool:
    """Tell whether bytes could be in an encoding; one that makes zero bytes of nothing is not offered."""
    if name.startswith("utf-16") and b"\0" not in head:
        return False
    if name == "utf-16" and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    try:
        text = head[: len(head) // 2 * 2].decode(codec_of(name))
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 4 and error.start > 0
    return "\0" not in text
