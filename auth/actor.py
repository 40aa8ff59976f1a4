"""Who acts in a session.

The edge (request, job, command) loads the actor once and sets it on the session before the first query on guarded rows.
A session belongs to one actor; its rights are read anew for each request.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, scoped_session

from models import CompanySetting, Employee, Role, RolePermission
from models.enums import COMPANY_ADMIN, Permission

#: Key in ``Session.info`` under which the actor stands.
ACTOR_KEY = "actor"

#: Key in ``Session.info`` that keeps the settings row alive; the identity map alone holds it weakly.
_SETTING_KEY = "company_setting"

AnySession = Session | scoped_session[Any]


@dataclass(frozen=True, slots=True)
class Actor:
    """An employee in the act, with what decides about rights."""

    id: int
    login: str
    name: str
    role_code: str
    permissions: frozenset[str]
    #: Employee ids: the actor and everybody below, any number of steps, leavers included.
    team: tuple[int, ...]
    #: Whether the company's switch for private customers is on.
    private_customer_enabled: bool
    #: What the actor chose to read in; None follows the browser.
    language: str | None = None

    @property
    def is_company_admin(self) -> bool:
        """Tell whether this is a company admin, who sees everything."""
        return self.role_code == COMPANY_ADMIN

    def may(self, permission: str) -> bool:
        """Tell whether the actor holds a permission; the company admin holds each."""
        return self.is_company_admin or permission in self.permissions


@dataclass(frozen=True, slots=True)
class LogIn:
    """An employee who may be logged in: the actor, and what ends or interrupts sessions."""

    actor: Actor
    session_epoch: int
    must_change_password: bool


def load_actor(session: AnySession, employee_id: int) -> Actor | None:
    """Return the employee as an actor, or None if there is none or it is disabled. Two statements."""
    found = load_log_in(session, employee_id)
    return None if found is None else found.actor


def load_log_in(session: AnySession, employee_id: int) -> LogIn | None:
    """Return the employee with what its log-in stands on, or None if there is none or it is disabled.

    Two statements, which bring the company's settings as well: every page needs them.
    """
    rows = session.execute(_actor_statement(), {"employee_id": employee_id}).all()
    if not rows:
        return None
    employee = rows[0]
    setting = session.info[_SETTING_KEY] = employee.CompanySetting
    held = {row.permission for row in rows if row.permission is not None}
    actor = Actor(
        id=employee.id,
        login=employee.login,
        name=employee.name,
        role_code=employee.code,
        permissions=frozenset(Permission if employee.code == COMPANY_ADMIN else held),
        team=team_of(session, employee.id),
        private_customer_enabled=setting is not None and setting.private_customer_enabled,
        language=employee.language,
    )
    return LogIn(actor, employee.session_epoch, employee.must_change_password)


def team_of(session: AnySession, employee_id: int) -> tuple[int, ...]:
    """Return the ids of an employee and everybody below, sorted. UNION, not UNION ALL, so that loops end."""
    return tuple(session.scalars(_team_statement(), {"employee_id": employee_id}))


def line_of(session: AnySession, employee_id: int) -> tuple[int, ...]:
    """Return the ids of an employee and everybody above, in no order; ends at a loop."""
    above = select(Employee.id, Employee.supervisor_id).where(Employee.id == employee_id).cte("line", recursive=True)
    above = above.union(select(Employee.id, Employee.supervisor_id).where(Employee.id == above.c.supervisor_id))
    return tuple(session.scalars(select(above.c.id)))


@cache
def _actor_statement() -> Any:
    """Return the SELECT of an active employee with role and settings, one row a permission. Built once."""
    person = (Employee.id, Employee.login, Employee.name, Employee.language)
    sessions = (Employee.session_epoch, Employee.must_change_password)
    return (
        select(*person, *sessions, Role.code, RolePermission.permission, CompanySetting)
        .join(Role, Role.id == Employee.role_id)
        .join(RolePermission, RolePermission.role_id == Role.id, isouter=True)
        .join(CompanySetting, CompanySetting.id == 1, isouter=True)
        .where(Employee.id == bindparam("employee_id"), Employee.is_active)
    )


@cache
def _team_statement() -> Any:
    below = select(Employee.id).where(Employee.id == bindparam("employee_id")).cte("team", recursive=True)
    below = below.union(select(Employee.id).where(Employee.supervisor_id == below.c.id))
    return select(below.c.id).order_by(below.c.id)


def is_private_customer_enabled(session: AnySession) -> bool:
    """Tell whether the company lets employees make customers private; off until the settings row exists."""
    setting = company_setting(session)
    return setting is not None and setting.private_customer_enabled


def company_setting(session: AnySession) -> CompanySetting | None:
    """Return the company's settings, read once a session; None until the row exists."""
    if session.info.get(_SETTING_KEY) is None:
        session.info[_SETTING_KEY] = session.get(CompanySetting, 1)
    return session.info[_SETTING_KEY]


def set_actor(session: AnySession, actor: Actor) -> None:
    """Put the actor on the session.

    :raises ValueError: if the session already belongs to somebody else
    """
    present = session.info.get(ACTOR_KEY)
    if present is not None and present.id != actor.id:
        raise ValueError(f"the session belongs to {present.login}, not to {actor.login}")
    session.info[ACTOR_KEY] = actor


def get_actor(session: AnySession) -> Actor | None:
    """Return who acts in the session, or None."""
    return session.info.get(ACTOR_KEY)
