"""Texts in the language of the request."""

from collections.abc import Iterable
from functools import cache

from babel import Locale
from flask_babel import get_locale

from models.meta import Label, listed


def language() -> str:
    """Return the language of the request, ``zh_Hans_CN`` or ``en``."""
    locale = get_locale()
    return "en" if locale is None else _code(locale)


@cache
def _code(locale: Locale) -> str:
    return str(locale)


def text(label: Label | None) -> str:
    """Return a model's label in the language of the request; nothing for no label."""
    return "" if label is None else label.text(language())


def parting() -> str:
    """Return what stands between two sentences of a line in the language of the request."""
    return "；" if language().startswith("zh") else "; "


def colon() -> str:
    """Return what stands between a name and what is said of it in the language of the request."""
    return "：" if language().startswith("zh") else ": "


def joined(texts: Iterable[str]) -> str:
    """Join texts as a list reads in the language of the request."""
    return listed(texts, language())
