"""The JSON addresses of the outline: a look at what would be added, then all or nothing."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import log_in
from tests.people import employee
from tests.trees import names_under, plant, post


@pytest.fixture
def admin(client: FlaskClient, session: Session) -> FlaskClient:
    """Return the client of somebody who may shape the trees."""
    return log_in(client, employee(session, "config_admin"))


@pytest.fixture
def ids(session: Session) -> dict[str, int]:
    """Return name -> id of the forest."""
    return plant(session)


def test_preview_tells_each_line_and_writes_nothing(admin: FlaskClient, ids: dict[str, int]) -> None:
    text = "成都\n  武侯区\n  高新区\n  高新区\n  a/b"

    answer = post(admin, "outline/preview", text=text, parent_id=None)

    found = answer.get_json()
    assert answer.status_code == 200
    assert [(line["number"], line["level"], line["name"], line["state"]) for line in found["lines"]] == [
        (1, 1, "成都", "present"),
        (2, 2, "武侯区", "present"),
        (3, 2, "高新区", "new"),
        (4, 2, "高新区", "repeated"),
        (5, 2, "a/b", "refused"),
    ]
    assert [line["message"] for line in found["lines"]] == [
        "there already",
        "there already",
        "",
        "the same as line 3",
        "The name may not hold “/”: it parts the steps of a path.",
    ]
    assert (found["new"], found["present"], found["repeated"], found["refused"]) == (1, 2, 1, 1)
    assert names_under(admin, ids["成都"]) == ["金牛区", "武侯区", "锦江区"]


def test_outline_is_added_below_a_node(admin: FlaskClient, ids: dict[str, int]) -> None:
    answer = post(admin, "outline", text="浦东\n\t陆家嘴\n黄浦", parent_id=ids["上海"])

    assert (answer.status_code, answer.get_json()["new"]) == (200, 3)
    assert names_under(admin, ids["上海"]) == ["浦东", "黄浦"]


def test_outline_with_a_bad_line_adds_nothing_and_says_which(admin: FlaskClient, ids: dict[str, int]) -> None:
    answer = post(admin, "outline", text=f"天津\n  {'北' * 51}\na/b\nc/d\ne/f", parent_id=None)

    assert (answer.status_code, answer.get_json()["code"]) == (422, "outline")
    message = answer.get_json()["message"]
    assert "line 2: The name is too long: at most 50 signs." in message
    assert "line 3: " in message
    assert message.endswith("1 more line")
    assert names_under(admin, None) == ["重庆", "成都", "上海"]


#: What is sent -> the answer.
REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"text": "", "parent_id": None}, 422, "blank"),
    ({"text": "a\n" * 1001, "parent_id": None}, 422, "too_large"),
    ({"text": "a" * 100_001, "parent_id": None}, 422, "too_large"),
    ({"text": "a", "parent_id": 9999}, 404, "not_found"),
    ({"text": "a"}, 400, "bad_request"),
    ({"parent_id": None}, 400, "bad_request"),
    ({"text": ["a"], "parent_id": None}, 400, "bad_request"),
    ({"text": "a", "parent_id": "1"}, 400, "bad_request"),
]


def test_bad_outlines_are_refused(admin: FlaskClient, ids: dict[str, int]) -> None:
    answers = [post(admin, what, **body) for body, _status, _code in REFUSED for what in ("outline", "outline/preview")]

    expected = [(status, code) for _body, status, code in REFUSED for _ in range(2)]
    assert [(answer.status_code, answer.get_json()["code"]) for answer in answers] == expected
    assert names_under(admin, None) == ["重庆", "成都", "上海"]


def test_surrogates_in_an_outline_are_told_not_a_fault(admin: FlaskClient) -> None:
    answer = post(admin, "outline/preview", text="a\ud800\n\0", parent_id=None)

    assert [line["state"] for line in answer.get_json()["lines"]] == ["refused", "refused"]
