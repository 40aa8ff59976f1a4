"""How values are shown: in lists, details and filter sentences. Everything is escaped; links are built by Markup."""

import json
from collections.abc import Callable
from datetime import datetime
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
from models.enums import Permission
from models.inspection import Attribute, Kind
from models.mixins import DictionaryMixin
from models.scope import HangsOnCustomer

EMPTY = ""


def show(row: Any, attribute: Attribute) -> str | Markup:
    """Return the text of one attribute of a row."""
    if attribute.target is not None:
        return show_relation(row, attribute)
    value = getattr(row, attribute.name)
    if value is None:
        return EMPTY
    if attribute.name == "name":
        return palette.shown(row) if isinstance(row, DictionaryMixin) else escape(value)
    return _SHOW[attribute.kind](value, attribute)


def show_relation(row: Any, attribute: Attribute) -> str | Markup:
    """Return the name of a related row; a customer that is not FULL shows neither name nor link."""
    related = getattr(row, attribute.name)
    if related is not None:
        return palette.shown(related)
    if getattr(row, attribute.key) is None:
        return EMPTY
    is_guarded = attribute.target is Customer or issubclass(attribute.target or object, HangsOnCustomer)
    return gettext("Private customer") if is_guarded else EMPTY


def show_moment(value: datetime) -> str:
    """Return a moment in the company's time zone, to the minute."""
    try:
        zoned = value.astimezone(time_zone())
    except OverflowError:  # a year that no zone can follow, written past the forms
        zoned = value
    return zoned.replace(tzinfo=None).isoformat(" ", "minutes")


def _show_choice(value: Any, attribute: Attribute) -> Markup:
    label = (attribute.field.choices or {}).get(value)
    shown = text(label) if label else value
    if attribute.field.is_palette:
        return palette.badge(shown, value)
    if attribute.name == "visibility" and value == "private":
        return Markup('<span class="badge bg-red-lt">{}</span>').format(shown)
    return escape(shown)


def _show_boolean(value: Any, _attribute: Attribute) -> str:
    return gettext("Yes") if value else gettext("No")


def _show_decimal(value: Any, _attribute: Attribute) -> str:
    return format_decimal(Decimal(value).normalize(), decimal_quantization=False, locale=get_locale())


def _show_json(value: Any, _attribute: Attribute) -> Markup:
    return escape(json.dumps(value, ensure_ascii=False))


def _show_computed(value: Any, attribute: Attribute) -> str:
    if attribute.name == "permission_codes":
        return joined(text(PERMISSION_LABELS[Permission(code)]) for code in value)
    return str(value)


_SHOW: dict[Kind, Callable[[Any, Attribute], str | Markup]] = {
    Kind.TEXT: lambda value, _attribute: escape(value),
    Kind.CHOICE: _show_choice,
    Kind.BOOLEAN: _show_boolean,
    Kind.INTEGER: lambda value, _attribute: format_decimal(value, locale=get_locale()),
    Kind.DECIMAL: _show_decimal,
    Kind.DATE: lambda value, _attribute: value.isoformat(),
    Kind.MOMENT: lambda value, _attribute: show_moment(value),
    Kind.JSON: _show_json,
    Kind.COMPUTED: _show_computed,
}
