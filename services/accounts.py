"""Log-ins made and mended from the command line, where no company admin can help: the first one, a lost password."""

from sqlalchemy import select

from auth import passwords
from auth.actor import AnySession
from models import Employee, Role
from models.audit_action import AuditAction
from models.enums import COMPANY_ADMIN
from services import audit
from services.errors import ServiceError
from services.seed.defaults import seed_roles

_LOGIN_LIMIT = 64


class InvalidLoginError(ServiceError):
    """The text cannot be a log-in."""

    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(f"{login!r} cannot be a log-in: 1 to {_LOGIN_LIMIT} visible characters without blanks")


class LoginTakenError(ServiceError):
    """The log-in belongs to somebody."""

    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(f"log-in {login!r} exists already")


class UnknownLoginError(ServiceError):
    """Nobody has this log-in."""

    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(f"nobody has the log-in {login!r}")


def create_admin(session: AnySession, login: str, *, password: str, name: str | None = None) -> Employee:
    """Add a company admin who can log in at once; the stock roles are completed first. Flushes.

    :param name: the log-in if not given
    :raises InvalidLoginError: if the log-in cannot be one
    :raises LoginTakenError: if somebody has it
    :raises WeakPasswordError: if the password cannot be accepted
    :raises InvalidNameError: if the name cannot be used
    """
    clean = passwords.clean_login(login)
    if not 1 <= len(clean) <= _LOGIN_LIMIT or not clean.isprintable() or any(sign.isspace() for sign in clean):
        raise InvalidLoginError(login)
    if passwords.find_login(session, clean) is not None:
        raise LoginTakenError(clean)
    seed_roles(session)
    role = session.scalars(select(Role).where(Role.code == COMPANY_ADMIN)).one()
    employee = Employee(login=clean, name=name or clean, role_id=role.id)
    passwords.set_password(employee, password)
    session.add(employee)
    session.flush()
    audit.record(session, AuditAction.CREATE_ADMIN, employee, {"login": [None, employee.login]})
    session.flush()
    return employee


def reset_password(session: AnySession, login: str, *, password: str) -> Employee:
    """Set the password of a log-in; its sessions and one-time links end. Flushes.

    :raises UnknownLoginError: if nobody has the log-in
    :raises WeakPasswordError: if the password cannot be accepted
    """
    employee = passwords.find_login(session, login)
    if employee is None:
        raise UnknownLoginError(login)
    passwords.set_password(employee, password)
    audit.record(session, AuditAction.SET_PASSWORD, employee)
    session.flush()
    return employee
