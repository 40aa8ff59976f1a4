"""Departments and employees of the demo company: five levels of supervisors.

general manager > branch lead > area manager > team lead > sales representative
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Department, Employee, Role
from models.names import name_key, name_sort
from services.seed.log_ins import NAMED_LOG_INS
from services.seed.rows import insert_rows

#: Department -> the one above.
DEPARTMENTS: Mapping[str, str | None] = {
    "总经办": None,
    "销售中心": None,
    "市场部": None,
    "财务部": None,
    "人事行政部": None,
    "信息技术部": None,
    "东区销售部": "销售中心",
    "西区销售部": "销售中心",
    "上海办事处": "东区销售部",
    "江浙办事处": "东区销售部",
    "华北办事处": "东区销售部",
    "成都办事处": "西区销售部",
    "重庆办事处": "西区销售部",
    "西北办事处": "西区销售部",
}
#: Department -> log-in of its head; the heads of offices are their area managers.
HEADS: Mapping[str, str] = {
    "总经办": "boss",
    "销售中心": "boss",
    "东区销售部": "lead-east",
    "西区销售部": "lead-west",
    "信息技术部": "admin",
}
#: Office -> (branch, log-in above).
OFFICES: Mapping[str, tuple[str, str]] = {
    "上海办事处": ("east", "lead-east"),
    "江浙办事处": ("east", "lead-east"),
    "华北办事处": ("east", "lead-east"),
    "成都办事处": ("west", "lead-west"),
    "重庆办事处": ("west", "lead-west"),
    "西北办事处": ("west", "lead-west"),
}
#: (department, title, role) of those who sell nothing.
STAFF: tuple[tuple[str, str, str], ...] = (
    ("市场部", "市场经理", "employee"),
    ("财务部", "财务经理", "employee"),
    ("人事行政部", "人事经理", "employee"),
    ("信息技术部", "基础数据专员", "config_admin"),
)
_TEAMS_PER_OFFICE = 2
_REPRESENTATIVES_PER_TEAM = 3
#: Of the representatives, one in so many sees only their own customers.
_OWN_ONLY_EVERY = 4
#: Offices whose last representative has left and still owns customers, to be handed over.
_OFFICES_WITH_LEAVER = frozenset({"华北办事处", "重庆办事处"})


@dataclass(frozen=True, slots=True)
class Owner:
    """An employee who may own customers."""

    id: int
    login: str
    department_id: int
    branch: str
    weight: int


@dataclass(frozen=True, slots=True)
class _Person:
    level: int
    login: str
    name: str
    title: str
    role: str
    supervisor: str | None
    department: str
    branch: str = ""
    weight: int = 0
    has_left: bool = False


class Namer:
    """Makes names and log-ins; a log-in is the name in pinyin, numbered where it is taken."""

    def __init__(self, faker: Any, taken: Iterable[str]) -> None:
        self._faker = faker
        self._taken = set(taken)

    def next(self) -> tuple[str, str]:
        """Return (name, log-in) of one more person."""
        name = self._faker.name()
        plain = name_sort(name).replace(" ", "")
        login, number = plain, 1
        while login in self._taken:
            number += 1
            login = f"{plain}{number}"
        self._taken.add(login)
        return name, login


def add_people(
    session: Session, *, faker: Any, rng: Random, password_hash: str, founded_at: datetime, left_at: datetime
) -> list[Owner]:
    """Add departments, employees and heads. Flushes.

    :param password_hash: of all employees
    :return: the employees who may own customers, in order of hiring
    """
    department_ids = _add_departments(session)
    people = list(_plan(Namer(faker, _taken_logins(session)), rng))
    role_ids = {role.code: role.id for role in session.scalars(select(Role))}
    ids: dict[str, int] = {}
    for level in sorted({person.level for person in people}):
        here = [person for person in people if person.level == level]
        rows = [
            {
                **_describe(person, founded_at=founded_at, left_at=left_at),
                "phone": faker.phone_number(),
                "department_id": department_ids[person.department],
                "supervisor_id": ids.get(person.supervisor or ""),
                "role_id": role_ids[person.role],
                "password_hash": password_hash,
            }
            for person in here
        ]
        ids |= zip((person.login for person in here), insert_rows(session, Employee, rows), strict=True)
    _set_heads(session, people, department_ids=department_ids, ids=ids)
    return [_owner(person, ids, department_ids) for person in people if person.weight or person.login == "admin"]


def _owner(person: _Person, ids: Mapping[str, int], department_ids: Mapping[str, int]) -> Owner:
    return Owner(ids[person.login], person.login, department_ids[person.department], person.branch, person.weight)


def _describe(person: _Person, *, founded_at: datetime, left_at: datetime) -> dict[str, Any]:
    return {
        **Employee.name_columns(person.name),
        "login": person.login,
        "title": person.title,
        "is_active": not person.has_left,
        "left_at": left_at if person.has_left else None,
        "created_at": founded_at,
        "updated_at": left_at if person.has_left else founded_at,
    }


def _taken_logins(session: Session) -> list[str]:
    return [*session.scalars(select(Employee.login)), *(named.login for named in NAMED_LOG_INS)]


def _plan(namer: Namer, rng: Random) -> Iterator[_Person]:
    """Yield the people, supervisors first."""
    levels: dict[str | None, int] = {None: 0}
    for named in NAMED_LOG_INS:
        levels[named.login] = levels[named.supervisor] + 1
        yield _Person(
            levels[named.login],
            named.login,
            named.name,
            named.title,
            named.role,
            named.supervisor,
            named.department,
            named.branch,
            named.weight,
        )
    for department, title, role in STAFF:
        name, login = namer.next()
        yield _Person(2, login, name, title, role, "boss", department)
    for office, (branch, lead) in OFFICES.items():
        yield from _plan_office(namer, rng, office=office, branch=branch, lead=lead)


def _plan_office(namer: Namer, rng: Random, *, office: str, branch: str, lead: str) -> Iterator[_Person]:
    """Yield an area manager, the team leads and their representatives."""
    name, manager = namer.next()
    yield _Person(3, manager, name, "区域经理", "manager", lead, office, branch, 2)
    for team in range(1, _TEAMS_PER_OFFICE + 1):
        name, team_lead = namer.next()
        yield _Person(4, team_lead, name, f"销售{team}组组长", "manager", manager, office, branch, 4)
        for place in range(1, _REPRESENTATIVES_PER_TEAM + 1):
            name, login = namer.next()
            role = "own_only" if rng.randrange(_OWN_ONLY_EVERY) == 0 else "employee"
            is_last = team == _TEAMS_PER_OFFICE and place == _REPRESENTATIVES_PER_TEAM
            has_left = is_last and office in _OFFICES_WITH_LEAVER
            yield _Person(5, login, name, "业务员", role, team_lead, office, branch, 2 if has_left else 8, has_left)


def _add_departments(session: Session) -> dict[str, int]:
    """Add the departments that are missing, after their siblings; return all ids by name."""
    ids: dict[str, int] = {}
    for name, parent in DEPARTMENTS.items():
        parent_id = ids[parent] if parent else None
        siblings = Department.parent_id == parent_id
        present = session.scalar(select(Department.id).where(siblings, Department.name_key == name_key(name)))
        if present is None:
            last = session.scalar(select(func.max(Department.sort_order)).where(siblings)) or 0
            department = Department(name=name, parent_id=parent_id, sort_order=last + 1)
            session.add(department)
            session.flush()
            present = department.id
        ids[name] = present
    return ids


def _set_heads(
    session: Session, people: Iterable[_Person], *, department_ids: Mapping[str, int], ids: Mapping[str, int]
) -> None:
    heads = {person.department: person.login for person in people if person.title.endswith("经理")}
    for name, login in {**heads, **HEADS}.items():
        department = session.get_one(Department, department_ids[name])
        department.head_id = department.head_id or ids[login]
    session.flush()
