"""Where a page may lead on to: addresses of this application alone."""

from flask_admin.helpers import is_safe_url


def is_own_path(target: str | None) -> bool:
    """Tell whether a target is a path of this site; "http:evil" and "//evil" are none."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return False
    return bool(is_safe_url(target))
