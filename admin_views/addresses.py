"""Addresses of pages and files. A page names dozens that are the same in each request; those are made once."""

from functools import lru_cache
from typing import Any

from flask import Flask, request, url_for

#: Addresses that a process keeps.
ADDRESSES_KEPT = 1_000


def init_app(app: Flask) -> None:
    """Let templates make addresses so; but under debug the fingerprints of files change."""
    if not app.debug:
        app.jinja_env.globals["url_for"] = address


def address(endpoint: str, **values: Any) -> str:
    """Return an address as Flask's ``url_for`` does."""
    if values.keys() - {"filename"}:
        return url_for(endpoint, **values)
    return _fixed_address(endpoint, values.get("filename"), request.script_root)


@lru_cache(maxsize=ADDRESSES_KEPT)
def _fixed_address(endpoint: str, filename: str | None, _script_root: str) -> str:
    """Return an address that takes no argument but the name of a static file."""
    return url_for(endpoint) if filename is None else url_for(endpoint, filename=filename)
