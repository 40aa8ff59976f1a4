"""What the details page shows of a row: its attributes in the parts of its form, with ways on to what they name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from admin_views import lookups
from admin_views.field_checks import is_web_address
from admin_views.text import text
from models import db
from models.inspection import Attribute, Kind
from models.meta import Page, TextFormat
from models.mixins import DictionaryMixin

#: Format of a text -> the beginning of the address that it means.
_SCHEMES = {TextFormat.EMAIL: "mailto:", TextFormat.PHONE: "tel:"}


@dataclass(frozen=True, slots=True)
class Line:
    """One attribute as the page shows it."""

    label: str
    #: Blank where the row has none.
    shown: str | Markup
    #: How to treat what has this value (DOMAIN 1).
    hint: str
    is_wide: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that stand together; without a title where the page declares none."""

    title: str
    lines: tuple[Line, ...]


def parts_of(view: Any, row: Any, attributes: list[Attribute]) -> list[Part]:
    """Return the attributes in the parts of the page's form, last what stands in none. One statement for all trees."""
    page: Page = view.page
    paths = lookups.tree_labels(db.session, (getattr(row, one.name) for one in attributes if one.kind is Kind.TREE))
    lines = {attribute.name: _line(view, row, attribute, paths) for attribute in attributes}
    placed = {name for section in page.sections for name in section.names}
    titled = [
        Part(text(section.title), tuple(lines[name] for name in section.names if name in lines))
        for section in page.sections
    ]
    rest = Part(view.rest_words(), tuple(line for name, line in lines.items() if name not in placed))
    return [part for part in (*titled, rest) if part.lines]


def _line(view: Any, row: Any, attribute: Attribute, paths: Mapping[Any, str]) -> Line:
    related = getattr(row, attribute.name) if attribute.target is not None else None
    return Line(
        label=text(attribute.field.label),
        shown=escape(paths[related]) if related in paths else _linked(view, row, attribute, related),
        hint=(related.description or "") if isinstance(related, DictionaryMixin) else "",
        is_wide=attribute.field.is_long or attribute.kind is Kind.JSON,
    )


def _linked(view: Any, row: Any, attribute: Attribute, related: Any) -> Any:
    """Return a value with the way on that it names: a page of ours, a call, a letter, a web page."""
    shown = view.show_in_details(row, attribute)
    if not shown:
        return ""
    url = _url(view, row, attribute, related)
    if url is None:
        return shown
    is_outside = attribute.field.format is TextFormat.WEBSITE
    ways = Markup(' target="_blank" rel="noopener noreferrer"') if is_outside else ""
    return Markup('<a href="{}"{}>{}</a>').format(url, ways, shown)


def _url(view: Any, row: Any, attribute: Attribute, related: Any) -> str | None:
    if related is not None:
        return next(_pages_of(view, related), None)
    if attribute.field.format is None:
        return None
    value = getattr(row, attribute.name)
    if attribute.field.format is TextFormat.WEBSITE:
        return value if is_web_address(value) else None
    scheme = _SCHEMES.get(attribute.field.format)
    return f"{scheme}{value}" if scheme else None


def _pages_of(view: Any, related: Any) -> Iterator[str]:
    """Yield the address of a related row's page, where the person may open it."""
    if isinstance(related, DictionaryMixin):
        return
    for other in view.admin._views:  # noqa: SLF001 -- Flask-Admin has no other way
        if other.endpoint == related.__tablename__ and other.is_accessible():
            yield other.get_url(".details_view", id=related.id)
