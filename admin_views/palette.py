"""The palette of dictionary values: how each colour looks, in light and dark, and the badge of a value.

A row keeps a colour's name alone. The rules go out with the stylesheet of :mod:`admin_views.theme`, since the
Content-Security-Policy forbids style attributes.
"""

from typing import Any

from flask_babel import gettext
from markupsafe import Markup, escape

from admin_views.contrast import WHITE, Colour, mix, parse, readable
from models import Employee
from models.enums import COLOUR_LABELS
from models.mixins import ActiveMixin, DictionaryMixin

#: Name of a colour -> the colour itself; tints and texts are made of it.
PALETTE: dict[str, str] = {
    "grey": "#6c7a91",
    "red": "#d63939",
    "orange": "#f76707",
    "yellow": "#f59f00",
    "lime": "#74b816",
    "green": "#2fb344",
    "teal": "#0ca678",
    "cyan": "#17a2b8",
    "blue": "#206bc4",
    "indigo": "#4263eb",
    "purple": "#ae3ec9",
    "pink": "#d6336c",
}
#: What badges lie on in the dark, as Tabler draws it.
_DARK = Colour(40, 40, 40)
#: How much of a colour its badge holds, in light and dark.
_LIGHT_TINT, _DARK_TINT = 0.16, 0.28
#: Colour -> what stands before the words of a badge.
_OPENINGS = {name: Markup('<span class="value value-{}">').format(name) for name in COLOUR_LABELS}
_CLOSING = Markup("</span>")
_RULE = "{scope} .value-{name} {{ background: {ground}; color: {ink}; }}\n"


def palette_rules() -> str:
    """Return the CSS rules of all colours; what is written in a badge reads on it (WCAG 1.4.3)."""
    return "".join(
        _rule(name, parse(colour), scope=scope, surface=surface, tint=tint)
        for scope, surface, tint in ((":root", WHITE, _LIGHT_TINT), ("[data-bs-theme=dark]", _DARK, _DARK_TINT))
        for name, colour in PALETTE.items()
    )


def badge(words: Any, colour: str | None) -> Markup:
    """Return words as a badge of a colour of the palette; without one they are plain text."""
    if colour is None or colour not in _OPENINGS:
        return escape(words)
    return _OPENINGS[colour] + escape(words) + _CLOSING


def shown(row: Any) -> Markup:
    """Return what a row is called, in its colour if it has one; a retired one is grey and says so."""
    if isinstance(row, ActiveMixin) and not row.is_active:
        words = gettext("has left") if isinstance(row, Employee) else gettext("inactive")
        return Markup('<span class="text-secondary">{} ({})</span>').format(row, words)
    return badge(row, row.colour if isinstance(row, DictionaryMixin) else None)


def _rule(name: str, colour: Colour, *, scope: str, surface: Colour, tint: float) -> str:
    ground = mix(surface, colour, tint)
    return _RULE.format(scope=scope, name=name, ground=ground, ink=readable(colour, on=ground))
