"""The feed of a line: to whom it opens, what it holds, its filters and pages, and what it keeps back."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import FollowUpProgress, VisitPhoto, db
from models.types import utc_now
from tests import factories
from tests.conftest import counted
from tests.factories import Company

PAGE = "/admin/activity/"
ENGLISH = {"Accept-Language": "en"}
#: Further than any id of a row.
TOO_FAR = "before=2026-01-01T00:00:00~2~99999999999999999999999"
NOW = utc_now().replace(microsecond=0)
ClientAs = Callable[[str], FlaskClient]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def history(session: Session, company: Company) -> Company:
    """Let people do things: a1 and gone of leadA, b1 of leadB; a1's visit to C4 is one to a customer lost since."""
    trial = factories.save(session, FollowUpProgress(name="trial"))
    lost = {"summary": "lost summary", "progress_after_id": trial.id, "check_in_address": "lost place"}
    for number, (person, customer, more) in enumerate(
        (
            (company.a1, company.c1, {"summary": "seen by a1"}),
            (company.gone, company.c6, {"summary": "seen by gone"}),
            (company.b1, company.c3, {"summary": "seen by b1"}),
            (company.a1, company.c4, lost),
        )
    ):
        begun = NOW - timedelta(hours=number + 1)
        times: dict[str, Any] = {
            "check_in_at": begun,
            "check_out_at": begun + timedelta(minutes=35),
            "duration_s": 2100,
        }
        visit = factories.make_visit(session, customer, user=person, status="done", **times, **more)
        keys = {"storage_key": f"photo/{number}", "thumbnail_key": f"photo/small-{number}"}
        factories.save(session, VisitPhoto(customer_id=customer.id, visit_id=visit.id, **keys))
    factories.make_visit(session, company.c1, user=company.a1, planned_at=NOW + timedelta(days=1))
    factories.make_follow_up(
        session, company.c2, author=company.a1, content="told by a1", created_at=NOW - timedelta(hours=9)
    )
    factories.make_follow_up(
        session, company.c3, author=company.b1, content="told by b1", created_at=NOW - timedelta(days=9)
    )
    return company


def said(page: str) -> list[str]:
    """Return who did what with whom in each line, and what was said."""
    found = []
    for line in re.findall(r'<li class="activity-event".*?</li>', page, re.DOTALL):
        words = html.unescape(re.sub(r"<[^>]+>", " ", line))
        found.append(" ".join(words.split()))
    return found


@on_sqlite
@pytest.mark.parametrize(
    ("case", "status"),
    [
        (("a1", None), 403),
        (("va", None), 403),
        (("cfg", None), 403),
        (("a1", "a1"), 403),
        (("leadA", None), 200),
        (("leadA", "gone"), 200),
        (("leadA", "b1"), 404),
        (("leadA", "boss"), 404),
        (("west", "a1"), 404),
        (("admin", "b1"), 200),
    ],
)
def test_feed_opens_to_those_who_lead(
    client_as: ClientAs, company: Company, case: tuple[str, str | None], status: int
) -> None:
    login, person = case
    query = {"person": company[person].id} if person else {}

    assert client_as(login).get(PAGE, query_string=query).status_code == status


def test_feed_holds_what_the_line_did_and_keeps_lost_customers_back(client_as: ClientAs, history: Company) -> None:
    page = client_as("leadA").get(PAGE, headers=ENGLISH).text

    lines = said(page)
    assert [re.sub(r" \d\d:\d\d", "", line, count=1) for line in lines] == [
        "a1 Visit: Done C1 seen by a1 35 min",
        "gone Visit: Done C6 seen by gone 35 min",
        "a1 Visit: Done Private customer lost place · 35 min",
        "a1 Follow-up: Phone C2 told by a1",
    ]
    assert "C4" not in page
    assert "lost summary" not in page
    assert "trial" not in page
    assert page.count("size=small") == 2
    assert f"/admin/customer/details/?id={history.c4.id}" not in page


@on_sqlite
def test_feed_of_a_leader_who_sees_all_keeps_private_customers_back(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    """C1 is a NOTICE for west: a search for its name tells of it, the feed does not."""
    for customer in (company.c1, company.c2):
        times = {"check_in_at": NOW - timedelta(hours=1), "check_out_at": NOW}
        factories.make_visit(session, customer, user=company.w1, status="done", summary="secret", **times)

    page = client_as("west").get(PAGE, headers=ENGLISH).text

    assert sorted(re.sub(r" \d\d:\d\d", "", line) for line in said(page)) == [
        "w1 Visit: Done C2 secret",
        "w1 Visit: Done Private customer",
    ]
    assert "C1" not in page


FILTERS: dict[str, tuple[str, list[str]]] = {
    "person": ("?person={gone}", ["gone Visit"]),
    "leader alone": ("?person={leadA}", []),
    "leader with those below": ("?person={leadA}&below=1&kind=visit", ["a1 Visit", "gone Visit", "a1 Visit"]),
    "kind": ("?kind=follow_up", ["a1 Follow-up", "b1 Follow-up"]),
    "period": ("?to={week_ago}", ["b1 Follow-up"]),
}


@on_sqlite
@pytest.mark.parametrize(("query", "expected"), FILTERS.values(), ids=FILTERS)
def test_feed_is_filtered(client_as: ClientAs, history: Company, query: str, expected: list[str]) -> None:
    people = {name: person.id for name, person in history.people.items()}
    query = query.format(**people, week_ago=(NOW - timedelta(days=7)).date())

    page = client_as("east").get(f"{PAGE}{query}", headers=ENGLISH).text

    assert [line.partition(":")[0] for line in said(page)] == expected
    assert ("Nothing happened." in page) == (not expected)


def test_feed_goes_on_from_page_to_page(client_as: ClientAs, history: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("admin_views.activity.PAGE_SIZE", 2)
    client, url, seen = client_as("east"), f"{PAGE}?kind=visit&kind=follow_up", []

    while url:
        page = client.get(url, headers=ENGLISH).text
        seen.append([line.split(" ")[0] for line in said(page)])
        found = re.search(r'rel="next" href="([^"]+)"', page)
        url = html.unescape(found[1]) if found else ""

    assert seen == [["a1", "gone"], ["b1", "a1"], ["a1", "b1"]]


@on_sqlite
def test_bad_addresses(client_as: ClientAs, company: Company) -> None:
    client = client_as("leadA")

    for query, status in (
        ("kind=x", 400),
        ("kind=edit", 400),
        ("before=x", 400),
        (TOO_FAR, 400),
        ("below=2", 400),
        ("person=x", 404),
    ):
        assert client.get(f"{PAGE}?{query}").status_code == status, query
    page = client.get(f"{PAGE}?from=x", headers=ENGLISH)
    assert (page.status_code, "All days are shown." in page.text) == (200, True)


def test_feed_costs_the_same_however_much_happened(
    app: Flask, session: Session, client_as: ClientAs, history: Company
) -> None:
    engine, client, costs = db.engine, client_as("leadA"), []
    client.get(PAGE)
    for count in (1, 25):
        for _ in range(count):
            factories.make_follow_up(session, history.c1, author=history.a1)
        with counted(engine) as statements:
            assert client.get(PAGE).status_code == 200
        costs.append(len(statements))

    assert costs[0] == costs[1] <= 12
