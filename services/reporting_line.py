"""The reporting line: who stands above whom, without loops. Walking it for visibility is ``auth.actor``'s."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from auth.actor import AnySession
from auth.visibility import among, dialect_of
from models import Department, Employee
from services.errors import ServiceError
from services.ordering import UnknownRowError, lock_order


class ReportingLoopError(ServiceError):
    """Somebody would stand above themselves: the supervisor is the person, or is below."""

    def __init__(self, employee_id: int, supervisor_id: int | None, name: str = "", supervisor_name: str = "") -> None:
        self.employee_id = employee_id
        self.supervisor_id = supervisor_id
        self.name = name
        self.supervisor_name = supervisor_name
        super().__init__(f"employee {supervisor_id} ({supervisor_name}) is {employee_id} ({name}) or below")


def check_reporting_line(session: AnySession, changes: Mapping[int, int | None]) -> None:
    """Let pass changes of the reporting line that leave nobody above themselves.

    One change of the line at a time gets past here; the lock is kept till the transaction's end, so that two changes,
    each harmless by itself, cannot close a loop together.

    :raises UnknownRowError, ReportingLoopError: as :func:`check_no_loop`
    """
    lock_order(session, Employee)
    check_no_loop(session, changes)


def check_no_loop(session: AnySession, changes: Mapping[int, int | None]) -> None:
    """Let pass, without the lock that writing needs, what :func:`check_reporting_line` lets pass.

    One query whatever the number of changes. Loops that were there already and touch none of the changes do no harm.

    :param changes: employee id -> id of the new supervisor, or None
    :raises UnknownRowError: if a supervisor is not there
    :raises ReportingLoopError: for the first employee who would stand above themselves
    """
    wanted = {supervisor_id for supervisor_id in changes.values() if supervisor_id is not None}
    if not wanted:
        return
    above = {row.id: row for row in session.execute(lines_of(wanted | changes.keys(), dialect_of(session)))}
    for supervisor_id in wanted - above.keys():
        raise UnknownRowError(f"employee {supervisor_id}")
    line = {employee_id: row.supervisor_id for employee_id, row in above.items()} | dict(changes)
    for employee_id, wanted_id in changes.items():
        if employee_id in walk_up(line, wanted_id):
            names = [above[id_].name if id_ in above else "" for id_ in (employee_id, wanted_id)]
            raise ReportingLoopError(employee_id, wanted_id, *names)


def nearest_head_id(session: AnySession, department_id: int | None, *, but: int | None = None) -> int | None:
    """Return the head of the department, else of the nearest above, who is active and not the given employee."""
    visited: set[int] = set()
    while department_id is not None and department_id not in visited:  # at most six levels deep
        visited.add(department_id)
        department = session.get(Department, department_id)
        if department is None:
            return None
        head = session.get(Employee, department.head_id) if department.head_id is not None else None
        if head is not None and head.is_active and head.id != but:
            return head.id
        department_id = department.parent_id
    return None


def lines_of(ids: Iterable[int], dialect: str) -> Any:
    """Return the SELECT of (id, supervisor_id, name) of employees and all above them; ends at loops."""
    above = select(Employee.id, Employee.supervisor_id).where(among(Employee.id, ids, dialect)).cte(recursive=True)
    above = above.union(select(Employee.id, Employee.supervisor_id).where(Employee.id == above.c.supervisor_id))
    return select(Employee.id, Employee.supervisor_id, Employee.name).where(Employee.id.in_(select(above.c.id)))


def walk_up(line: Mapping[int, int | None], employee_id: int | None) -> list[int]:
    """Return the ids of an employee and all above, from the bottom up; ends at a loop.

    :param line: employee id -> supervisor id
    """
    visited: dict[int, None] = {}
    while employee_id is not None and employee_id not in visited:
        visited[employee_id] = None
        employee_id = line.get(employee_id)
    return list(visited)
