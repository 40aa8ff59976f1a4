"""The employees who follow customers, as the customer services need them."""

from collections.abc import Iterable

from sqlalchemy import select

from auth.actor import AnySession
from auth.visibility import among, dialect_of
from models import Employee
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


def name_of(session: AnySession, employee_id: int | None) -> str | None:
    """Return how the audit log names an employee: the name with the log-in; None for nobody."""
    employee = session.get(Employee, employee_id) if employee_id is not None else None
    return str(employee) if employee is not None else None
