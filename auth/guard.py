"""The session listeners that apply the rule of ``auth.visibility`` to every statement and every flush.

Importing this module is enough; it guards every SQLAlchemy session of the process. What cannot be guarded is refused.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Table, event, select
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, attributes, with_loader_criteria
from sqlalchemy.orm.context import FromStatement
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import TextClause

from auth.actor import Actor, get_actor
from auth.errors import HiddenRowError, UnguardedStatementError
from auth.visibility import among, dialect_of, full_customer_ids, full_customers
from models import Base, Customer
from models.mixins import AuthoredMixin
from models.scope import UNFILTERED_KEY, HangsOnCustomer

_CRITERIA_KEY = "visibility_criteria"
#: Customer ids checked in one query.
_CHECK_BATCH = 5_000


@event.listens_for(Session, "do_orm_execute")
def _guard_statement(state: ORMExecuteState) -> None:
    """Add the rule to a statement, or refuse what it would not reach."""
    if UNFILTERED_KEY in state.session.info or state.is_column_load:
        return
    if not state.is_orm_statement:
        _refuse_core(state.statement)
        return
    statement = state.statement
    entities = {mapper.class_ for mapper in state.all_mappers}
    is_guarded = not entities.isdisjoint(_guarded_classes())
    if is_guarded and isinstance(statement, FromStatement):
        raise UnguardedStatementError("from_statement on guarded rows")
    if is_guarded and state.is_insert:
        raise UnguardedStatementError("INSERT of guarded rows outside the unit of work")
    if is_guarded and state.is_update and isinstance(state.parameters, list | tuple):
        raise UnguardedStatementError("UPDATE by primary key on guarded rows")
    if state.is_select or state.is_update or state.is_delete:
        state.statement = statement.options(*_criteria(state.session))


@event.listens_for(Session, "before_flush")
def _guard_flush(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    """Stamp who wrote, and refuse to write what the actor does not see.

    :raises HiddenRowError: if a row to write is not, or would hang on a customer who is not, FULL for the actor
    """
    actor = get_actor(session)
    if actor is not None:
        _stamp(session, actor)
    if UNFILTERED_KEY in session.info:
        return
    ids = {customer_id for row in _written(session) for customer_id in _customer_ids(row)}
    if actor is None and (ids or any(isinstance(row, Customer) for row in session.new)):
        raise HiddenRowError("nobody acts in this session")
    for hidden in hidden_customer_ids(session, ids):
        raise HiddenRowError(f"customer {hidden}")


def hidden_customer_ids(session: Session, ids: set[int]) -> Iterator[int]:
    """Yield those of the ids whose customer is not FULL for the session's actor, or is not there."""
    actor, dialect = get_actor(session), dialect_of(session)
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHECK_BATCH):
        batch = ordered[start : start + _CHECK_BATCH]
        table = Customer.__table__
        query = select(table.c.id).where(among(table.c.id, batch, dialect), full_customers(actor, dialect))
        seen = set(session.connection().scalars(query))
        yield from (customer_id for customer_id in batch if customer_id not in seen)


@cache
def _guarded_classes() -> frozenset[type[Any]]:
    """Return the mapped classes whose rows are guarded. Reads the mappers, so new tables are covered."""
    return frozenset(
        mapper.class_
        for mapper in Base.registry.mappers
        if mapper.class_ is Customer or issubclass(mapper.class_, HangsOnCustomer)
    )


@cache
def _guarded_tables() -> frozenset[str]:
    return frozenset(cls.__tablename__ for cls in _guarded_classes())


def _criteria(session: Session) -> list[Any]:
    """Return the session's loader criteria; made once per actor."""
    actor = get_actor(session)
    kept = session.info.get(_CRITERIA_KEY)
    if kept is None or kept[0] is not actor:
        kept = (actor, _make_criteria(actor, dialect_of(session)))
        session.info[_CRITERIA_KEY] = kept
    return kept[1]


def _make_criteria(actor: Actor | None, dialect: str) -> list[Any]:
    visible_ids = full_customer_ids(actor, dialect)
    return [
        with_loader_criteria(
            cls,
            full_customers(actor, dialect, cls) if cls is Customer else cls.customer_id.in_(visible_ids),
            include_aliases=True,
            propagate_to_loaders=False,
        )
        for cls in sorted(_guarded_classes(), key=lambda cls: cls.__name__)
    ]


def _refuse_core(statement: Any) -> None:
    """Let a Core statement pass only if it touches no guarded table.

    :raises UnguardedStatementError: if it does
    """
    if isinstance(statement, TextClause):
        words = set(re.findall(r"\w+", statement.text.lower()))
    else:
        words = {element.name for element in visitors.iterate(statement) if isinstance(element, Table)}
        if getattr(statement, "table", None) is not None:
            words.add(statement.table.name)
    touched = words & _guarded_tables()
    if touched:
        raise UnguardedStatementError(f"Core statement on {', '.join(sorted(touched))}")


def _stamp(session: Session, actor: Actor) -> None:
    for row in session.new:
        if isinstance(row, AuthoredMixin):
            row.created_by_id = row.created_by_id or actor.id
            row.updated_by_id = actor.id
    for row in session.dirty:
        if isinstance(row, AuthoredMixin) and session.is_modified(row):
            row.updated_by_id = actor.id


def _written(session: Session) -> Iterator[Any]:
    """Yield the guarded rows that the flush will write, but new customers, who belong to nobody yet."""
    guarded = tuple(_guarded_classes())
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, guarded) and not (isinstance(row, Customer) and row in session.new):
            yield row


def _customer_ids(row: Any) -> Iterator[int]:
    """Yield the stored and the coming customer of a row; what hangs on a new customer passes with it."""
    if isinstance(row, Customer):
        yield row.id
        return
    history = attributes.get_history(row, "customer_id")
    yield from (value for value in (*history.unchanged, *history.added, *history.deleted) if value is not None)
    customer = row.__dict__.get("customer")
    if customer is not None and customer.id is not None:
        yield customer.id


