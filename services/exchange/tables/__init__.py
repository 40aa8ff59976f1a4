"""What single tables add to the general import. A table without an entry needs nothing."""

from collections.abc import Mapping
from typing import Any

from services.exchange.context import Hooks

#: Table name -> its hooks.
_HOOKS: Mapping[str, Hooks] = {}


def hooks_of(model: Any) -> Hooks:
    """Return the hooks of a table."""
    return _HOOKS.get(model.__tablename__, Hooks())
