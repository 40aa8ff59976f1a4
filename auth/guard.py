"""The session listeners that apply the rule of ``auth.visibility`` to every statement and every flush.

Importing this module is enough; it guards every SQLAlchemy session of the process. What cannot be guarded is refused:
here where the kind of statement tells, in ``auth.sql_check`` by a look at the SQL itself.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Select, and_, event, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, attributes, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause, TextClause
from sqlalchemy.sql.expression import TableClause

from auth.actor import Actor, AnySession, get_actor
from auth.errors import HiddenRowError, UnguardedStatementError
from auth.gathering import WHOLE_TABLES, gathered_customers, hangs_on_gathered_customer
from auth.sql_check import CHECK_OPTION, mark
from auth.visibility import among, dialect_of, full_customer_ids, full_customers, hangs_on_full_customer
from models import Base, Customer
from models.mixins import AuthoredMixin
from models.scope import UNFILTERED_KEY, HangsOnCustomer

#: Statement -> the guarded classes in it: those that are built once and run in each request are looked through once.
_LOOKED_THROUGH: WeakKeyDictionary[Any, frozenset[type[Any]]] = WeakKeyDictionary()
#: For whom the rule is written: the actor, the dialect, and whether for a statement that reads whole tables.
_For = tuple[Actor | None, str, bool]
#: Statement -> for whom -> the statement with the rule.
_RULED: WeakKeyDictionary[Any, dict[_For, Any]] = WeakKeyDictionary()
#: Actors whose criteria a process keeps.
CRITERIA_KEPT = 128
#: Customer ids checked in one query.
_CHECK_BATCH = 5_000


@event.listens_for(Session, "do_orm_execute")
def _guard_statement(state: ORMExecuteState) -> None:
    """Add the rule to a statement, or refuse what it would not reach."""
    session = state.session
    if UNFILTERED_KEY in session.info:
        return
    state.update_execution_options(**{CHECK_OPTION: _guarded_tables()})
    if not state.is_orm_statement:
        _refuse_text(state.statement)
        return
    if state.is_column_load:
        _restrict_refresh(state)
        return
    _refuse_bulk(state)
    wanted = _guarded_in(state)
    if wanted:  # else no criteria are made: a page without customers needs none
        is_whole = bool(state.execution_options.get(WHOLE_TABLES))
        state.statement = _with_rule(state.statement, wanted, (get_actor(session), dialect_of(session), is_whole))


def visible(session: AnySession, statement: Select[Any]) -> Select[Any]:
    """Return a SELECT with the rule for the session's actor, as the listener adds it, for readers that pass it by.

    Like any other it is looked at before it leaves (``auth.sql_check``). An unfiltered session gets it as it is.

    :raises UnguardedStatementError: if it holds text about guarded rows
    """
    if UNFILTERED_KEY in session.info:
        return statement
    _refuse_text(statement)
    criteria = _make_criteria(get_actor(session), dialect_of(session), False)  # noqa: FBT003 -- of a few rows or many
    return statement.options(*criteria.values()).execution_options(**{CHECK_OPTION: _guarded_tables()})


def _with_rule(statement: Any, wanted: frozenset[type[Any]], whom: _For) -> Any:
    """Return a statement with the criteria of its guarded classes that it does not carry yet.

    What a relationship loads carries the criteria of the statement that loaded its parent. One that is run again and
    again is kept with the criteria of those who ran it, so that it is compiled once.
    """
    kept = _RULED.get(statement)
    if kept is not None and whom in kept:
        return kept[whom]
    carried = statement._with_options  # noqa: SLF001 -- user_defined_options leaves these out
    missing = [option for cls, option in _make_criteria(*whom).items() if cls in wanted and option not in carried]
    if not missing:
        return statement
    ruled = statement.options(*missing)
    if kept is None:
        _RULED[statement] = {}  # its first time; most are run once
    else:
        if len(kept) >= CRITERIA_KEPT:
            kept.clear()
        kept[whom] = ruled
    return ruled


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
    ids = _customers_written(session)
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
        seen = set(session.connection().scalars(full_customer_ids(actor, dialect, of=batch)))
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


def _guarded_in(state: ORMExecuteState) -> frozenset[type[Any]]:
    """Return the guarded classes that a statement may touch, so that others cost nothing.

    All of them where joins and loader options lead further. What is overlooked here is refused by ``auth.sql_check``.
    """
    statement: Any = state.statement
    if statement._with_options:  # noqa: SLF001 -- as in the listener
        return _guarded_classes()
    if statement not in _LOOKED_THROUGH:
        _LOOKED_THROUGH[statement] = _look_through(state, statement)
    return _LOOKED_THROUGH[statement]


def _look_through(state: ORMExecuteState, statement: Any) -> frozenset[type[Any]]:
    tables = set()
    for element in visitors.iterate(statement):
        if getattr(element, "_setup_joins", None):
            return _guarded_classes()
        if isinstance(element, TableClause):
            tables.add(element.name)
    mentioned = {mapper.class_ for mapper in state.all_mappers}
    return frozenset(cls for cls in _guarded_classes() if cls in mentioned or cls.__tablename__ in tables)


@lru_cache(maxsize=CRITERIA_KEPT)
def _make_criteria(actor: Actor | None, dialect: str, is_whole: bool) -> dict[type[Any], Any]:  # noqa: FBT001 -- a key
    """Return the loader criteria of an actor. What an actor is decides them, so the next request finds them here."""
    return {
        cls: with_loader_criteria(cls, _criterion(cls, actor, dialect, is_whole=is_whole), include_aliases=True)
        for cls in sorted(_guarded_classes(), key=lambda cls: cls.__name__)
    }


def _criterion(cls: Any, actor: Actor | None, dialect: str, *, is_whole: bool = False) -> Any:
    """Return the rule for a guarded class, with the mark that ``auth.sql_check`` looks for."""
    if actor is None:
        return mark(cls, is_met=False)
    if cls is Customer:
        customers = gathered_customers if is_whole else full_customers
        return and_(mark(cls), customers(actor, dialect, cls))
    hangs = hangs_on_gathered_customer if is_whole else hangs_on_full_customer
    return and_(mark(cls), hangs(actor, dialect, cls.customer_id))


def _restrict_refresh(state: ORMExecuteState) -> None:
    """Let a refresh find only a row that is still visible; SQLAlchemy applies no loader criteria to it."""
    mapper = state.bind_mapper
    if mapper is not None and mapper.class_ in _guarded_classes():
        criterion = _criterion(mapper.class_, get_actor(state.session), dialect_of(state.session))
        refresh: Any = state.statement
        state.statement = refresh.where(criterion)


def _refuse_bulk(state: ORMExecuteState) -> None:
    """Refuse the bulk writers, whose SQL carries no criterion, and text in a statement.

    :raises UnguardedStatementError: if the statement is one, and touches guarded rows
    """
    if state.is_insert and _is_about_guarded(state):
        raise UnguardedStatementError("INSERT of guarded rows outside the unit of work")
    if state.is_update and isinstance(state.parameters, list | tuple) and _is_about_guarded(state):
        raise UnguardedStatementError("UPDATE by primary key on guarded rows")
    if state.is_insert or state.is_from_statement:
        _refuse_text(state.statement)


def _is_about_guarded(state: ORMExecuteState) -> bool:
    return any(mapper.class_ in _guarded_classes() for mapper in state.all_mappers)


def _refuse_text(statement: Any) -> None:
    """Let text pass only if no word in it names a guarded table; the SQL check reads no free text.

    :raises UnguardedStatementError: if one does
    """
    for element in visitors.iterate(statement):
        is_text = isinstance(element, TextClause) or (isinstance(element, ColumnClause) and element.is_literal)
        words = set(re.findall(r"\w+", str(getattr(element, "text", element)).lower())) if is_text else set()
        if words & _guarded_tables():
            raise UnguardedStatementError(f"text about {', '.join(sorted(words & _guarded_tables()))}")


def _stamp(session: Session, actor: Actor) -> None:
    for row in session.new:
        if isinstance(row, AuthoredMixin):
            row.created_by_id = row.created_by_id or actor.id
            row.updated_by_id = actor.id
    for row in session.dirty:
        if isinstance(row, AuthoredMixin) and session.is_modified(row):
            row.updated_by_id = actor.id


def _customers_written(session: Session) -> set[int]:
    """Return the customers, stored and coming, of the guarded rows that the flush will write.

    What is stored is read from the database: what the session believes of a row may be made up. New customers belong to
    nobody yet, so they pass, with what hangs on them.
    """
    ids: set[int] = set()
    stored: dict[Any, set[int]] = {}
    for row in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(row, tuple(_guarded_classes())):
            continue
        ids.update(_coming_customers(row))
        identity = inspect(row).identity
        if identity is not None:
            stored.setdefault(type(row), set()).add(identity[0])
    for cls, row_ids in stored.items():
        ids |= row_ids if cls is Customer else _stored_customers(session, cls, row_ids)
    return ids


def _coming_customers(row: Any) -> Iterator[int]:
    """Yield the customers that a row will hang on."""
    if isinstance(row, Customer):
        return
    history = attributes.get_history(row, "customer_id", attributes.PASSIVE_NO_FETCH)
    yield from (value for value in (*history.unchanged, *history.added) if value is not None)
    customer = row.__dict__.get("customer")
    if customer is not None and inspect(customer).identity is not None:
        yield inspect(customer).identity[0]


def _stored_customers(session: Session, cls: Any, row_ids: set[int]) -> set[int]:
    """Return the customers on which rows hang in the database."""
    table, ordered = cls.__table__, sorted(row_ids)
    found: set[int] = set()
    for start in range(0, len(ordered), _CHECK_BATCH):
        batch = ordered[start : start + _CHECK_BATCH]
        query = select(table.c.customer_id).where(among(table.c.id, batch, dialect_of(session)))
        found.update(session.connection().scalars(query))
    return found
