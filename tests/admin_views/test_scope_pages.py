"""The tabs above the customer list: rows, total, export, links and menu follow the chosen scope."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import Company, company, switch_private
from tests.files import records

ClientOf = Callable[[Any], FlaskClient]


@pytest.fixture
def people(session: Session) -> Company:
    """Return the company of DOMAIN 3.7."""
    return company(session)


def shown(client: FlaskClient, query: str) -> tuple[set[str], str]:
    """Return the codes that the list shows, and the words of its total."""
    answer = client.get(f"/admin/customer/{query}", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    total = re.search(r'id="total">\s*(.*?)\s*</span>', answer.text, re.DOTALL)
    return set(re.findall(r'details/\?id=\d+">(C\d+)</a>', answer.text)), total[1] if total else ""


def tabs(client: FlaskClient, query: str = "") -> dict[str, str]:
    """Return the tabs, words -> address; the current one with a star."""
    page = client.get(f"/admin/customer/{query}", headers={"Accept-Language": "en"}).text
    links = re.findall(r'<a class="nav-link[^"]*" href="([^"]+)"( aria-current="page")?>([^<]+)</a>', page)
    return {words.replace("&#39;", "'") + ("*" if current else ""): address for address, current, words in links}


def test_list_total_and_export_follow_the_scope(client_of: ClientOf, people: Company) -> None:
    admin = client_of(people.admin)

    assert shown(admin, "?scope=pool") == ({"C10"}, "1 row")
    assert shown(admin, "?scope=handover") == ({"C6"}, "1 row")
    assert shown(admin, "?scope=private&search=C1") == ({"C1", "C11"}, "2 rows")
    exported = records(admin.get("/admin/customer/export/csv/?names=field&scope=private&search=C1").data)
    assert {row["code"] for row in exported} == {"C1", "C11"}


@pytest.mark.parametrize("query", ["?scope=", "?scope=everything", "?scope=MINE", "?scope=%00", "?scope=mine&scope=x"])
def test_scope_that_is_none_changes_nothing(client_of: ClientOf, people: Company, query: str) -> None:
    assert shown(client_of(people.a1), query) == ({"C1", "C2", "C3"}, "3 rows")


def test_tabs_keep_search_and_filters_and_mark_the_current(client_of: ClientOf, people: Company) -> None:
    found = tabs(client_of(people.va), "?scope=mine&search=C1&page_size=50&page=0")

    assert list(found) == ["All", "Mine*", "My team's", "Private", "Pool", "Follow-up overdue", "Awaiting handover"]
    assert found["All"] == "/admin/customer/?search=C1&amp;page_size=50"
    assert found["Pool"] == "/admin/customer/?scope=pool&amp;search=C1&amp;page_size=50"


def test_private_tab_is_gone_with_the_switch(session: Session, client_of: ClientOf, people: Company) -> None:
    switch_private(session, is_on=False)

    assert "Private" not in tabs(client_of(people.va))
    assert shown(client_of(people.a1), "?scope=private") == ({"C1", "C2", "C3"}, "3 rows")


def test_other_lists_have_no_tabs(client_of: ClientOf, people: Company) -> None:
    page = client_of(people.admin).get("/admin/contact/?scope=mine")

    assert (page.status_code, "list-scopes" in page.text) == (200, False)


@pytest.mark.parametrize(
    ("query", "active"),
    [
        ("", "/admin/customer/"),
        ("?scope=pool", "/admin/customer/"),
        ("?scope=handover", "/admin/customer/?scope=handover"),
        ("?search=C6&scope=handover", "/admin/customer/?scope=handover"),
    ],
)
def test_menu_marks_what_awaits_handover(client_of: ClientOf, people: Company, query: str, active: str) -> None:
    page = client_of(people.leadA).get(f"/admin/customer/{query}").text

    assert re.findall(r'class="menu-line active" href="([^"]+)"', page) == [active]


def test_search_form_keeps_the_scope(client_of: ClientOf, people: Company) -> None:
    page = client_of(people.leadA).get("/admin/customer/?scope=team").text

    assert '<input type="hidden" name="scope" value="team">' in page
