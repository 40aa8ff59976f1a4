"""Who sees a customer, and why; and why somebody does not. For callers to whom the customer is FULL.

The answers come from the rule itself (``auth.visibility.Grounds``), filled in for one customer and any employee.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, Row, Select, bindparam, case, func, or_, select

from auth.actor import AnySession, is_private_customer_enabled, line_of
from auth.visibility import Grounds, Outcome, dialect_of, grounds_of_people, is_above, require_full
from models import Customer, CustomerFollower, Employee, Role
from models.enums import Visibility
from services.ordering import UnknownRowError
from services.reporting_line import lines_of, walk_up


class Ground(StrEnum):
    """What lets somebody see a customer."""

    COMPANY_ADMIN = "company_admin"
    OWNER = "owner"
    CO_FOLLOWER = "co_follower"
    ABOVE_OWNER = "above_owner"
    ABOVE_CO_FOLLOWER = "above_co_follower"
    VIEW_ALL = "view_all"


class Missing(StrEnum):
    """Why somebody does not see a customer."""

    DISABLED = "disabled, so cannot log in"
    NOT_FOLLOWER_OR_ABOVE = "neither follows it nor stands above a follower"
    BELOW_A_FOLLOWER = "stands below a follower, but sight goes up only"
    NO_VIEW_ALL = "the role does not see all customers"
    PRIVATE_BEATS_VIEW_ALL = "the role sees all customers, but not private ones"


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground that holds for somebody."""

    ground: Ground
    #: Names from a follower up to the viewer: ("Amy", "Lead-East", "Boss"); a follower's own is ("Amy",); () for
    #: company admins and holders of view-all.
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who sees a customer, or would if not disabled."""

    employee_id: int
    name: str
    is_active: bool
    #: Every reason that holds, in the order of :class:`Ground`.
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What somebody gets of a customer, and why."""

    employee_id: int
    name: str
    is_active: bool
    #: HIDDEN for who is disabled, whatever the reasons: nobody logs in.
    outcome: Outcome
    reasons: tuple[Reason, ...]
    #: Why the outcome is not FULL; empty if it is.
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class _Following:
    """The followers of a customer and everybody above them."""

    owner_id: int | None
    co_follower_ids: tuple[int, ...]
    #: Employee id -> supervisor id, and -> name: of the followers and all above.
    supervisors: Mapping[int, int | None]
    names: Mapping[int, str]
    grounds: Grounds
    is_private: bool

    @property
    def ids(self) -> tuple[int, ...]:
        """Return the ids of the followers, the owner first."""
        return (*([] if self.owner_id is None else [self.owner_id]), *self.co_follower_ids)


def viewers(session: AnySession, customer: Customer, *, limit: int = 200, offset: int = 0) -> tuple[list[Viewer], int]:
    """Return who sees a customer, and how many do. The number of statements does not grow with theirs.

    Followers and all above them stand there even if disabled; of those who see it by their role alone, the active ones.

    :returns: the owner, co-followers, those above them (nearest first), company admins, holders of view-all; the total
    :raises PrivateCustomerError, HiddenRowError: if the customer is not FULL for the session's actor
    """
    following = _following(session, customer)
    grounds = following.grounds
    seeing = _people(grounds).where(grounds.full, or_(Employee.is_active, grounds.is_near))
    total = session.scalar(select(func.count()).select_from(seeing.subquery())) or 0
    near = _nearest_first(following)
    place = func.coalesce(
        _place_in(near, Employee.id, dialect_of(session)), case((grounds.is_admin, len(near) + 1), else_=len(near) + 2)
    )
    page = seeing.order_by(place, Employee.name_sort, Employee.id).limit(limit).offset(offset)
    found = [Viewer(row.id, row.name, row.is_active, tuple(_reasons(row, following))) for row in session.execute(page)]
    return found, total


def explain(session: AnySession, customer: Customer, employee_id: int) -> Explanation:
    """Return what an employee gets of a customer, and why.

    :raises UnknownRowError: if there is no such employee
    :raises PrivateCustomerError, HiddenRowError: if the customer is not FULL for the session's actor
    """
    following = _following(session, customer)
    row = session.execute(_people(following.grounds).where(Employee.id == employee_id)).one_or_none()
    if row is None:
        raise UnknownRowError(f"employee {employee_id}")
    outcome = Outcome.FULL if row.is_full else Outcome.NOTICE if row.is_notice else Outcome.HIDDEN
    return Explanation(
        employee_id=row.id,
        name=row.name,
        is_active=row.is_active,
        outcome=outcome if row.is_active else Outcome.HIDDEN,
        reasons=tuple(_reasons(row, following)),
        missing=tuple(_missing(session, row, following)),
    )


def _following(session: AnySession, customer: Customer) -> _Following:
    """Read the followers and their line.

    :raises PrivateCustomerError, HiddenRowError: if the customer is not FULL for the session's actor
    """
    require_full(session, customer.id)
    dialect = dialect_of(session)
    co_followers = select(CustomerFollower.employee_id).join(Employee, Employee.id == CustomerFollower.employee_id)
    co_followers = co_followers.where(CustomerFollower.customer_id == customer.id)
    co_follower_ids = tuple(session.scalars(co_followers.order_by(Employee.name_sort, Employee.id)))
    followers = [*co_follower_ids, *([] if customer.owner_id is None else [customer.owner_id])]
    above = session.execute(lines_of(followers, dialect)).all()
    is_private = is_private_customer_enabled(session) and customer.visibility == Visibility.PRIVATE
    return _Following(
        owner_id=customer.owner_id,
        co_follower_ids=co_follower_ids,
        supervisors={row.id: row.supervisor_id for row in above},
        names={row.id: row.name for row in above},
        grounds=grounds_of_people(is_above(followers, dialect), is_private=is_private),
        is_private=is_private,
    )


def _people(grounds: Grounds) -> Select[*tuple[Any, ...]]:
    """Return the SELECT of employees with the grounds that hold for each."""
    return select(
        Employee.id,
        Employee.name,
        Employee.is_active,
        grounds.is_admin.label("is_admin"),
        grounds.is_near.label("is_near"),
        grounds.views_all.label("views_all"),
        grounds.full.label("is_full"),
        grounds.notice.label("is_notice"),
    ).join(Role, Role.id == Employee.role_id)


def _nearest_first(following: _Following) -> list[int]:
    """Return the ids of the followers, the owner first, and of those above them, by their steps from a follower."""
    steps: dict[int, int] = {}
    for follower_id in following.ids:
        for step, employee_id in enumerate(walk_up(following.supervisors, follower_id)):
            steps[employee_id] = min(step, steps.get(employee_id, step))
    return sorted(steps, key=lambda id_: (steps[id_], id_ != following.owner_id, following.names[id_], id_))


def _place_in(ids: Sequence[int], column: Any, dialect: str) -> ColumnElement[int]:
    """Return the place of a column's value among ids, or NULL; the ids are one parameter, as in ``among``."""
    if dialect == "postgresql":
        return func.array_position(bindparam(None, list(ids), ARRAY(Integer), unique=True), column)
    values = func.json_each(bindparam(None, json.dumps(list(ids)), unique=True)).table_valued("key", "value")
    return select(values.c.key).where(values.c.value == column).scalar_subquery()


def _reasons(row: Row[Any], following: _Following) -> Iterator[Reason]:
    """Yield the reasons that hold for an employee, in the order of :class:`Ground`."""
    if row.is_admin and row.is_active:
        yield Reason(Ground.COMPANY_ADMIN, ())
    if row.is_near:
        near = [_chain(row.id, follower_id, following) for follower_id in following.ids]
        yield from sorted((reason for reason in near if reason is not None), key=lambda reason: _ORDER[reason.ground])
    if row.views_all and row.is_active and not row.is_admin and not following.is_private:
        yield Reason(Ground.VIEW_ALL, ())


_ORDER = {ground: place for place, ground in enumerate(Ground)}


def _chain(employee_id: int, follower_id: int, following: _Following) -> Reason | None:
    """Return how an employee is near the customer through one follower, or None. One supervisor each: one chain."""
    line = walk_up(following.supervisors, follower_id)
    if employee_id not in line:
        return None
    names = tuple(following.names[id_] for id_ in line[: line.index(employee_id) + 1])
    if follower_id == following.owner_id:
        return Reason(Ground.OWNER if len(names) == 1 else Ground.ABOVE_OWNER, names)
    return Reason(Ground.CO_FOLLOWER if len(names) == 1 else Ground.ABOVE_CO_FOLLOWER, names)


def _missing(session: AnySession, row: Row[Any], following: _Following) -> Iterator[Missing]:
    if not row.is_active:
        yield Missing.DISABLED
    if row.is_full:
        return
    yield Missing.NOT_FOLLOWER_OR_ABOVE
    if not set(following.ids).isdisjoint(line_of(session, row.id)):
        yield Missing.BELOW_A_FOLLOWER
    yield Missing.PRIVATE_BEATS_VIEW_ALL if row.views_all else Missing.NO_VIEW_ALL
