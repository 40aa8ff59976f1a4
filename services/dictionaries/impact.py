"""What a deed on a value would touch: numbers that ignore visibility, never names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select

from auth.actor import AnySession
from models import Customer
from models.mixins import TreeMixin
from models.scope import UnfilteredReason, unfiltered
from services.listing import subtree
from services.ordering import UnknownRowError
from services.usage import customer_column, foreign_keys_to

_CUSTOMERS = Customer.__tablename__


@dataclass(frozen=True, slots=True)
class Impact:
    """How many rows hang on a value."""

    id: int
    name: str
    version: int
    is_active: bool
    #: Customers that have the value itself.
    customers: int
    #: Nodes directly below.
    children: int
    #: Price levels that the value carries: 1 or 0.
    price_levels: int
    #: Table name -> number of its other rows that point at the value, without zeros.
    uses: Mapping[str, int]
    #: Nodes below, on any level.
    descendants: int = 0
    #: Customers that have one of the nodes below.
    customers_below: int = 0

    @property
    def others(self) -> int:
        """Return how many rows point at the value that are neither customers nor nodes below."""
        return sum(self.uses.values())

    @property
    def is_used(self) -> bool:
        """Tell whether something stands in the way of its deletion."""
        return bool(self.customers or self.children or self.others)


def impact(session: AnySession, model: Any, value_id: int) -> Impact:
    """Return what hangs on a value, hidden customers included, by one statement.

    :raises UnknownRowError: if there is no such value
    """
    counts: dict[str, ColumnElement[Any]] = {}
    for key in foreign_keys_to(model):
        table = key.parent.table.name
        count = _count(key.parent == value_id)
        counts[table] = counts[table] + count if table in counts else count
    children = counts.pop(model.__tablename__, literal(0))
    columns = {
        "customers": counts.pop(_CUSTOMERS, literal(0)),
        "children": children,
        "price_levels": _carries_price_level(model),
        **_below(model, value_id),
    }
    statement = select(
        model.id,
        model.name,
        model.version,
        model.is_active,
        *(column.label(name) for name, column in columns.items()),
        *(column.label(f"uses_{table}") for table, column in counts.items()),
    ).where(model.id == value_id)
    with unfiltered(session, UnfilteredReason.IN_USE_COUNT) as every:
        found = every.execute(statement).mappings().one_or_none()
    if found is None:
        raise UnknownRowError(f"{model.__tablename__} {value_id}")
    uses = {table: found[f"uses_{table}"] for table in counts if found[f"uses_{table}"]}
    return Impact(uses=uses, **{name: found[name] for name in ("id", "name", "version", "is_active", *columns)})


def _count(criterion: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).where(criterion).correlate(None).scalar_subquery()


def _carries_price_level(model: Any) -> ColumnElement[Any]:
    column = getattr(model, "price_level_id", None)
    return literal(0) if column is None else case((column.is_(None), 0), else_=1)


def _below(model: Any, value_id: int) -> dict[str, ColumnElement[Any]]:
    """Return the counts that only a tree has."""
    if not issubclass(model, TreeMixin):
        return {}
    node: Any = model
    below = subtree(node, select(node.id).where(node.parent_id == value_id))
    counts: dict[str, ColumnElement[Any]] = {
        "descendants": select(func.count()).select_from(below.subquery()).scalar_subquery()
    }
    column = customer_column(model)
    if column is not None:
        counts["customers_below"] = _count(column.in_(below))
    return counts
