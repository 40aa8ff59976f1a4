"""The employees who follow customers, as the customer services need them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select

from auth.actor import AnySession, get_actor
from auth.visibility import among, dialect_of
from models import Customer, CustomerFollower, Employee
from services.customers.errors import InactiveEmployeeError


def active_employee(session: AnySession, employee_id: int) -> Employee:
    """Return an employee who may follow customers.

    :raises InactiveEmployeeError: if there is none, or the person has left
    """
    return active_employees(session, [employee_id])[0]


def active_employees(session: AnySession, ids: Iterable[int]) -> list[Employee]:
    """Return employees in the order of their ids as given; one query.

    :raises InactiveEmployeeError: for the first who is not there or has left
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    rows = session.scalars(select(Employee).where(among(Employee.id, wanted, dialect_of(session))))
    found = {employee.id: employee for employee in rows}
    for employee_id in wanted:
        employee = found.get(employee_id)
        if employee is None or not employee.is_active:
            raise InactiveEmployeeError(employee_id, employee.name if employee is not None else "")
    return [found[employee_id] for employee_id in wanted]


def co_followers_of(session: AnySession, customer: Customer) -> list[Employee]:
    """Return the co-followers of a customer by name, leavers included."""
    query = select(Employee).join(CustomerFollower, CustomerFollower.employee_id == Employee.id)
    query = query.where(CustomerFollower.customer_id == customer.id)
    return list(session.scalars(query.order_by(Employee.name_sort, Employee.id)))


def of_own_team(session: AnySession, employees: Select[Any]) -> Select[Any]:
    """Narrow a SELECT of employees to the actor and those below, to whom a leader may give the team's customers."""
    actor = get_actor(session)
    team = () if actor is None else actor.team
    return employees.where(among(Employee.id, team, dialect_of(session)))


def name_of(session: AnySession, employee_id: int | None) -> str | None:
    """Return how the audit log names an employee: the name with the log-in; None for nobody."""
    employee = session.get(Employee, employee_id) if employee_id is not None else None
    return str(employee) if employee is not None else None


def names_of(session: AnySession, employee_ids: Iterable[int]) -> dict[int, str]:
    """Return employee id -> how the audit log names the employee. One statement, or none for nobody."""
    ids = list(employee_ids)
    query = select(Employee).where(among(Employee.id, ids, dialect_of(session)))
    return {employee.id: str(employee) for employee in session.scalars(query)} if ids else {}
