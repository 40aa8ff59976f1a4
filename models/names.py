"""How names are cleaned, compared, sorted and abbreviated.

Neither database can fold full-width letters or read Chinese aloud, so the keys are computed here, once, and stored:
``name_key`` compares, ``name_sort`` sorts by pinyin, ``name_initials`` finds 成都科技 as "cdkj".
"""

import re
import unicodedata
from functools import lru_cache

#: Control signs and halves of pairs (Unicode Cc, Cs); bidirectional marks and overrides, which make one name look like
#: another (Unicode UAX #9).
_UNWANTED = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069]"
)

#: Signs that show nothing: joiners, zero-width blanks, variation selectors (Unicode Default_Ignorable_Code_Point).
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

#: NFKC can lengthen a name (ﷺ becomes 18 signs); this much fits into a PostgreSQL index.
NAME_KEY_LENGTH = 400
NAME_SORT_LENGTH = 200
NAME_INITIALS_LENGTH = 100


class InvalidNameError(ValueError):
    """A name cannot be used. ``code`` says why, for a translated message."""

    def __init__(self, code: str, name: str, limit: int = 0) -> None:
        self.code = code
        self.name = name
        self.limit = limit
        super().__init__(f"{code}: {name!r}")


def clean_name(name: str, *, limit: int, is_path_segment: bool = False) -> str:
    """Return the name without blanks around it.

    :raises InvalidNameError: if it is blank, too long, holds control or direction marks, or a path separator
    """
    cleaned = name.strip()
    if not any(_is_seen(sign) for sign in cleaned):
        raise InvalidNameError("blank", name, limit)
    if len(cleaned) > limit or len(name_key(cleaned)) > NAME_KEY_LENGTH:
        raise InvalidNameError("too_long", name, limit)
    if _UNWANTED.search(cleaned):
        raise InvalidNameError("control", name, limit)
    if is_path_segment and ("/" in cleaned or "／" in cleaned):
        raise InvalidNameError("slash", name, limit)
    return cleaned


def _is_seen(sign: str) -> bool:
    return unicodedata.category(sign) not in {"Cf", "Mn", "Zs", "Cc"} and not _INVISIBLE.match(sign)


def name_key(name: str) -> str:
    """Return what two equal names have in common: NFKC, trimmed, casefolded ("Ａ" = "A"), without what nobody sees."""
    if name.isascii():  # nothing to fold, and all that is invisible stands beyond
        return name.strip().casefold()
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", name)).strip().casefold()


def name_sort(name: str) -> str:
    """Return the pinyin of a name, lower case, syllables parted by a space; other words as they are."""
    return " ".join(text for text, _ in _syllables(name))[:NAME_SORT_LENGTH]


def name_initials(name: str) -> str:
    """Return the first letter of each Chinese syllable, other words whole: 成都科技A1 is ``cdkja1``."""
    parts = (text[0] if is_chinese else text for text, is_chinese in _syllables(name))
    return "".join(parts)[:NAME_INITIALS_LENGTH]


@lru_cache(maxsize=4096)
def _syllables(name: str) -> tuple[tuple[str, bool], ...]:
    """Return the parts of a name as (text, whether it is a Chinese syllable)."""
    key = name_key(name)
    if key.isascii():
        return tuple((word, False) for word in key.split())
    from pypinyin.seg.simpleseg import seg  # noqa: PLC0415 -- slow import

    return tuple(part for word in seg(key) for part in _read_word(word))


@lru_cache(maxsize=32_768)
def _read_word(word: str) -> tuple[tuple[str, bool], ...]:
    """Return the parts of one word, as the library divides a name into words: the same ones make up most names."""
    from pypinyin import Style  # noqa: PLC0415 -- slow import
    from pypinyin.converter import DefaultConverter  # noqa: PLC0415 -- slow import

    # The library takes a list from ``errors`` as several parts; its type hints do not say so.
    read = DefaultConverter().convert(
        word,
        Style.NORMAL,
        False,  # noqa: FBT003 -- heteronyms: only the usual reading
        lambda rest: [f"\0{part}" for part in rest.split()],  # type: ignore[arg-type,return-value]
        strict=True,
    )
    marked = [text for parts in read for text in parts]
    return tuple((part.removeprefix("\0"), not part.startswith("\0")) for part in marked)
