"""What somebody has that can be handed over, counted; and who has left with customers still theirs."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

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
    count: int


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
    """Return those who have left, and how many customers they still own, of what the actor may hand over. One query."""
    actor = get_actor(session)
    if actor is None:
        return []
    query = select(Employee.id, Employee.name, func.count(Customer.id).label("count"))
    query = query.join(Customer, Customer.owner_id == Employee.id).where(owner_has_left())
    rows = session.execute(query.group_by(Employee.id, Employee.name).order_by(Employee.name_sort, Employee.id))
    return [Part(*row) for row in rows if may_hand_over(actor, row.id)]
