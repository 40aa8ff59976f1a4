"""The page "who can see this customer, and why", and its reverse "why can X (not) see it"."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import Employee, db
from tests import factories
from tests.conftest import counted
from tests.factories import Company
from tests.functional.visibility_pages import JSON, snapshot

ClientAs = Callable[[str], FlaskClient]
NEAR, ADMINS, VIEW_ALL = (
    "Followers and their supervisors",
    "Company admins",
    "Colleagues whose role sees all customers",
)

SEES_ALL = "The role sees all customers"
EXCEPTED = (
    "The role of va holds “See all customers”, but this customer is private, and private customers are excepted from "
    "that."
)
NEVER_DOWN = (
    "a1 stands below somebody who follows it; but supervisors see what those below them follow, never the other way "
    "round."
)


def plain(html: str) -> str:
    """Return the words of a piece of a page, without what is only read aloud."""
    seen = re.sub(r'<span class="visually-hidden">.*?</span>', "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", seen).split())


def groups(page: str) -> dict[str, dict[str, list[str]]]:
    """Return group -> person -> reasons, as the page shows them."""
    found: dict[str, dict[str, list[str]]] = {}
    for title, people in re.findall(
        r'<h2 class="card-title" id="group-\d+">(.*?)</h2>(.*?)</section>', page, re.DOTALL
    ):
        rows = re.findall(r'<div class="viewer-name">(.*?)</div>(.*?)</ul>', people, re.DOTALL)
        found[title] = {plain(name): [plain(why) for why in re.findall(r"<li>.*?</li>", whys)] for name, whys in rows}
    return found


def explained(page: str) -> list[str]:
    """Return the sentences about the chosen colleague."""
    found = re.search(r'<div class="explanation.*?</div>', page, re.DOTALL)
    assert found is not None
    return [plain(part) for part in re.findall(r"<(?:p|li)\b.*?</(?:p|li)>", found[0], re.DOTALL)]


def test_access_page_gives_each_reason_as_a_chain(client_as: ClientAs, company: Company) -> None:
    page = client_as("a1").get(f"/admin/customer/access/?id={company.c3.id}").text

    assert groups(page) == {
        NEAR: {
            "a1": ["Owner"],
            "b1": ["Co-follower"],
            "boss": ["Above the owner: a1 → leadA → east → boss", "Above a co-follower: b1 → leadB → east → boss"],
            "east": ["Above the owner: a1 → leadA → east", "Above a co-follower: b1 → leadB → east"],
            "leadA": ["Above the owner: a1 → leadA"],
            "leadB": ["Above a co-follower: b1 → leadB"],
        },
        ADMINS: {"admin": ["Company admin"]},
    }
    assert "Colleagues whose role sees all customers do not see this one: it is private" in page


def test_access_page_of_a_public_customer_names_view_all_holders(client_as: ClientAs, company: Company) -> None:
    page = client_as("va").get(f"/admin/customer/access/?id={company.c2.id}").text

    assert groups(page)[VIEW_ALL] == {"va": [SEES_ALL], "west": [SEES_ALL]}
    assert "it is private" not in page


def test_access_page_marks_who_has_left(client_as: ClientAs, company: Company) -> None:
    page = client_as("leadA").get(f"/admin/customer/access/?id={company.c6.id}").text

    assert list(groups(page)[NEAR]) == ["gone Has left, cannot log in", "leadA", "east", "boss"]


def test_access_page_says_that_the_mark_sleeps_while_the_switch_is_off(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    factories.switch_private(session, is_on=False)

    page = client_as("va").get(f"/admin/customer/access/?id={company.c1.id}").text

    assert "so the mark has no effect" in page
    assert list(groups(page)[VIEW_ALL]) == ["va", "west"]


@pytest.mark.parametrize(
    ("viewer", "name", "person", "sentences"),
    [
        ("a1", "c1", "boss", ["boss can see this customer.", "Above the owner: a1 → leadA → east → boss"]),
        ("a1", "c2", "west", ["west can see this customer.", SEES_ALL]),
        (
            "a1",
            "c1",
            "a2",
            [
                "a2 cannot see this customer, nor learn that it exists.",
                "a2 does not follow this customer, and nobody below a2 follows it.",
                "The role of a2 lacks “See all customers”.",
            ],
        ),
        (
            "a1",
            "c1",
            "va",
            [
                "va cannot see this customer, but may learn by a search for its name that it exists, and who owns it.",
                "va does not follow this customer, and nobody below va follows it.",
                EXCEPTED,
            ],
        ),
        (
            "leadA",
            "c5",
            "a1",
            [
                "a1 cannot see this customer, nor learn that it exists.",
                "a1 does not follow this customer, and nobody below a1 follows it.",
                NEVER_DOWN,
                "The role of a1 lacks “See all customers”.",
            ],
        ),
        (
            "leadA",
            "c6",
            "gone",
            [
                "gone cannot see this customer, nor learn that it exists.",
                "gone has left, and cannot log in any more.",
                "Otherwise these would be the reasons to see it:",
                "Owner",
            ],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_access_page_explains_a_colleague(
    client_as: ClientAs, company: Company, *, viewer: str, name: str, person: str, sentences: list[str]
) -> None:
    query = f"id={company[name].id}&employee={company[person].id}"

    page = client_as(viewer).get(f"/admin/customer/access/?{query}").text

    assert explained(page) == sentences
    assert f'<option value="{company[person].id}" selected>' in page


def test_access_page_lets_any_employee_pick_any_colleague(client_as: ClientAs, company: Company) -> None:
    found = client_as("a1").get("/admin/customer/ajax/lookup/?name=owner&for=filter&query=gone").get_json()

    assert [row["id"] for row in found] == [company.gone.id]


@pytest.mark.parametrize(("login", "status"), [("a2", 404), ("cfg", 404), ("va", 403), ("west", 403)])
def test_access_page_is_closed_to_those_who_do_not_see_the_customer(
    client_as: ClientAs, company: Company, login: str, status: int
) -> None:
    client, address = client_as(login), f"/admin/customer/access/?id={company.c1.id}&employee={company.a1.id}"

    page, data = client.get(address), client.get(address, headers=JSON)

    assert (page.status_code, data.status_code) == (status, status)
    assert ("leadA" in page.text, "Followers and" in page.text) == (False, False)
    if status == 403:
        assert data.get_json() == {"code": "PRIVATE_CUSTOMER", "name": "C1", "owner": "a1"}


@pytest.mark.parametrize(
    "query",
    ["", "id=", "id=abc", "id=-1", "id=999999", "id=c2&employee=abc", "id=c2&employee=-1", "id=c2&employee=999999"],
)
def test_access_page_of_nothing_is_not_found(
    client_as: ClientAs, session: Session, company: Company, query: str
) -> None:
    before = snapshot(session)

    answer = client_as("a1").get(f"/admin/customer/access/?{query.replace('c2', str(company.c2.id))}")

    assert answer.status_code == 404
    assert snapshot(session) == before


def test_access_page_pages_many_viewers(client_as: ClientAs, session: Session, company: Company) -> None:
    role_id = company.va.role_id
    factories.save(
        session, *(Employee(login=f"many{number}", name=f"many{number:03}", role_id=role_id) for number in range(120))
    )
    a1, address = client_as("a1"), f"/admin/customer/access/?id={company.c2.id}"

    pages = [groups(a1.get(f"{address}&page={page}").text) for page in (0, 1)]

    names = [[name for group in page.values() for name in group] for page in pages]
    assert [len(found) for found in names] == [100, 27]  # a1, leadA, east, boss, admin; va, west, 120 others
    assert len({*names[0], *names[1]}) == 127
    assert "127 people" in a1.get(address).text
    for beyond in ("7", "9" * 30, "-1", "abc"):
        found = groups(a1.get(f"{address}&page={beyond}").text)
        assert found == pages[1 if beyond == "7" or len(beyond) > 9 else 0]


def test_access_page_asks_as_much_for_many_viewers_as_for_few(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    a1, address = client_as("a1"), f"/admin/customer/access/?id={company.c2.id}&employee={company.va.id}"
    engine: Engine = db.engine
    a1.get(address)

    with counted(engine) as few:
        a1.get(address)
    role_id = company.va.role_id
    factories.save(session, *(Employee(login=f"m{number}", name=f"m{number}", role_id=role_id) for number in range(60)))
    with counted(engine) as many:
        a1.get(address)

    assert len(many) == len(few)
