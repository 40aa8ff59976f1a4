"""The generated list: search, filters, order, pages, totals, hostile addresses."""

import re
from functools import partial
from itertools import chain

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from admin_views import list_pages
from models import ChannelType, CompanySetting, CustomerSource, Department, Employee, Role, db
from services.row_list import RowList


@pytest.fixture
def people(session: Session, roles: dict[str, Role], admin: Employee) -> list[Employee]:
    """Return 30 employees 张00 … 张29 in two departments, the last five disabled."""
    branch = Department(name="成都分公司")
    team = Department(name="武侯组", parent=branch)
    other = Department(name="重庆分公司")
    found = [
        Employee(
            login=f"zhang{number:02}",
            name=f"张{number:02}",
            role=roles["employee"],
            department=team if number % 2 else other,
            supervisor=admin,
            is_active=number < 25,
        )
        for number in range(30)
    ]
    session.add_all([CompanySetting(company_name="示范公司"), branch, team, other, *found])
    session.commit()
    return found


def logins(client: FlaskClient, query: str) -> list[str]:
    """Return the log-ins that a list shows, in order."""
    answer = client.get(f"/admin/employee/{query}")
    assert answer.status_code == 200, answer.text
    return re.findall(r'details/\?id=\d+">([\w-]+)</a>', answer.text)


def total(client: FlaskClient, query: str) -> str:
    """Return the words of the total."""
    page = client.get(f"/admin/employee/{query}").text
    return re.search(r'id="total">\s*(.*?)\s*</span>', page, re.DOTALL)[1]  # type: ignore[index]


def test_search_by_name_login_and_initials(admin_client: FlaskClient, people: list[Employee]) -> None:
    assert logins(admin_client, "?search=张07") == ["zhang07"]
    assert logins(admin_client, "?search=ZHANG07") == ["zhang07"]
    assert logins(admin_client, "?search=z07") == ["zhang07"]
    assert logins(admin_client, "?search=wgl") == ["root"]


@pytest.mark.parametrize("sign", ["%25", "_", "'", '"', "\\"], ids=["percent", "underscore", "quote", "double", "back"])
def test_search_signs_of_patterns_are_letters(admin_client: FlaskClient, people: list[Employee], sign: str) -> None:
    assert logins(admin_client, f"?search={sign}") == []


def test_search_total_is_of_what_is_found(admin_client: FlaskClient, people: list[Employee]) -> None:
    assert total(admin_client, "") == "31 rows"
    assert total(admin_client, "?search=zhang1") == "10 rows"


def test_list_that_is_counted_in_part_is_paged_to_its_end(
    admin_client: FlaskClient, people: list[Employee], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_pages, "RowList", partial(RowList, count_limit=20))
    last = admin_client.get("/admin/employee/?sort=login&page_size=10&page=2").text
    beyond = admin_client.get("/admin/employee/?sort=login&page_size=10&page=4").text

    assert total(admin_client, "") == "More than 20"
    assert logins(admin_client, "?sort=login&page_size=10&page=3") == ["zhang29"]
    assert "Page 3<" in last
    assert 'rel="next"' in last
    assert 'aria-label="Last"' not in last
    assert "The list ends before this page." in beyond
    assert 'rel="next"' not in beyond


def test_sort_by_column_and_back(admin_client: FlaskClient, people: list[Employee]) -> None:
    assert logins(admin_client, "?sort=login&page_size=2") == ["root", "zhang00"]
    assert logins(admin_client, "?sort=-login&page_size=2") == ["zhang29", "zhang28"]


def test_sort_unknown_column_is_the_default(admin_client: FlaskClient, people: list[Employee]) -> None:
    assert logins(admin_client, "?sort=password_hash") == logins(admin_client, "")


def test_pages_are_stable_and_complete(admin_client: FlaskClient, people: list[Employee]) -> None:
    pages = [logins(admin_client, f"?sort=department&page_size=10&page={page}") for page in range(4)]

    assert sorted(chain(*pages)) == sorted(["root", *(person.login for person in people)])
    assert [len(page) for page in pages] == [10, 10, 10, 1]


def test_filter_by_node_includes_what_is_below(
    admin_client: FlaskClient, people: list[Employee], session: Session
) -> None:
    branch = session.scalars(db.select(Department).where(Department.name == "成都分公司")).one()

    assert len(logins(admin_client, f"?department__is={branch.id}&page_size=50")) == 15
    assert len(logins(admin_client, "?department__named=成都分公司/武侯组&page_size=50")) == 15
    assert logins(admin_client, "?department__named=重庆分公司/武侯组") == []


def test_filters_join_with_and(admin_client: FlaskClient, people: list[Employee]) -> None:
    assert logins(admin_client, "?is_active__is=0&search=zhang29") == ["zhang29"]
    assert logins(admin_client, "?is_active__is=1&search=zhang29") == []


@pytest.mark.parametrize(
    "query",
    [
        "?page=99999999999999999999",
        "?page=-1",
        "?page=abc",
        "?page_size=0",
        "?page_size=-5",
        "?page_size=999999999999999999999",
        "?sort=-",
        "?sort=--name",
        "?search=" + "a+" * 2000,
        "?search=%00",
        "?search=%F0%9F%98%80",
        "?department__is=99999999999999999999999",
        "?department__is=-1",
        "?department__is=1;drop table employee",
        "?department__is=%00",
        "?department__named=////",
        "?is_active__is=maybe",
        "?role__is=²",
        "?endpoint=x&export_type=y&self=z",
        "?_scheme=javascript",
        "?_external=1&_scheme=javascript&_anchor=a",
    ],
)
def test_address_hostile_one_is_answered(admin_client: FlaskClient, people: list[Employee], query: str) -> None:
    assert admin_client.get(f"/admin/employee/{query}").status_code == 200


def test_filter_unreadable_value_is_named(admin_client: FlaskClient, people: list[Employee]) -> None:
    page = admin_client.get("/admin/employee/?department__is=abc").text

    assert "The filter “Department” cannot read “abc”." in page
    assert "zhang00" not in page


def test_list_query_count_does_not_grow_with_rows(
    admin_client: FlaskClient, people: list[Employee], session: Session
) -> None:
    few, many = (statement_count(session, admin_client, f"/admin/employee/?page_size={size}") for size in (2, 30))

    assert many <= few <= 10


def test_list_names_are_escaped(admin_client: FlaskClient, session: Session) -> None:
    session.add(ChannelType(name="<script>alert(1)</script>"))
    session.commit()

    page = admin_client.get("/admin/channel_type/").text

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_list_empty_says_what_to_do_next(admin_client: FlaskClient) -> None:
    page = admin_client.get("/admin/channel_type/", headers={"Accept-Language": "en"}).text

    assert "Nothing here yet." in page
    assert 'href="/admin/channel_type/new/' in page


def test_lookup_offers_at_most_fifty_whatever_is_asked(admin_client: FlaskClient, people: list[Employee]) -> None:
    for limit in ("-1", "100000", "abc"):
        found = admin_client.get(f"/admin/employee/ajax/lookup/?name=supervisor&limit={limit}").get_json()
        assert 1 <= len(found) <= 50

    assert admin_client.get("/admin/employee/ajax/lookup/?name=password_hash").status_code == 404


def statement_count(session: Session, client: FlaskClient, path: str) -> int:
    """Return how many statements a request runs."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len([statement for statement in seen if not statement.startswith(("BEGIN", "PRAGMA"))])


def test_names_are_sorted_by_pinyin(admin_client: FlaskClient, session: Session) -> None:
    """By code point it would be 上, 北, 四, 成, 重; Chinese readers expect Běi, Chéng, Chóng, Shàng, Sì."""
    names = ["上海", "重庆", "北京", "四川", "成都"]
    session.add_all(CustomerSource(name=name, sort_order=place) for place, name in enumerate(names, start=1))
    session.commit()

    page = admin_client.get("/admin/customer_source/?sort=name").text

    assert sorted(names, key=page.index) == ["北京", "成都", "重庆", "上海", "四川"]
