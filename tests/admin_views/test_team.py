"""The team page: to whom it opens, that each figure is the number of rows of its list, weeks, orders, its file."""

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from admin_views import team
from benchmarks import companies
from models import Employee, db
from models.types import utc_now
from tests import factories
from tests.conftest import counted, log_in
from tests.factories import Company

PAGE = "/admin/team/"
ENGLISH = {"Accept-Language": "en"}
MAX_STATEMENTS = 13
ClientAs = Callable[[str], FlaskClient]


def names(page: str) -> list[str]:
    """Return the names of the rows, in order."""
    return re.findall(
        r'<(?:a href="[^"]*leader=[^"]*"|span)>(\w+)</(?:a|span)>\s*(?:<|$)', page.partition("<tbody>")[2]
    )


def figures(page: str) -> list[tuple[str, int]]:
    """Return (address, figure) of each figure."""
    found = re.findall(r'<a href="([^"]+)" data-figure="(\d+)"', page)
    return [(html.unescape(url), int(count)) for url, count in found]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("login", "query", "status"),
    [
        ("a1", "", 403),
        ("va", "", 403),
        ("cfg", "", 403),
        ("a1", "?leader={a1}", 403),
        ("leadA", "", 200),
        ("leadA", "?leader={a1}", 200),
        ("leadA", "?leader={leadB}", 404),
        ("leadA", "?leader={boss}", 404),
        ("leadA", "?leader=x", 404),
        ("x", "", 200),
        ("west", "?leader={leadA}", 404),
        ("admin", "?leader={leadB}", 200),
        ("admin", "?leader=999999", 404),
        ("admin", "", 200),
    ],
)
def test_page_opens_to_those_who_lead(
    client_as: ClientAs, company: Company, login: str, query: str, status: int
) -> None:
    client = client_as(login)
    query = query.format(**{name: person.id for name, person in company.people.items()})

    assert client.get(f"{PAGE}{query}").status_code == status
    assert client.get(f"{PAGE}csv/{query}").status_code == status
    assert ('href="/admin/team/"' in client.get("/admin/customer/").text) == (login not in {"a1", "va", "cfg"})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("login", "query", "expected"),
    [
        ("east", "", ["east", "leadA", "leadB", "off"]),
        ("east", "?open={leadA}", ["east", "leadA", "a1", "a2", "gone", "leadB", "off"]),
        ("east", "?leader={leadA}&sort=-customers", ["leadA", "a1", "gone", "a2"]),
        ("east", "?leader={a2}", []),
        ("x", "?open=all", ["x", "x1", "z", "y"]),
    ],
)
def test_page_shows_reports_and_whom_one_opens(
    client_as: ClientAs, company: Company, login: str, query: str, expected: list[str]
) -> None:
    query = query.format(**{name: person.id for name, person in company.people.items()})

    page = client_as(login).get(f"{PAGE}{query}", headers=ENGLISH).text

    assert names(page) == expected
    assert ("Nobody stands below" in page) == (not expected)
    assert page.count("has left") == len({"gone", "off"} & set(expected))


def test_each_figure_is_the_number_of_rows_of_its_list(client_as: ClientAs, session: Session, company: Company) -> None:
    now, day = utc_now(), timedelta(days=1)
    for person, customer in ((company.a1, company.c1), (company.a1, company.c2), (company.gone, company.c6)):
        factories.make_follow_up(session, customer, author=person)
        factories.make_follow_up(
            session, customer, author=person, created_at=now - 9 * day, next_follow_at=now - 8 * day
        )
        factories.make_visit(session, customer, user=person, planned_at=now - 3 * day)
        factories.make_visit(session, customer, user=person, status="done", check_in_at=now, check_out_at=now)
    waiting = factories.make_customer(session, "waiting", owner=company.a1)
    factories.make_follow_up(
        session, waiting, author=company.a1, created_at=now - 9 * day, next_follow_at=now - 8 * day
    )
    # Hidden from the line: a1 follows it no more.
    factories.make_visit(session, company.c4, user=company.a1, status="done", check_in_at=now, check_out_at=now)
    client = client_as("leadA")

    page = client.get(PAGE, headers=ENGLISH).text

    found = figures(page)
    assert len(found) == 6 * 4
    assert sum(count > 0 for _, count in found) >= 11
    for url, count in found:
        listed = client.get(url, headers=ENGLISH).text
        shown = re.search(r'id="total">\s*([\d,]+) row', listed)
        assert shown is not None, url
        assert int(shown[1]) == count, url


def test_page_shows_the_week_that_is_asked_for(client_as: ClientAs, session: Session, company: Company) -> None:
    """A follow-up of Sunday evening in Shanghai is one of that week, though it is Sunday afternoon in UTC."""
    factories.make_follow_up(
        session, company.c1, author=company.a1, created_at=datetime(2026, 3, 8, 15, 59, tzinfo=UTC)
    )
    client = client_as("leadA")
    weeks = {}
    for week in ("2026-W10", "2026-W11"):
        found = figures(client.get(f"{PAGE}?week={week}").text)
        weeks[week] = [count for url, count in found if f"author__is={company.a1.id}" in url]

    assert weeks == {"2026-W10": [1], "2026-W11": [0]}
    for bad in ("2026-W54", "2026-10", "0000-W01", "9999-W53", "<b>", "%00", "%D9%A1"):
        page = client.get(f"{PAGE}?week={bad}", headers=ENGLISH)
        assert (page.status_code, "is no week that can be read" in page.text) == (200, True), bad
        assert client.get(f"{PAGE}csv/?week={bad}").status_code == 400


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_visits_to_lost_customers_stand_beside_and_lead_to_the_feed(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    now = utc_now()
    for customer in (company.c1, company.c4):
        factories.make_visit(session, customer, user=company.a1, status="done", check_in_at=now, check_out_at=now)
    client = client_as("leadA")

    page = client.get(PAGE, headers=ENGLISH).text
    rows = list(csv.DictReader(io.StringIO(client.get(f"{PAGE}csv/", headers=ENGLISH).get_data().decode("utf-8-sig"))))

    beside = re.findall(r'href="(/admin/activity/[^"]+)" title="1 more to a customer you no longer see"', page)
    assert len(beside) == 1
    assert client.get(html.unescape(beside[0])).text.count('<li class="activity-event"') == 2
    counts = {
        row["Person"]: (row["Visits made"], row["Visits to customers you no longer see"], row["Visits overdue"])
        for row in rows
    }
    assert counts["a1"] == ("1", "1", "0")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_file_holds_the_rows_of_the_page(
    client_as: ClientAs, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also those who are too many for the page."""
    client, query = client_as("leadA"), "?open=all&sort=-customers"

    answer = client.get(f"{PAGE}csv/{query}", headers=ENGLISH)
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))

    assert rows[0][:5] == ["Person", "Leader", "State", "Customers", "Active"]
    assert [row[:5] for row in rows[1:]] == [
        ["leadA", "", "active", "1", "1"],
        ["a1", "leadA", "active", "3", "3"],
        ["gone", "leadA", "has left", "1", "1"],
        ["a2", "leadA", "active", "0", "0"],
    ]
    assert [row[0] for row in rows[1:]] == names(client.get(f"{PAGE}{query}", headers=ENGLISH).text)
    monkeypatch.setattr(team, "MAX_SHOWN", 2)
    assert len(names(client.get(f"{PAGE}{query}", headers=ENGLISH).text)) == 2
    assert client.get(f"{PAGE}csv/{query}", headers=ENGLISH).get_data() == answer.get_data()


def test_page_costs_few_statements_whatever_the_number_of_people(app: Flask) -> None:
    company = companies.build(app.config["SQLALCHEMY_DATABASE_URI"], customers=60, employees=30, co_followers=20)
    with app.app_context():
        engine = db.engine
        people = [db.session.get_one(Employee, id_) for id_ in (company.admin_id, company.leads[1])]

    for person in people:
        client = log_in(app.test_client(), person)
        for query in ("", "?open=all"):
            with counted(engine) as statements:
                answer = client.get(f"{PAGE}{query}")
            assert answer.status_code == 200
            assert len(statements) <= MAX_STATEMENTS, statements
