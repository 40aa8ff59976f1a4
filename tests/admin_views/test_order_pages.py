"""The order of flat lists over the web (DESIGN 8): shape, refusals, rights."""

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import CustomerGrade
from tests.conftest import log_in
from tests.people import employee

#: What is changed in a valid request -> the answer; a word stands for a strange list.
REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"ids": "short"}, 422, "list_mismatch"),
    ({"ids": "twice"}, 422, "list_mismatch"),
    ({"ids": "foreign"}, 422, "list_mismatch"),
    ({"ids": []}, 422, "list_mismatch"),
    ({"version": 1}, 409, "stale"),
    ({"ids": None}, 400, "bad_request"),
    ({"ids": ["1"]}, 400, "bad_request"),
    ({"ids": [2**63]}, 400, "bad_request"),
    ({"ids": [[1]]}, 400, "bad_request"),
    ({"ids": {"0": 1}}, 400, "bad_request"),
    ({"version": "1"}, 400, "bad_request"),
    ({"version": None}, 400, "bad_request"),
]


@pytest.fixture
def admin(client: FlaskClient, session: Session) -> FlaskClient:
    """Return the client of somebody who may shape the dictionaries."""
    return log_in(client, employee(session, "config_admin"))


@pytest.fixture
def ids(session: Session) -> list[int]:
    """Store the grades A to E; return their ids."""
    rows = [CustomerGrade(name=name) for name in "ABCDE"]
    session.add_all(rows)
    session.commit()
    return [row.id for row in rows]


def order(client: FlaskClient) -> dict[str, Any]:
    return client.get("/admin/customer_grade/order/").get_json()


def test_order_has_the_shape_of_the_interface(admin: FlaskClient, ids: list[int]) -> None:
    found = order(admin)

    assert sorted(found) == ["rows", "version"]
    assert found["rows"][0] == {
        "id": ids[0],
        "name": "A",
        "version": 1,
        "sort_order": 1,
        "has_children": False,
        "is_active": True,
    }


def test_reorder_lasts(admin: FlaskClient, ids: list[int]) -> None:
    wanted = ids[::-1]

    answer = admin.post("/admin/customer_grade/reorder/", json={"ids": wanted, "version": order(admin)["version"]})

    after = order(admin)
    assert answer.get_json() == {"version": after["version"], "order": wanted}
    assert [(row["id"], row["sort_order"]) for row in after["rows"]] == list(zip(wanted, range(1, 6), strict=True))
    page = admin.get("/admin/customer_grade/").text
    assert re.findall(r'<tr data-id="(\d+)"', page) == [str(row_id) for row_id in wanted]


def test_reorder_refuses(admin: FlaskClient, ids: list[int]) -> None:
    strange = {"short": ids[1:], "twice": [*ids[1:], ids[1]], "foreign": [*ids[1:], 9999]}
    valid = {"ids": ids[::-1], "version": order(admin)["version"]}
    answers = []
    for change, _status, _code in REFUSED:
        named = {key: strange.get(value, value) if isinstance(value, str) else value for key, value in change.items()}
        answers.append(admin.post("/admin/customer_grade/reorder/", json=valid | named))

    found = [(answer.status_code, answer.get_json()["code"]) for answer in answers]
    assert found == [(status, code) for _change, status, code in REFUSED]
    assert [row["id"] for row in order(admin)["rows"]] == ids


@pytest.mark.parametrize("role", ["own_only", "manager"])
def test_others_are_refused(client: FlaskClient, session: Session, ids: list[int], role: str) -> None:
    log_in(client, employee(session, role))

    read = client.get("/admin/customer_grade/order/")
    written = client.post("/admin/customer_grade/reorder/", json={"ids": ids[::-1], "version": 1})

    assert (read.status_code, written.status_code) == (403, 403)
    assert session.scalars(select(CustomerGrade.id).order_by(CustomerGrade.sort_order)).all() == ids


def test_dragging_is_offered_only_in_the_lists_own_order(admin: FlaskClient, ids: list[int]) -> None:
    queries = {"": True, "?page_size=2": True, "?search=A": False, "?sort=name": False, "?is_active__is=1": False}

    pages = {query: admin.get(f"/admin/customer_grade/{query}").text for query in queries}

    assert {query: "data-ordering=" in page for query, page in pages.items()} == queries


def test_settings_of_the_script_are_words_and_addresses(admin: FlaskClient, ids: list[int]) -> None:
    raw = re.search(r'data-ordering="([^"]+)"', admin.get("/admin/customer_grade/").text)
    assert raw is not None
    settings = json.loads(raw[1].replace("&#34;", '"').replace("&amp;", "&"))

    assert settings["urls"]["reorder"] == "/admin/customer_grade/reorder/"
    assert settings["words"]["moveUp"] == "Move {name} up"


def test_generated_form_and_delete_keep_the_order_dense(admin: FlaskClient, ids: list[int]) -> None:
    admin.post("/admin/customer_grade/new/", data={"name": "F", "is_active": "y"})
    admin.post("/admin/customer_grade/delete/", data={"id": ids[1]})

    rows = order(admin)["rows"]
    assert [(row["name"], row["sort_order"]) for row in rows] == [("A", 1), ("C", 2), ("D", 3), ("E", 4), ("F", 5)]
