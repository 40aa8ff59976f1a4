"""Who stands below a leader: the reporting line as a tree, from the top down."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from auth.actor import Actor, AnySession, get_actor
from auth.errors import HiddenRowError, PermissionDeniedError
from auth.visibility import among, dialect_of
from models import Employee
from services.reporting_line import walk_up

#: Employee id -> row of (id, name, is_active, supervisor_id).
People = Mapping[int, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a line."""

    id: int
    name: str
    is_active: bool
    #: The one above in this tree; None for its tops.
    above_id: int | None
    #: Steps below the tops.
    level: int
    #: How many people stand below, any number of steps.
    below_count: int


def may_lead(actor: Actor) -> bool:
    """Tell whether somebody has people to look after: the company admin, and who has anybody below."""
    return actor.is_company_admin or len(actor.team) > 1


def line_below(session: AnySession, leader_id: int | None) -> list[Member]:
    """Return a leader and everybody below, leavers included: each before those below, siblings by name. One statement.

    :param leader_id: None for everybody of the company, from those who have nobody above
    :raises PermissionDeniedError: if the actor leads nobody, or asks for everybody and is no company admin
    :raises HiddenRowError: if the leader is not there, or not in the actor's own line
    """
    actor = get_actor(session)
    if actor is None or not may_lead(actor) or (leader_id is None and not actor.is_company_admin):
        raise PermissionDeniedError("a line is shown to those who lead it")
    query = select(Employee.id, Employee.name, Employee.is_active, Employee.supervisor_id)
    if not actor.is_company_admin:
        query = query.where(among(Employee.id, actor.team, dialect_of(session)))
    people: dict[int, Any] = {row.id: row for row in session.execute(query.order_by(Employee.name_sort, Employee.id))}
    if leader_id is not None and leader_id not in people:
        raise HiddenRowError(f"employee {leader_id}")
    below: dict[int | None, list[int]] = {}
    for row in people.values():
        below.setdefault(row.supervisor_id, []).append(row.id)
    tops = _tops(people, below) if leader_id is None else [leader_id]
    return _members(people, below, tops)


def _tops(people: People, below: Mapping[int | None, list[int]]) -> list[int]:
    """Return those who have nobody above, and of each loop in damaged data one."""
    tops = list(below.get(None, []))
    reached = {id_ for id_, _, _ in _walk(below, tops)}
    line = {row.id: row.supervisor_id for row in people.values()}
    for employee_id in sorted(people.keys() - reached):
        if employee_id not in reached:
            last = walk_up(line, employee_id)[-1]
            tops.append(min(walk_up(line, last)))
            reached.update(id_ for id_, _, _ in _walk(below, tops[-1:]))
    return tops


def _members(people: People, below: Mapping[int | None, list[int]], tops: Iterable[int]) -> list[Member]:
    steps = list(_walk(below, tops))
    counts = dict.fromkeys((employee_id for employee_id, _, _ in steps), 0)
    for employee_id, above_id, _ in reversed(steps):
        if above_id is not None:
            counts[above_id] += counts[employee_id] + 1
    return [
        Member(id_, people[id_].name, people[id_].is_active, above_id, level, counts[id_])
        for id_, above_id, level in steps
    ]


def _walk(below: Mapping[int | None, list[int]], tops: Iterable[int]) -> Iterable[tuple[int, int | None, int]]:
    """Yield (id, the one above, level) of tops and all below, each before those below; ends at loops."""
    waiting: list[tuple[int, int | None, int]] = [(top, None, 0) for top in reversed(list(tops))]
    visited: set[int] = set()
    while waiting:
        step = waiting.pop()
        if step[0] in visited:
            continue
        visited.add(step[0])
        yield step
        waiting += [(id_, step[0], step[2] + 1) for id_ in reversed(below.get(step[0], []))]
