"""Requests that no page of ours makes: forged ids and numbers, other people's rows among one's own.

Refused or handled, never an error of the server (the client raises those), and nothing is changed.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import Customer
from models.enums import Permission
from models.types import utc_now
from tests.factories import Company, switch_private
from tests.files import csv_bytes
from tests.functional import deed_pages
from tests.functional.visibility_pages import (
    JSON,
    PLANS,
    give_role,
    listed_ids,
    secrets,
    snapshot,
    total,
    word,
)
from tests.import_steps import upload

TOMORROW = (utc_now() + timedelta(days=1)).strftime("%Y-%m-%dT09:00")
ClientAs = Callable[[str], FlaskClient]
FORGED = ["0", "-1", str(2**31), str(2**63), "9" * 400, "abc", "1 OR 1=1", "１", "", "1\0"]
#: Addresses about one row -> what is asked beside the id.
GETS: dict[str, dict[str, str]] = {
    **{f"customer/{page}/": {} for page in ("edit", "access", "transfer")},
    "customer/sight/": {"visibility": "public"},
    "contact/details/": {},
    "employee/details/": {},
}
POSTS: dict[str, dict[str, str]] = {
    "customer/delete/": {},
    "customer/visibility/": {"visibility": "public"},
    "customer/transfer/": {"owner": "pool"},
    "customer/co_followers/": {"action": "add", "employee": "1"},
    "customer/claim/": {},
}


@pytest.mark.parametrize("forged", FORGED, ids=lambda text: repr(text[:12]))
def test_forged_id_is_no_row(client_as: ClientAs, session: Session, company: Company, forged: str) -> None:
    admin, before = client_as("admin"), snapshot(session)

    answers = {
        **{
            f"get {page}": admin.get(f"/admin/{page}", query_string=asked | {"id": forged})
            for page, asked in GETS.items()
        },
        **{f"post {page}": admin.post(f"/admin/{page}", data=data | {"id": forged}) for page, data in POSTS.items()},
        "bulk": admin.post("/admin/customer/action/", data={"action": "delete", "rowid": [company.c2.id, forged]}),
        "bulk transfer": admin.post("/admin/customer/transfer/", data={"id": [company.c2.id, forged], "owner": "pool"}),
        "JSON": admin.get("/admin/customer/details/", query_string={"id": forged}, headers=JSON),
    }

    assert {what: answer.status_code for what, answer in answers.items()} == dict.fromkeys(answers, 404)
    assert answers["JSON"].get_json()["code"] == "not_found"
    assert snapshot(session) == before


@pytest.mark.parametrize("forged", FORGED, ids=lambda text: repr(text[:12]))
def test_forged_choice_is_refused(client_as: ClientAs, session: Session, company: Company, forged: str) -> None:
    a1, admin, before = client_as("a1"), client_as("admin"), snapshot(session)
    c2, is_blank = company.c2, forged == ""

    answers = {
        "contact": a1.post("/admin/contact/new/", data={"customer": forged, "name": "new"}),
        "visit": a1.post("/admin/visit/new/", data={"customer": forged, "planned_at": TOMORROW}),
        "grade": deed_pages.edit(a1, session, c2, grade=forged if not is_blank else "0"),
        "co-follower": a1.post(
            "/admin/customer/co_followers/", data={"id": c2.id, "action": "add", "employee": forged}
        ),
        "owner": a1.post("/admin/customer/transfer/", data={"id": c2.id, "owner": forged if not is_blank else "0"}),
        "supervisor": deed_pages.edit_person(admin, session, company.a1, supervisor=forged if not is_blank else "0"),
        "filter": a1.get("/admin/contact/", query_string={"customer__is": forged}),
        "sort": a1.get("/admin/customer/", query_string={"sort": forged, "scope": forged, "page": forged}),
        "pick list": a1.get("/admin/visit/ajax/lookup/", query_string={"name": forged}),
        "beginning": a1.get("/admin/contact/new/", query_string={"customer": forged, "contact": forged}),
    }

    assert {what for what, answer in answers.items() if answer.status_code not in {200, 400, 404, 422}} == set()
    assert answers["pick list"].status_code == 404
    assert snapshot(session) == before


@pytest.mark.parametrize("login", ["a2", "va"])
def test_hidden_customer_in_an_address_of_something_else_tells_nothing(
    client_as: ClientAs, company: Company, login: str
) -> None:
    client, row_id = client_as(login), company.c1.id
    told = [company.c1.name, "a1-person", *secrets(company, "c1")]

    for address in (
        f"contact/new/?customer={row_id}",
        f"follow_up/new/?customer={row_id}&contact={company.contact_c1.id}",
        f"visit/new/?customer={row_id}",
        f"customer/new/?parent_customer={row_id}",
        f"contact/?customer__is={row_id}",
        f"visit/?customer__is={row_id}",
        f"follow_up/?customer__named={company.c1.name[:-2]}",
        "contact/ajax/lookup/?name=customer&for=filter",
        "customer/ajax/lookup/?name=parent_customer&query=name-c1",
    ):
        answer = client.get(f"/admin/{address}")
        assert answer.status_code == 200, address
        own = {company.grade.name, company.region.name} if "new/" in address else set()
        shown = {text for text in told if text in answer.text} - own
        assert shown <= ({"a1-person"} if login == "va" else set()), address  # va may pick C2, whose owner is a1


#: Who names which customers in one go -> what becomes of it. Each list holds one that is one's own.
BULKS = [
    ("a1", ["c1", "c4"], "404"),
    ("a1", ["c4", "c1"], "404"),
    ("a1", ["c2", "c5"], "404"),
    ("va", ["c11", "c1"], "prompt"),
    ("va", ["c1", "c11"], "prompt"),
    ("va", ["c11", "c2"], "denied"),
    ("b1", ["c3", "c3"], "denied"),
]


@pytest.mark.parametrize(
    ("login", "names", "expected"), BULKS, ids=lambda value: value if isinstance(value, str) else "+".join(value)
)
def test_bulk_with_other_peoples_rows_changes_nothing(
    client_as: ClientAs, session: Session, company: Company, *, login: str, names: list[str], expected: str
) -> None:
    client, before = client_as(login), snapshot(session)
    rows: list[Customer] = [company[name] for name in names]
    contact_ids = [company[f"contact_{name}"].id for name in names]

    moved = deed_pages.transfer(client, rows, company.w1)
    asked = client.get("/admin/customer/transfer/", query_string={"id": [row.id for row in rows]})
    deleted = client.post("/admin/customer/action/", data={"action": "delete", "rowid": [row.id for row in rows]})
    answers = [moved, asked, deleted]
    if login != "b1":
        answers.append(client.post("/admin/contact/action/", data={"action": "delete", "rowid": contact_ids}))

    assert [answer.status_code for answer in answers] == [404 if expected == "404" else 403] * len(answers)
    if expected == "prompt":
        assert [word(answer, company, "c1") for answer in answers] == ["prompt"] * len(answers)
    if expected == "404":
        assert [answer for answer in answers if company[names[-1]].name in answer.text] == []
    assert snapshot(session) == before


def test_bulk_of_too_many_rows_is_refused(client_as: ClientAs, session: Session, company: Company) -> None:
    before, admin, ids = snapshot(session), client_as("admin"), list(range(1, 1_002))

    answers = [
        admin.post("/admin/customer/action/", data={"action": "delete", "rowid": ids}),
        admin.post("/admin/customer/transfer/", data={"id": ids, "owner": "pool"}),
        admin.get("/admin/customer/transfer/", query_string={"id": ids}),
        admin.post("/admin/customer/action/", data={"action": "delete"}),
    ]

    assert [answer.status_code for answer in answers] == [400] * 4
    assert snapshot(session) == before


#: Table -> what its page asks for a pick list of customers.
PICK_LISTS = {
    "contact": {"name": "customer", "for": "filter"},
    "customer": {"name": "parent_customer"},
    "visit": {"name": "customer"},
}
NUMBERS = ["-1", "0", "abc", str(10**9), "9" * 400, "１", "1;2", "\0"]


def test_numbers_of_pages_and_pick_lists_widen_nothing(client_as: ClientAs, company: Company) -> None:
    va = client_as("va")
    full = {company[name].id for name in ("c2", "c10", "c11")}

    for number in NUMBERS:
        for name in ("page", "page_size"):
            answer = va.get("/admin/customer/", query_string={name: number})
            assert (set(listed_ids(answer)) <= full, total(answer)) == (True, 3), (name, number)
        for table, asked in PICK_LISTS.items():
            found = va.get(f"/admin/{table}/ajax/lookup/", query_string=asked | {"limit": number, "page": number})
            assert (found.status_code, {row["id"] for row in found.get_json()} <= full) == (200, True), (table, number)


@pytest.mark.parametrize("mode", ["skip", "update", "insert"])
def test_mark_in_a_file_is_refused_while_the_switch_is_off(
    client_as: ClientAs, session: Session, company: Company, mode: str
) -> None:
    """Forms, and the page of the mark, are case 23 of DOMAIN 3.7."""
    give_role(session, company.a1, Permission.IMPORT_CUSTOMERS, Permission.CREATE_CUSTOMERS)
    switch_private(session, is_on=False)
    before, code = snapshot(session, without=PLANS), "new" if mode == "insert" else company.c2.code
    content = csv_bytes(("code", "name", "visibility"), (code, f"name of {code}", "private"))

    page = upload(client_as("a1"), "customer", content, mode=mode)

    assert "private customers are switched off; leave the cell blank" in page.text
    assert 'id="confirm"' not in page.text
    assert snapshot(session, without=PLANS) == before
