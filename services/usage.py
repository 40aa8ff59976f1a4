"""How many rows point at a row: what stands in the way of its deletion. Numbers, never names."""

from typing import Any

from sqlalchemy import ForeignKey, func, inspect, select
from sqlalchemy_utils import get_referencing_foreign_keys

from auth.actor import AnySession
from models import Customer
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
    keys = _foreign_keys_to(model)
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


def customer_counts(session: AnySession, model: Any) -> dict[int, int]:
    """Count the customers of each row of a dictionary, hidden ones included, by one statement.

    :returns: row id -> count, without zeros
    """
    customer = Customer.__tablename__
    key = next((key.parent for key in _foreign_keys_to(model) if key.parent.table.name == customer), None)
    if key is None:
        return {}
    with unfiltered(session, UnfilteredReason.IN_USE_COUNT) as every:
        return dict(every.execute(select(key, func.count()).where(key.is_not(None)).group_by(key)).all())


def _foreign_keys_to(model: Any) -> list[ForeignKey]:
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
