"""Every deed that the audit log must know: who did it, what it is called, on which row, and what changed."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Customer, Employee, Role
from services import accounts, customers, employees, settings
from tests.conftest import acting
from tests.factories import Company
from tests.files import rows_import
from tests.functional.audited import entries, equip
from tests.functional.audited_edits import EDITS

#: Log-in of who acts, or None for the operator; what is done in their session; then (action, row, changes), where the
#: row is a name in the company, or the table of a row that came into being.
Deed = tuple[str | None, Callable[[Session, Company], object], list[tuple[str, str, dict[str, Any]]]]


def customer(session: Session, row: Customer) -> Customer:
    """Return the session's own copy of a customer."""
    return session.get_one(Customer, row.id)


def person(session: Session, row: Employee) -> Employee:
    """Return the session's own copy of an employee."""
    return session.get_one(Employee, row.id)


def change_person(row: str, **changes: Any) -> Callable[[Session, Company], object]:
    """Return the deed that writes columns of somebody."""
    return lambda own, company: employees.save_employee(own, person(own, company[row]), changes, is_created=False)


def to_role(code: str) -> Callable[[Session, Company], object]:
    """Return the deed that gives a1 another role."""

    def give(own: Session, company: Company) -> None:
        role_id = own.scalars(select(Role.id).where(Role.code == code)).one()
        change_person("a1", role_id=role_id)(own, company)

    return give


def new_person(own: Session, company: Company) -> None:
    """Add an employee under leadA."""
    values = {"login": "new", "name": "New", "role_id": company.a1.role_id, "supervisor_id": company.leadA.id}
    employees.save_employee(own, Employee(), values, is_created=True)


def new_role(own: Session, company: Company) -> Role:
    """Add a role with one permission."""
    values = {"code": "lead", "name": "Lead", "permission_codes": ["claim_pool_customers"]}
    return employees.save_role(own, Role(), values)


def change_role(**values: Any) -> Callable[[Session, Company], object]:
    """Return the deed that changes a role which nobody holds."""
    return lambda own, company: employees.save_role(own, own.get_one(Role, company.spare.id), values)


SERVICES: dict[str, Deed] = {
    **EDITS,
    "create": (
        "admin",
        lambda own, company: customers.create_customer(
            own, {"name": "X", "owner_id": company.a1.id, "phone": "1"}, co_follower_ids=[company.b1.id]
        ),
        [("create", "customer", {"owner": [None, "a1-person (a1)"], "co_followers": [[], ["b1-person (b1)"]]})],
    ),
    "create private": (
        "a1",
        lambda own, _company: customers.create_customer(own, {"name": "X", "visibility": "private"}),
        [
            ("create", "customer", {"owner": [None, "a1-person (a1)"]}),
            ("set_visibility", "customer", {"visibility": [None, "private"]}),
        ],
    ),
    "make public": (
        "a1",
        lambda own, company: customers.set_visibility(own, customer(own, company.c1), "public"),
        [("set_visibility", "c1", {"visibility": ["private", "public"]})],
    ),
    "edit makes private": (
        "a1",
        lambda own, company: customers.update_customer(own, customer(own, company.c2), {"visibility": "private"}),
        [("set_visibility", "c2", {"visibility": ["public", "private"]})],
    ),
    "transfer": (
        "a1",
        lambda own, company: customers.transfer(own, customer(own, company.c1), company.w1.id),
        [("transfer", "c1", {"owner": ["a1-person (a1)", "w1-person (w1)"]})],
    ),
    "transfer, followers changed": (
        "admin",
        lambda own, company: customers.transfer(
            own, customer(own, company.c3), company.w1.id, keep_as_co_follower=True, remove_followers=True
        ),
        [
            (
                "transfer",
                "c3",
                {
                    "owner": ["a1-person (a1)", "w1-person (w1)"],
                    "co_followers": [["b1-person (b1)"], ["a1-person (a1)"]],
                },
            )
        ],
    ),
    "to the pool": (
        "admin",
        lambda own, company: customers.transfer(own, customer(own, company.c2), None),
        [("transfer", "c2", {"owner": ["a1-person (a1)", None]})],
    ),
    "claim": (
        "va",
        lambda own, company: customers.claim(own, customer(own, company.c10)),
        [("claim", "c10", {"owner": [None, "va-person (va)"]})],
    ),
    "add follower": (
        "a1",
        lambda own, company: customers.add_co_follower(own, customer(own, company.c1), company.b1.id),
        [("add_co_follower", "c1", {"co_followers": [[], ["b1-person (b1)"]]})],
    ),
    "remove follower": (
        "a1",
        lambda own, company: customers.remove_co_follower(own, customer(own, company.c3), company.b1.id),
        [("remove_co_follower", "c3", {"co_followers": [["b1-person (b1)"], []]})],
    ),
    "grade and price level": (
        "a1",
        lambda own, company: customers.update_customer(
            own, customer(own, company.c1), {"grade_id": None, "price_level_id": company.price.id}
        ),
        [
            ("change_grade", "c1", {"grade": ["Grade-C1-top", None]}),
            ("change_price_level", "c1", {"price_level": [None, "Gold"]}),
        ],
    ),
    "deactivate": (
        "a1",
        lambda own, company: customers.update_customer(own, customer(own, company.c1), {"is_active": False}),
        [("deactivate", "c1", {})],
    ),
    "reactivate": (
        "a1",
        lambda own, company: customers.update_customer(own, customer(own, company.asleep), {"is_active": True}),
        [("activate", "asleep", {})],
    ),
    "delete": (
        "admin",
        lambda own, company: customers.delete_customer(own, customer(own, company.c3)),
        [
            (
                "delete",
                "c3",
                {
                    "owner": ["a1-person (a1)", None],
                    "visibility": ["private", None],
                    "co_followers": [["b1-person (b1)"], []],
                },
            )
        ],
    ),
    "new employee": (
        "admin",
        new_person,
        [
            (
                "create",
                "employee",
                {
                    "login": [None, "new"],
                    "name": [None, "New"],
                    "role": [None, "own_only"],
                    "supervisor": [None, "leadA-person (leada)"],
                },
            )
        ],
    ),
    "supervisor": (
        "admin",
        change_person("a1", supervisor_id=None),
        [("change_supervisor", "a1", {"supervisor": ["leadA-person (leada)", None]})],
    ),
    "role": ("admin", to_role("config_admin"), [("change_role", "a1", {"role": ["own_only", "config_admin"]})]),
    "name and log-in": (
        "admin",
        change_person("a1", name="Amy", login="amy"),
        [("change_login", "a1", {"login": ["a1", "amy"]}), ("rename", "a1", {"name": ["a1-person", "Amy"]})],
    ),
    "department": (
        "admin",
        lambda own, company: change_person("a1", department_id=company.department.id)(own, company),
        [("change_department", "a1", {"department": [None, "Sales"]})],
    ),
    "disable": ("admin", change_person("a1", is_active=False), [("disable", "a1", {})]),
    "enable": ("admin", change_person("gone", is_active=True), [("enable", "gone", {})]),
    "delete employee": (
        "admin",
        lambda own, company: employees.delete_employee(own, person(own, company.a2)),
        [("delete", "a2", {"login": ["a2", None], "name": ["a2-person", None], "role": ["own_only", None]})],
    ),
    "new role": (
        "admin",
        new_role,
        [("create", "role", {"name": [None, "Lead"], "permission_codes": [[], ["claim_pool_customers"]]})],
    ),
    "rename role": ("admin", change_role(name="Other"), [("rename", "spare", {"name": ["spare", "Other"]})]),
    "permissions of a role": (
        "admin",
        change_role(permission_codes=["view_all_customers"]),
        [("change_permissions", "spare", {"permission_codes": [["view_audit"], ["view_all_customers"]]})],
    ),
    "delete role": (
        "admin",
        lambda own, company: employees.delete_role(own, own.get_one(Role, company.spare.id)),
        [("delete", "spare", {"name": ["spare", None], "permission_codes": [["view_audit"], []]})],
    ),
    "switch": (
        "admin",
        lambda own, _company: settings.set_private_customers(own, enabled=False),
        [("change_setting", "setting", {"private_customer_enabled": [True, False]})],
    ),
    "time zone": (
        "admin",
        lambda own, _company: settings.change_setting(own, "time_zone", "Asia/Urumqi"),
        [("change_setting", "setting", {"time_zone": ["Asia/Shanghai", "Asia/Urumqi"]})],
    ),
    "first admin": (
        None,
        lambda own, _company: accounts.create_admin(own, "root", password="correct horse"),
        [("create_admin", "employee", {"login": [None, "root"]})],
    ),
    "password by command": (
        None,
        lambda own, _company: accounts.reset_password(own, "a1", password="correct horse"),
        [("set_password", "a1", {})],
    ),
    "import": (
        "admin",
        lambda own, company: rows_import(own, "customer", ("code", "owner"), (company.c2.code, "w1"), mode="update"),
        [("import_change", "c2", {"owner": ["a1-person (a1)", "w1-person (w1)"]})],
    ),
}


@pytest.mark.parametrize("name", SERVICES)
def test_deed_is_noted(app: Flask, session: Session, company: Company, name: str) -> None:
    equip(session, company)
    login, do, expected = SERVICES[name]
    actor = f"{login}-person ({login})" if login is not None else "system"

    if login is None:
        do(session, company)
        session.commit()
    else:
        with acting(app, company[login].id) as own:
            do(own, company)
            own.commit()

    assert entries(session, company) == [(*entry, actor) for entry in expected]
