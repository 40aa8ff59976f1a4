"""What single tables add to the general import. A table without an entry needs nothing."""

from collections.abc import Mapping
from typing import Any

from services.exchange.context import Hooks
from services.exchange.tables import customers, employees, records

#: Table name -> its hooks.
_HOOKS: Mapping[str, Hooks] = {
    "contact": records.HOOKS,
    "customer": customers.HOOKS,
    "employee": employees.HOOKS,
    "follow_up": records.HOOKS,
    "visit": records.HOOKS,
}


def hooks_of(model: Any) -> Hooks:
    """Return the hooks of a table."""
    return _HOOKS.get(model.__tablename__, Hooks())
