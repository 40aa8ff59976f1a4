"""The transfer page, for one customer and for several: what it says, where it leads, and what it refuses."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.admin_views.deed_answers import messages, options, sides, stored
from tests.factories import Company
from tests.functional.deed_pages import change_follower
from tests.functional.visibility_pages import JSON, snapshot

ClientAs = Callable[[str], FlaskClient]


def test_transfer_page_shows_who_gains_and_who_loses(client_as: ClientAs, company: Company) -> None:
    page = client_as("a1").get(f"/admin/customer/transfer/?id={company.c1.id}&owner={company.w1.id}").text

    assert sides(page) == {"gain": ["w1", "west"], "lose": ["a1", "east", "leadA"]}
    assert f'<option value="{company.w1.id}" selected>' in page


def test_transfer_page_with_the_owner_kept(client_as: ClientAs, company: Company) -> None:
    query = f"id={company.c1.id}&owner={company.w1.id}&keep_as_co_follower=1"

    page = client_as("a1").get(f"/admin/customer/transfer/?{query}").text

    assert sides(page) == {"gain": ["w1", "west"]}
    assert 'name="keep_as_co_follower" value="1" checked' in page


def test_transfer_page_changes_nothing(client_as: ClientAs, session: Session, company: Company) -> None:
    before = snapshot(session)

    answer = client_as("a1").get(f"/admin/customer/transfer/?id={company.c2.id}&owner=pool")

    assert (answer.status_code, "It goes to the pool" in answer.text) == (200, True)
    assert snapshot(session) == before


def test_transfer_leads_to_the_customer_while_it_is_seen(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    a1 = client_as("a1")
    data = {"id": company.c1.id, "owner": company.b1.id, "keep_as_co_follower": "1"}

    answer = a1.post("/admin/customer/transfer/", data=data)

    assert answer.location == f"/admin/customer/details/?id={company.c1.id}"
    assert messages(a1, answer) == ["1 customer was transferred to b1."]
    assert stored(session, company.c1) == (company.b1.id, {company.a1.id}, "private")


def test_transfer_leads_to_the_list_if_it_is_out_of_sight(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    a1 = client_as("a1")

    answer = a1.post("/admin/customer/transfer/", data={"id": company.c1.id, "owner": company.w1.id})

    assert answer.location == "/admin/customer/"
    assert messages(a1, answer) == ["1 customer was transferred to w1.", "You no longer see this customer."]
    assert stored(session, company.c1) == (company.w1.id, set(), "private")


def test_transfer_removes_co_followers_if_asked(client_as: ClientAs, session: Session, company: Company) -> None:
    data = {"id": company.c3.id, "owner": company.a2.id, "remove_followers": "1"}

    assert client_as("a1").post("/admin/customer/transfer/", data=data).status_code == 302

    assert stored(session, company.c3) == (company.a2.id, set(), "private")


@pytest.mark.parametrize("owner", ["", "pool"])
def test_transfer_to_the_pool(client_as: ClientAs, session: Session, company: Company, owner: str) -> None:
    a1 = client_as("a1")

    answer = a1.post("/admin/customer/transfer/", data={"id": company.c2.id, "owner": owner})

    assert messages(a1, answer) == ["1 customer is in the pool now.", "You no longer see this customer."]
    assert stored(session, company.c2) == (None, set(), "public")


def test_transfer_to_the_same_owner_says_so(client_as: ClientAs, session: Session, company: Company) -> None:
    a1, before = client_as("a1"), snapshot(session)

    answer = a1.post("/admin/customer/transfer/", data={"id": company.c2.id, "owner": company.a1.id})

    assert messages(a1, answer) == ["Nothing was changed: the owner is the same."]
    assert snapshot(session) == before


def test_transfer_of_a_leader_stays_within_the_team(client_as: ClientAs, session: Session, company: Company) -> None:
    lead_a, before = client_as("leadA"), snapshot(session)

    page = lead_a.get(f"/admin/customer/transfer/?id={company.c2.id}").text
    found = lead_a.get("/admin/customer/ajax/lookup/?name=owner&for=team").get_json()
    outside = lead_a.post("/admin/customer/transfer/", data={"id": company.c2.id, "owner": company.w1.id})
    pool = lead_a.post("/admin/customer/transfer/", data={"id": company.c2.id, "owner": "pool"})
    asked = lead_a.get(f"/admin/customer/transfer/?id={company.c2.id}&owner={company.w1.id}")

    assert options(page, "owner") == {"leada", "a1", "a2"}
    assert {row["id"] for row in found} == {company.leadA.id, company.a1.id, company.a2.id}
    assert ("of your own team only" in page, "Put into the pool instead" in page) == (True, False)
    for answer in (outside, pool, asked):
        assert (answer.status_code, "You may give “C2” to somebody of your own team only." in answer.text) == (
            403,
            True,
        )
    assert snapshot(session) == before
    inside = lead_a.post("/admin/customer/transfer/", data={"id": company.c2.id, "owner": company.a2.id})
    assert (inside.status_code, stored(session, company.c2)) == (302, (company.a2.id, set(), "public"))


def test_transfer_of_an_owner_is_offered_everybody_active(client_as: ClientAs, company: Company) -> None:
    page = client_as("a1").get(f"/admin/customer/transfer/?id={company.c2.id}").text

    assert options(page, "owner") == {person.login for person in company.people.values() if person.is_active}


# Several at once


def test_transfer_of_several_names_the_first_twenty(client_as: ClientAs, session: Session, company: Company) -> None:
    rows = [factories.make_customer(session, f"bulk {number:02}", owner=company.a1) for number in range(23)]
    query = {"id": [row.id for row in rows], "owner": company.w1.id, "url": "/admin/customer/?scope=mine"}

    page = client_as("a1").get("/admin/customer/transfer/", query_string=query).text

    assert re.findall(r"<li>(bulk \d\d)</li>", page) == [f"bulk {number:02}" for number in range(20)]
    assert ("3 more" in page, "Transfer 23 customers" in page) == (True, True)
    assert sides(page) == {
        "gain": ["w1 23 customers"],
        "lose": ["a1 23 customers", "east 23 customers", "leadA 23 customers"],
    }


def test_transfer_of_several_goes_back_to_the_list_as_it_was(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    a1, ids = client_as("a1"), [company.c1.id, company.c2.id]
    data = {"id": ids, "owner": company.a2.id, "url": "/admin/customer/?scope=mine"}

    answer = a1.post("/admin/customer/transfer/", data=data)

    assert answer.location == "/admin/customer/?scope=mine"
    assert messages(a1, answer) == ["2 customers were transferred to a2."]
    assert [stored(session, row)[0] for row in (company.c1, company.c2)] == [company.a2.id] * 2


def test_transfer_of_several_refused_for_one_changes_none(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    before, ids = snapshot(session), [company.c2.id, company.c1.id]

    answer = client_as("a1").post("/admin/customer/transfer/", data={"id": ids, "owner": "pool"})

    assert answer.status_code == 422
    assert "“C1”: A private customer needs an owner" in answer.text
    assert "Nothing was changed." in answer.text
    assert snapshot(session) == before


def test_transfer_of_several_names_those_one_may_not_transfer(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    b1, ids = client_as("b1"), [company.c3.id]
    own = factories.make_customer(session, "of b1", owner=company.b1)
    before = snapshot(session)

    asked = b1.get("/admin/customer/transfer/", query_string={"id": [*ids, own.id]})
    done = b1.post("/admin/customer/transfer/", data={"id": [*ids, own.id], "owner": company.w1.id})

    for answer in (asked, done):
        assert answer.status_code == 403
        assert re.findall(r"<li>(\w+)", answer.text.partition('class="chosen"')[2]) == ["C3"]
        assert f"/admin/customer/transfer/?id={own.id}&amp;url=" in answer.text
    assert snapshot(session) == before


def test_transfer_stale_one_is_told_and_keeps_the_choice(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    before, version = snapshot(session), f"{company.c2.version}-{company.c1.version + 1}"
    data = {"id": [company.c2.id, company.c1.id], "owner": company.w1.id, "remove_followers": "1", "version": version}

    answer = client_as("a1").post("/admin/customer/transfer/", data=data)
    as_json = client_as("a1").post("/admin/customer/transfer/", data=data, headers=JSON)

    assert answer.status_code == 409
    assert "Somebody has changed it meanwhile." in answer.text
    assert f'<option value="{company.w1.id}" selected>' in answer.text
    assert 'name="remove_followers" value="1" checked' in answer.text
    assert (as_json.status_code, as_json.get_json()["code"]) == (409, "stale")
    assert snapshot(session) == before


def test_transfer_with_the_versions_of_the_page(client_as: ClientAs, session: Session, company: Company) -> None:
    a1, query = client_as("a1"), {"id": [company.c2.id, company.c1.id]}
    version = re.search(r'name="version" value="(\w+)"', a1.get("/admin/customer/transfer/", query_string=query).text)
    assert version is not None

    answer = a1.post("/admin/customer/transfer/", data=query | {"owner": company.w1.id, "version": version[1]})

    assert (answer.status_code, stored(session, company.c1)[0]) == (302, company.w1.id)


def test_transfer_is_stale_once_somebody_else_follows(client_as: ClientAs, session: Session, company: Company) -> None:
    """The preview did not name the line of the new co-follower."""
    a1, query = client_as("a1"), {"id": company.c1.id, "owner": company.a2.id}
    change_follower(a1, company.c1, company.b1, "add")
    page = a1.get("/admin/customer/transfer/", query_string=query).text
    version = re.search(r'name="version" value="([\d-]+)"', page)
    assert version is not None
    change_follower(a1, company.c1, company.w1, "add")  # in another tab
    before = snapshot(session)

    answer = a1.post("/admin/customer/transfer/", data=query | {"version": version[1], "remove_followers": "1"})

    assert answer.status_code == 409
    assert sides(a1.get("/admin/customer/transfer/", query_string=query | {"remove_followers": "1"}).text) == {
        "gain": ["a2"],
        "lose": ["a1", "b1", "leadB", "w1", "west"],
    }
    assert snapshot(session) == before
