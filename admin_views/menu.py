"""The menu: DOMAIN 4 as data. Views find their place by their page's ``menu`` key."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from flask import request

from admin_views.text import text
from models.meta import Label, label


@dataclass(frozen=True, slots=True)
class Place:
    """A heading of the menu."""

    key: str
    label: Label
    parent: str | None = None
    #: Its entries stand in the menu without the heading.
    is_flat: bool = False
    #: Name of the icon before a heading of the first level, one of ``ICONS`` in scripts/assets.py.
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu as shown to one person: a heading with children, or a link."""

    name: str
    url: str | None
    is_active: bool
    children: tuple["Entry", ...] = ()
    #: Key of the heading's place.
    key: str = ""
    icon: str = ""


PLACES: tuple[Place, ...] = (
    Place("organisation", label(en="Organisation", zh="组织架构"), icon="sitemap"),
    Place("customers", label(en="Customers", zh="客户管理"), icon="users"),
    Place("base_data", label(en="Base data import", zh="基础数据导入"), icon="database"),
    Place("customer_base", label(en="Customer management", zh="客户管理"), parent="base_data"),
    Place("customer_settings", label(en="Customer profile settings", zh="客户资料设置"), parent="customer_base"),
    Place("customer_import", label(en="Customer import", zh="客户导入"), parent="customer_base"),
    Place("prices", label(en="Prices", zh="价格"), is_flat=True, icon="tag"),
    Place("system", label(en="System", zh="系统"), icon="settings"),
)


def menu(views: Iterable[Any], current: Any) -> tuple[Entry, ...]:
    """Return the menu of the person: entries they may not open are left out, and headings without entries."""
    links: dict[str, list[tuple[int, Entry]]] = {}
    for view in filter(lambda view: view.is_accessible(), views):
        own = view.menu_links()
        is_current = view is current or view.endpoint == getattr(current, "menu_parent", "")
        active = _active_url([url for _, _, _, url in own]) if own and is_current else None
        for place, order, name, url in own:
            links.setdefault(place, []).append((order, Entry(name=name, url=url, is_active=url == active)))
    return tuple(_headings(None, links))


def _active_url(urls: list[str]) -> str:
    """Return which of a view's entries is the page shown: the one that says most of its address, else the first."""
    return max(filter(_is_shown, urls), key=len, default=urls[0])


def _is_shown(url: str) -> bool:
    """Tell whether an entry leads to the page shown; what it says after "?" must stand in the page's address."""
    path, _, query = url.partition("?")
    return path == request.path and all(request.args.get(name) == value for name, value in parse_qsl(query))


def _headings(parent: str | None, links: dict[str, list[tuple[int, Entry]]]) -> Iterable[Entry]:
    for place in PLACES:
        if place.parent != parent:
            continue
        own = [entry for _, entry in sorted(links.get(place.key, []), key=lambda pair: pair[0])]
        children = (*_headings(place.key, links), *own)
        if place.is_flat:
            yield from (replace(child, icon=place.icon) for child in children)
        elif children:
            is_active = any(child.is_active for child in children)
            yield Entry(text(place.label), None, is_active, children, key=place.key, icon=place.icon)
