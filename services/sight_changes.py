"""Who would gain and who would lose sight of how many customers, before a deed is done.

Each preview lets pass and refuses whom its deed does, and changes nothing. The number of statements is the same for any
number of customers and employees.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, select

from auth.actor import AnySession, is_private_customer_enabled, team_of
from auth.visibility import among, dialect_of
from models import Customer, CustomerFollower, Employee
from models.enums import Permission, Visibility
from models.scope import UnfilteredReason, unfiltered
from services.customers.editing import check_visibility
from services.customers.lifecycle import check_co_follower, check_transfer, co_followers_after
from services.customers.rights import require_permission
from services.employees import require_may_manage
from services.ordering import UnknownRowError
from services.reporting_line import check_no_loop, walk_up
from services.sight_counting import Change, Line, Shift, SightChange, count_shifts, read_supervisors

__all__ = [
    "Shift",
    "SightChange",
    "of_co_follower",
    "of_followers",
    "of_supervisor",
    "of_switch",
    "of_transfer",
    "of_visibility",
]

#: The followers of customers that are alike, and whether these are marked private.
_Kind = tuple[frozenset[int], bool]


def of_visibility(session: AnySession, customer: Customer, visibility: str) -> SightChange:
    """Return who gains and who loses sight of a customer that becomes private or public.

    :raises PrivateNotEnabledError, PermissionDeniedError, PrivateNeedsOwnerError: as ``set_visibility``
    """
    wanted = check_visibility(session, customer, visibility)
    followers = _followers(session, [customer])[customer.id]
    near = Line(read_supervisors(session, followers)).near(followers)
    was_private = customer.visibility == Visibility.PRIVATE  # the switch is on
    return count_shifts(session, {Change(near, near, was_private, wanted is Visibility.PRIVATE): 1})


def of_co_follower(session: AnySession, customer: Customer, employee_id: int, *, is_added: bool) -> SightChange:
    """Return who gains or loses sight of a customer when a co-follower comes or goes.

    :raises PermissionDeniedError, AlreadyFollowingError, NotFollowingError, InactiveEmployeeError: as
        ``add_co_follower`` and ``remove_co_follower``
    """
    present = check_co_follower(session, customer, employee_id, is_added=is_added)
    owner = frozenset() if customer.owner_id is None else frozenset([customer.owner_id])
    after = present | {employee_id} if is_added else present - {employee_id}
    return of_followers(session, [(customer, owner | present, owner | after)])


def of_transfer(
    session: AnySession,
    customers: Sequence[Customer],
    new_owner_id: int | None,
    *,
    keep_as_co_follower: bool = False,
    remove_followers: bool = False,
) -> SightChange:
    """Return who gains and who loses sight of how many customers when these go to another owner, or to the pool (None).

    :raises PermissionDeniedError, PrivateNeedsOwnerError, InactiveEmployeeError: as ``transfer``, if for one of them
    """
    check_transfer(session, customers, new_owner_id)
    before = _followers(session, customers)
    moves = []
    for customer in {customer.id: customer for customer in customers}.values():
        old_owner_id, followers = customer.owner_id, before[customer.id]
        if old_owner_id == new_owner_id:
            continue
        after = co_followers_after(
            old_owner_id,
            followers - {old_owner_id},
            new_owner_id,
            keep_as_co_follower=keep_as_co_follower,
            remove_followers=remove_followers,
        )
        moves.append((customer, followers, after | ({new_owner_id} if new_owner_id is not None else set())))
    return of_followers(session, moves)


def of_supervisor(session: AnySession, employee_id: int, supervisor_id: int | None) -> SightChange:
    """Return who gains and who loses sight of how many customers when an employee gets another supervisor, or none.

    These are customers followed by the employee or somebody below. Loops that were written behind the application's
    back end where they close.

    :raises PermissionDeniedError: if the actor may not manage employees, or this one
    :raises UnknownRowError: if employee or supervisor is not there
    :raises ReportingLoopError: if the supervisor is the employee, or below
    """
    require_permission(session, Permission.MANAGE_EMPLOYEES)
    employee = session.get(Employee, employee_id)
    if employee is None:
        raise UnknownRowError(f"employee {employee_id}")
    require_may_manage(session, employee)
    if employee.supervisor_id == supervisor_id:
        return count_shifts(session, {})
    check_no_loop(session, {employee_id: supervisor_id})
    kinds = _kinds_followed_by(session, team_of(session, employee_id))
    supervisors = read_supervisors(session, _everybody(kinds) | {employee_id, supervisor_id or employee_id})
    moved = {**supervisors, employee_id: supervisor_id}
    # Nobody else gains or loses: who is above a follower by another way is so before and after.
    concerned = {*walk_up(supervisors, employee_id)} ^ {*walk_up(moved, employee_id)}
    is_on = is_private_customer_enabled(session)
    return _of_kinds(session, kinds, (Line(supervisors, concerned), Line(moved, concerned)), (is_on, is_on))


def of_switch(session: AnySession, is_on: bool) -> SightChange:  # noqa: FBT001 -- the verb needs its object
    """Return who gains and who loses sight of how many customers when the company's switch is turned.

    :param is_on: what the switch would become
    :raises PermissionDeniedError: if the actor may not change settings
    """
    require_permission(session, Permission.MANAGE_SETTINGS)
    was_on = is_private_customer_enabled(session)
    if was_on == is_on:
        return count_shifts(session, {})
    is_marked = Customer.visibility == Visibility.PRIVATE
    kinds = _kinds(session, alone=is_marked, shared=is_marked)
    line = Line(read_supervisors(session, _everybody(kinds)))
    return _of_kinds(session, kinds, (line, line), (was_on, is_on))


def _of_kinds(
    session: AnySession, kinds: Mapping[_Kind, int], line: tuple[Line, Line], is_on: tuple[bool, bool]
) -> SightChange:
    """Return what changes for customers of each kind when the line or the switch does: what was, and what comes."""
    changes: Counter[Change] = Counter()
    for (followers, is_marked), count in kinds.items():
        near_before, near_after = line[0].near(followers), line[1].near(followers)
        changes[Change(near_before, near_after, is_on[0] and is_marked, is_on[1] and is_marked)] += count
    return count_shifts(session, changes)


def _everybody(kinds: Iterable[_Kind]) -> set[int]:
    return {follower for followers, _ in kinds for follower in followers}


def of_followers(session: AnySession, moves: Iterable[tuple[Customer, Iterable[int], Iterable[int]]]) -> SightChange:
    """Return who gains and who loses sight when customers get other followers. Rights are the caller's to ask.

    :param moves: rows of (customer, owner and co-followers before, and after)
    """
    is_on = is_private_customer_enabled(session)
    wanted = [
        (frozenset(before), frozenset(after), is_on and customer.visibility == Visibility.PRIVATE)
        for customer, before, after in moves
    ]
    line = Line(read_supervisors(session, frozenset().union(*(before | after for before, after, _ in wanted))))
    changes = Counter(Change(line.near(before), line.near(after), mark, mark) for before, after, mark in wanted)
    return count_shifts(session, changes)


def _followers(session: AnySession, customers: Iterable[Customer]) -> dict[int, frozenset[int]]:
    """Return customer id -> owner and co-followers, for customers that are FULL for the actor. One statement."""
    found = {customer.id: set(_ids(customer.owner_id)) for customer in customers}
    query = select(CustomerFollower.customer_id, CustomerFollower.employee_id)
    for customer_id, employee_id in session.execute(
        query.where(among(CustomerFollower.customer_id, found, dialect_of(session)))
    ):
        found[customer_id].add(employee_id)
    return {customer_id: frozenset(followers) for customer_id, followers in found.items()}


def _kinds_followed_by(session: AnySession, employee_ids: Iterable[int]) -> Mapping[_Kind, int]:
    """Return how many customers of each kind the employees follow, hidden ones included. Two statements."""
    ids, dialect = list(employee_ids), dialect_of(session)
    is_owned = among(Customer.owner_id, ids, dialect)
    shared = select(CustomerFollower.customer_id).where(among(CustomerFollower.employee_id, ids, dialect))
    owned = select(CustomerFollower.customer_id).join(Customer, Customer.id == CustomerFollower.customer_id)
    # A union, since an OR makes PostgreSQL read the whole table.
    followed = shared.union(owned.where(is_owned)).subquery()
    return _kinds(session, alone=is_owned, shared=Customer.id.in_(select(followed.c.customer_id)))


def _kinds(session: AnySession, *, alone: ColumnElement[bool], shared: ColumnElement[bool]) -> Mapping[_Kind, int]:
    """Return how many customers of each kind there are, hidden ones included. Two statements.

    :param alone: which of those without co-followers
    :param shared: which of those with co-followers
    """
    kinds: Counter[_Kind] = Counter()
    with unfiltered(session, UnfilteredReason.SIGHT_CHANGE) as every:
        for owner_id, is_marked, count in every.execute(_without_co_followers(alone)):
            kinds[_ids(owner_id), is_marked] += count
        for owner_id, is_marked, co_followers, count in every.execute(_with_co_followers(shared)):
            kinds[_ids(owner_id, map(int, co_followers.split(","))), is_marked] += count
    return kinds


def _without_co_followers(criterion: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return the SELECT of (owner_id, is marked private, count) of customers without co-followers."""
    is_marked = (Customer.visibility == Visibility.PRIVATE).label("is_marked")
    co_follower = select(CustomerFollower.id).where(CustomerFollower.customer_id == Customer.id)
    query = select(Customer.owner_id, is_marked, func.count()).where(criterion, ~co_follower.exists())
    return query.group_by(Customer.owner_id, is_marked)


def _with_co_followers(criterion: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return the SELECT of (owner_id, is marked private, co-followers as "1,2", count) of customers that have some."""
    customer = (
        select(
            Customer.owner_id,
            (Customer.visibility == Visibility.PRIVATE).label("is_marked"),
            func.aggregate_strings(cast(CustomerFollower.employee_id, String), ",").label("co_followers"),
        )
        .join(CustomerFollower, CustomerFollower.customer_id == Customer.id)
        .where(criterion)
        .group_by(Customer.id)
        .subquery()
    )
    kind = (customer.c.owner_id, customer.c.is_marked, customer.c.co_followers)
    return select(*kind, func.count()).group_by(*kind)


def _ids(owner_id: int | None, co_followers: Iterable[int] = ()) -> frozenset[int]:
    return frozenset(co_followers) if owner_id is None else frozenset([owner_id, *co_followers])
