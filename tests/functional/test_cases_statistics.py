"""Case 43 of DOMAIN 3.7 through HTTP: no figure, file or link of the dashboard counts a customer that is hidden."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from admin_views.dashboard import CHARTS
from models import (
    ChannelType,
    CustomerGrade,
    CustomerSource,
    CustomerStatus,
    FollowUp,
    FollowUpProgress,
    Industry,
    Region,
    Visit,
)
from models.types import utc_now
from tests.factories import Company, save
from tests.functional.visibility_pages import total

ClientAs = Callable[[str], FlaskClient]
PAGE = "/admin/"
VALUES = {
    "progress": FollowUpProgress,
    "status": CustomerStatus,
    "grade": CustomerGrade,
    "source": CustomerSource,
    "channel_type": ChannelType,
    "industry": Industry,
    "region": Region,
}
TODAY = utc_now().date()
#: Who sees no customer of the company.
NOTHING_TO_COUNT = ("a2", "cfg")
#: Addresses of the dashboard: everything, and days around today in any time zone.
QUERIES = ("", urlencode({"from": TODAY - timedelta(days=3), "to": TODAY + timedelta(days=3)}))


@dataclass(frozen=True)
class Line:
    """A line of a chart as the page shows it."""

    name: str
    counts: tuple[int, ...]
    urls: tuple[str, ...]


def lines_of(page: str, chart: str) -> list[Line]:
    """Return the lines of a chart."""
    section = re.search(rf'<section[^>]*id="chart-{chart}".*?</section>', page, re.DOTALL)
    assert section is not None, f"no chart of {chart}"
    found = []
    for row in re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", section[0], re.DOTALL):
        links = re.findall(r'<td><a href="([^"]*)" data-figure="(\d+)"', row)
        name = unescape(re.sub(r"<[^>]*>", "", row.partition("</th>")[0]))
        found.append(Line(name, tuple(int(count) for _, count in links), tuple(unescape(url) for url, _ in links)))
    return found


def totals_of(page: str) -> list[tuple[str, int]]:
    """Return (address, number) of each number above the charts."""
    found = re.findall(r'<a class="total" href="([^"]*)">.*?data-figure="(\d+)"', page)
    return [(unescape(url), int(count)) for url, count in found]


@pytest.fixture
def marked(session: Session, company: Company) -> Company:
    """Give c1 a value of its own in everything that is counted, a visit and a follow-up of today by a2."""
    for name, model in VALUES.items():
        company[name] = save(session, model(name=f"only-{name}"))
        setattr(company.c1, f"{name}_id", company[name].id)
    now = utc_now()
    save(
        session,
        company.c1,
        Visit(customer_id=company.c1.id, user_id=company.a2.id, check_in_at=now, status="done"),
        FollowUp(customer_id=company.c1.id, author_id=company.a2.id, content="x"),
    )
    return company


@pytest.mark.parametrize("query", QUERIES, ids=["all", "days"])
@pytest.mark.parametrize(("login", "sees"), [("va", 0), ("a2", 0), ("cfg", 0), ("leadA", 1), ("admin", 1)])
def test_case_43_a_hidden_customer_is_in_no_figure(
    client_as: ClientAs, marked: Company, login: str, sees: int, query: str
) -> None:
    client = client_as(login)
    page = client.get(f"{PAGE}?{query}").text

    assert ('class="totals"' in page) == (login not in NOTHING_TO_COUNT)
    for chart in VALUES:
        if login not in NOTHING_TO_COUNT:
            counts = {line.name: line.counts for line in lines_of(page, chart)}
            assert set(counts[f"only-{chart}"]) == {sees}, chart
        file = client.get(f"/admin/dashboard/csv/?chart={chart}&{query}").get_data().decode("utf-8-sig")
        assert [f"only-{chart}", str(sees)] in [row[:2] for row in csv.reader(io.StringIO(file))], chart


@pytest.mark.parametrize("login", ["va", "leadA", "b1", "west", "admin"])
def test_every_figure_is_the_total_of_the_list_behind_it(client_as: ClientAs, marked: Company, login: str) -> None:
    client = client_as(login)
    followed: dict[str, int] = {}
    for query in (*QUERIES, *filters_of(marked)):
        page = client.get(f"{PAGE}?{query}").text
        followed.update(totals_of(page))
        for chart in CHARTS if 'id="charts"' in page else ():
            for line in lines_of(page, chart):
                followed.update(zip(line.urls, line.counts, strict=True))

    assert len(followed) > 2 * len(VALUES)
    assert any("customer.status__is" in url for url in followed) == (login in {"leadA", "admin"})
    for url, count in followed.items():
        answer = client.get(url)
        assert (total(answer) if count else listed(answer.text)) == count, url


def filters_of(company: Company) -> list[str]:
    """Return addresses of the dashboard of chosen customers."""
    asked = (
        {"status__is": company.status.id, "region__is": company.region.id},
        {"owner__is": company.a1.id, "visibility__is": "public"},
        {"progress__from": company.progress.id, "grade__empty": "0"},
        {"status__empty": "1", "industry__named": "only", "from": TODAY - timedelta(days=3)},
    )
    return [urlencode(query) for query in asked]


def listed(page: str) -> int:
    """Return how many rows a list shows."""
    return page.count("<tr data-id")


def test_the_visit_and_follow_up_of_a_hidden_customer_do_not_count_for_who_made_them(
    client_as: ClientAs, marked: Company
) -> None:
    page = client_as("leadA").get(PAGE).text
    assert {line.name: line.counts for line in lines_of(page, "team")}["a2-person"] == (0, 1, 1)
    assert [count for _, count in totals_of(page)] == [5, 0, 1, 1]

    client = client_as("a2")
    page = client.get(PAGE).text
    assert "totals" not in page  # a2 sees no customer at all, so there is nothing to count
    file = client.get("/admin/dashboard/csv/?chart=team").get_data().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(file)))[1:] == [["a2-person", "0", "0", "0"]]
    for chart in CHARTS:
        rows = list(csv.reader(io.StringIO(client.get(f"/admin/dashboard/csv/?chart={chart}").text)))[1:]
        assert {cell for row in rows for cell in row[1:]} <= {"0", ""}, chart


@pytest.mark.parametrize(("login", "sees"), [("leadA", 1), ("va", 0), ("a2", 0)])
def test_what_hangs_on_a_hidden_customer_is_met_by_no_filter_of_customers(
    client_as: ClientAs, marked: Company, login: str, sees: int
) -> None:
    client = client_as(login)

    for table in ("visit", "follow_up"):
        for asked in (
            f"customer.grade__is={marked.grade.id}",
            "customer.region__named=only",
            "customer.owner__named=a1",
        ):
            assert listed(client.get(f"/admin/{table}/?{asked}").text) == sees, asked
        assert (
            "cannot read" in client.get(f"/admin/{table}/?customer.grade__is=x", headers={"Accept-Language": "en"}).text
        )
