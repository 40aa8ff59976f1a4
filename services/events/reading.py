"""Reads the stream and says it in words. For the timeline of a customer and for the feed of a team."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth.actor import AnySession, get_actor
from models import Customer
from models.audit_action import AUDIT_ACTION_LABELS
from models.meta import Label, label
from models.scope import UnfilteredReason, unfiltered
from services.audit import SYSTEM
from services.audit_reader import Reader, mentioned_names
from services.audit_words import Change, changes_of
from services.events.asking import Cursor, EventQuery, Kind
from services.events.statements import (
    AUDITED,
    CREATED,
    FOLLOWED,
    KIND_OF_DEED,
    VISITED,
    kept_statement,
    stream_statement,
)

_PROGRESS = label(en="Progress", zh="跟进进度")
_KIND_OF_RANK = {CREATED: Kind.CREATED, VISITED: Kind.VISIT, FOLLOWED: Kind.FOLLOW_UP}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, as the actor may know of it."""

    kind: Kind
    at: datetime
    #: None for nobody: a command, or somebody whose row is gone.
    who_id: int | None
    who_name: str | None
    #: None where the actor does not see the customer (any more).
    customer_id: int | None
    #: None reads 私密客户; beside no id it is that of a visit of the actor's own.
    customer_name: str | None
    #: Of the follow-up, the visit, the audit entry, or the customer that was created.
    record_id: int
    #: What was done, where the kind does not say it.
    deed: Label | None
    changes: tuple[Change, ...]
    #: Content of a follow-up, summary of a visit.
    text: str | None
    #: Method of a follow-up, stored status of a visit, code of a deed.
    code: str | None
    #: When a visit began and ended; whose planned moment, or the next follow-up that was promised, is ``due_at``.
    begun_at: datetime | None
    ended_at: datetime | None
    due_at: datetime | None
    place: str | None
    duration_s: int | None
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, the newest first."""

    events: tuple[Event, ...]
    #: Where the next page begins; None where there is none.
    next: Cursor | None


def read_events(session: AnySession, query: EventQuery, *, language: str) -> EventPage:
    """Return what happened, of what the session's actor may know (DOMAIN 3.3, 8).

    At most three statements, however many events there are: those of customers that the actor sees, the team's visits
    to others, and the names of customers that changes mention.

    :param language: ``en`` or ``zh_Hans_CN``
    """
    found = [*_seen(session, query, language), *_kept(session, query)]
    found.sort(key=lambda event: (event.cursor.at, event.cursor.rank, event.cursor.id), reverse=True)
    events = tuple(found[: query.limit])
    return EventPage(events, events[-1].cursor if len(found) > query.limit else None)


def _seen(session: AnySession, query: EventQuery, language: str) -> list[Event]:
    statement = stream_statement(session, query)
    if statement is None:
        return []
    rows = session.execute(statement).all()
    reader = _reader(session, rows, language)
    return [_event(reader, row) for row in rows]


def _kept(session: AnySession, query: EventQuery) -> list[Event]:
    """Return the team's visits to customers that the actor does not see: time, place, duration."""
    actor = get_actor(session)
    statement = kept_statement(session, query, actor) if actor is not None else None
    if statement is None:
        return []
    with unfiltered(session, UnfilteredReason.OWN_VISITS) as every:
        rows = every.execute(statement).all()
    return [_kept_event(row) for row in rows]


@dataclass(frozen=True, slots=True)
class _Entry:
    """An audit entry as ``services.audit_words`` reads one."""

    action: str
    row_id: int
    changes: dict[str, Any]
    actor_id: int | None
    table_name: str = Customer.__tablename__


def _entry(row: Any) -> _Entry:
    return _Entry(row.code, row.customer_id, row.changes or {}, row.who_id)


def _reader(session: AnySession, rows: Iterable[Any], language: str) -> Reader:
    """Return the actor as a reader of the events, who sees each of their customers, but not each that they mention."""
    actor = get_actor(session)
    names = mentioned_names(session, [_entry(row) for row in rows if row.rank == AUDITED])
    seen = {row.customer_id: row.customer_name for row in rows}
    return Reader(
        language=language,
        actor_id=actor.id if actor is not None else None,
        sees_all=False,
        names={Customer.__tablename__: names | seen},
    )


def _event(reader: Reader, row: Any) -> Event:
    is_entry = row.rank == AUDITED
    return Event(
        kind=KIND_OF_DEED[row.code] if is_entry else _KIND_OF_RANK[row.rank],
        at=row.at,
        who_id=row.who_id,
        who_name=row.employee_name or (row.who_name if row.who_name != SYSTEM else None),
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        record_id=row.id,
        deed=AUDIT_ACTION_LABELS[row.code] if is_entry else None,
        changes=tuple(changes_of(reader, _entry(row)) if is_entry else _progress(reader, row)),
        text=row.text,
        code=row.code,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        due_at=row.due_at,
        place=row.place,
        duration_s=row.duration_s,
        cursor=Cursor(row.at, row.rank, row.id),
    )


def _progress(reader: Reader, row: Any) -> list[Change]:
    """Return how a follow-up or visit moved the progress."""
    if row.progress is None:
        return []
    before = row.progress_before if row.progress_before_id != row.progress_id else None
    return [Change(reader.text(_PROGRESS), before, row.progress)]


def _kept_event(row: Any) -> Event:
    return Event(
        kind=Kind.VISIT,
        at=row.at,
        who_id=row.user_id,
        who_name=row.user_name,
        customer_id=None,
        customer_name=row.customer_name,
        record_id=row.id,
        deed=None,
        changes=(),
        text=None,
        code=row.status,
        begun_at=row.check_in_at,
        ended_at=row.check_out_at,
        due_at=row.planned_at,
        place=row.check_in_address,
        duration_s=row.duration_s,
        cursor=Cursor(row.at, VISITED, row.id),
    )
