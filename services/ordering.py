"""The order that people give to rows: 1..n without gaps, in a flat list or among the siblings of a tree.

New rows go last and deleted rows leave no gap whoever writes them, since the session's flush sees to it; only bulk
writers (imports) number their own rows. Trees build on this in ``services.trees``.
"""

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, event, func, select, update
from sqlalchemy.orm import Session, UOWTransaction

from auth.actor import AnySession
from models.mixins import SortableMixin, TreeMixin
from services.errors import ServiceError

#: First key of all advisory locks on orders, so that they never meet locks of another kind.
_LOCK_CLASS = 0x4B50


class StaleVersionError(ServiceError):
    """The row or list was changed since it was read."""


class UnknownRowError(ServiceError):
    """A row that was named is not there, or not where it was said to be."""


class ListMismatchError(ServiceError):
    """The ids given are not exactly the rows of the list."""


def lock_order(session: AnySession, model: Any) -> None:
    """Let one transaction at a time change the order of a table; held until commit or rollback.

    On SQLite a writing transaction began IMMEDIATE, so it is alone already.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    key = zlib.crc32(model.__tablename__.encode()) - 2**31
    session.execute(select(func.pg_advisory_xact_lock(_LOCK_CLASS, key)))


def reorder(session: AnySession, model: Any, ids: Sequence[int], *, version: int) -> list[int]:
    """Give a flat list a new order by one UPDATE of the rows whose place changes.

    Row versions stay: a place is no edit of the row.

    :param ids: exactly the ids of the list, in the new order
    :param version: what :func:`list_version` said when the list was read
    :returns: the ids in the new order
    :raises StaleVersionError: if the list was reordered, or has lost or gained rows, since then
    :raises ListMismatchError: if ids leaves out, repeats or adds a row
    """
    lock_order(session, model)
    rows = session.execute(_in_order(model)).all()
    if order_version(row.id for row in rows) != version:
        raise StaleVersionError(f"{model.__tablename__} was reordered meanwhile")
    if len(ids) != len(rows) or set(ids) != {row.id for row in rows}:
        raise ListMismatchError(f"ids are not the {len(rows)} rows of {model.__tablename__}")
    present = {row.id: row.sort_order for row in rows}
    changed = {row_id: place for place, row_id in enumerate(ids, start=1) if present[row_id] != place}
    if changed:
        session.execute(
            update(model)
            .where(model.id.in_(list(changed)))
            .values(sort_order=case(changed, value=model.id))
            .execution_options(synchronize_session=False)
        )
        forget_order(session, model)
    return list(ids)


def list_version(session: AnySession, model: Any) -> int:
    """Return the version of a flat list, which changes with its rows or their order."""
    return order_version(session.scalars(_in_order(model)))


def order_version(ids: Iterable[int]) -> int:
    """Return the version of rows standing in this order: a number below 2**48, which JavaScript holds exactly."""
    text = ",".join(str(row_id) for row_id in ids)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest())


def next_sort_order(session: AnySession, model: Any, parent_id: int | None = None) -> int:
    """Return the place behind the last row of the list, or of the siblings under a parent (none: the roots)."""
    last = select(func.max(model.sort_order))
    if issubclass(model, TreeMixin):
        last = last.where(siblings(model, parent_id))
    return int(session.scalar(last) or 0) + 1


def siblings(model: Any, parent_id: int | None) -> ColumnElement[bool]:
    """Return the criterion for the nodes directly under a parent; no parent: the roots."""
    return model.parent_id.is_(None) if parent_id is None else model.parent_id == parent_id


def renumber(session: AnySession, model: Any, parent_id: int | None = None, *, without: Iterable[int] = ()) -> None:
    """Close the gaps of a list, or of the siblings under a parent, by one UPDATE.

    :param without: ids of rows about to go; they take no place
    """
    place = func.row_number().over(order_by=(model.sort_order, model.id)).label("place")
    numbered = select(model.id, place).where(model.id.not_in(list(without)))
    if issubclass(model, TreeMixin):
        numbered = numbered.where(siblings(model, parent_id))
    places = numbered.subquery()
    session.execute(
        update(model)
        .where(model.id == places.c.id, model.sort_order != places.c.place)
        .values(sort_order=places.c.place)
        .execution_options(synchronize_session=False)
    )


def forget_order(session: AnySession, model: Any, *attributes: str) -> None:
    """Let loaded rows read their place anew, after an UPDATE past the unit of work."""
    for row in list(session.identity_map.values()):
        if isinstance(row, model):
            session.expire(row, ["sort_order", *attributes])


def _in_order(model: Any) -> Any:
    return select(model.id, model.sort_order).order_by(model.sort_order, model.id)


@event.listens_for(Session, "before_flush")
def _keep_order(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    """Put new rows last and close the gaps of those that go."""
    new = [row for row in session.new if isinstance(row, SortableMixin) and row.sort_order is None]
    gone: list[Any] = [row for row in session.deleted if isinstance(row, SortableMixin)]
    for model in sorted({type(row) for row in (*new, *gone)}, key=lambda model: model.__tablename__):
        lock_order(session, model)
        _close_gaps(session, model, [row.id for row in gone if type(row) is model])
        _append(session, model, [row for row in new if type(row) is model])


def _close_gaps(session: Session, model: Any, ids: list[int]) -> None:
    if not ids:
        return
    parent_ids: set[int | None] = {None}
    if issubclass(model, TreeMixin):
        parent_ids = set(session.scalars(select(model.parent_id).where(model.id.in_(ids)).distinct()))
    for parent_id in parent_ids:
        renumber(session, model, parent_id, without=ids)


def _append(session: Session, model: Any, rows: list[Any]) -> None:
    """Put new rows last; siblings are known by the parent's id, or by the parent itself while it has none."""
    last: dict[Any, int] = {}
    for row in rows:
        parent = getattr(row, "parent", None) if issubclass(model, TreeMixin) else None
        parent_id = getattr(row, "parent_id", None) if parent is None else parent.id
        group = parent if parent is not None and parent_id is None else parent_id
        if group not in last:
            is_new_parent = group is not None and group is parent
            last[group] = 0 if is_new_parent else next_sort_order(session, model, parent_id) - 1
        last[group] += 1
        row.sort_order = last[group]
