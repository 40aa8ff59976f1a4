"""Where a page may lead on to: addresses of this application alone."""

from urllib.parse import urlsplit, urlunsplit

from flask import request
from flask_admin.helpers import is_safe_url


def is_own_path(target: str | None) -> bool:
    """Tell whether a target is a path of this site; "http:evil" and "//evil" are none."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return False
    return bool(is_safe_url(target))


def came_from() -> str | None:
    """Return the page of ours that led here, without its host; None if there is none."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return None
    target = urlunsplit(("", "", parts.path, parts.query, ""))
    return target if is_own_path(target) else None


def is_from_script() -> bool:
    """Tell whether a script asks, which can read an answer in JSON but not a page."""
    if request.is_json or request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"
