"""What somebody has that can be handed over, counted; and who has left with customers still theirs."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from auth.actor import AnySession, get_actor
from models import Customer, CustomerFollower, Employee
from services.customers.scopes import owner_has_left
from services.handover.planning import may_hand_over
from services.statistics.counting import Counts, counted_by

#: Attributes of a customer by which a part of somebody's customers can be chosen.
PARTS = ("region", "grade", "status")


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody with so many customers."""

    id: int
    name: str
    #: Customers owned, and those of others that are co-followed.
    count: int
    co_followed: int


def totals_of(session: AnySession, employee_id: int) -> tuple[int, int]:
    """Return how many customers an employee owns, and how many co-follows. One statement."""
    owned = select(func.count(Customer.id)).where(Customer.owner_id == employee_id).scalar_subquery()
    shared = select(func.count(CustomerFollower.id)).where(CustomerFollower.employee_id == employee_id)
    row = session.execute(select(owned, shared.scalar_subquery())).one()
    return row[0], row[1]


def parts_of(session: AnySession, employee_id: int) -> dict[str, Counts]:
    """Return, for each of :data:`PARTS`, how many of the owned customers there are of each value. One statement."""
    columns = (getattr(Customer, f"{name}_id").label(name) for name in PARTS)
    rows: Any = select(*columns).where(Customer.owner_id == employee_id)
    return counted_by(session, rows)


def awaiting(session: AnySession) -> list[Part]:
    """Return those who have left and still follow customers, of what the actor may hand over. One statement."""
    actor = get_actor(session)
    if actor is None:
        return []
    owned = select(Customer.owner_id.label("id"), func.count().label("count")).where(owner_has_left())
    leavers = select(Employee.id).where(Employee.is_active.is_(False))
    shared = select(CustomerFollower.employee_id.label("id"), func.count().label("count"))
    shared = shared.where(CustomerFollower.employee_id.in_(leavers))
    owners = owned.group_by(Customer.owner_id).subquery()
    followers = shared.group_by(CustomerFollower.employee_id).subquery()
    columns = (func.coalesce(owners.c.count, 0), func.coalesce(followers.c.count, 0))
    query = select(Employee.id, Employee.name, *columns).join(owners, owners.c.id == Employee.id, isouter=True)
    query = query.join(followers, followers.c.id == Employee.id, isouter=True)
    query = query.where(or_(owners.c.id.is_not(None), followers.c.id.is_not(None)))
    rows = session.execute(query.order_by(Employee.name_sort, Employee.id))
    return [Part(*row) for row in rows if may_hand_over(actor, row.id)]
