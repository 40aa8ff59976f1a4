"""What each permission opens (DOMAIN 8), alone, together, and in the stock roles.

leadA tries: above a1, whose public customer is C2, and co-follower of a customer of the pool.
"""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Customer, Department, Employee, Role
from models.enums import COMPANY_ADMIN, Permission
from services.seed.defaults import seed_roles
from tests import factories
from tests.factories import Company
from tests.functional import deed_pages
from tests.functional.visibility_pages import give_role

ClientAs = Callable[[str], FlaskClient]
RECORDS = ("contact", "follow_up", "visit")
DICTIONARIES = (
    "industry",
    "region",
    "channel_type",
    "customer_grade",
    "customer_status",
    "customer_source",
    "follow_up_progress",
    "price_level",
)
STAFF = ("employee", "department", "role")
#: Pages for everybody who is logged in.
BASE = {"/admin/", "/admin/customer/", *(f"/admin/{table}/{page}" for table in RECORDS for page in ("", "new/"))}
#: Permission -> the addresses that it opens.
OPENS: dict[str, set[str]] = {
    "view_all_customers": set(),
    "create_customers": {"/admin/customer/new/"},
    "edit_team_customers": set(),
    "claim_pool_customers": set(),
    "export_customers": {
        *(f"/admin/{table}/export/csv/" for table in ("customer", *RECORDS)),
        "/admin/customer/export/",
        "/admin/customer/export/xlsx/",
        "/admin/export_job/",
    },
    "import_customers": {
        *(f"/admin/{table}/import/" for table in ("customer", *RECORDS)),
        "/admin/customer/import/template/",
        "/admin/import_job/",
    },
    "manage_customer_config": {
        *(f"/admin/{table}/" for table in DICTIONARIES),
        *(f"/admin/customer_grade/{page}" for page in ("new/", "import/", "export/csv/")),
    },
    "manage_employees": {
        *(f"/admin/{table}/" for table in STAFF),
        *(f"/admin/employee/{page}" for page in ("new/", "import/", "export/csv/")),
    },
    "manage_settings": {"/admin/company_setting/"},
    "view_audit": {"/admin/audit_entry/"},
}
ADDRESSES = sorted(BASE.union(*OPENS.values()))
#: Permission -> what it lets do with customers; of what stands in no page's address.
DEEDS: dict[str, set[str]] = {
    "view_all_customers": {"read a colleague's customer"},
    "edit_team_customers": {"edit a report's customer", "reassign a report's customer"},
    "claim_pool_customers": {"claim a followed customer of the pool"},
}
#: The stock roles, as DOMAIN 8 lists them; what each opens is asked in ``tests/admin_views/test_access.py``.
EMPLOYEE = {"view_all_customers", "create_customers", "claim_pool_customers"}
STOCK: dict[str, set[str]] = {
    COMPANY_ADMIN: set(OPENS),
    "manager": EMPLOYEE | {"edit_team_customers", "export_customers", "import_customers"},
    "employee": EMPLOYEE,
    "own_only": {"create_customers"},
    "config_admin": {"manage_customer_config"},
}
PAIRS = [("view_all_customers", "edit_team_customers"), ("export_customers", "manage_settings")]


def opened(client: FlaskClient) -> set[str]:
    """Return the addresses that answer with a page; every other is refused."""
    statuses = {address: client.get(address).status_code for address in ADDRESSES}
    assert set(statuses.values()) <= {200, 403}, statuses
    return {address for address, status in statuses.items() if status == 200}


def done(client: FlaskClient, session: Session, company: Company, pooled: Customer) -> set[str]:
    """Return which deeds succeed; every other is refused, and changes nothing."""
    tries = {
        "read a colleague's customer": lambda: client.get(f"/admin/customer/details/?id={company.c10.id}"),
        "edit a report's customer": lambda: deed_pages.edit(client, session, company.c2, remark="changed"),
        "reassign a report's customer": lambda: deed_pages.transfer(client, [company.c2], company.a2),
        "claim a followed customer of the pool": lambda: client.post("/admin/customer/claim/", data={"id": pooled.id}),
    }
    found = {what for what, attempt in tries.items() if attempt().status_code in {200, 302}}
    changed = {
        "edit a report's customer": deed_pages.customer_row(session, company.c2).remark == "changed",
        "reassign a report's customer": deed_pages.followers(session, company.c2)[0] == company.a2.id,
        "claim a followed customer of the pool": deed_pages.followers(session, pooled)[0] == company.leadA.id,
    }
    assert {what for what, is_changed in changed.items() if is_changed} == found - {"read a colleague's customer"}
    return found


@pytest.mark.parametrize(
    "permissions",
    [(), *((code,) for code in OPENS), *PAIRS],
    ids=lambda codes: " and ".join(codes) or "none",
)
def test_permissions_open_what_they_say_and_add_up(
    client_as: ClientAs, session: Session, company: Company, permissions: tuple[str, ...]
) -> None:
    pooled = factories.make_customer(session, "pooled", co_followers=[company.leadA])
    give_role(session, company.leadA, *map(Permission, permissions))
    client = client_as("leadA")

    assert opened(client) == BASE.union(*(OPENS[code] for code in permissions))
    assert done(client, session, company, pooled) == set().union(*(DEEDS.get(code, set()) for code in permissions))


def test_permissions_are_these_alone() -> None:
    assert {code.value for code in Permission} == set(OPENS)


def test_stock_roles_hold_what_the_specification_lists(session: Session) -> None:
    seed_roles(session)
    session.commit()

    found = {role.code: set(role.permission_codes) for role in session.scalars(select(Role))}

    assert found == STOCK


def test_colleagues_are_picked_by_everybody_with_name_and_department_alone(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    department = factories.save(session, Department(name="West team"))
    session.get_one(Employee, company.solo.id).department_id = department.id
    session.get_one(Employee, company.solo.id).phone = "phone-of-solo"
    session.commit()

    for login in ("a2", "cfg", "va"):
        found = client_as(login).get("/admin/customer/ajax/lookup/?name=owner&for=filter&query=solo").get_json()
        assert found == [{"id": company.solo.id, "text": "solo-person (solo) · West team"}], login
        assert client_as(login).get(f"/admin/employee/details/?id={company.solo.id}").status_code == 403
