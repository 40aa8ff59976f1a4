"""Cases 1 to 20 of DOMAIN 3.7 through HTTP: who opens what while the switch is on.

Each opening asks every page about the customer: see ``visibility_pages``.
"""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from auth.passwords import set_password
from auth.visibility import Outcome
from models import AuditEntry, CustomerGrade, Employee
from tests.conftest import log_in
from tests.factories import Company
from tests.functional.visibility_pages import FULL, HIDDEN, NOTICE, outcome, secrets, snapshot

ClientAs = Callable[[str], FlaskClient]
Opening = tuple[str, str, Outcome]

#: Case -> (viewer, customer, outcome), as the table of DOMAIN 3.7 says.
OPENINGS: dict[int, list[Opening]] = {
    1: [("a1", "c1", FULL)],
    2: [("leadA", "c1", FULL)],
    3: [("east", "c1", FULL), ("boss", "c1", FULL)],
    4: [("a2", "c1", HIDDEN), ("a2", "c2", HIDDEN)],
    5: [("va", "c1", NOTICE), ("va", "c2", FULL)],
    6: [("west", "c1", NOTICE), ("west", "c2", FULL)],
    7: [("leadB", "c1", HIDDEN), ("leadB", "c2", HIDDEN)],
    8: [("b1", "c3", FULL)],
    9: [("leadB", "c3", FULL)],
    10: [("va", "c3", NOTICE)],
    11: [("a1", "c5", HIDDEN), ("leadA", "c5", FULL), ("east", "c5", FULL)],
    12: [("solo", "c4", FULL), ("boss", "c4", HIDDEN), ("va", "c4", NOTICE), ("admin", "c4", FULL)],
    13: [("leadA", "c6", FULL), ("a1", "c6", HIDDEN), ("va", "c6", NOTICE)],
    14: [("east", "c7", FULL), ("boss", "c7", FULL), ("leadB", "c7", HIDDEN)],
    15: [("x", "c8", FULL), ("y", "c8", FULL), ("z", "c8", FULL), ("boss", "c8", HIDDEN)],
    16: [("y", "c9", FULL), ("z", "c9", FULL), ("x1", "c9", HIDDEN)],
    17: [("va", "c10", FULL), ("admin", "c10", FULL), ("boss", "c10", HIDDEN), ("a1", "c10", HIDDEN)],
    18: [("va", "c11", FULL), ("leadB", "c11", FULL), ("west", "c11", NOTICE)],
    20: [("cfg", "c1", HIDDEN), ("cfg", "c2", HIDDEN)],
}


@pytest.mark.parametrize("case", [pytest.param(case, id=f"case_{case:02}") for case in OPENINGS])
def test_openings(client_as: ClientAs, company: Company, case: int) -> None:
    found = [(viewer, name, outcome(client_as(viewer), company, name)) for viewer, name, _ in OPENINGS[case]]

    assert found == OPENINGS[case]


def test_case_13_somebody_who_left_does_not_log_in(app: Flask, session: Session, company: Company) -> None:
    set_password(session.get_one(Employee, company.gone.id), "correct horse")
    session.commit()
    client = app.test_client()

    by_form = client.post("/login", data={"login": "gone", "password": "correct horse"})
    by_old_cookie = log_in(app.test_client(), company.gone).get(f"/admin/customer/details/?id={company.c6.id}")

    assert by_form.status_code == 200
    assert "the account is disabled" in by_form.text
    assert client.get("/admin/").location.startswith("/login")
    assert by_old_cookie.location.startswith("/login")


def test_case_19_an_admin_opens_a_private_customer_and_it_is_noted(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    admin = client_as("admin")

    page = admin.get(f"/admin/customer/details/?id={company.c1.id}")
    admin.get(f"/admin/customer/details/?id={company.c2.id}")
    client_as("a1").get(f"/admin/customer/details/?id={company.c1.id}")

    assert page.status_code == 200
    assert company.c1.phone in page.text
    entries = session.scalars(select(AuditEntry)).all()
    assert [(entry.action, entry.actor_id, entry.table_name, entry.row_id) for entry in entries] == [
        ("open_private_customer", company.admin.id, "customer", company.c1.id)
    ]
    assert entries[0].changes == {}
    session.rollback()
    assert outcome(admin, company, "c1") is FULL


def test_case_20_a_grade_in_use_by_a_hidden_customer_stays(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    """Replacing the grade by another comes with its page."""
    before, cfg = snapshot(session), client_as("cfg")

    page = cfg.post("/admin/customer_grade/delete/", data={"id": company.grade.id}, follow_redirects=True)

    assert page.status_code == 200
    assert "it is in use (Customers: 1)" in page.text
    assert [text for text in (company.c1.name, "a1-person", *secrets(company, "c1")) if text in page.text] == [
        company.grade.name
    ]
    assert snapshot(session) == before
    assert session.get(CustomerGrade, company.grade.id) is not None
