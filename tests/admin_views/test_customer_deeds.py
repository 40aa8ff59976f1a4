"""Claim, co-followers and visibility: their pages, what they say, and what they and the transfer page refuse."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.admin_views.deed_answers import messages, sides, stored
from tests.factories import Company
from tests.functional.visibility_pages import JSON, snapshot

ClientAs = Callable[[str], FlaskClient]


# Claim


def test_claim_makes_one_the_owner(client_as: ClientAs, session: Session, company: Company) -> None:
    va = client_as("va")

    answer = va.post("/admin/customer/claim/", data={"id": company.c10.id})

    assert answer.location == f"/admin/customer/details/?id={company.c10.id}"
    assert messages(va, answer) == ["“C10” is your customer now."]
    assert stored(session, company.c10) == (company.va.id, set(), "public")


def test_claim_of_an_owned_customer_is_refused(client_as: ClientAs, session: Session, company: Company) -> None:
    before = snapshot(session)

    answer = client_as("va").post("/admin/customer/claim/", data={"id": company.c2.id})

    assert (answer.status_code, "somebody was quicker" in answer.text) == (409, True)
    assert snapshot(session) == before


# Co-followers


def test_co_follower_page_warns_that_a_private_customer_is_opened(client_as: ClientAs, company: Company) -> None:
    query = f"id={company.c1.id}&action=add&employee={company.b1.id}"

    page = client_as("a1").get(f"/admin/customer/co_followers/?{query}").text

    assert "opens it to that person and to everybody above that person" in page
    assert sides(page) == {"gain": ["b1", "leadB"]}


def test_co_follower_is_added_and_removed(client_as: ClientAs, session: Session, company: Company) -> None:
    a1, choice = client_as("a1"), {"id": company.c1.id, "employee": company.b1.id}

    added = a1.post("/admin/customer/co_followers/", data=choice | {"action": "add"})
    assert messages(a1, added) == ["b1 follows this customer now."]
    assert stored(session, company.c1) == (company.a1.id, {company.b1.id}, "private")

    asked = a1.get("/admin/customer/co_followers/", query_string=choice | {"action": "remove"}).text
    assert ("Remove b1 from the co-followers?" in asked, sides(asked)) == (True, {"lose": ["b1", "leadB"]})
    removed = a1.post("/admin/customer/co_followers/", data=choice | {"action": "remove"})
    assert messages(a1, removed) == ["b1 no longer follows this customer."]
    assert stored(session, company.c1) == (company.a1.id, set(), "private")


@pytest.mark.parametrize(
    ("name", "person", "action", "message"),
    [
        ("c3", "b1", "add", "b1 follows this customer already."),
        ("c3", "a1", "add", "a1 follows this customer already."),
        ("c3", "gone", "add", "This employee has left"),
        ("c3", "a1", "remove", "does not follow the customer any more"),
        ("c3", "w1", "remove", "does not follow the customer any more"),
    ],
)
def test_co_follower_that_cannot_be_is_told_with_the_choice_kept(
    client_as: ClientAs, session: Session, company: Company, *, name: str, person: str, action: str, message: str
) -> None:
    choice = {"id": company[name].id, "employee": company[person].id, "action": action}
    a1, before = client_as("a1"), snapshot(session)

    for answer in (
        a1.post("/admin/customer/co_followers/", data=choice),
        a1.get("/admin/customer/co_followers/", query_string=choice),
    ):
        assert (answer.status_code, message in answer.text) == (422, True)
        assert (f'<option value="{company[person].id}" selected>' in answer.text) == (action == "add")
    assert snapshot(session) == before


# Visibility


def test_visibility_page_says_who_loses_sight(client_as: ClientAs, session: Session, company: Company) -> None:
    before = snapshot(session)

    page = client_as("a1").get(f"/admin/customer/visibility/?id={company.c2.id}&visibility=private").text

    assert sides(page) == {"lose": ["va", "west"]}
    assert "Make “C2” private" in page
    assert snapshot(session) == before


def test_visibility_stale_one_is_told(client_as: ClientAs, session: Session, company: Company) -> None:
    data = {"id": company.c2.id, "visibility": "private", "version": company.c2.version + 1}

    answer = client_as("a1").post("/admin/customer/visibility/", data=data)

    assert (answer.status_code, "Somebody has changed it meanwhile." in answer.text) == (409, True)
    assert stored(session, company.c2)[2] == "public"


# The customer's page


@pytest.mark.parametrize(
    ("login", "name", "expected"),
    [
        ("a1", "c1", {"edit", "transfer", "visibility", "co_followers"}),
        ("b1", "c3", {"edit", "visibility"}),
        ("leadA", "c1", {"edit", "transfer"}),
        ("east", "c1", set()),
        ("va", "c2", set()),
        ("va", "c10", {"claim"}),
        ("admin", "c1", {"edit", "transfer", "visibility", "co_followers", "delete"}),
        ("admin", "c2", {"edit", "transfer", "co_followers", "delete"}),
        ("admin", "c10", {"edit", "transfer", "co_followers", "delete", "claim"}),
    ],
)
def test_details_offer_what_one_may_do(
    client_as: ClientAs, company: Company, login: str, name: str, expected: set[str]
) -> None:
    page = client_as(login).get(f"/admin/customer/details/?id={company[name].id}").text

    deeds = ("edit", "transfer", "visibility", "co_followers", "claim", "delete", "access")
    assert {deed for deed in deeds if f'"/admin/customer/{deed}/' in page} == expected | {"access"}


def test_details_name_co_followers_with_a_way_to_remove_them(client_as: ClientAs, company: Company) -> None:
    address = f"/admin/customer/details/?id={company.c3.id}"
    remove = f"/admin/customer/co_followers/?id={company.c3.id}&amp;action=remove&amp;employee={company.b1.id}"

    owner, co_follower = client_as("a1").get(address).text, client_as("b1").get(address).text

    assert [remove in page for page in (owner, co_follower)] == [True, False]
    assert all(re.search(r'class="follower">\s*b1\b', page) for page in (owner, co_follower))


# Bad input

#: Page, and what is sent, in which c2 and w1 stand for their ids -> the status.
BAD: list[tuple[str, dict[str, str], int]] = [
    ("transfer", {"owner": "w1"}, 404),
    ("transfer", {"id": "abc", "owner": "w1"}, 404),
    ("transfer", {"id": "c4", "owner": "w1"}, 404),
    ("transfer", {"id": "c2"}, 400),
    ("transfer", {"id": "c2", "owner": "abc"}, 400),
    ("transfer", {"id": "c2", "owner": "-1"}, 400),
    ("transfer", {"id": "c2", "owner": "9999999999999"}, 400),
    ("transfer", {"id": "c2", "owner": "999999"}, 422),
    ("transfer", {"id": "c2", "owner": "gone"}, 422),
    ("transfer", {"id": "c2", "owner": "w1", "keep_as_co_follower": "maybe"}, 400),
    ("transfer", {"id": "c1", "owner": "pool"}, 422),
    ("co_followers", {"action": "add", "employee": "w1"}, 404),
    ("co_followers", {"id": "abc", "action": "add", "employee": "w1"}, 404),
    ("co_followers", {"id": "c2"}, 400),
    ("co_followers", {"id": "c2", "action": "add"}, 400),
    ("co_followers", {"id": "c2", "action": "add", "employee": "abc"}, 400),
    ("co_followers", {"id": "c2", "action": "own", "employee": "w1"}, 400),
    ("co_followers", {"id": "c2", "action": "add", "employee": "999999"}, 422),
    ("claim", {}, 404),
    ("claim", {"id": "abc"}, 404),
    ("claim", {"id": "c2"}, 409),
    ("claim", {"id": "c10"}, 404),
    ("visibility", {"visibility": "public"}, 404),
    ("visibility", {"id": "abc", "visibility": "public"}, 404),
    ("visibility", {"id": "c2"}, 400),
    ("visibility", {"id": "c2", "visibility": "secret"}, 400),
]


def sent(company: Company, data: dict[str, str]) -> dict[str, str]:
    """Put ids for the names of people and customers."""
    return {key: str(company[value].id) if value in company else value for key, value in data.items()}


@pytest.mark.parametrize(
    ("page", "data", "status"), BAD, ids=lambda value: value if isinstance(value, str) else str(value)
)
def test_bad_input_is_refused(
    client_as: ClientAs, session: Session, company: Company, *, page: str, data: dict[str, str], status: int
) -> None:
    a1, before = client_as("a1"), snapshot(session)

    as_page = a1.post(f"/admin/customer/{page}/", data=sent(company, data))
    as_json = a1.post(f"/admin/customer/{page}/", data=sent(company, data), headers=JSON)

    assert (as_page.status_code, as_json.status_code) == (status, status)
    assert as_json.get_json().keys() == {"code", "message"}
    assert snapshot(session) == before


def test_visibility_while_the_switch_is_off_is_refused(client_as: ClientAs, session: Session, company: Company) -> None:
    factories.switch_private(session, is_on=False)
    a1, before = client_as("a1"), snapshot(session)

    for page in ("visibility", "sight"):
        query = {"id": company.c2.id, "visibility": "private"}
        assert a1.get(f"/admin/customer/{page}/", query_string=query).status_code == 400
    answer = a1.post("/admin/customer/visibility/", data={"id": company.c2.id, "visibility": "private"})

    assert answer.status_code == 400
    assert snapshot(session) == before


def test_pages_take_their_own_methods(client_as: ClientAs, company: Company) -> None:
    a1 = client_as("a1")

    assert a1.get(f"/admin/customer/claim/?id={company.c2.id}").status_code == 405
    assert {a1.post(f"/admin/customer/{page}/").status_code for page in ("access", "sight")} == {405}
