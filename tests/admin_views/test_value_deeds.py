"""The deeds on values over the web, as JSON: shape, refusals, rights."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import AuditEntry, CustomerGrade, Department, PriceLevel, Region
from tests import factories
from tests.conftest import log_in

Answer = tuple[int, dict[str, Any]]


@pytest.fixture
def admin(client: FlaskClient, session: Session) -> FlaskClient:
    """Return the client of somebody who may shape the dictionaries, and sees no customer."""
    return log_in(client, factories.make_employee(session, "cfg", role="config_admin"))


@pytest.fixture
def grades(session: Session) -> dict[str, CustomerGrade]:
    """Store the grades A to C, two private customers with A; return them by name."""
    level = factories.save(session, PriceLevel(name="dealer", discount=1))
    rows = {
        name: factories.save(session, CustomerGrade(name=name, price_level_id=level.id if name == "A" else None))
        for name in "ABC"
    }
    owner = factories.make_employee(session, "owner")
    for name in ("secret one", "secret two"):
        factories.make_customer(session, name, owner=owner, visibility="private", grade_id=rows["A"].id)
    return rows


def post(client: FlaskClient, path: str, **data: Any) -> Answer:
    answer = client.post(f"/admin/{path}/", json=data)
    return answer.status_code, answer.get_json()


def names(session: Session, model: Any = CustomerGrade) -> list[str]:
    session.rollback()
    return list(session.scalars(select(model.name).order_by(model.sort_order, model.id)))


def test_impact_is_numbers_alone(admin: FlaskClient, grades: dict[str, CustomerGrade]) -> None:
    answer = admin.get(f"/admin/customer_grade/impact/?id={grades['A'].id}")

    assert answer.status_code == 200
    assert answer.get_json() == {
        "id": grades["A"].id,
        "name": "A",
        "version": 1,
        "is_active": True,
        "customers": 2,
        "children": 0,
        "price_levels": 1,
        "others": 0,
        "descendants": 0,
        "customers_below": 0,
    }
    assert "secret" not in answer.text


def test_replace_and_undo(admin: FlaskClient, session: Session, grades: dict[str, CustomerGrade]) -> None:
    status, done = post(admin, "customer_grade/replace", id=grades["A"].id, version=1, target_id=grades["C"].id)
    between = names(session)
    undone = post(admin, "customer_grade/undo", token=done["undo"])
    again = post(admin, "customer_grade/undo", token=done["undo"])

    assert (status, done["message"]) == (200, "“A” was replaced by “C” (customers: 2).")
    assert (between, names(session)) == (["B", "C"], ["A", "B", "C"])
    assert undone == (200, {"message": "“A” is as it was before.", "undo": None})
    assert (again[0], again[1]["code"]) == (422, "undo_refused")


def test_deactivate_reactivate_and_remove(
    admin: FlaskClient, session: Session, grades: dict[str, CustomerGrade]
) -> None:
    row_id = grades["B"].id

    off = post(admin, "customer_grade/deactivate", id=row_id, version=1)
    idle = post(admin, "customer_grade/deactivate", id=row_id, version=2)
    on = post(admin, "customer_grade/reactivate", id=row_id, version=2)
    gone = post(admin, "customer_grade/remove", id=row_id, version=3)

    assert [status for status, _ in (off, idle, on, gone)] == [200, 200, 200, 200]
    assert [answer["undo"] is None for _, answer in (off, idle, on, gone)] == [False, True, False, False]
    assert [answer.get("version") for _, answer in (off, idle, on)] == [2, 2, 3]
    assert names(session) == ["A", "C"]


def test_merge_moves_children(admin: FlaskClient, session: Session) -> None:
    old, new = (factories.save(session, Region(name=name)) for name in ("old", "new"))
    below = factories.save(session, Region(name="below", parent_id=old.id))

    status, done = post(admin, "region/merge", id=old.id, version=1, target_id=new.id)

    assert (status, done["message"]) == (200, "“old” was merged into “new” (customers: 0).")
    assert session.scalar(select(Region.parent_id).where(Region.id == below.id)) == new.id


#: Deed -> what is changed in a valid request -> the answer.
REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("replace", {"version": 7}, 409, "stale"),
    ("replace", {"target_id": 10**6}, 404, "not_found"),
    ("replace", {"id": 10**6}, 404, "not_found"),
    ("replace", {"target_id": None}, 400, "bad_request"),
    ("replace", {"target_id": "1"}, 400, "bad_request"),
    ("replace", {"version": None}, 400, "bad_request"),
    ("merge", {"id": 2**63}, 400, "bad_request"),
    ("merge", {"id": -1}, 404, "not_found"),
    ("deactivate", {"version": 7}, 409, "stale"),
    ("reactivate", {"id": 10**6}, 404, "not_found"),
    ("remove", {}, 422, "in_use"),
    ("undo", {"token": 10**6}, 404, "not_found"),
    ("undo", {"token": "x"}, 400, "bad_request"),
]


def test_deeds_are_refused(admin: FlaskClient, session: Session, grades: dict[str, CustomerGrade]) -> None:
    valid = {"id": grades["A"].id, "target_id": grades["B"].id, "version": 1}

    found = [post(admin, f"customer_grade/{deed}", **valid | change) for deed, change, _status, _code in REFUSED]

    assert [(status, answer["code"]) for status, answer in found] == [refused[2:] for refused in REFUSED]
    assert all(answer["message"] for _, answer in found)
    assert post(admin, "customer_grade/replace", **valid | {"target_id": grades["A"].id})[1]["code"] == "same_value"
    assert names(session) == ["A", "B", "C"]
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == 0


@pytest.mark.parametrize("query", ["", "?id=", "?id=x"])
def test_impact_of_no_number_is_not_understood(admin: FlaskClient, query: str) -> None:
    assert admin.get(f"/admin/customer_grade/impact/{query}").get_json()["code"] == "bad_request"
    assert admin.get("/admin/customer_grade/impact/?id=5").get_json()["code"] == "not_found"


@pytest.mark.parametrize("role", ["own_only", "manager"])
def test_others_are_refused(client: FlaskClient, session: Session, grades: dict[str, CustomerGrade], role: str) -> None:
    log_in(client, factories.make_employee(session, "other", role=role))
    data = {"id": grades["A"].id, "target_id": grades["B"].id, "version": 1, "token": 1}

    statuses = [
        post(client, f"customer_grade/{deed}", **data)[0]
        for deed in ("deactivate", "reactivate", "remove", "replace", "merge", "undo")
    ]

    assert statuses == [403] * 6
    assert client.get(f"/admin/customer_grade/impact/?id={grades['A'].id}").status_code == 403
    assert names(session) == ["A", "B", "C"]


def test_departments_are_shaped_by_those_who_manage_employees(admin: FlaskClient, session: Session) -> None:
    row = factories.save(session, Department(name="d"))

    refused = post(admin, "department/deactivate", id=row.id, version=1)
    root = log_in(admin, factories.make_employee(session, "root", role="company_admin"))
    done = post(root, "department/deactivate", id=row.id, version=1)

    assert (refused[0], done[0]) == (403, 200)
