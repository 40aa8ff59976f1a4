"""Cases 43 to 50 of DOMAIN 3.7 through HTTP: grants, related customers, long lines, and lists as a whole.

Cases 48 and 49 are properties of any company: ``tests/auth/test_visibility_random.py``. Here is what the pages say of
this company, with the outcomes written out.
"""

from collections.abc import Callable, Iterable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from models import Customer, Employee
from models.enums import Permission
from models.scope import UnfilteredReason, unfiltered
from tests import factories
from tests.conftest import acting, counted, log_in
from tests.factories import Company
from tests.functional.visibility_pages import (
    FULL,
    HIDDEN,
    JSON,
    NOTICE,
    give_role,
    listed_ids,
    outcome,
    rows_of,
    stub_ids,
    total,
)

ClientAs = Callable[[str], FlaskClient]
VIEW_ALL = Permission.VIEW_ALL_CUSTOMERS
EVERYTHING = "c1 c2 c3 c4 c5 c6 c7 c8 c9 c10 c11"
#: Actor -> the customers that are FULL, and those that are NOTICE; the rest is HIDDEN.
SIGHT: dict[str, tuple[str, str]] = {
    "boss": ("c1 c2 c3 c5 c6 c7 c11", ""),
    "east": ("c1 c2 c3 c5 c6 c7 c11", ""),
    "west": ("c2 c10", "c1 c3 c4 c5 c6 c7 c8 c9 c11"),
    "leadA": ("c1 c2 c3 c5 c6", ""),
    "leadB": ("c3 c11", ""),
    "a1": ("c1 c2 c3", ""),
    "a2": ("", ""),
    "b1": ("c3", ""),
    "va": ("c2 c10 c11", "c1 c3 c4 c5 c6 c7 c8 c9"),
    "w1": ("", ""),
    "o1": ("c7", ""),
    "solo": ("c4", ""),
    "admin": (EVERYTHING, ""),
    "cfg": ("", ""),
    "z": ("c8 c9", ""),
    "y": ("c8 c9", ""),
    "x": ("c8 c9", ""),
    "x1": ("c8", ""),
}
#: Those whom the private mark never takes anything from: followers, their lines, and the admin.
NEAR = [login for login in SIGHT if login not in {"west", "va"}]


def ids(company: Company, names: str) -> set[int]:
    """Return the ids of customers by name."""
    return {company[name].id for name in names.split()}


def listed(client: FlaskClient) -> set[int]:
    """Return the ids on all pages of the list; none stands on two pages, and each page tells the same total."""
    found: list[int] = []
    for page in range(20):
        answer = client.get(f"/admin/customer/?page_size=3&page={page}")
        new = listed_ids(answer)
        if not new or new[0] in found:
            break
        found += new
        assert (len(found) <= total(answer), len(new) <= 3) == (True, True)
    assert len(set(found)) == len(found) == total(client.get("/admin/customer/"))
    return set(found)


@pytest.mark.parametrize("group", ["region_id", "industry_id"])
def test_case_43_grouped_counts_hold_what_one_sees(app: Flask, session: Session, company: Company, group: str) -> None:
    """The statistics themselves come with their page; they count by sessions like this one."""
    key = getattr(Customer, group)
    numbers = select(key, func.count()).group_by(key)
    found = {}
    for login in ("va", "a2", "leadA"):
        with acting(app, company[login].id) as own:
            found[login] = {row[0]: row[1] for row in own.execute(numbers)}

    one = {company.region.id: 1} if group == "region_id" else {}
    rest = 5 - len(one)
    assert found == {"va": {None: 3}, "a2": {}, "leadA": {**one, None: rest}}


def test_case_43_lists_of_a_region_count_what_one_sees(client_as: ClientAs, company: Company) -> None:
    found = {
        login: rows_of(client_as(login).get(f"/admin/customer/?region__is={company.region.id}"))
        for login in ("va", "a2", "leadA")
    }

    assert found == {"va": [], "a2": [], "leadA": [company.c1.id]}


def test_case_44_view_all_taken_away_holds_from_the_next_request(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    va, role = client_as("va"), factories.make_role(session, "own_only")
    before = outcome(va, company, "c2")

    data = {"login": "va", "name": company.va.name, "role": role.id, "supervisor": company.leadB.id, "is_active": "y"}
    saved = client_as("admin").post(
        f"/admin/employee/edit/?id={company.va.id}", data=data | {"version": company.va.version}
    )

    assert saved.status_code == 302
    assert (before, outcome(va, company, "c2")) == (FULL, HIDDEN)


def test_case_45_view_all_takes_nothing_from_a_leader(client_as: ClientAs, session: Session, company: Company) -> None:
    leader = client_as("leadA")
    before = listed(leader)

    give_role(session, company.leadA, VIEW_ALL)

    assert outcome(leader, company, "c1") is FULL
    assert listed(leader) == before | ids(company, "c10")


def test_case_46_a_private_dealer_above_is_not_told(client_as: ClientAs, session: Session, company: Company) -> None:
    child = factories.make_customer(session, "child", owner=company.w1, parent_customer_id=company.c1.id)
    addresses = [f"/admin/customer/{page}/?id={child.id}" for page in ("details", "edit")]

    w1 = client_as("w1")
    pages = [w1.get(address).text for address in addresses]
    data = w1.get(addresses[0], headers=JSON).get_json()

    assert all("Private customer" in page for page in pages)
    assert [page for page in pages if company.c1.name in page] == []
    assert f'details/?id={company.c1.id}"' not in pages[0]
    assert data["parent_customer"] == {"id": None, "name": "Private customer"}
    assert company.c1.name in client_as("admin").get(addresses[0]).text


def test_case_47_a_line_of_200_costs_no_statement_more(app: Flask, session: Session) -> None:
    role_id = factories.make_role(session).id
    names = {"name": "n", "name_key": "n", "name_sort": "n", "name_initials": "n"}
    people = [
        {"id": number, "login": f"p{number}", "role_id": role_id, "supervisor_id": number - 1 or None, **names}
        for number in range(1, 201)
    ]
    session.execute(insert(Employee), people)
    factories.switch_private(session)
    top, near, bottom = (session.get_one(Employee, number) for number in (1, 199, 200))
    customer = factories.make_customer(session, "deep", owner=bottom, visibility="private")
    clients = [log_in(app.test_client(), person) for person in (near, top)]
    engine = session.get_bind()
    session.rollback()

    for address in (f"/admin/customer/details/?id={customer.id}", "/admin/customer/"):
        numbers = []
        for client in clients:
            client.get(address)
            with counted(engine) as statements:  # type: ignore[arg-type]
                answer = client.get(address)
            assert (answer.status_code, "deep" in answer.text) == (200, True)
            numbers.append(len(statements))
        assert numbers[0] == numbers[1] < 20, address


@pytest.mark.parametrize("login", SIGHT)
def test_case_48_lists_totals_and_stubs_are_the_outcomes(client_as: ClientAs, company: Company, login: str) -> None:
    client, (full, notice) = client_as(login), SIGHT[login]

    found = client.get("/admin/customer/?search=name-c")

    assert listed(client) == ids(company, full)
    assert (set(rows_of(found)), set(stub_ids(found))) == (ids(company, full), ids(company, notice))


def test_case_49_a_mark_takes_nothing_from_those_who_are_near(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    def seen(logins: Iterable[str]) -> dict[str, set[int]]:
        return {login: set(rows_of(client_as(login).get("/admin/customer/"))) for login in logins}

    marked = seen(SIGHT)
    with unfiltered(session, UnfilteredReason.SEED) as every:
        every.execute(update(Customer).values(visibility="public"))
    session.commit()
    unmarked = seen(SIGHT)

    assert {login: unmarked[login] for login in NEAR} == {login: marked[login] for login in NEAR}
    assert {login: len(unmarked[login]) for login in ("va", "west")} == {"va": 11, "west": 11}
    assert marked["va"] == ids(company, "c2 c10 c11")


def test_case_50_a_report_with_view_all_gets_the_prompt(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    a1 = client_as("a1")
    before = outcome(a1, company, "c5")

    give_role(session, company.a1, VIEW_ALL)

    assert (before, outcome(a1, company, "c5"), outcome(a1, company, "c2")) == (HIDDEN, NOTICE, FULL)
