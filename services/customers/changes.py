"""What the audit log keeps of an edited customer or contact: old and new of each field (DOMAIN 1, timeline).

Who reads the log may not see the customer; ``services.audit_words`` says nothing of these values to those.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from auth.actor import AnySession
from models import Customer
from models.inspection import Attribute, attributes_of

#: Signs that are kept of a long text.
KEPT_LENGTH = 500

#: Name of an attribute -> what it holds, as the log keeps it.
Held = Mapping[str, Any]


def held(session: AnySession, row: Any, keys: Collection[str], *, is_whole: bool = False) -> Held:
    """Return what a row holds now in those of the columns that people have a word for.

    :param keys: column attributes
    :param is_whole: with what people only read
    :returns: name of the attribute -> value; of a related row its name, of a related customer its id, since those who
        read of the change may not know that customer
    """
    known = attributes_of(type(row)).values()
    asked = (one for one in known if one.key in keys and (is_whole or not one.field.is_read_only))
    return {one.name: _held(session, row, one) for one in asked}


def differences(before: Held, after: Held, *, prefix: str = "") -> dict[str, list[Any]]:
    """Return [old, new] of what differs, by name.

    :param prefix: stands before each name
    """
    names = dict.fromkeys((*before, *after))
    pairs = {f"{prefix}{name}": [before.get(name), after.get(name)] for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _held(session: AnySession, row: Any, attribute: Attribute) -> Any:
    value = getattr(row, attribute.key)
    if value is not None and attribute.target is not None and attribute.target is not Customer:
        related = session.get(attribute.target, value)
        return str(related) if related is not None else None
    return kept_value(value)


def kept_value(value: Any) -> Any:
    """Return a value as the log keeps it: numbers and moments as text, the beginning of a long text."""
    if value == "":
        return None
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    is_long = isinstance(value, str) and len(value) > KEPT_LENGTH
    return f"{value[:KEPT_LENGTH]}…" if is_long else value
