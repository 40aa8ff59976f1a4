"""The translating functions of templates. They find the request's catalogue once, not for each of a page's texts."""

from typing import Any

from flask import Flask, g
from flask_babel import get_translations


def init_app(app: Flask) -> None:
    """Let templates translate by these."""
    app.jinja_env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]


def _gettext(text: str) -> str:
    return _catalogue().ugettext(text)


def _ngettext(one: str, many: str, number: int) -> str:
    return _catalogue().ungettext(one, many, number)


def _catalogue() -> Any:
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return g.catalogue
