"""What a picker of a form offers on a phone: all rows in a plain select if they are few, else they are searched."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import func, select

from admin_views import lookups
from admin_views.pick_field import PickField
from models import db


@dataclass(frozen=True, slots=True)
class Offer:
    """The options of one picker."""

    options: tuple[lookups.Option, ...]
    #: Where a script looks further rows up; None where all stand in the select.
    lookup_url: str | None


def offers_of(view: Any, form: Any) -> dict[str, Offer]:
    """Return the offer of each picker of a form, by the field's name."""
    return {field.name: _offer(view, field) for field in form if isinstance(field, PickField)}


def _offer(view: Any, field: PickField) -> Offer:
    if not _are_few(field):
        url = url_for(f"{view.endpoint}.ajax_lookup", name=field.name, **field.lookup_args)
        return Offer(tuple(field.options(is_small=False)), url)
    options = field.options(is_small=True)
    return Offer(tuple(sorted(options, key=lambda option: option.text) if field.is_tree else options), None)


def _are_few(field: PickField) -> bool:
    few = field.statement.with_only_columns(field.target.id).order_by(None).limit(lookups.SELECT_LIMIT + 1)
    return (db.session.scalar(select(func.count()).select_from(few.subquery())) or 0) <= lookups.SELECT_LIMIT
