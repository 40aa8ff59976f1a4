"""Cases 39, 40 and 43 of DOMAIN 3.7 through HTTP: whom one may visit, visits to a customer lost since, what is due."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Visit
from models.scope import UnfilteredReason, unfiltered
from models.types import utc_now
from services.visits import own_visits
from tests import factories
from tests.conftest import acting
from tests.factories import Company
from tests.functional.deed_pages import change_follower, mark
from tests.functional.visibility_pages import HIDDEN, NOTICE, outcome, snapshot, word

ClientAs = Callable[[str], FlaskClient]
PICKED = [("a1", "c1 c2 c3"), ("leadA", "c5"), ("va", "c11"), ("a2", ""), ("admin", "")]

TOMORROW = (utc_now() + timedelta(days=1)).strftime("%Y-%m-%dT09:00")


@pytest.mark.parametrize(("login", "names"), PICKED)
def test_case_39_followed_customers_alone_are_visited(
    client_as: ClientAs, session: Session, company: Company, *, login: str, names: str
) -> None:
    client = client_as(login)
    allowed = {company[name].id for name in names.split()}
    before = snapshot(session)

    picked = client.get("/admin/visit/ajax/lookup/?name=customer").get_json()
    posts = [
        client.post("/admin/visit/new/", data={"customer": row.id, "planned_at": TOMORROW}).status_code
        for row in company.customers.values()
        if row.id not in allowed
    ]

    on_phone = client.get("/m/visit/pick/").text
    begun = [
        client.post("/m/visit/start/", data={"customer": row.id}).status_code
        for row in company.customers.values()
        if row.id not in allowed
    ]

    assert {row["id"] for row in picked} == allowed
    assert {int(found) for found in re.findall(r"/m/visit/new/\?customer=(\d+)", on_phone)} == allowed
    assert set(begun) <= {403, 404}
    assert set(posts) == {200}  # the form again: choose one of the offered values
    assert snapshot(session) == before


@pytest.fixture
def lost(client_as: ClientAs, session: Session, company: Company) -> Visit:
    """Return a visit of a2 to C2 that has begun before a1 took a2 off the customer and made it private."""
    a1, a2 = client_as("a1"), client_as("a2")
    statuses = [change_follower(a1, company.c2, company.a2, "add").status_code]
    statuses.append(a2.post("/m/visit/start/", data={"customer": company.c2.id}).status_code)
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        told = {"id": every.scalars(select(Visit.id)).one(), "summary": "summary-of-a2", "version": 1}
    session.rollback()
    statuses.append(a2.post("/m/visit/tell/", data=told).status_code)
    statuses.append(change_follower(a1, company.c2, company.a2, "remove").status_code)
    statuses.append(mark(a1, company.c2, "private").status_code)
    assert statuses == [302, 302, 302, 302, 302]

    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        visit = every.scalars(select(Visit)).one()
    session.rollback()
    return visit


def test_case_40_an_own_visit_is_kept_when_the_customer_is_lost(
    client_as: ClientAs, app: Flask, company: Company, lost: Visit
) -> None:
    details = f"/admin/visit/details/?id={lost.id}"
    pages = {login: client_as(login).get(details) for login in ("leadA", "va", "a2")}
    with acting(app, company.a2.id) as own:
        kept = [(row.id, row.is_full, row.customer_id, row.customer_name) for row in own_visits(own)]
        assert "summary" not in own_visits(own)[0]._fields

    assert kept == [(lost.id, False, None, company.c2.name)]
    assert outcome(client_as("a2"), company, "c2") is HIDDEN
    assert outcome(client_as("va"), company, "c2") is NOTICE
    assert (pages["leadA"].status_code, "summary-of-a2" in pages["leadA"].text) == (200, True)
    assert {login: word(pages[login], company, "c2") for login in ("va", "a2")} == {"va": "prompt", "a2": "not found"}
    assert [login for login, page in pages.items() if "summary-of-a2" in page.text] == ["leadA"]


def test_case_40_on_the_phone(client_as: ClientAs, session: Session, company: Company, lost: Visit) -> None:
    pages = {login: client_as(login).get(f"/m/visit/?id={lost.id}") for login in ("leadA", "va", "a2", "b1")}
    a2, name = client_as("a2"), company.c2.name
    mine = a2.get("/m/visits/").text

    assert (name in mine, f"/m/visit/?id={lost.id}" in mine) == (True, True)
    assert (pages["a2"].status_code, name in pages["a2"].text) == (200, True)
    assert "/m/customer/?id=" not in pages["a2"].text
    assert {login: word(pages[login], company, "c2") for login in ("va", "b1")} == {"va": "prompt", "b1": "not found"}
    assert [login for login, page in pages.items() if "summary-of-a2" in page.text] == ["leadA"]
    assert name not in client_as("leadA").get("/m/visits/").text

    ended = a2.post("/m/visit/check_out/", data={"id": lost.id, "summary": "written blind"})

    assert (ended.status_code, "was not stored" in ended.text, "written blind" in ended.text) == (200, True, True)
    assert "summary-of-a2" not in ended.text
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        found = every.execute(select(Visit.summary, Visit.status)).one()
    session.rollback()
    assert tuple(found) == ("summary-of-a2", "done")


def test_case_43_what_is_due_counts_no_hidden_customer(client_as: ClientAs, session: Session, company: Company) -> None:
    """The figures of the start page of phones; those of regions and industries are the dashboard's."""
    yesterday = utc_now() - timedelta(days=1)
    for login in ("va", "a2", "a1"):
        factories.make_visit(session, company.c1, user=company[login], planned_at=yesterday)
        factories.make_follow_up(session, company.c1, author=company[login], next_follow_at=yesterday)

    pages = {login: client_as(login).get("/m/").text for login in ("va", "a2", "a1")}

    counts = {login: re.findall(r'class="count">(\d+)<', page) for login, page in pages.items()}
    assert counts == {"va": [], "a2": [], "a1": ["1", "1"]}
    assert [login for login, page in pages.items() if company.c1.name in page] == ["a1"]
