"""The page of a customer: the chain, the timeline with its filters, and what it costs."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import Customer, CustomerFollower, FollowUpProgress, Industry, Region, db
from models.audit_action import AuditAction
from services import audit
from tests import factories
from tests.admin_views.customer_pages import addresses, change, page_of, part
from tests.conftest import counted, log_in
from tests.factories import Company

ClientAs = Callable[[str], FlaskClient]
#: Statements of the page, with the log-in's two, the names of customers above that edits mention, and the entry of a
#: company admin who opens a private one.
MAX_STATEMENTS = 10
#: Further than any id of a row.
TOO_FAR = "before=2026-01-01T00:00:00~2~99999999999999999999999"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


# The chain


def test_chain_leads_from_the_topmost_dealer_down(client_as: ClientAs, session: Session, company: Company) -> None:
    link(session, (company.c3, company.c1), (company.c1, company.c2))
    sold = factories.make_customer(session, "Shop", owner=company.a1, parent_customer_id=company.c2.id)
    factories.make_customer(session, "Kiosk", owner=company.a1, parent_customer_id=sold.id)
    own = client_as("a1")

    assert part(page_of(own, company.c2), "chain") == "Dealer chain C3 C1 C2 Shop 1 below it"
    assert part(page_of(own, sold), "chain") == "Dealer chain C3 C1 C2 Shop Kiosk"


def test_chain_tells_nothing_of_dealers_that_one_does_not_see(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    """Above C2 stands C1, private; above that C10, which va sees: but that is part of C1. Below: private ones, too."""
    link(
        session, (company.c10, company.c1), (company.c1, company.c2), (company.c2, company.c3), (company.c2, company.c4)
    )
    va = page_of(client_as("va"), company.c2)
    upper = page_of(client_as("va"), company.c10)

    assert part(va, "chain") == "Dealer chain Private customer C2"
    assert [f"details/?id={row.id}" in va for row in (company.c1, company.c3, company.c4)] == [False] * 3
    assert part(upper, "chain").startswith("Dealer chain No dealer stands above or below it.")


@pytest.mark.parametrize("query", ["is={id}", "named=C1"])
def test_list_finds_what_stands_below_a_dealer_whom_one_sees(
    client_as: ClientAs, session: Session, company: Company, query: str
) -> None:
    link(session, (company.c1, company.c2), (company.c1, company.c3))

    def found(login: str) -> set[str]:
        filled = query.format(id=company.c1.id)
        return set(
            re.findall(r'<tr data-id="(\d+)"', client_as(login).get(f"/admin/customer/?parent_customer__{filled}").text)
        )

    assert found("a1") == {str(company.c2.id), str(company.c3.id)}
    assert found("va") == set()


def test_chain_that_runs_in_a_circle_ends(client_as: ClientAs, session: Session, company: Company) -> None:
    link(session, (company.c1, company.c2), (company.c2, company.c3), (company.c3, company.c1))

    assert part(page_of(client_as("a1"), company.c2), "chain") == "Dealer chain C3 C1 C2 C3 1 below it"


def link(session: Session, *pairs: tuple[Customer, Customer]) -> None:
    """Put customers above others, behind the services' back."""
    for upper, lower in pairs:
        change(session, lower, parent_customer_id=upper.id)


# The timeline


def test_timeline_is_filtered_and_paged_by_links(client_as: ClientAs, session: Session, company: Company) -> None:
    for number in range(25):
        author = company.a1 if number % 2 else company.b1
        told = {"content": f"told {number:02}", "created_at": NOW + timedelta(days=number)}
        factories.make_follow_up(session, company.c3, author=author, **told)
    factories.make_visit(session, company.c3, user=company.a1, summary="<i>seen</i>", check_in_at=NOW)
    own = client_as("a1")

    first = page_of(own, company.c3)
    older = html.unescape(own.get(addresses(first, "Older")).text)
    of_b1 = html.unescape(own.get(addresses(first, "b1")).text)
    visits = own.get(addresses(first, "Visits")).text

    def told(page: str) -> list[str]:
        return re.findall(r'<div class="event-text">told (\d\d)', page)

    assert told(first) == [f"{number:02}" for number in range(24, 5, -1)]
    assert told(older) == [f"{number:02}" for number in range(5, -1, -1)]
    assert addresses(older, "Newest") == f"/admin/customer/details/?id={company.c3.id}"
    assert told(of_b1) == [f"{number:02}" for number in range(24, -1, -2)]
    assert (told(visits), "&lt;i&gt;seen&lt;/i&gt;" in visits) == ([], True)
    assert 'href="/admin/visit/details/' in visits


def test_events_lead_to_their_records(client_as: ClientAs, session: Session, company: Company) -> None:
    told = factories.make_follow_up(session, company.c2, author=company.a1, created_at=NOW)
    seen = factories.make_visit(session, company.c2, user=company.a1)
    entry = audit.record(session, AuditAction.EDIT, company.c2, {"phone": [None, "1"]}, by=company.a1)
    session.commit()

    records = {f"follow_up/details/?id={told.id}&", f"visit/details/?id={seen.id}&"}
    for login, expected in {"a1": records, "admin": records | {f"audit_entry/details/?id={entry.id}&"}}.items():
        card = page_of(client_as(login), company.c2)
        assert set(re.findall(r'class="event-title" href="/admin/([^"]*?&)', card)) == expected


def test_chosen_person_is_named_also_where_the_page_shows_nothing_of_theirs(
    client_as: ClientAs, company: Company
) -> None:
    page = page_of(client_as("a1"), company.c1, f"&person={company.w1.id}")

    assert addresses(page, "w1") == f"/admin/customer/details/?id={company.c1.id}&person={company.w1.id}"


@pytest.mark.parametrize("query", ["kind=dance", "person=x", "before=1~2~3", "before=2026-01-01~1", TOO_FAR])
def test_timeline_refuses_what_means_nothing(client_as: ClientAs, company: Company, query: str) -> None:
    assert client_as("a1").get(f"/admin/customer/details/?id={company.c1.id}&{query}").status_code == 400


def test_next_follow_up_is_what_the_newest_one_promised(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    due = datetime(2026, 2, 3, 1, tzinfo=UTC)
    factories.make_follow_up(session, company.c1, author=company.a1, created_at=NOW, next_follow_at=due, content="call")
    own = client_as("a1")
    promised = part(page_of(own, company.c1), "next")
    factories.make_follow_up(session, company.c1, author=company.a1, content="called")

    assert promised.startswith("Next follow-up 2026-02-03 09:00 Overdue call")
    assert part(page_of(own, company.c1), "next").startswith("Next follow-up No next follow-up is set.")


# What it costs


def test_page_costs_ten_statements_however_much_there_is(app: Flask, session: Session, company: Company) -> None:
    """The dearest page: a company admin opens a private customer, whose history names a customer above."""
    region = factories.save(session, Region(name="r", sort_order=1))
    industry = factories.save(session, Industry(name="i", sort_order=1))
    step = factories.save(session, FollowUpProgress(name="p"))
    change(
        session,
        company.c1,
        region_id=region.id,
        industry_id=industry.id,
        progress_id=step.id,
        parent_customer_id=company.c2.id,
    )
    _let_things_happen(session, company, step)
    few = _statements(app, company)
    for _ in range(8):
        _let_things_happen(session, company, step)
        factories.make_customer(session, owner=company.a1, parent_customer_id=company.c1.id)
        person = factories.make_employee(session)
        factories.save(session, CustomerFollower(customer_id=company.c1.id, employee_id=person.id))

    assert few <= MAX_STATEMENTS
    assert _statements(app, company) == few


def _let_things_happen(session: Session, company: Company, step: FollowUpProgress) -> None:
    person = factories.make_employee(session)
    factories.make_follow_up(session, company.c1, author=person, progress_after_id=step.id)
    factories.make_visit(session, company.c1, user=person, progress_after_id=step.id)
    factories.make_contact(session, company.c1)
    audit.record(session, AuditAction.EDIT, company.c1, {"parent_customer": [None, company.c2.id]}, by=person)
    session.commit()


def _statements(app: Flask, company: Company) -> int:
    client = log_in(app.test_client(), company.admin)
    address = f"/admin/customer/details/?id={company.c1.id}"
    client.get(address)
    with app.app_context():
        engine = db.engine
    with counted(engine) as statements:
        assert client.get(address).status_code == 200
    return len(statements)
