"""What surrounds every page: the company, the menu, the way to the page, light or dark. For the templates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, request

from admin_views import static_files, theme
from admin_views.company import company_name
from admin_views.menu import Entry, menu
from admin_views.text import language, text

#: Cookie that keeps which headings of the menu a person has open, by their keys and with dots between.
COOKIE = "menu"
#: Open while a person has touched none.
_OPEN_AT_FIRST = frozenset({"customers"})


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way to a page; a heading of the menu has no page of its own."""

    name: str
    url: str | None


def add_frame(app: Flask, views: Sequence[Any]) -> None:
    """Register the stylesheet of the company's colour, and give templates what the frame needs."""
    static_files.init_app(app)
    theme.init_app(app)
    app.context_processor(lambda: _names(views))


def _names(views: Sequence[Any]) -> dict[str, Any]:
    def main_menu(current: Any) -> tuple[Entry, ...]:
        return menu(views, current)

    return {
        "chosen_mode": theme.chosen_mode,
        "company_name": company_name,
        "crumbs": crumbs,
        "language": language,
        "main_menu": main_menu,
        "open_places": open_places,
        "text": text,
        "theme_url": theme.stylesheet_url,
    }


def crumbs(entries: Iterable[Entry]) -> list[Crumb]:
    """Return the way from the top of the menu to the page shown, without the page: its heading says it."""
    way = [Crumb(entry.name, entry.url) for entry in _active_way(entries)]
    if way and way[-1].url is not None and way[-1].url.partition("?")[0] == request.path:
        return way[:-1]
    return way


def open_places() -> frozenset[str]:
    """Return the keys of the headings that the person left open."""
    kept = request.cookies.get(COOKIE)
    return _OPEN_AT_FIRST if kept is None else frozenset(kept.split("."))


def _active_way(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries from the top of the menu down to that of the page shown; none for a page without one."""
    active = next((entry for entry in entries if entry.is_active), None)
    return () if active is None else (active, *_active_way(active.children))
