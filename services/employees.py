"""Use cases around employees: supervisors, coming and leaving, the last company admin."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import exists, select

from auth.actor import AnySession, get_actor
from auth.errors import PermissionDeniedError
from auth.passwords import clean_login
from auth.visibility import among, dialect_of
from models import Employee, Role
from models.audit_action import AuditAction
from models.enums import COMPANY_ADMIN
from models.types import utc_now
from services import audit
from services.errors import ServiceError
from services.ordering import lock_order
from services.reporting_line import ReportingLoopError, check_reporting_line, nearest_head_id
from services.roles import delete_role, save_role
from services.usage import InUseError, usage_counts

__all__ = [
    "DuplicateLoginError",
    "InvalidLoginError",
    "LastAdminError",
    "ReportingLoopError",
    "check_last_admin",
    "check_reporting_line",
    "delete_employee",
    "delete_role",
    "disable_employee",
    "enable_employee",
    "nearest_head_id",
    "require_may_manage",
    "save_employee",
    "save_role",
    "set_supervisor",
]

LOGIN_LIMIT = 64
#: Column -> the attribute whose old and new the audit log holds, and what the change is called there.
_AUDITED = {
    "login": ("login", AuditAction.CHANGE_LOGIN),
    "name": ("name", AuditAction.RENAME),
    "role_id": ("role", AuditAction.CHANGE_ROLE),
    "department_id": ("department", AuditAction.CHANGE_DEPARTMENT),
}


class LastAdminError(ServiceError):
    """The company would be left without an active company admin."""


class DuplicateLoginError(ServiceError):
    """Somebody has the log-in."""

    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(f"log-in {login!r} is taken")


class InvalidLoginError(ServiceError):
    """A log-in is blank, too long, or holds blanks or signs that do not print."""

    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(f"{login!r} cannot be a log-in")


def set_supervisor(session: AnySession, employee: Employee, supervisor_id: int | None) -> None:
    """Give an employee another supervisor, or none. It counts from the next request on. Flushes.

    :raises UnknownRowError, ReportingLoopError: as :func:`check_reporting_line`
    :raises PermissionDeniedError: as :func:`require_may_manage`
    """
    require_may_manage(session, employee)
    if employee.supervisor_id == supervisor_id:
        return
    check_reporting_line(session, {employee.id: supervisor_id})
    names = [_name_of(session, id_) for id_ in (employee.supervisor_id, supervisor_id)]
    audit.record(session, AuditAction.CHANGE_SUPERVISOR, employee, {"supervisor": names})
    employee.supervisor_id = supervisor_id
    session.flush()


def save_employee(session: AnySession, employee: Employee, values: Mapping[str, Any], *, is_created: bool) -> Employee:
    """Write an employee's form. A new one without supervisor gets the nearest department head. Flushes.

    :param values: column attribute -> value
    :raises InvalidLoginError, DuplicateLoginError: if the log-in cannot be used, or is taken
    :raises PermissionDeniedError: as :func:`require_may_manage`
    :raises LastAdminError: if the last active company admin would lose the role or be disabled
    :raises UnknownRowError, ReportingLoopError: as :func:`check_reporting_line`
    """
    values = dict(values)
    if "login" in values:
        values["login"] = _free_login(session, values["login"] or "", but=None if is_created else employee.id)
    require_may_manage(session, employee, new_role_id=values.get("role_id"))
    if is_created:
        return _create(session, employee, values)
    is_active, has_supervisor = values.pop("is_active", employee.is_active), "supervisor_id" in values
    supervisor_id = values.pop("supervisor_id", None)
    _change(session, employee, values)
    if has_supervisor:
        set_supervisor(session, employee, supervisor_id)
    if is_active != employee.is_active:
        (enable_employee if is_active else disable_employee)(session, employee)
    return employee


def disable_employee(session: AnySession, employee: Employee) -> None:
    """Let an employee leave: no log-in, every session ends. Customers and place in the line stay (待交接). Flushes.

    :raises LastAdminError: if it is the last active company admin
    :raises PermissionDeniedError: as :func:`require_may_manage`
    """
    require_may_manage(session, employee)
    if not employee.is_active:
        return
    if employee.role.code == COMPANY_ADMIN:
        check_last_admin(session, without=[employee.id])
    employee.is_active = False
    employee.left_at = utc_now()
    employee.session_epoch += 1
    audit.record(session, AuditAction.DISABLE, employee)
    session.flush()


def enable_employee(session: AnySession, employee: Employee) -> None:
    """Let somebody who had left come back; old sessions and links stay ended. Flushes.

    :raises PermissionDeniedError: as :func:`require_may_manage`
    """
    require_may_manage(session, employee)
    if employee.is_active:
        return
    employee.is_active = True
    employee.left_at = None
    employee.session_epoch += 1
    audit.record(session, AuditAction.ENABLE, employee)
    session.flush()


def delete_employee(session: AnySession, employee: Employee) -> None:
    """Delete an employee that no row points at. Flushes.

    Who follows customers, or has done anything, is disabled instead.

    :raises InUseError: if rows point at the employee, hidden customers included; it holds numbers only
    :raises LastAdminError: if it is the last active company admin
    :raises PermissionDeniedError: as :func:`require_may_manage`
    """
    require_may_manage(session, employee)
    uses = usage_counts(session, Employee, employee.id)
    if uses:
        raise InUseError(employee.name, uses=uses)
    if employee.role.code == COMPANY_ADMIN and employee.is_active:
        check_last_admin(session, without=[employee.id])
    gone = {name: [_shown(employee, name), None] for name in ("login", "name", "role")}
    audit.record(session, AuditAction.DELETE, employee, gone)
    session.delete(employee)
    session.flush()


def check_last_admin(session: AnySession, *, without: Iterable[int] = ()) -> None:
    """Let pass what leaves an active company admin.

    :param without: employees who are about to stop being one; without any: after a bulk write, and then a company in
        which nobody has a password yet passes, since it is being set up
    :raises LastAdminError: if there is no other
    """
    leaving = list(without)
    lock_order(session, Role)
    is_admin = (Role.code == COMPANY_ADMIN) & Employee.is_active & ~among(Employee.id, leaving, dialect_of(session))
    if session.scalar(select(Employee.id).join(Role, Role.id == Employee.role_id).where(is_admin).limit(1)) is not None:
        return
    if leaving or session.scalar(select(exists().where(Employee.password_hash.is_not(None)))):
        raise LastAdminError("no active company admin would be left")


def require_may_manage(session: AnySession, employee: Employee, *, new_role_id: int | None = None) -> None:
    """Let pass who may write this employee: whoever manages employees, but company admins are company admins' business.

    Otherwise the permission to manage employees would be one to make oneself company admin, or to take over a log-in.

    :raises PermissionDeniedError: if the actor is no company admin, and the employee is or would become one
    """
    actor = get_actor(session)
    if actor is None or actor.is_company_admin:
        return
    if employee.id == actor.id and new_role_id not in (None, employee.role_id):
        raise PermissionDeniedError("nobody but a company admin changes the own role")
    role_ids = {role_id for role_id in (employee.role_id, new_role_id) if role_id is not None}
    is_admins = select(Role.id).where(Role.id.in_(role_ids), Role.code == COMPANY_ADMIN)
    if session.scalar(is_admins) is not None:
        raise PermissionDeniedError("only company admins may make, change or disable company admins")


def _create(session: AnySession, employee: Employee, values: Mapping[str, Any]) -> Employee:
    for name, value in values.items():
        setattr(employee, name, value)
    if employee.supervisor_id is None:
        employee.supervisor_id = nearest_head_id(session, employee.department_id)
    session.add(employee)
    session.flush()
    given = {name: _shown(employee, name) for name in ("login", "name", "role", "department", "supervisor")}
    changes = {name: [None, value] for name, value in given.items() if value is not None}
    audit.record(session, AuditAction.CREATE, employee, changes)
    session.flush()
    return employee


def _change(session: AnySession, employee: Employee, values: Mapping[str, Any]) -> None:
    """Write plain columns, role and department; note what the audit log wants."""
    changed = {name: value for name, value in values.items() if getattr(employee, name) != value}
    if "role_id" in changed and employee.role.code == COMPANY_ADMIN and employee.is_active:
        check_last_admin(session, without=[employee.id])
    before = {column: _shown(employee, name) for column, (name, _) in _AUDITED.items() if column in changed}
    for name, value in changed.items():
        setattr(employee, name, value)
    session.flush()
    for column, old in before.items():
        name, action = _AUDITED[column]
        session.expire(employee, [name])
        audit.record(session, action, employee, {name: [old, _shown(employee, name)]})
    session.flush()


def _free_login(session: AnySession, login: str, *, but: int | None) -> str:
    cleaned = clean_login(login)
    if not cleaned or len(cleaned) > LOGIN_LIMIT or not cleaned.isprintable() or " " in cleaned:
        raise InvalidLoginError(login)
    if session.scalar(select(exists().where(Employee.login == cleaned, Employee.id != (but or 0)))):
        raise DuplicateLoginError(cleaned)
    return cleaned


def _shown(employee: Employee, name: str) -> str | None:
    value = getattr(employee, name)
    return str(value) if value is not None else None


def _name_of(session: AnySession, employee_id: int | None) -> str | None:
    employee = session.get(Employee, employee_id) if employee_id is not None else None
    return str(employee) if employee is not None else None
