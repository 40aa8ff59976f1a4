"""Cases 39 and 40 of DOMAIN 3.7 through HTTP: whom one may visit, and visits to a customer that was lost since."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Visit
from models.scope import UnfilteredReason, unfiltered
from services.visits import own_visits
from tests.conftest import acting
from tests.factories import Company
from tests.functional.deed_pages import change_follower, mark
from tests.functional.visibility_pages import HIDDEN, NOTICE, outcome, snapshot, word

ClientAs = Callable[[str], FlaskClient]
PICKED = [("a1", "c1 c2 c3"), ("leadA", "c5"), ("va", "c11"), ("a2", ""), ("admin", "")]


@pytest.mark.parametrize(("login", "names"), PICKED)
def test_case_39_followed_customers_alone_are_visited(
    client_as: ClientAs, session: Session, company: Company, *, login: str, names: str
) -> None:
    """Beginning a visit on the spot comes with its page; here it is the pick list, and posts past it."""
    client = client_as(login)
    allowed = {company[name].id for name in names.split()}
    before = snapshot(session)

    picked = client.get("/admin/visit/ajax/lookup/?name=customer").get_json()
    posts = [
        client.post("/admin/visit/new/", data={"customer": row.id, "type": "planned", "status": "to_visit"}).status_code
        for row in company.customers.values()
        if row.id not in allowed
    ]

    assert {row["id"] for row in picked} == allowed
    assert set(posts) == {200}  # the form again: choose one of the offered values
    assert snapshot(session) == before


def test_case_40_an_own_visit_is_kept_when_the_customer_is_lost(
    client_as: ClientAs, app: Flask, session: Session, company: Company
) -> None:
    """The list of own visits comes with its page; here it is asked of the service."""
    a1, a2 = client_as("a1"), client_as("a2")

    statuses = [change_follower(a1, company.c2, company.a2, "add").status_code]
    data = {"customer": company.c2.id, "type": "ad_hoc", "status": "visiting", "summary": "summary-of-a2"}
    statuses.append(a2.post("/admin/visit/new/", data=data).status_code)
    statuses.append(change_follower(a1, company.c2, company.a2, "remove").status_code)
    statuses.append(mark(a1, company.c2, "private").status_code)
    assert statuses == [302, 302, 302, 302]

    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        visit = every.scalars(select(Visit)).one()
    session.rollback()
    details = f"/admin/visit/details/?id={visit.id}"
    pages = {login: client_as(login).get(details) for login in ("leadA", "va", "a2")}
    with acting(app, company.a2.id) as own:
        kept = [(row.id, row.is_full, row.customer_id, row.customer_name) for row in own_visits(own)]
        assert "summary" not in own_visits(own)[0]._fields

    assert kept == [(visit.id, False, None, company.c2.name)]
    assert outcome(a2, company, "c2") is HIDDEN
    assert outcome(client_as("va"), company, "c2") is NOTICE
    assert (pages["leadA"].status_code, "summary-of-a2" in pages["leadA"].text) == (200, True)
    assert {login: word(pages[login], company, "c2") for login in ("va", "a2")} == {"va": "prompt", "a2": "not found"}
    assert [login for login, page in pages.items() if "summary-of-a2" in page.text] == ["leadA"]
