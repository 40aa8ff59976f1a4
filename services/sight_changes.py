"""Who would gain and who would lose sight of how many customers, before a deed is done.

Each preview lets pass and refuses whom its deed does, and changes nothing. The number of statements is the same for any
number of customers and employees.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, select

from auth.actor import AnySession, is_private_customer_enabled, team_of
from auth.visibility import among, dialect_of, followed_by
from models import Customer, CustomerFollower, Employee
from models.enums import Permission, Visibility
from models.scope import UnfilteredReason, unfiltered
from services.customers.editing import check_visibility
from services.customers.lifecycle import check_co_follower, check_transfer, co_followers_after
from services.customers.rights import require_permission
from services.employees import require_may_manage
from services.ordering import UnknownRowError
from services.reporting_line import check_no_loop
from services.sight_counting import Change, Line, Shift, SightChange, count_shifts, read_line

__all__ = ["Shift", "SightChange", "of_co_follower", "of_supervisor", "of_switch", "of_transfer", "of_visibility"]

#: The followers of customers that are alike, and whether these are marked private.
_Kind = tuple[frozenset[int], bool]


def of_visibility(session: AnySession, customer: Customer, visibility: str) -> SightChange:
    """Return who gains and who loses sight of a customer that becomes private or public.

    :raises PrivateNotEnabledError, PermissionDeniedError, PrivateNeedsOwnerError: as ``set_visibility``
    """
    wanted = check_visibility(session, customer, visibility)
    followers = _followers(session, [customer])[customer.id]
    near = read_line(session, followers).near(followers)
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
    return _of_followers(session, [(customer, owner | present, owner | after)])


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
    return _of_followers(session, moves)


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
    team = team_of(session, employee_id)
    kinds = _kinds(session, followed_by(team, dialect_of(session), Customer))
    everybody = {follower for followers, _ in kinds for follower in followers}
    before = read_line(session, everybody | {supervisor_id or employee_id})
    after = Line({**before.supervisors, employee_id: supervisor_id})
    is_on = is_private_customer_enabled(session)
    changes: Counter[Change] = Counter()
    for (followers, is_marked), count in kinds.items():
        mark = is_on and is_marked
        changes[Change(before.near(followers), after.near(followers), mark, mark)] += count
    return count_shifts(session, changes)


def of_switch(session: AnySession, is_on: bool) -> SightChange:  # noqa: FBT001 -- the verb needs its object
    """Return who gains and who loses sight of how many customers when the company's switch is turned.

    :param is_on: what the switch would become
    :raises PermissionDeniedError: if the actor may not change settings
    """
    require_permission(session, Permission.MANAGE_SETTINGS)
    was_on = is_private_customer_enabled(session)
    if was_on == is_on:
        return count_shifts(session, {})
    kinds = _kinds(session, Customer.visibility == Visibility.PRIVATE)
    line = read_line(session, {follower for followers, _ in kinds for follower in followers})
    changes: Counter[Change] = Counter()
    for (followers, _), count in kinds.items():
        near = line.near(followers)
        changes[Change(near, near, was_on, is_on)] += count
    return count_shifts(session, changes)


def _of_followers(session: AnySession, moves: Iterable[tuple[Customer, Iterable[int], Iterable[int]]]) -> SightChange:
    """Return what changes for customers that get other followers: rows of (customer, before, after)."""
    is_on = is_private_customer_enabled(session)
    wanted = [
        (frozenset(before), frozenset(after), is_on and customer.visibility == Visibility.PRIVATE)
        for customer, before, after in moves
    ]
    line = read_line(session, frozenset().union(*(before | after for before, after, _ in wanted)))
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


def _kinds(session: AnySession, criterion: ColumnElement[bool]) -> Mapping[_Kind, int]:
    """Return how many customers of each kind there are, hidden ones included. Two statements."""
    is_marked = Customer.visibility == Visibility.PRIVATE
    co_follower = select(CustomerFollower.id).where(CustomerFollower.customer_id == Customer.id)
    alone = select(Customer.owner_id, is_marked, func.count()).where(criterion, ~co_follower.exists())
    ids = func.aggregate_strings(cast(CustomerFollower.employee_id, String), ",")
    shared = (
        select(Customer.owner_id, is_marked.label("is_marked"), ids.label("co_followers"))
        .join(CustomerFollower, CustomerFollower.customer_id == Customer.id)
        .where(criterion)
        .group_by(Customer.id)
        .subquery()
    )
    columns = (shared.c.owner_id, shared.c.is_marked, shared.c.co_followers)
    kinds: Counter[_Kind] = Counter()
    with unfiltered(session, UnfilteredReason.SIGHT_CHANGE) as every:
        for owner_id, mark, count in every.execute(alone.group_by(Customer.owner_id, is_marked)):
            kinds[_ids(owner_id), mark] += count
        for owner_id, mark, co_followers, count in every.execute(select(*columns, func.count()).group_by(*columns)):
            kinds[_ids(owner_id, *map(int, co_followers.split(","))), mark] += count
    return kinds


def _ids(*employee_ids: Any) -> frozenset[int]:
    return frozenset(employee_ids) - {None}
