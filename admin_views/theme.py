"""The colours of every page, the company's and the palette's: one stylesheet, in an address that changes with them.

Colours stand in stylesheets alone, since the Content-Security-Policy forbids style attributes. The colour as the
company chose it fills buttons; what is written in it is darkened on light surfaces and lightened on dark ones until it
reads.
"""

import hashlib
from functools import lru_cache

from flask import Blueprint, Flask, Response, request, url_for

from admin_views.company import company
from admin_views.contrast import BLACK, WHITE, Colour, mix, parse, readable, text_on
from admin_views.palette import palette_rules
from admin_views.static_files import FOREVER

blueprint = Blueprint("theme", __name__)

#: Cookie that keeps a person's choice of light or dark; without it the device decides.
COOKIE = "theme"
MODES = ("light", "dark")
#: The lightest surface of the dark pages and the darkest of the light ones: what reads there reads everywhere.
_LIGHT_SURFACE = Colour(245, 245, 245)
_DARK_SURFACE = Colour(46, 46, 46)
#: How much of the colour stands behind a chosen entry.
_TINT = 0.12
_SHEET = """\
:root {{ --brand: {brand}; --brand-fg: {brand_fg}; --brand-hover: {brand_hover}; --brand-solid: {solid}; }}
:root, [data-bs-theme=light] {{ --tblr-primary: {light}; --tblr-primary-fg: {light_fg}; --tblr-link-color: {light}; }}
[data-bs-theme=dark] {{ --tblr-primary: {dark}; --tblr-primary-fg: {dark_fg}; --tblr-link-color: {dark}; }}
"""


def init_app(app: Flask) -> None:
    """Register the stylesheet."""
    app.register_blueprint(blueprint)


@blueprint.get("/theme.css")
def stylesheet() -> Response:
    """Send the company's colours; for a year if the address names them as they are."""
    sheet = _sheet(company().colour)
    response = Response(sheet, mimetype="text/css")
    response.headers["Cache-Control"] = FOREVER if request.args.get("v") == _fingerprint(sheet) else "no-cache"
    return response


def stylesheet_url() -> str:
    """Return the address of the stylesheet with the company's present colour."""
    return url_for("theme.stylesheet", v=_fingerprint(_sheet(company().colour)))


def chosen_mode() -> str | None:
    """Return the person's choice, ``light`` or ``dark``; None leaves it to the device."""
    mode = request.cookies.get(COOKIE)
    return mode if mode in MODES else None


@lru_cache(maxsize=16)
def _sheet(colour: str) -> str:
    brand = parse(colour)
    brand_fg = text_on(brand)
    light = readable(brand, on=_LIGHT_SURFACE, tint=_TINT)
    dark = readable(brand, on=_DARK_SURFACE, tint=_TINT)
    own = _SHEET.format(
        brand=brand,
        brand_fg=brand_fg,
        brand_hover=mix(brand, BLACK if brand_fg == WHITE else WHITE, 0.15),
        solid=readable(brand, on=WHITE),
        light=light,
        light_fg=text_on(light),
        dark=dark,
        dark_fg=text_on(dark),
    )
    return own + palette_rules()


@lru_cache(maxsize=16)
def _fingerprint(sheet: str) -> str:
    return hashlib.blake2b(sheet.encode(), digest_size=6).hexdigest()
