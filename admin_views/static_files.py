"""Static files under addresses that change with their content, so that browsers may keep them for a year.

An address reads ``/static/<fingerprint>/js/tree.js``. Scripts import each other by relative addresses, so all files
folder of ``static/`` share one fingerprint. Templates call ``url_for('static', filename='js/tree.js')`` as ever.
"""

import hashlib
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, url_for
from markupsafe import Markup

#: What a browser may do with a file whose address holds its fingerprint.
FOREVER = "public, max-age=31536000, immutable"
_FINGERPRINT = re.compile(r"[0-9a-f]{12}")


def init_app(app: Flask) -> None:
    """Let ``url_for`` write fingerprints and the static view read them; give templates ``icon``."""
    app.url_defaults(add_fingerprint)
    app.view_functions["static"] = send
    app.jinja_env.globals["icon"] = icon


def add_fingerprint(endpoint: str, values: dict[str, Any]) -> None:
    """Put the fingerprint of a static file before its name. Under debug files change, so they go without."""
    if endpoint == "static" and "filename" in values and not current_app.debug:
        fingerprint = _fingerprint_of(values["filename"])
        if fingerprint:
            values["filename"] = f"{fingerprint}/{values['filename']}"


def send(filename: str) -> Response:
    """Send a static file; one whose fingerprint is of another release is sent as it is now, and asked for again."""
    given, _, name = filename.partition("/")
    if not (name and _FINGERPRINT.fullmatch(given)):
        given, name = "", filename
    response = current_app.send_static_file(name)
    if given and given == _fingerprint_of(name):
        response.headers["Cache-Control"] = FOREVER
    response.direct_passthrough = False
    response.make_sequence()  # read here: compressing it as a stream would leave the file open
    response.close()  # so would a browser that goes away
    return response


def icon(name: str, classes: str = "") -> Markup:
    """Return an icon of the sprite, hidden from screen readers: the words beside it say the same.

    :param name: one of ``ICONS`` in scripts/assets.py
    """
    if "sprite_url" not in g:
        g.sprite_url = url_for("static", filename="vendor/icons.svg")
    return _icon(g.sprite_url, name, classes)


@lru_cache(maxsize=512)
def _icon(sprite: str, name: str, classes: str) -> Markup:
    markup = (
        '<svg class="{}" width="24" height="24" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
    )
    return Markup(markup).format(f"icon {classes}".rstrip(), sprite, name)  # noqa: S704 -- the parts are escaped


def _fingerprint_of(name: str) -> str | None:
    """Return the fingerprint of a file's folder; None for a file in ``static/`` itself."""
    return _fingerprints(Path(str(current_app.static_folder))).get(name.partition("/")[0])


@cache
def _fingerprints(root: Path) -> dict[str, str]:
    """Return folder of ``static/`` -> hash of the names and contents of its files. Read once per process."""
    found = {}
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        digest = hashlib.blake2b(digest_size=6)
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
        found[folder.name] = digest.hexdigest()
    return found
