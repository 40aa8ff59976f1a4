"""How many rows point at a row: what stands in the way of its deletion. Numbers, never names."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Select, func, inspect, select, true
from sqlalchemy_utils import get_referencing_foreign_keys

from auth.actor import AnySession
from auth.visibility import among, dialect_of
from models import Customer
from models.mixins import TreeMixin
from models.scope import UnfilteredReason, unfiltered
from services.errors import ServiceError


class InUseError(ServiceError):
    """Other rows point at the row, or nodes stand below it."""

    def __init__(self, name: str, *, uses: dict[str, int], child_count: int = 0) -> None:
        self.name = name
        #: Table name -> number of its rows that point at the row.
        self.uses = uses
        self.child_count = child_count
        super().__init__(f"{name!r} is in use: {uses}, children: {child_count}")


def usage_counts(session: AnySession, model: Any, row_id: int) -> dict[str, int]:
    """Count the rows that point at a row, hidden ones included, by one statement.

    Tables whose rows go with the row (ON DELETE CASCADE) do not count: they are part of it.

    :returns: table name -> count, without zeros; the row's own table holds its children
    """
    keys = foreign_keys_to(model)
    if not keys:
        return {}
    counts = select(
        *(
            select(func.count()).where(key.parent == row_id).scalar_subquery().label(f"n{i}")
            for i, key in enumerate(keys)
        )
    )
    with unfiltered(session, UnfilteredReason.IN_USE_COUNT) as every:
        found = every.execute(counts).one()
    uses: dict[str, int] = {}
    for key, count in zip(keys, found, strict=True):
        if count:
            uses[key.parent.table.name] = uses.get(key.parent.table.name, 0) + count
    return uses


def customer_counts(
    session: AnySession, model: Any, ids: Iterable[int] | None = None, *, with_below: bool = False
) -> dict[int, int]:
    """Count the customers of each row of a dictionary, hidden ones included, by one statement.

    :param ids: the rows that are asked for; all if not given
    :param with_below: count with a node the customers of what stands below it, as the filter by a node does
    :returns: row id -> count, without zeros
    """
    column = customer_column(model)
    if column is None:
        return {}
    wanted = None if ids is None else list(ids)
    dialect = dialect_of(session)
    if with_below and issubclass(model, TreeMixin):
        statement = _counts_below(model, column, true() if wanted is None else among(model.id, wanted, dialect))
    else:
        counted = column.is_not(None) if wanted is None else among(column, wanted, dialect)
        statement = select(column.label("id"), func.count()).where(counted).group_by(column)
    with unfiltered(session, UnfilteredReason.IN_USE_COUNT) as every:
        return dict(every.execute(statement).all())


def customer_column(model: Any) -> Any:
    """Return the attribute of ``Customer`` that points at a dictionary, or None."""
    key = next((key for key in foreign_keys_to(model) if key.parent.table.name == Customer.__tablename__), None)
    return None if key is None else attribute_of_key(Customer, key)


def attribute_of_key(owner: Any, key: ForeignKey) -> Any:
    """Return the attribute of a mapped class that is a foreign key."""
    return getattr(owner, inspect(owner).get_property_by_column(key.parent).key)


def _counts_below(model: Any, column: Any, is_wanted: ColumnElement[bool]) -> Select[Any]:
    """Return the counts by the node that was asked for, from each one's subtree."""
    start = select(model.id.label("top_id"), model.id).where(is_wanted).cte("tops", recursive=True)
    nodes = start.union(select(start.c.top_id, model.id).where(model.parent_id == start.c.id))
    return select(nodes.c.top_id, func.count()).join(Customer, column == nodes.c.id).group_by(nodes.c.top_id)


def foreign_keys_to(model: Any) -> list[ForeignKey]:
    """Return the foreign keys that point at a table, its own included, by table and column.

    Those of tables whose rows go with the row (ON DELETE CASCADE) are left out: they are part of it.
    """
    own = {key for key in inspect(model).local_table.foreign_keys if key.column.table is key.parent.table}
    pointing = (key for key in get_referencing_foreign_keys(model) | own if key.ondelete != "CASCADE")
    return sorted(pointing, key=lambda key: (key.parent.table.name, key.parent.name))


def delete_unused(session: AnySession, row: Any) -> None:
    """Delete a row that nothing points at. Flushes; a sortable list closes up.

    :raises InUseError: if other rows point at it
    """
    uses = usage_counts(session, type(row), row.id)
    if uses:
        own = uses.pop(row.__tablename__, 0)
        raise InUseError(str(row), uses=uses, child_count=own)
    session.delete(row)
    session.flush()
