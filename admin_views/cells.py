"""How values are shown: in lists, details and filter sentences. Everything is escaped; links are built by Markup."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from flask_babel import get_locale, gettext
from markupsafe import Markup, escape

from admin_views import palette
from admin_views.company import time_zone
from admin_views.text import joined, text
from auth.permissions import PERMISSION_LABELS
from models import Customer
from models.enums import Permission, Visibility
from models.inspection import Attribute, Kind
from models.mixins import DictionaryMixin
from models.scope import HangsOnCustomer

EMPTY = ""

#: From a row, and from a value that is not None, to its text.
Shower = Callable[[Any], str | Markup]
ValueShower = Callable[[Any], str | Markup]


def show(row: Any, attribute: Attribute) -> str | Markup:
    """Return the text of one attribute of a row."""
    return shower(attribute)(row)


def shower(attribute: Attribute) -> Shower:
    """Return what shows one attribute of any row: what is the same for all rows of a request is found out once."""
    if attribute.target is not None:
        return _relation_shower(attribute)
    if attribute.name == "name":
        return _show_name
    name, show_value = attribute.name, _SHOWERS[attribute.kind](attribute)

    def show_attribute(row: Any) -> str | Markup:
        value = getattr(row, name)
        return EMPTY if value is None else show_value(value)

    return show_attribute


def _show_name(row: Any) -> str | Markup:
    if isinstance(row, DictionaryMixin):
        return palette.shown(row)
    return EMPTY if row.name is None else escape(row.name)


def _relation_shower(attribute: Attribute) -> Shower:
    """Return what shows the name of a related row; a customer that is not FULL shows neither name nor link."""
    name, key, target = attribute.name, attribute.key, attribute.target or object
    is_guarded = target is Customer or issubclass(target, HangsOnCustomer)
    hidden = escape(gettext("Private customer")) if is_guarded else EMPTY
    known: dict[Any, Markup] = {}  # many rows have the same grade

    def show_related(row: Any) -> str | Markup:
        related = getattr(row, name)
        if related is None:
            return EMPTY if getattr(row, key) is None else hidden
        if related not in known:
            known[related] = palette.shown(related)
        return known[related]

    return show_related


def show_moment(value: datetime) -> str:
    """Return a moment in the company's time zone, to the minute."""
    try:
        zoned = value.astimezone(time_zone())
    except OverflowError:  # a year that no zone can follow, written past the forms
        zoned = value
    return zoned.replace(tzinfo=None).isoformat(" ", "minutes")


def _choice_shower(attribute: Attribute) -> ValueShower:
    labels = {value: text(label) for value, label in (attribute.field.choices or {}).items()}

    def show_choice(value: Any) -> Markup:
        shown = labels.get(value, value)
        if attribute.field.is_palette:
            return palette.badge(shown, value)
        if attribute.name == "visibility" and value == Visibility.PRIVATE:
            return Markup('<span class="badge bg-red-lt">{}</span>').format(shown)
        return escape(shown)

    return show_choice


def _boolean_shower(_attribute: Attribute) -> ValueShower:
    yes, no = gettext("Yes"), gettext("No")
    return lambda value: yes if value else no


def show_number(value: int | Decimal) -> str:
    """Return a number as it is written in the language of the request."""
    return format_decimal(Decimal(value).normalize(), decimal_quantization=False, locale=get_locale())


def _integer_shower(_attribute: Attribute) -> ValueShower:
    locale = get_locale()
    return lambda value: format_decimal(value, locale=locale)


def _decimal_shower(_attribute: Attribute) -> ValueShower:
    locale = get_locale()
    return lambda value: format_decimal(Decimal(value).normalize(), decimal_quantization=False, locale=locale)


def _show_json(value: Any) -> Markup:
    return escape(json.dumps(value, ensure_ascii=False))


def _computed_shower(attribute: Attribute) -> ValueShower:
    if attribute.name == "permission_codes":
        return lambda value: joined(text(PERMISSION_LABELS[Permission(code)]) for code in value)
    return str


#: Kind of attribute -> what makes the shower of its values.
_SHOWERS: dict[Kind, Callable[[Attribute], ValueShower]] = {
    Kind.TEXT: lambda _attribute: escape,
    Kind.CHOICE: _choice_shower,
    Kind.BOOLEAN: _boolean_shower,
    Kind.INTEGER: _integer_shower,
    Kind.DECIMAL: _decimal_shower,
    Kind.DATE: lambda _attribute: date.isoformat,
    Kind.MOMENT: lambda _attribute: show_moment,
    Kind.JSON: lambda _attribute: _show_json,
    Kind.COMPUTED: _computed_shower,
}
