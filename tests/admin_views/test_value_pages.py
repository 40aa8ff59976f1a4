"""The pages about deeds on values: numbers, refusals, undo, names to add; presets; the price level of a customer."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, ChannelType, CustomerGrade, PriceLevel, Region, UndoEntry
from tests import factories
from tests.conftest import counted, log_in
from tests.dictionaries import make_value, of_customers, values_in_order

DEEDS = ("deactivate", "replace", "merge", "delete")


@pytest.fixture
def admin(client: FlaskClient, session: Session) -> FlaskClient:
    """Return the client of somebody who may shape the dictionaries, and sees no customer."""
    return log_in(client, factories.make_employee(session, "cfg", role="config_admin"))


@pytest.fixture
def types(session: Session) -> dict[str, Any]:
    """Store three channel types, the first used by a private and a retired customer; return them by name."""
    rows = {name: make_value(session, ChannelType, name) for name in ("used", "free", "other")}
    owner = factories.make_employee(session, "owner", role="employee")
    used = rows["used"].id
    factories.make_customer(session, "secret", owner=owner, visibility="private", channel_type_id=used)
    factories.make_customer(session, "asleep", is_active=False, channel_type_id=used)
    return rows


def ask(client: FlaskClient, deed: str, row: Any) -> str:
    answer = client.get(f"/admin/{row.__tablename__}/value/?deed={deed}&id={row.id}")
    assert answer.status_code == 200
    return answer.text


def do(client: FlaskClient, deed: str, row: Any, **data: Any) -> Any:
    form = {"deed": deed, "id": row.id, "version": 1, **data}
    return client.post(f"/admin/{row.__tablename__}/value/", data=form, follow_redirects=True)


def facts(page: str) -> dict[str, str]:
    found = re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page)
    return {words.partition(" that")[0]: number for words, number in found}


@pytest.mark.parametrize("deed", DEEDS)
def test_page_says_how_many_customers_and_names_none(admin: FlaskClient, types: dict[str, Any], deed: str) -> None:
    page = ask(admin, deed, types["used"])

    assert facts(page) == {"Customers": "2"}
    assert "secret" not in page
    assert "asleep" not in page


def test_page_of_a_node_and_of_a_grade_has_its_own_numbers(admin: FlaskClient, session: Session) -> None:
    top = make_value(session, Region, "top")
    below = make_value(session, Region, "below", parent_id=top.id)
    factories.make_customer(session, region_id=below.id)
    level = make_value(session, PriceLevel, "dealer")
    grade = make_value(session, CustomerGrade, "A", price_level_id=level.id)

    assert facts(ask(admin, "deactivate", top)) == {
        "Customers": "0",
        "Entries below it": "1",
        "Customers of the entries below it": "1",
    }
    assert facts(ask(admin, "merge", grade)) == {"Customers": "0", "Price levels": "1"}
    assert facts(ask(admin, "delete", level)) == {"Customers": "0", "Grades": "1"}


def test_targets_leave_out_the_value_and_what_stands_below(admin: FlaskClient, session: Session) -> None:
    top, other = make_value(session, Region, "top"), make_value(session, Region, "other")
    make_value(session, Region, "below", parent_id=top.id)
    make_value(session, Region, "retired", is_active=False)

    options = re.findall(r'<option value="(\d+)"', ask(admin, "merge", top))
    found = admin.get(f"/admin/region/targets/?id={top.id}&query=").get_json()

    assert options == [str(other.id)]
    assert [row["text"] for row in found] == ["other"]


def test_used_value_is_not_deleted_but_other_ways_are_shown(
    admin: FlaskClient, session: Session, types: dict[str, Any]
) -> None:
    page = ask(admin, "delete", types["used"])
    answer = do(admin, "delete", types["used"])

    assert re.findall(r'deed=(\w+)&amp;id=\d+[^"]*" data-dialog', page) == ["deactivate", "replace", "merge"]
    assert "btn-danger" not in page
    assert answer.status_code == 422
    assert "“used” cannot be deleted, it is in use (Customers: 2)." in answer.text
    assert [name for name, _ in values_in_order(session, ChannelType)] == ["used", "free", "other"]


@pytest.mark.parametrize("deed", ["replace", "merge"])
def test_deed_is_done_and_undone_by_its_message(
    admin: FlaskClient, session: Session, types: dict[str, Any], deed: str
) -> None:
    done = do(admin, deed, types["used"], target=types["free"].id)
    moved = of_customers(session, "channel_type_id")
    session.rollback()
    token = re.search(r'class="flash-undo".*?name="token" value="(\d+)"', done.text, re.DOTALL)
    assert token is not None
    undone = admin.post("/admin/channel_type/undo/", data={"token": token[1]}, follow_redirects=True)

    assert set(moved.values()) == {types["free"].id}
    assert "“used” is as it was before." in undone.text
    assert set(of_customers(session, "channel_type_id").values()) == {types["used"].id}
    assert [name for name, _ in values_in_order(session, ChannelType)] == ["used", "free", "other"]


def test_recent_changes_offer_undo_until_it_is_done(
    admin: FlaskClient, session: Session, types: dict[str, Any]
) -> None:
    do(admin, "deactivate", types["free"])
    do(admin, "delete", types["other"])

    before = admin.get("/admin/channel_type/recent/").text
    tokens = re.findall(r'name="token" value="(\d+)"', before)
    admin.post("/admin/channel_type/undo/", data={"token": tokens[0]})
    again = admin.post("/admin/channel_type/undo/", data={"token": tokens[0]}, follow_redirects=True)
    after = admin.get("/admin/channel_type/recent/").text

    assert (before.count("value-deed"), len(tokens)) == (2, 2)
    assert "This was undone already." in again.text
    assert re.findall(r'name="token" value="(\d+)"', after) == tokens[1:]
    assert [name for name, _ in values_in_order(session, ChannelType)] == ["used", "free", "other"]


def test_faults_stand_on_the_page_and_nothing_changes(
    admin: FlaskClient, session: Session, types: dict[str, Any]
) -> None:
    row = types["used"]
    answers = {
        "no target": do(admin, "replace", row),
        "not a target": do(admin, "replace", row, target="x"),
        "itself": do(admin, "replace", row, target=row.id),
        "gone": do(admin, "merge", row, target=10**6),
        "stale": do(admin, "deactivate", row, version=5),
        "no version": do(admin, "deactivate", row, version=""),
        "no deed": do(admin, "explode", row),
        "no row": admin.get("/admin/channel_type/value/?deed=merge&id=x"),
        "no token": admin.post("/admin/channel_type/undo/", data={"token": "x"}),
    }

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "no target": 422,
        "not a target": 422,
        "itself": 422,
        "gone": 404,
        "stale": 409,
        "no version": 400,
        "no deed": 404,
        "no row": 404,
        "no token": 400,
    }
    assert "Choose one of the offered values." in answers["no target"].text
    assert session.scalars(select(AuditEntry)).all() == []


def test_reactivation_needs_no_page(admin: FlaskClient, session: Session) -> None:
    row = make_value(session, ChannelType, "retired", is_active=False)

    page = admin.post("/admin/channel_type/value/", data={"deed": "reactivate", "id": row.id}, follow_redirects=True)

    assert "“retired” is offered again." in page.text
    assert session.scalars(select(ChannelType.is_active)).all() == [True]


# Lists


def test_list_counts_customers_by_one_statement_and_links_for_those_who_may_see(
    admin: FlaskClient, session: Session, types: dict[str, Any]
) -> None:
    with counted(session.get_bind()) as statements:
        page = admin.get("/admin/channel_type/").text
    counting = [statement for statement in statements if "customer" in statement and "GROUP BY" in statement]
    root = log_in(admin, factories.make_employee(session, "root", role="company_admin"))
    seen = root.get("/admin/channel_type/").text

    cells = r'data-label="Customers">(.*?)</td>'
    assert re.findall(cells, page) == ["2", "0", "0"]
    assert len(counting) == 1
    link = f'<a href="/admin/customer/?channel_type__is={types["used"].id}">2</a>'
    assert re.findall(cells, seen) == [link, "0", "0"]


def test_details_tell_customers_and_lead_to_the_deeds(admin: FlaskClient, types: dict[str, Any]) -> None:
    url = f"/admin/channel_type/details/?id={types['used'].id}"

    page = admin.get(url).text
    data = admin.get(url, headers={"Accept": "application/json"}).get_json()

    assert re.findall(r"/value/\?deed=(\w+)", page) == ["deactivate", "replace", "merge", "delete"]
    assert data["customer_count"] == 2


@pytest.mark.parametrize("role", ["own_only", "manager"])
def test_others_are_refused(client: FlaskClient, session: Session, types: dict[str, Any], role: str) -> None:
    log_in(client, factories.make_employee(session, "other", role=role))
    row = types["used"]

    statuses = [client.get(f"/admin/channel_type/value/?deed={deed}&id={row.id}").status_code for deed in DEEDS]
    statuses += [do(client, deed, row, target=types["free"].id).status_code for deed in DEEDS]
    statuses += [client.get(f"/admin/channel_type/{page}/").status_code for page in ("recent", "add_names", "targets")]
    statuses.append(client.post("/admin/channel_type/add_names/", data={"new_names": "x"}).status_code)
    statuses.append(client.post("/admin/customer_grade/preset/", data={"preset": "size"}).status_code)

    assert statuses == [403] * 13
    assert session.scalars(select(UndoEntry)).all() == []
