"""The JSON addresses of trees under wrong, stale and hostile input: always {code, message}, never a 500."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import log_in
from tests.people import employee
from tests.trees import names_under, plant, post

MALFORMED = (b"", b"{", b"[]", b"1", b'"x"', b"null", b"\xff\xfe", b"[" * 200_000, b'{"id": NaN}', b'{"id": 1e999}')
#: What is changed in a valid move -> the answer.
REFUSED_MOVES: list[tuple[dict[str, Any], int, str]] = [
    ({"version": 7}, 409, "stale"),
    ({"id": 9999}, 404, "not_found"),
    ({"parent_id": 9999}, 404, "not_found"),
    ({"before_id": 9999}, 404, "not_found"),
    ({"id": 0}, 404, "not_found"),
    ({"id": -1}, 404, "not_found"),
    ({"id": 2**31}, 404, "not_found"),
    ({"id": 2**63}, 400, "bad_request"),
    ({"id": 10**400}, 400, "bad_request"),
    ({"id": "1"}, 400, "bad_request"),
    ({"id": 1.0}, 400, "bad_request"),
    ({"id": True}, 400, "bad_request"),
    ({"id": [1]}, 400, "bad_request"),
    ({"id": None}, 400, "bad_request"),
    ({"parent_id": "1\0"}, 400, "bad_request"),
    ({"parent_id": {}}, 400, "bad_request"),
    ({"version": None}, 400, "bad_request"),
    ({"version": 2**64}, 400, "bad_request"),
    ({"before_id": "金牛区", "after_id": "武侯区"}, 400, "bad_request"),
    ({"id": "成都", "parent_id": "成都"}, 422, "cycle"),
    ({"id": "成都", "parent_id": "武侯区"}, 422, "cycle"),
]


#: Name -> the answer of add and rename.
REFUSED_NAMES: list[tuple[Any, int, str]] = [
    ("上海", 422, "duplicate"),
    ("  ", 422, "invalid_name"),
    ("a/b", 422, "invalid_name"),
    ("a\0b", 422, "invalid_name"),
    ("\ud800", 422, "invalid_name"),
    ("x" * 51, 422, "invalid_name"),
    ("a\u202eb", 422, "invalid_name"),
    ("\u200b\u3000", 422, "invalid_name"),
    ("上／海", 422, "invalid_name"),
    (" 上海　", 422, "duplicate"),
    (5, 400, "bad_request"),
    (None, 400, "bad_request"),
    (["x"], 400, "bad_request"),
]

ADDRESSES: list[tuple[str, int]] = [
    ("children/?parent_id=9999", 404),
    ("children/?parent_id=99999999999", 404),
    ("children/?parent_id=99999999999999999999999", 400),
    ("children/?parent_id=abc", 400),
    ("children/?parent_id=1%00", 400),
    ("children/?parent_id=%D9%A1", 400),
    ("children/?parent_id=-1", 404),
    ("find/?q=a%00b", 400),
    ("find/?q=" + "x" * 101, 400),
    ("find/?q=%25", 200),
    ("find/", 200),
    ("levels/?ids=abc", 400),
    ("levels/?ids=1%00", 400),
    ("levels/?ids=-1", 400),
    ("levels/?ids=" + ",".join(["1"] * 201), 400),
    ("levels/?ids=9999,0,99999999999999999999999", 200),
    ("levels/", 200),
    ("node/?id=9999", 404),
    ("node/?id=abc", 400),
    ("node/", 404),
    ("usage/?parents=x", 400),
    ("usage/?ids=1.5", 400),
    ("usage/?ids=0,9999", 200),
]


@pytest.fixture
def admin(client: FlaskClient, session: Session) -> FlaskClient:
    """Return the client of somebody who may shape the trees."""
    return log_in(client, employee(session, "config_admin"))


@pytest.fixture
def ids(session: Session) -> dict[str, int]:
    """Return name -> id of the forest."""
    return plant(session)


def test_move_refuses(admin: FlaskClient, ids: dict[str, int]) -> None:
    valid: dict[str, Any] = {"id": ids["上海"], "parent_id": None, "version": 1}
    answers = []
    for change, _status, _code in REFUSED_MOVES:
        named = {key: ids.get(value, value) if isinstance(value, str) else value for key, value in change.items()}
        answers.append(post(admin, "move", **valid | named))
    answers += [post(admin, "move", **{key: valid[key] for key in valid if key != missing}) for missing in valid]

    expected = [(status, code) for _change, status, code in REFUSED_MOVES] + [(400, "bad_request")] * len(valid)
    assert [(answer.status_code, answer.get_json()["code"]) for answer in answers] == expected
    assert min(len(answer.get_json()["message"]) for answer in answers) > 10
    assert names_under(admin, None) == ["重庆", "成都", "上海"]


def test_malformed_json_is_refused(admin: FlaskClient, ids: dict[str, int]) -> None:
    answers = [
        admin.post(f"/admin/region/{what}/", data=body, content_type="application/json")
        for what in ("move", "add", "rename", "remove", "outline", "outline/preview")
        for body in MALFORMED
    ]

    assert {(answer.status_code, answer.get_json()["code"]) for answer in answers} == {(400, "bad_request")}


def test_form_post_instead_of_json_is_refused(admin: FlaskClient, ids: dict[str, int]) -> None:
    assert admin.post("/admin/region/move/", data={"id": ids["上海"]}).status_code == 400


def test_names_are_refused_alike_by_add_and_rename(admin: FlaskClient, ids: dict[str, int]) -> None:
    answers = [
        (post(admin, "add", name=name, parent_id=None), post(admin, "rename", id=ids["成都"], name=name, version=1))
        for name, _status, _code in REFUSED_NAMES
    ]

    found = [[(answer.status_code, answer.get_json()["code"]) for answer in pair] for pair in answers]
    assert found == [[(status, code)] * 2 for _name, status, code in REFUSED_NAMES]
    assert names_under(admin, None) == ["重庆", "成都", "上海"]


def test_hostile_addresses_are_answered_plainly(admin: FlaskClient, ids: dict[str, int]) -> None:
    answers = [admin.get(f"/admin/region/{address}") for address, _status in ADDRESSES]

    assert [answer.status_code for answer in answers] == [status for _address, status in ADDRESSES]
    assert [answer.get_json().get("rows", []) for answer in answers] == [[]] * len(ADDRESSES)


@pytest.mark.parametrize(
    "name",
    ["🌏", "👨‍👩‍👧 家", "x" * 50, "a\\b", "<b>", "'; --", "a／b".replace("／", "∕")],
    ids=["emoji", "joined emoji", "50 signs", "backslash", "tag", "quote", "division slash"],
)
def test_unusual_names_are_taken_as_they_are(admin: FlaskClient, name: str) -> None:
    added = post(admin, "add", name=name, parent_id=None)

    assert (added.status_code, added.get_json()["row"]["name"]) == (200, name)
    assert names_under(admin, None) == [name]


def test_names_that_people_read_alike_are_refused(admin: FlaskClient) -> None:
    first = post(admin, "add", name="A", parent_id=None).get_json()["row"]
    other = post(admin, "add", name="B", parent_id=None).get_json()["row"]

    answers = [post(admin, "add", name=name, parent_id=None) for name in ("Ａ", "a", "ａ ")]
    answers.append(post(admin, "rename", id=other["id"], name="Ａ", version=1))

    assert [(answer.status_code, answer.get_json()["code"]) for answer in answers] == [(422, "duplicate")] * 4
    assert post(admin, "rename", id=first["id"], name="Ａ", version=1).status_code == 200
    assert names_under(admin, None) == ["Ａ", "B"]


def test_seventh_level_is_refused_by_add_move_and_outline(admin: FlaskClient) -> None:
    parent_id = None
    for level in range(1, 7):
        parent_id = post(admin, "add", name=f"level {level}", parent_id=parent_id).get_json()["row"]["id"]
    loose = post(admin, "add", name="loose", parent_id=None).get_json()["row"]["id"]

    answers = [
        post(admin, "add", name="level 7", parent_id=parent_id),
        post(admin, "move", id=loose, parent_id=parent_id, version=1),
        post(admin, "outline", text="level 7", parent_id=parent_id),
    ]

    assert [(answer.status_code, answer.get_json()["code"]) for answer in answers] == [
        (422, "depth"),
        (422, "depth"),
        (422, "outline"),
    ]
    assert "At most 6 levels are possible." in answers[2].get_json()["message"]
    assert names_under(admin, parent_id) == []
