"""Makes rows for tests: each function saves and commits, so that other sessions find the row.

Rows are written past the visibility rule and come back detached: read their columns, not their relationships.
:func:`company` builds the people and customers of DOMAIN 3.7.
"""

from collections.abc import Iterable
from itertools import count
from typing import Any

from sqlalchemy import select

from auth.actor import AnySession
from auth.permissions import STOCK_ROLES
from models import (
    CompanySetting,
    Contact,
    Customer,
    CustomerFollower,
    Employee,
    FollowUp,
    Role,
    Visit,
)
from models.enums import COMPANY_ADMIN
from models.scope import UnfilteredReason, unfiltered

_numbers = count(1)
_STOCK = {role.code: role for role in STOCK_ROLES}
#: Login -> (supervisor, role), as DOMAIN 3.7 lists them; the corrupt loop is closed afterwards.
PEOPLE: dict[str, tuple[str | None, str]] = {
    "boss": (None, "own_only"),
    "east": ("boss", "own_only"),
    "west": ("boss", "employee"),
    "leadA": ("east", "own_only"),
    "leadB": ("east", "own_only"),
    "a1": ("leadA", "own_only"),
    "a2": ("leadA", "own_only"),
    "gone": ("leadA", "own_only"),
    "b1": ("leadB", "own_only"),
    "va": ("leadB", "employee"),
    "w1": ("west", "own_only"),
    "off": ("east", "own_only"),
    "o1": ("off", "own_only"),
    "solo": (None, "own_only"),
    "admin": (None, COMPANY_ADMIN),
    "cfg": ("boss", "config_admin"),
    "z": (None, "own_only"),
    "y": ("z", "own_only"),
    "x": ("y", "own_only"),
    "x1": ("x", "own_only"),
}
LEAVERS = frozenset({"gone", "off"})
#: Name -> (owner, co-followers, visibility).
CUSTOMERS: dict[str, tuple[str | None, tuple[str, ...], str]] = {
    "c1": ("a1", (), "private"),
    "c2": ("a1", (), "public"),
    "c3": ("a1", ("b1",), "private"),
    "c4": ("solo", (), "private"),
    "c5": ("leadA", (), "private"),
    "c6": ("gone", (), "private"),
    "c7": ("o1", (), "private"),
    "c8": ("x1", (), "private"),
    "c9": ("x", (), "private"),
    "c10": (None, (), "public"),
    "c11": ("va", (), "private"),
}


class Company(dict[str, Any]):
    """The people by log-in and the customers by name: ``company.a1`` and ``company.c1``, detached rows."""

    def __getattr__(self, name: str) -> Any:
        """Return the row of a log-in or customer name."""
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def people(self) -> dict[str, Employee]:
        """Return the employees by log-in."""
        return {name: row for name, row in self.items() if isinstance(row, Employee)}

    @property
    def customers(self) -> dict[str, Customer]:
        """Return the customers by name."""
        return {name: row for name, row in self.items() if isinstance(row, Customer)}


def save(session: AnySession, *rows: Any) -> Any:
    """Write rows past the visibility rule and commit; return the first."""
    with unfiltered(session, UnfilteredReason.SEED) as every:
        every.add_all(rows)
        every.flush()
    session.commit()
    return rows[0]


def make_role(session: AnySession, code: str = "own_only", permissions: Iterable[str] | None = None) -> Role:
    """Return the role of a code, made if it is missing; a stock role gets its stock permissions."""
    present = session.scalar(select(Role).where(Role.code == code))
    if present is not None:
        session.commit()
        return present
    wanted = sorted(_STOCK[code].permissions if permissions is None else permissions)
    role = Role(code=code, name=code, permission_codes=wanted)
    session.add(role)
    session.commit()
    return role


def make_employee(
    session: AnySession,
    login: str | None = None,
    *,
    role: str = "own_only",
    supervisor: Employee | None = None,
    **values: Any,
) -> Employee:
    """Return a new active employee; name and log-in are made up where not given."""
    login = login or f"employee{next(_numbers)}"
    values.setdefault("name", login)
    role_id = make_role(session, role).id
    supervisor_id = supervisor.id if supervisor is not None else None
    return save(session, Employee(login=login, role_id=role_id, supervisor_id=supervisor_id, **values))


def make_customer(
    session: AnySession,
    name: str | None = None,
    *,
    owner: Employee | None = None,
    co_followers: Iterable[Employee] = (),
    visibility: str = "public",
    **values: Any,
) -> Customer:
    """Return a new customer; without an owner it stands in the pool."""
    number = next(_numbers)
    customer = Customer(
        code=values.pop("code", f"T{number}"),
        name=name or f"customer {number}",
        owner_id=owner.id if owner is not None else None,
        visibility=visibility,
        **values,
    )
    customer.co_followers = [CustomerFollower(employee_id=employee.id) for employee in co_followers]
    return save(session, customer)


def make_contact(session: AnySession, customer: Customer, **values: Any) -> Contact:
    """Return a new contact of a customer."""
    values.setdefault("name", f"contact {next(_numbers)}")
    return save(session, Contact(customer_id=customer.id, **values))


def make_follow_up(
    session: AnySession, customer: Customer, *, author: Employee | None = None, **values: Any
) -> FollowUp:
    """Return a new follow-up of a customer."""
    values.setdefault("content", f"follow-up {next(_numbers)}")
    author_id = author.id if author is not None else None
    return save(session, FollowUp(customer_id=customer.id, author_id=author_id, **values))


def make_visit(session: AnySession, customer: Customer, *, user: Employee, **values: Any) -> Visit:
    """Return a new planned visit."""
    return save(session, Visit(customer_id=customer.id, user_id=user.id, **values))


def switch_private(session: AnySession, is_on: bool = True) -> None:  # noqa: FBT001, FBT002 -- the verb's object
    """Turn the company's switch for private customers."""
    setting = session.get(CompanySetting, 1) or CompanySetting(id=1)
    setting.private_customer_enabled = is_on
    session.add(setting)
    session.commit()


def company(session: AnySession) -> Company:
    """Build the fixture of DOMAIN 3.7, switch on, and commit."""
    switch_private(session)
    roles = {code: make_role(session, code) for code in ("own_only", "employee", COMPANY_ADMIN, "config_admin")}
    found = Company()
    for login, (_, role) in PEOPLE.items():
        found[login] = Employee(
            login=login.casefold(), name=login, role_id=roles[role].id, is_active=login not in LEAVERS
        )
    save(session, *found.values())
    _set_supervisors(session, found)
    for name, (owner, co_followers, visibility) in CUSTOMERS.items():
        found[name] = Customer(
            code=name.upper(), name=name.upper(), owner_id=found[owner].id if owner else None, visibility=visibility
        )
        found[name].co_followers = [CustomerFollower(employee_id=found[login].id) for login in co_followers]
    save(session, *found.customers.values())
    return found


def _set_supervisors(session: AnySession, found: Company) -> None:
    """Write the reporting line, then close the corrupt loop x → y → z → x behind the services' back."""
    with unfiltered(session, UnfilteredReason.SEED) as every:
        for login, (supervisor, _) in {**PEOPLE, "z": ("x", "own_only")}.items():
            if supervisor is not None:
                found[login].supervisor_id = found[supervisor].id
                every.add(found[login])
        every.flush()
    session.commit()


def reloaded(session: AnySession, row: Any) -> Any:
    """Return a row as the database has it now."""
    session.rollback()
    session.refresh(row)
    return row
