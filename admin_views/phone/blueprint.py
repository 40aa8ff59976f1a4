"""The blueprint of the phone pages, and what all of them need."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, g

from admin_views.company import time_zone
from auth.actor import Actor
from models import db
from models.types import utc_now

blueprint = Blueprint("phone", __name__, url_prefix="/m")

#: Rows of a list before one asks for more.
PAGE_SIZE = 20
MAX_PAGE = 5_000


def actor() -> Actor:
    """Return who acts; the gate has let nobody else in."""
    found: Actor = g.actor
    return found


def view_of(model: Any) -> Any:
    """Return the generated view of a table, whose rules and forms the phone pages share."""
    views = current_app.extensions["admin"][0]._views  # noqa: SLF001 -- Flask-Admin has no other way
    return next(view for view in views if view.endpoint == model.__tablename__)


def paged(rows_from: Callable[[int, int], Any], page: int) -> tuple[list[Any], bool]:
    """Return the rows of a page, and whether there are more.

    :param rows_from: called with limit and offset
    """
    rows = list(rows_from(PAGE_SIZE + 1, page * PAGE_SIZE))
    return rows[:PAGE_SIZE], len(rows) > PAGE_SIZE


def page_number(text: str) -> int:
    """Return the page that an address asks for, from 0; anything else is the first one."""
    digits = text if text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_PAGE)) else "0"
    return min(int(digits), MAX_PAGE)


def local_now() -> Any:
    """Return this moment on the company's clock."""
    return utc_now().astimezone(time_zone())


__all__ = ["MAX_PAGE", "PAGE_SIZE", "actor", "blueprint", "db", "local_now", "page_number", "paged", "view_of"]
