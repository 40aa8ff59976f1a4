"""The pages on which customers are handed over: who may, what the preview says, stale and refused hand-overs."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.types import utc_now
from tests import factories
from tests.admin_views.deed_answers import messages, options, sides, stored
from tests.factories import Company
from tests.functional.visibility_pages import JSON, snapshot

PAGE = "/admin/hand_over/"
ENGLISH = {"Accept-Language": "en"}
ClientAs = Callable[[str], FlaskClient]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def fields(page: str) -> dict[str, Any]:
    """Return the fields of the form that does what the preview says."""
    form = re.search(r'<form method="post" action="/admin/hand_over/".*?</form>', page, re.DOTALL)
    assert form is not None
    found: dict[str, Any] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form[0]):
        found.setdefault(name, []).append(value)
    return found


@on_sqlite
@pytest.mark.parametrize(
    ("case", "status"),
    [
        (("admin", "gone"), 200),
        (("admin", None), 200),
        (("leadA", None), 200),
        (("leadA", "gone"), 200),
        (("leadA", "a1"), 200),
        (("leadA", "leadA"), 200),
        (("leadA", "b1"), 403),
        (("leadA", "boss"), 403),
        (("east", "gone"), 403),  # leads, but may only read
        (("a1", "a1"), 403),
        (("va", "gone"), 403),
        (("west", "w1"), 403),
        (("cfg", "gone"), 403),
        (("cfg", None), 403),
    ],
)
def test_pages_open_to_those_who_may_hand_over(
    client_as: ClientAs, session: Session, company: Company, case: tuple[str, str | None], status: int
) -> None:
    login, giver = case
    client, before = client_as(login), snapshot(session)
    query = {"employee": company[giver].id, "to": company.a2.id} if giver else {}

    assert client.get(PAGE, query_string=query).status_code == status
    assert ("/admin/hand_over/" in client.get("/admin/customer/?scope=handover").text) == (login in {"admin", "leadA"})
    if status == 403 and giver:
        assert client.post(PAGE, data=query).status_code == 403
        assert snapshot(session) == before


@on_sqlite
def test_addresses_that_cannot_be_read(client_as: ClientAs, company: Company) -> None:
    client, gone = client_as("admin"), company.gone.id

    for query in ("employee=x", f"employee={gone}&to=x", f"employee={gone}&to=1&split=odd", f"employee={gone}&pool=2"):
        assert client.get(f"{PAGE}?{query}").status_code == 400, query
    assert client.get(f"{PAGE}?employee={gone}&region__is=x&to=1").status_code == 400
    assert client.get(f"{PAGE}?employee=999999").status_code == 404
    assert client.post(PAGE, data={}).status_code == 400


@on_sqlite
def test_leavers_wait_on_the_page(client_as: ClientAs, company: Company) -> None:
    page = client_as("leadA").get(PAGE, headers=ENGLISH).text

    assert re.findall(r"<strong>(\w+)</strong>", page) == ["gone"]
    assert f"/admin/hand_over/?employee={company.gone.id}" in page
    assert "1 customer</a>" in page


def test_preview_says_what_happens_and_is_what_is_done(client_as: ClientAs, session: Session, company: Company) -> None:
    lead_a = client_as("leadA")
    query = {"employee": company.a1.id, "to": [company.a2.id], "remove_followers": "1"}
    factories.make_visit(session, company.c2, user=company.a1, planned_at=utc_now() + timedelta(days=1))

    page = lead_a.get(PAGE, query_string=query, headers=ENGLISH).text

    assert options(page, "to") == {"leada", "a2"}  # the own team, without the one who gives
    assert sides(page) == {"gain": ["a2 3 customers"], "lose": ["a1 3 customers", "b1 1 customer", "leadB 1 customer"]}
    assert "Hand over 3 customers" in page
    assert "1 planned visit is taken over." in page
    assert "is taken over" not in lead_a.get(PAGE, query_string={**query, "leave_visits": "1"}, headers=ENGLISH).text
    answer = lead_a.post(PAGE, data=fields(page))
    assert answer.location == f"{PAGE}?employee={company.a1.id}"
    assert messages(lead_a, answer) == ["3 customers were handed over."]
    assert [stored(session, row) for row in (company.c1, company.c2, company.c3)] == [
        (company.a2.id, set(), visibility) for visibility in ("private", "public", "private")
    ]
    assert "follows no customer" in lead_a.get(answer.location, headers=ENGLISH).text


def test_stale_preview_is_told_and_nothing_is_half_written(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    admin = client_as("admin")
    query = {"employee": company.a1.id, "to": [company.a2.id, company.b1.id]}
    sent = fields(admin.get(PAGE, query_string=query).text)
    factories.make_customer(session, "came since", owner=company.a1)
    before = snapshot(session)

    answer = admin.post(PAGE, data=sent, headers=ENGLISH)
    as_json = admin.post(PAGE, data=sent, headers=JSON)

    assert (answer.status_code, "Somebody has changed it meanwhile." in answer.text) == (409, True)
    assert "Hand over 4 customers" in answer.text  # the preview as it would be now
    assert (as_json.status_code, as_json.get_json()["code"]) == (409, "stale")
    assert snapshot(session) == before


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (("admin", {"pool": "1"}), (422, "<li>C1</li><li>C3</li>")),
        (("admin", {"to": ["off"]}), (422, "This employee has left")),
        (("admin", {"to": [""]}), (422, "Choose who takes over.")),
        (("leadA", {"to": ["a2", "w1"]}), (403, "You may hand over to people of your own team only.")),
        (("leadA", {"pool": "1"}), (403, "You may hand over to people of your own team only.")),
    ],
)
def test_refused_hand_over_changes_nothing(
    client_as: ClientAs, session: Session, company: Company, case: tuple[str, dict[str, Any]], expected: tuple[int, str]
) -> None:
    login, data = case
    client, before = client_as(login), snapshot(session)
    named = {"to": [company[name].id if name else "" for name in data["to"]]} if "to" in data else data
    query = {"employee": company.a1.id, **named}

    for answer in (
        client.get(PAGE, query_string=query, headers=ENGLISH),
        client.post(PAGE, data=query, headers=ENGLISH),
    ):
        assert (answer.status_code, expected[1] in answer.text) == (expected[0], True)
    assert client.post(PAGE, data=query, headers=JSON).status_code == expected[0]
    assert snapshot(session) == before


@on_sqlite
def test_disabling_somebody_leads_to_the_hand_over(client_as: ClientAs, session: Session, company: Company) -> None:
    admin = client_as("admin")
    url = f"/admin/employee/edit/?id={company.a1.id}"
    a1 = company.a1
    data = {"login": "a1", "name": "a1", "supervisor": a1.supervisor_id, "role": a1.role_id, "version": a1.version}

    answer = admin.post(url, data=data)

    assert answer.location == f"{PAGE}?employee={a1.id}"
    page = admin.get(answer.location, headers=ENGLISH).text
    assert ("has left" in page, "a1 owns 3 customers." in page) == (True, True)
    assert answer.location in admin.get(f"/admin/employee/details/?id={a1.id}").text
