"""The dashboard as a page and as files: what it costs, what it makes of bad addresses, what an empty company sees."""

import csv
import io
import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from benchmarks import companies
from models import CustomerGrade, CustomerStatus, Employee, Region, db
from tests.conftest import counted, log_in
from tests.factories import Company, make_customer, make_visit, save

PAGE = "/admin/"
CSV = "/admin/dashboard/csv/"
MAX_STATEMENTS = 15


def cells(client: FlaskClient, **query: str) -> list[list[str]]:
    """Return the rows of a chart's file, the header first."""
    answer = client.get(f"{CSV}?{urlencode(query)}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


@pytest.mark.parametrize(
    "query", ["?from=2026-01-01&to=2026-12-31", "?grade__is=1&status__is=2&region__is=1&industry__is=1&owner__is=1"]
)
def test_page_costs_few_statements_whatever_the_number_of_rows(app: Flask, query: str) -> None:
    company = companies.build(app.config["SQLALCHEMY_DATABASE_URI"], customers=60, employees=20, co_followers=20)
    with app.app_context():
        engine = db.engine
        people = [db.session.get_one(Employee, id_) for id_ in (company.admin_id, company.leads[1])]

    for person in people:
        client = log_in(app.test_client(), person)
        with counted(engine) as statements:
            answer = client.get(f"{PAGE}{query}")
        assert answer.status_code == 200
        assert "dashboard-head" in answer.text
        assert len(statements) <= MAX_STATEMENTS, person.login


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=yesterday", "“yesterday” is no day that can be read"),
        ("from=2026-02-30", "“2026-02-30” is no day"),
        ("from=0001-01-01", "“0001-01-01” is no day"),
        ("to=9999-12-31", "“9999-12-31” is no day"),
        ("to=<script>", "“&lt;script&gt;” is no day"),
        ("to=%00", "is no day"),
        ("from=2026-03-02&to=2026-03-01", "The last day stands before the first."),
        ("region=9999", "There is no such region."),
        ("region=99999999999999999999", "There is no such region."),
        ("region=%D9%A1", "There is no such region."),
        ("region=-1", "There is no such region."),
        ("grade__is=x", "The filter “Grade” cannot read “x”."),
        ("nonsense__is=3", "There is no filter “nonsense__is”."),
        ("grade__from=1", "The filter “Grade” cannot read “1”."),
    ],
)
def test_a_bad_address_gets_a_sentence_and_all_figures(
    client_as: Callable[[str], FlaskClient], query: str, words: str
) -> None:
    client = client_as("leadA")

    page = client.get(f"{PAGE}?{query}", headers={"Accept-Language": "en"})

    assert page.status_code == 200
    assert words in page.text
    assert 'data-figure="5"' in page.text
    assert client.get(f"{CSV}?chart=region&{query}").status_code == 400


def test_an_unknown_chart_is_not_found(client_as: Callable[[str], FlaskClient]) -> None:
    client = client_as("leadA")

    assert [client.get(f"{CSV}{query}").status_code for query in ("", "?chart=", "?chart=owner", "?chart=%00")] == [
        404
    ] * 4


def test_files_need_a_log_in(client: FlaskClient) -> None:
    assert client.get(f"{CSV}?chart=region").location.startswith("/login")


def test_the_outermost_days_are_read(client_as: Callable[[str], FlaskClient]) -> None:
    page = client_as("leadA").get(f"{PAGE}?from=1900-01-01&to=2199-12-31")

    assert (page.status_code, "alert-warning" in page.text) == (200, False)


def test_names_are_harmless_in_page_and_file(
    client_as: Callable[[str], FlaskClient], session: Session, company: Company
) -> None:
    status = save(session, CustomerStatus(name="=cmd|'/c calc'!A1"))
    other = save(session, CustomerStatus(name="<img src=x onerror=alert(1)>"))
    for row in (status, other):
        make_customer(session, owner=company.leadA, status_id=row.id)
    client = client_as("leadA")

    names = [name for name, _ in cells(client, chart="status")[1:]]

    assert "'=cmd|'/c calc'!A1" in names
    assert "<img src=x" not in client.get(PAGE).text


def test_regions_lead_down_and_up_again(
    client_as: Callable[[str], FlaskClient], session: Session, company: Company
) -> None:
    west = save(session, Region(name="West"))
    town = save(session, Region(name="Town", parent_id=west.id))
    for region, number in ((west, 1), (town, 2)):
        for _ in range(number):
            make_customer(session, owner=company.leadA, region_id=region.id)
    client = client_as("leadA")

    top = client.get(f"{PAGE}?from=2020-01-01").text
    link = re.search(r'<th scope="row"><a href="([^"]*)">West</a>', top)
    assert link is not None
    below = client.get(link[1].replace("&amp;", "&"), headers={"Accept-Language": "en"}).text

    assert f'<a href="/admin/customer/?region__is={west.id}&amp;created_at__from=2020-01-01" data-figure="3"' in top
    assert f'region__is={town.id}&amp;created_at__from=2020-01-01" data-figure="2"' in below
    assert f'region__at={west.id}&amp;created_at__from=2020-01-01" data-figure="1"' in below
    assert re.search(r'<a href="/admin/\?from=2020-01-01#chart-region">All regions</a>', below)
    assert cells(client, chart="region", region=str(west.id))[1:] == [["Town", "2"], ["West itself", "1"]]
    chips = client.get(f"/admin/customer/?region__at={west.id}", headers={"Accept-Language": "en"}).text
    assert "Region is exactly West" in " ".join(re.sub(r"<[^>]*>", " ", chips).split())


def test_a_list_leads_to_the_figures_of_what_it_shows(
    client_as: Callable[[str], FlaskClient], session: Session, company: Company
) -> None:
    grades = [save(session, CustomerGrade(name=name)).id for name in ("good", "best")]
    for place, grade in enumerate(grades):
        for _ in range(place + 1):
            make_customer(session, owner=company.leadA, grade_id=grade)
    client = client_as("leadA")

    shown = client.get(f"/admin/customer/?grade__is={grades[1]}&created_at__from=2020-01-01").text
    link = re.search(r'href="(/admin/\?[^"]*)">Figures<', shown)
    assert link is not None
    page = client.get(link[1].replace("&amp;", "&")).text
    twice = client.get(f"/admin/customer/?grade__is={grades[0]}&grade__is={grades[1]}").text

    assert link[1] == f"/admin/?grade__is={grades[1]}&amp;from=2020-01-01"
    assert f'href="/admin/customer/?grade__is={grades[1]}&amp;created_at__from=2020-01-01" data-figure="2"' in page
    # The other grade counts nobody, and its list, which has to meet both filters, is empty.
    assert f'grade__is={grades[1]}&amp;grade__is={grades[0]}&amp;created_at__from=2020-01-01" data-figure="0"' in page
    assert "<tr data-id" not in twice
    for other in ("search=c", "scope=mine"):
        assert ">Figures<" not in client.get(f"/admin/customer/?{other}").text


def test_files_have_the_words_of_the_page(
    client_as: Callable[[str], FlaskClient], session: Session, company: Company
) -> None:
    make_visit(session, company.c2, user=company.a1, check_in_at=company.c2.created_at, status="done")
    client = client_as("leadA")

    team = cells(client, chart="team")
    named = client.get(f"{CSV}?chart=week", headers={"Accept-Language": "zh-CN"}).headers["Content-Disposition"]

    assert team[1] == ["a1", "3", "1", "0"]
    assert sum(int(row[2]) for row in cells(client, chart="week")[1:]) == 1
    assert "filename*=UTF-8''%E6%AF%8F%E5%91%A8" in named


def test_an_empty_period_and_an_empty_company_say_so(
    client_as: Callable[[str], FlaskClient], session: Session, company: Company
) -> None:
    english = {"Accept-Language": "en"}

    period = client_as("leadA").get(f"{PAGE}?from=2001-01-01&to=2001-12-31", headers=english).text
    nothing = client_as("a2").get(PAGE, headers=english).text

    assert "Nothing happened in this period." in period
    assert "There are no customers for you to see yet." in nothing
    assert ("Add customer" in nothing, 'href="/admin/customer/import/"' in nothing) == (True, False)
