"""Names to add to a list, what saving a value leaves in the log, presets of grades, the price level of a customer."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, ChannelType, CustomerGrade, PriceLevel
from tests import factories
from tests.conftest import log_in
from tests.dictionaries import make_value, values_in_order


@pytest.fixture
def admin(client: FlaskClient, session: Session) -> FlaskClient:
    """Return the client of somebody who may shape the dictionaries, and sees no customer."""
    return log_in(client, factories.make_employee(session, "cfg", role="config_admin"))


def add(client: FlaskClient, names: str, table: str = "channel_type") -> Any:
    return client.post(f"/admin/{table}/add_names/", data={"new_names": names}, follow_redirects=True)


def names_of(session: Session, model: Any) -> list[str]:
    session.rollback()
    return [name for name, _ in values_in_order(session, model)]


def log(session: Session) -> list[tuple[str, dict[str, Any]]]:
    session.rollback()
    rows = session.execute(select(AuditEntry.action, AuditEntry.changes).order_by(AuditEntry.id))
    return [(action, changes) for action, changes in rows]


def test_pasted_lines_become_values_in_their_order(admin: FlaskClient, session: Session) -> None:
    make_value(session, ChannelType, "first")

    page = add(admin, " 二批渠道 \r\n\r\nKA\n😀 shop\n")

    assert "3 entries were added." in page.text
    assert values_in_order(session, ChannelType) == [("first", 1), ("二批渠道", 2), ("KA", 3), ("😀 shop", 4)]
    assert log(session)[0] == ("create", {"name": [None, "二批渠道"]})


#: What is typed -> what is said.
REFUSED: dict[str, str] = {
    "": "Enter 1 to 500 names, each on its own line.",
    " \n \t": "Enter 1 to 500 names, each on its own line.",
    "\n".join(f"n{number}" for number in range(501)): "Enter 1 to 500 names, each on its own line.",
    "good\nＡ": "Nothing was added. line 2: “Ａ” is there already.",
    "x\nX": "Nothing was added. line 2: “X” is there already.",
    "good\n" + "x" * 51: "Nothing was added. line 2: The name is too long: at most 50 signs.",
    "a\u202eb": "Nothing was added. line 1: The name holds signs that cannot be shown.",
    "a\x00b": "Nothing was added. line 1: The name holds signs that cannot be shown.",
    "\u200b": "Nothing was added. line 1: Enter a name.",
}


@pytest.mark.parametrize("typed", REFUSED, ids=range(len(REFUSED)))
def test_lines_are_refused_as_a_whole_and_stay_typed(admin: FlaskClient, session: Session, typed: str) -> None:
    make_value(session, ChannelType, "A")

    page = add(admin, typed)

    assert page.status_code == 422
    assert REFUSED[typed] in page.text
    assert names_of(session, ChannelType) == ["A"]
    area = re.search(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)
    assert area is not None
    assert area[1].strip().partition("\n")[0] in typed or "\x00" in typed


def test_only_lists_whose_values_need_no_more_than_a_name_take_lines(admin: FlaskClient, session: Session) -> None:
    make_value(session, PriceLevel, "dealer")

    assert add(admin, "retail", "price_level").status_code == 404
    assert add(admin, "top", "region").status_code == 404
    assert "value-add" not in admin.get("/admin/price_level/").text
    assert "value-add" in admin.get("/admin/customer_source/").text


def test_forms_and_cells_leave_their_changes_in_the_log(admin: FlaskClient, session: Session) -> None:
    level = make_value(session, PriceLevel, "dealer")
    url = "/admin/customer_grade"
    admin.post(f"{url}/new/", data={"name": "A", "is_active": "y"})
    row = session.scalars(select(CustomerGrade)).one()
    session.rollback()
    form = {"name": "A+", "price_level": level.id, "is_active": "y", "version": 1}
    admin.post(f"{url}/edit/?id={row.id}", data=form)
    admin.post(f"{url}/cell/", json={"id": row.id, "name": "is_active", "value": "", "version": 2})
    found = log(session)

    assert found == [
        ("create", {"name": [None, "A"]}),
        ("rename", {"name": ["A", "A+"]}),
        ("change_price_level", {"price_level": [None, "dealer"]}),
        ("deactivate", {"name": "A+"}),
    ]
    token = re.search(r'name="token" value="(\d+)"', admin.get(f"{url}/recent/").text)
    assert token is not None
    admin.post(f"{url}/undo/", data={"token": token[1]})
    assert session.scalars(select(CustomerGrade.is_active)).all() == [True]


# Presets


def test_presets_are_offered_while_no_customer_has_a_grade(admin: FlaskClient, session: Session) -> None:
    for name in "ABCDE":
        make_value(session, CustomerGrade, name)

    free = re.findall(r'name="preset" value="(\w+)"', admin.get("/admin/customer_grade/").text)
    grade_id = session.scalars(select(CustomerGrade.id)).first()
    session.rollback()
    factories.make_customer(session, visibility="public", grade_id=grade_id)
    used = admin.get("/admin/customer_grade/").text
    refused = admin.post("/admin/customer_grade/preset/", data={"preset": "size"})

    assert free == ["size", "priority"]
    assert "value-presets" not in used
    assert refused.status_code == 422
    assert names_of(session, CustomerGrade) == list("ABCDE")


def test_preset_replaces_the_list_and_keeps_what_is_in_both(admin: FlaskClient, session: Session) -> None:
    level = make_value(session, PriceLevel, "dealer")
    make_value(session, CustomerGrade, "other")
    kept = make_value(session, CustomerGrade, "vip客户", price_level_id=level.id)

    admin.post("/admin/customer_grade/preset/", data={"preset": "size"})
    unknown = admin.post("/admin/customer_grade/preset/", data={"preset": "none"})

    session.rollback()
    rows = session.execute(select(CustomerGrade.name, CustomerGrade.sort_order).order_by(CustomerGrade.sort_order))
    assert [tuple(row) for row in rows] == [("小型客户", 1), ("中型客户", 2), ("大型客户", 3), ("vip客户", 4)]
    assert session.get_one(CustomerGrade, kept.id).price_level_id == level.id
    assert unknown.status_code == 400
    values = [["other", "vip客户"], ["小型客户", "中型客户", "大型客户", "VIP客户"]]
    assert log(session) == [("load_preset", {"values": values})]


# Prices


@pytest.mark.parametrize(
    ("own", "by_grade", "shown"),
    [
        (True, True, "special × 0.6 own price level"),
        (False, True, "dealer × 0.8 by grade “A”"),
        (True, False, "special × 0.6 own price level"),
        (False, False, "Base price"),
    ],
)
def test_customer_shows_its_price_level_and_where_it_comes_from(
    client: FlaskClient, session: Session, *, own: bool, by_grade: bool, shown: str
) -> None:
    special = make_value(session, PriceLevel, "special", discount="0.6")
    dealer = make_value(session, PriceLevel, "dealer", discount="0.8")
    grade = make_value(session, CustomerGrade, "A", price_level_id=dealer.id if by_grade else None)
    customer = factories.make_customer(session, grade_id=grade.id, price_level_id=special.id if own else None)
    log_in(client, factories.make_employee(session, "root", role="company_admin"))

    page = client.get(f"/admin/customer/details/?id={customer.id}").text

    line = re.search(r"<dt>Price level</dt>\s*<dd>(.*?)</dd>", page, re.DOTALL)
    assert line is not None
    assert re.sub(r"<[^>]+>", "", line[1]).strip() == shown


def test_customers_are_found_by_their_own_price_level(client: FlaskClient, session: Session) -> None:
    level = make_value(session, PriceLevel, "special")
    factories.make_customer(session, "with", price_level_id=level.id)
    factories.make_customer(session, "without")
    log_in(client, factories.make_employee(session, "root", role="company_admin"))

    levels = client.get("/admin/price_level/").text
    page = client.get(f"/admin/customer/?price_level__is={level.id}").text

    assert f'<a href="/admin/customer/?price_level__is={level.id}">1</a>' in levels
    assert (">with<" in page, ">without<" in page) == (True, False)
