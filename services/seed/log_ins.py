"""The log-ins of the demo company that its password line names, and their password."""

import os
import secrets
import string
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from auth import passwords
from models import Employee, Role
from models.enums import COMPANY_ADMIN

#: File in the instance folder that keeps the password.
PASSWORD_FILE = "demo_password"  # noqa: S105 -- the file's name
_PASSWORD_LENGTH = 12


@dataclass(frozen=True, slots=True)
class NamedLogIn:
    """An employee whose log-in the product's documents name."""

    login: str
    name: str
    title: str
    role: str
    supervisor: str | None
    department: str
    #: Part of the country they sell in: ``east``, ``west``, or blank for all of it.
    branch: str
    #: Share of the customers they own, relative to the others.
    weight: int


#: Supervisors first.
NAMED_LOG_INS: tuple[NamedLogIn, ...] = (
    NamedLogIn("admin", "管理员", "系统管理员", COMPANY_ADMIN, None, "信息技术部", "", 0),
    NamedLogIn("boss", "陈建国", "总经理", "manager", None, "总经办", "", 1),
    NamedLogIn("lead-east", "周志远", "东区销售总监", "manager", "boss", "东区销售部", "east", 2),
    NamedLogIn("lead-west", "何晓峰", "西区销售总监", "manager", "boss", "西区销售部", "west", 2),
    NamedLogIn("amy", "林小梅", "大客户经理", "own_only", "lead-east", "东区销售部", "east", 8),
    NamedLogIn("ben", "吴斌", "大客户经理", "own_only", "lead-east", "东区销售部", "east", 8),
    NamedLogIn("vera", "赵薇雅", "大客户经理", "employee", "lead-west", "西区销售部", "west", 8),
)


def keep_password(instance: Path) -> str:
    """Return the password of all demo log-ins, made at random once per instance folder; its owner alone may read it."""
    path = instance / PASSWORD_FILE
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    letters = string.ascii_letters + string.digits
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("".join(secrets.choice(letters) for _ in range(_PASSWORD_LENGTH)) + "\n")
    return path.read_text(encoding="ascii").strip()


def hash_once(password: str) -> str:
    """Return the hash that all demo employees share: making one for each would take seconds.

    :raises WeakPasswordError: if the password cannot be accepted
    """
    nobody = Employee(login="")
    passwords.set_password(nobody, password)
    return str(nobody.password_hash)


def repair_log_ins(session: Session, password: str) -> list[str]:
    """Let every named log-in log in again with the password. Role, name and reporting line stay as they are. Flushes.

    :return: the log-ins that had to be repaired
    :raises WeakPasswordError: if the password cannot be accepted
    """
    repaired = []
    for named in NAMED_LOG_INS:
        employee = passwords.find_login(session, named.login) or _hire_again(session, named)
        if employee.is_active and not employee.must_change_password and passwords.check_password(employee, password):
            continue
        employee.is_active, employee.left_at = True, None
        passwords.set_password(employee, password)
        repaired.append(named.login)
    session.flush()
    return repaired


def _hire_again(session: Session, named: NamedLogIn) -> Employee:
    """Add a named log-in that somebody deleted."""
    role = session.scalars(select(Role).where(Role.code == named.role)).one()
    supervisor = passwords.find_login(session, named.supervisor) if named.supervisor else None
    employee = Employee(login=named.login, name=named.name, title=named.title, role_id=role.id)
    employee.supervisor_id = supervisor.id if supervisor is not None else None
    session.add(employee)
    session.flush()
    return employee
