"""Details pages as JSON: the same rows, the same refusals."""

from flask import Flask
from sqlalchemy.orm import Session

from tests import factories
from tests.conftest import log_in

JSON = {"Accept": "application/json"}


def test_details_as_json_hold_fields_and_related_rows(app: Flask, session: Session) -> None:
    company = factories.company(session)
    child = factories.make_customer(session, "child", owner=company.a1, lat=1, lng=2, parent_customer_id=company.c1.id)

    answer = log_in(app.test_client(), company.a1).get(f"/admin/customer/details/?id={child.id}", headers=JSON)

    data = answer.get_json()
    assert answer.status_code == 200
    assert (data["id"], data["name"], data["lat"], data["grade"]) == (child.id, "child", "1.000000", None)
    assert data["owner"] == {"id": company.a1.id, "name": str(company.a1)}
    assert data["parent_customer"] == {"id": company.c1.id, "name": "C1"}


def test_details_as_json_hide_a_private_dealer_above(app: Flask, session: Session) -> None:
    company = factories.company(session)
    child = factories.make_customer(session, "child", owner=company.w1, parent_customer_id=company.c1.id)

    answer = log_in(app.test_client(), company.w1).get(f"/admin/customer/details/?id={child.id}", headers=JSON)

    assert answer.get_json()["parent_customer"] == {"id": None, "name": "Private customer"}
    assert b"C1" not in answer.data


def test_details_as_json_refuse_as_the_page_does(app: Flask, session: Session) -> None:
    company = factories.company(session)
    address = f"/admin/customer/details/?id={company.c1.id}"

    notice = log_in(app.test_client(), company.va).get(address, headers=JSON)
    hidden = log_in(app.test_client(), company.a2).get(address, headers=JSON)

    assert (notice.status_code, notice.get_json()) == (403, {"code": "PRIVATE_CUSTOMER", "name": "C1", "owner": "a1"})
    assert hidden.status_code == 404
    assert b"C1" not in hidden.data
