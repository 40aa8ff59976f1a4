"""What a customer's page says of it: the attributes of the desk's page, with ways on that a phone takes."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from markupsafe import Markup

from admin_views import lookups
from admin_views.field_checks import is_web_address
from admin_views.text import text
from models import Customer, db
from models.inspection import Attribute
from models.meta import TextFormat
from models.mixins import TreeMixin


@dataclass(frozen=True, slots=True)
class Fact:
    """One attribute: a link where there is something to open, call or write to."""

    label: str
    shown: str | Markup
    url: str | None = None


@dataclass(frozen=True, slots=True)
class FactPart:
    """Facts that stand together."""

    title: str
    facts: tuple[Fact, ...]


def facts_of(view: Any, row: Any) -> list[FactPart]:
    """Return what is known of a row, in the parts of the page's form; blanks are left out. One statement a tree."""
    known = {attribute.name: attribute for attribute in view.attributes(view.details_names())}
    parts = []
    for section in view.page.sections:
        facts = (_fact(view, row, known[name]) for name in section.names if name in known)
        parts.append(FactPart(text(section.title), tuple(fact for fact in facts if fact.shown)))
    return [part for part in parts if part.facts]


def _fact(view: Any, row: Any, attribute: Attribute) -> Fact:
    related = getattr(row, attribute.name) if attribute.target is not None else None
    label = text(attribute.field.label)
    if isinstance(related, TreeMixin):
        return Fact(label, lookups.labels(db.session, type(related), [related])[related.id])
    return Fact(label, view.show_in_details(row, attribute), _url(row, attribute, related))


def _url(row: Any, attribute: Attribute, related: Any) -> str | None:
    if isinstance(related, Customer):
        return url_for("phone.customer_page", id=related.id)
    value = getattr(row, attribute.name) if attribute.target is None else None
    if not value:
        return None
    match attribute.field.format:
        case TextFormat.PHONE:
            return f"tel:{value}"
        case TextFormat.EMAIL:
            return f"mailto:{value}"
        case TextFormat.WEBSITE:
            return value if is_web_address(value) else None
    return None
