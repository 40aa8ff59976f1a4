"""What lets a phone keep the pages as an app: the manifest (W3C Web App Manifest) and its icons.

Browsers ask for both without the log-in, so they hold nothing but the company's name and colour.
"""

import json
from functools import lru_cache
from io import BytesIO

from flask import Blueprint, Response, abort, request, url_for
from PIL import Image, ImageDraw

from admin_views.company import PRODUCT, company

blueprint = Blueprint("phone_app", __name__, url_prefix="/m")

#: Sides of the icons in pixels: what Android asks for, and iOS.
SIDES = (180, 192, 512)
_KEPT = "public, max-age=86400"
_SHORT_NAME = 12
#: The K of ``static/img/icon.svg``, on its grid of 32.
_GRID, _CORNER, _STROKE = 32, 7, 3.5
_STROKES = (((9, 7), (9, 25)), ((23, 7), (12, 16)), ((12, 16), (23, 25)))
#: Drawn so many times larger, then made small, for smooth edges.
_SMOOTH = 4


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """Describe the app: opened without the browser's bars, in the company's name and colour."""
    found = company()
    icons = [
        {"src": icon_url(side, is_square=is_square), "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
        for side in SIDES[1:]
        for is_square, purpose in ((False, "any"), (True, "maskable"))
    ]
    content = {
        "id": url_for("phone.today"),
        "name": found.name,
        "short_name": found.name if len(found.name) <= _SHORT_NAME else PRODUCT,
        "start_url": url_for("phone.today"),
        "scope": url_for("root.start"),
        "display": "standalone",
        "theme_color": found.colour,
        "background_color": "#ffffff",
        "icons": icons,
    }
    response = Response(json.dumps(content, ensure_ascii=False), mimetype="application/manifest+json")
    response.headers["Cache-Control"] = _KEPT
    return response


@blueprint.get("/icon.png")
def icon() -> Response:
    """Send the icon in the company's colour."""
    side = request.args.get("side", "")
    if side not in map(str, SIDES):
        abort(404)
    response = Response(_icon(int(side), company().colour, request.args.get("square") == "1"), mimetype="image/png")
    response.headers["Cache-Control"] = _KEPT
    return response


def icon_url(side: int, *, is_square: bool) -> str:
    """Return the address of an icon; a square one leaves its corners to the phone."""
    colour = company().colour.removeprefix("#")
    return url_for("phone_app.icon", side=side, square="1" if is_square else None, v=colour)


@lru_cache(maxsize=16)
def _icon(side: int, colour: str, is_square: bool) -> bytes:  # noqa: FBT001 -- the cache's key
    scale = side * _SMOOTH / _GRID
    image = Image.new("RGBA", (side * _SMOOTH, side * _SMOOTH), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    corner = 0 if is_square else _CORNER * scale
    draw.rounded_rectangle((0, 0, image.width - 1, image.height - 1), corner, fill=colour)
    for stroke in _STROKES:
        ends = [(x * scale, y * scale) for x, y in stroke]
        draw.line([*ends[0], *ends[1]], fill="white", width=round(_STROKE * scale))
        radius = _STROKE * scale / 2
        for x, y in ends:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill="white")
    written = BytesIO()
    image.resize((side, side), Image.Resampling.LANCZOS).save(written, "PNG", optimize=True)
    return written.getvalue()
