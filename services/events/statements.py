"""The SELECTs behind the stream: each table gives its newest rows in the order of an index, UNION ALL joins them.

The session's listener adds what the actor may see to each of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
    Select,
    String,
    Text,
    and_,
    cast,
    literal,
    not_,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from auth.actor import Actor, AnySession
from auth.visibility import among, dialect_of, full_customers
from models import AuditEntry, Customer, Employee, FollowUp, FollowUpProgress, Visit
from models.audit_action import AuditAction as A
from models.types import UtcDateTime
from services.events.asking import EventQuery, Kind
from services.visits.own import kept_visits

#: Table of an event -> its place among events of one moment, the highest first.
CREATED, AUDITED, VISITED, FOLLOWED = range(4)

#: Deed of the audit log -> the kind of event that it is.
KIND_OF_DEED: dict[A, Kind] = {
    A.TRANSFER: Kind.OWNER,
    A.CLAIM: Kind.OWNER,
    A.ADD_CO_FOLLOWER: Kind.CO_FOLLOWERS,
    A.REMOVE_CO_FOLLOWER: Kind.CO_FOLLOWERS,
    A.SET_VISIBILITY: Kind.VISIBILITY,
    A.CHANGE_PROGRESS: Kind.PROGRESS,
    A.CHANGE_GRADE: Kind.EDIT,
    A.CHANGE_PRICE_LEVEL: Kind.EDIT,
    A.EDIT: Kind.EDIT,
    A.ADD_CONTACT: Kind.EDIT,
    A.EDIT_CONTACT: Kind.EDIT,
    A.DELETE_CONTACT: Kind.EDIT,
    A.EDIT_FOLLOW_UP: Kind.EDIT,
    A.DELETE_FOLLOW_UP: Kind.EDIT,
    A.EDIT_VISIT: Kind.EDIT,
    A.DELETE_VISIT: Kind.EDIT,
    A.ACTIVATE: Kind.EDIT,
    A.DEACTIVATE: Kind.EDIT,
    A.IMPORT_CHANGE: Kind.EDIT,
    A.UNDO: Kind.EDIT,
}
#: Deeds that change several things at once, and the changes in them by which they are of another kind as well.
_MIXED = (A.TRANSFER, A.CLAIM, A.IMPORT_CHANGE, A.UNDO)
_CHANGE_OF_KIND = {
    Kind.OWNER: "owner",
    Kind.CO_FOLLOWERS: "co_followers",
    Kind.VISIBILITY: "visibility",
    Kind.PROGRESS: "progress",
}
#: Columns of the stream beside rank, id, at, who_id and customer_id -> their type.
_MORE: dict[str, Any] = {
    "who_name": String(),
    "text": Text(),
    "code": String(),
    "progress_id": Integer(),
    "progress_before_id": Integer(),
    "begun_at": UtcDateTime(),
    "due_at": UtcDateTime(),
    "ended_at": UtcDateTime(),
    "place": String(),
    "duration_s": Integer(),
    "changes": JSON(),
}
#: When a visit happened, if it has begun; and else.
_BEGUN = (Visit.check_in_at, Visit.check_in_at.is_not(None))
_PLANNED = (Visit.created_at, Visit.check_in_at.is_(None))


@dataclass(frozen=True, slots=True)
class _Source:
    """Where events of one rank are read from."""

    rank: int
    model: Any
    at: Any
    who_id: Any
    customer_id: Any
    criteria: tuple[ColumnElement[bool], ...] = ()


def stream_statement(session: AnySession, query: EventQuery) -> Select[Any] | None:
    """Return the SELECT of the events of customers that the actor sees; None where no kind is asked for.

    :returns: rows of (rank, id, at, who_id, customer_id, those of ``_MORE``, employee_name, customer_name, progress,
        progress_before), the newest first
    """
    parts = list(_parts(dialect_of(session), query))
    return _told(_newest(parts, query)) if parts else None


def kept_statement(session: AnySession, query: EventQuery, actor: Actor) -> Select[Any] | None:
    """Return the SELECT of the team's visits whose customer the actor no longer sees; to be run unfiltered (DOMAIN 8).

    :returns: rows as :func:`services.visits.own_visits`, and ``at``; None where none are asked for
    """
    is_asked = Kind.VISIT in query.kinds and query.customer_id is None and not actor.is_company_admin
    if not is_asked:
        return None
    dialect = dialect_of(session)
    lost = kept_visits(session, actor, is_own_only=False).where(not_(full_customers(actor, dialect, Customer)))
    if query.employee_ids is not None:
        lost = lost.where(among(Visit.user_id, query.employee_ids, dialect))
    parts = [
        _limited(lost.add_columns(at.label("at")).where(is_so, *_within(at, query, VISITED)), at, Visit.id, query)
        for at, is_so in _visit_moments(query)
    ]
    both = union_all(*parts).subquery()
    return select(both).order_by(both.c.at.desc(), both.c.id.desc()).limit(query.limit + 1)


def _parts(dialect: str, query: EventQuery) -> Iterator[Select[Any]]:
    """Yield the SELECT of each table that is asked for."""
    for source in _sources(query):
        part = _part(dialect, query, source)
        if source.rank == AUDITED:
            part = part.join(Customer, Customer.id == AuditEntry.row_id)
        yield part


def _sources(query: EventQuery) -> Iterator[_Source]:
    kinds = query.kinds
    if kinds & {Kind.VISIT, Kind.PROGRESS}:
        moved = () if Kind.VISIT in kinds else (Visit.progress_after_id.is_not(None),)
        for at, is_so in _visit_moments(query):
            yield _Source(VISITED, Visit, at, Visit.user_id, Visit.customer_id, (is_so, *moved))
    if kinds & {Kind.FOLLOW_UP, Kind.PROGRESS}:
        moved = () if Kind.FOLLOW_UP in kinds else (FollowUp.progress_after_id.is_not(None),)
        yield _Source(FOLLOWED, FollowUp, FollowUp.created_at, FollowUp.author_id, FollowUp.customer_id, moved)
    if kinds & set(KIND_OF_DEED.values()):
        is_deed = (_is_deed(query),)
        yield _Source(AUDITED, AuditEntry, AuditEntry.at, AuditEntry.actor_id, AuditEntry.row_id, is_deed)
    if Kind.CREATED in kinds:
        yield _Source(CREATED, Customer, Customer.created_at, Customer.created_by_id, Customer.id)


def _visit_moments(query: EventQuery) -> tuple[tuple[Any, ColumnElement[bool]], ...]:
    """Return when visits that have begun, and others, happened: two indexes, so two SELECTs."""
    return (_BEGUN,) if query.is_begun_only else (_BEGUN, _PLANNED)


def _details(rank: int) -> dict[str, Any]:
    """Return what the table of a rank has of ``_MORE``."""
    if rank == FOLLOWED:
        return {
            "text": FollowUp.content,
            "code": FollowUp.method,
            "progress_id": FollowUp.progress_after_id,
            "progress_before_id": FollowUp.progress_before_id,
            "due_at": FollowUp.next_follow_at,
        }
    if rank == VISITED:
        return {
            "text": Visit.summary,
            "code": Visit.status,
            "progress_id": Visit.progress_after_id,
            "progress_before_id": Visit.progress_before_id,
            "begun_at": Visit.check_in_at,
            "due_at": Visit.planned_at,
            "ended_at": Visit.check_out_at,
            "place": Visit.check_in_address,
            "duration_s": Visit.duration_s,
        }
    if rank == AUDITED:
        return {"who_name": AuditEntry.actor_name, "code": AuditEntry.action, "changes": AuditEntry.changes}
    return {}


def _part(dialect: str, query: EventQuery, source: _Source) -> Select[Any]:
    """Return the SELECT of the newest events of one table."""
    details, at, row_id = _details(source.rank), source.at, source.model.id
    more = (details.get(name, cast(null(), type_)).label(name) for name, type_ in _MORE.items())
    keys = (literal(source.rank).label("rank"), row_id.label("id"), at.label("at"), source.who_id.label("who_id"))
    found = select(*keys, source.customer_id.label("customer_id"), *more)
    found = found.where(*source.criteria, *_within(at, query, source.rank, row_id))
    if query.customer_id is not None:
        found = found.where(source.customer_id == query.customer_id)
    if query.employee_ids is not None:
        found = found.where(among(source.who_id, query.employee_ids, dialect))
    return found.order_by(at.desc(), row_id.desc()).limit(query.limit + 1)


def _limited(found: Select[Any], at: Any, row_id: Any, query: EventQuery) -> Select[Any]:
    return select(found.order_by(at.desc(), row_id.desc()).limit(query.limit + 1).subquery())


def _within(at: Any, query: EventQuery, rank: int, row_id: Any = Visit.id) -> Iterator[ColumnElement[bool]]:
    """Yield the criteria of the period, and of the place behind which the page begins."""
    if query.since is not None:
        yield at >= query.since
    if query.until is not None:
        yield at < query.until
    place = query.before
    if place is None:
        return
    if rank < place.rank:
        yield at <= place.at
    elif rank > place.rank:
        yield at < place.at
    else:
        yield at <= place.at  # for the index; the next says more, but in a way that databases look through
        yield or_(at < place.at, row_id < place.id)


def _is_deed(query: EventQuery) -> ColumnElement[bool]:
    """Return the criterion for entries about customers of the kinds asked for."""
    is_of_kind: ColumnElement[bool] = AuditEntry.action.in_(
        [deed.value for deed, kind in KIND_OF_DEED.items() if kind in query.kinds]
    )
    changed = [AuditEntry.changes[name].as_string() for kind, name in _CHANGE_OF_KIND.items() if kind in query.kinds]
    if changed and Kind.EDIT not in query.kinds:
        is_mixed = AuditEntry.action.in_([deed.value for deed in _MIXED])
        is_of_kind = or_(is_of_kind, and_(is_mixed, or_(*(value.is_not(None) for value in changed))))
    return and_(AuditEntry.table_name == Customer.__tablename__, is_of_kind)


def _newest(parts: list[Select[Any]], query: EventQuery) -> Any:
    """Return the newest events of all tables."""
    every = union_all(*(select(part.subquery()) for part in parts)).subquery()
    newest = select(every).order_by(every.c.at.desc(), every.c.rank.desc(), every.c.id.desc())
    return newest.limit(query.limit + 1).subquery("event")


def _told(event: Any) -> Select[Any]:
    """Return events with the names of people, customers and progress, and with the progress before."""
    before = aliased(FollowUpProgress)
    names = (
        Employee.name.label("employee_name"),
        Customer.name.label("customer_name"),
        FollowUpProgress.name.label("progress"),
        before.name.label("progress_before"),
    )
    return (
        select(event, *names)
        .join(Customer, Customer.id == event.c.customer_id)
        .join(Employee, Employee.id == event.c.who_id, isouter=True)
        .join(FollowUpProgress, FollowUpProgress.id == event.c.progress_id, isouter=True)
        .join(before, before.id == event.c.progress_before_id, isouter=True)
        .order_by(event.c.at.desc(), event.c.rank.desc(), event.c.id.desc())
    )
