"""Cases 21 to 25 of DOMAIN 3.7 through HTTP: the company's switch, and the mark of a customer."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, CompanySetting, Customer
from models.scope import UnfilteredReason, unfiltered
from tests.factories import Company, switch_private
from tests.functional.visibility_pages import FULL, HIDDEN, JSON, NOTICE, outcome, outcomes, snapshot, word

ClientAs = Callable[[str], FlaskClient]


def turn_switch(session: Session, admin: FlaskClient, *, is_on: bool) -> None:
    """Save the form of the company's settings."""
    session.rollback()
    setting = session.get_one(CompanySetting, 1)
    data = {"company_name": "", "colour": setting.colour, "time_zone": setting.time_zone, "version": setting.version}
    if is_on:
        data["private_customer_enabled"] = "y"
    answer = admin.post("/admin/company_setting/", data=data)
    assert answer.status_code == 302, answer.text
    session.rollback()
    session.refresh(setting)
    assert setting.private_customer_enabled == is_on


def visibilities(session: Session) -> dict[str, str]:
    """Return the marks as they stand in the database, by code."""
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        found = {row.code: row.visibility for row in every.execute(select(Customer.code, Customer.visibility))}
    session.rollback()
    return found


def mark(client: FlaskClient, company: Company, name: str, visibility: str) -> Any:
    """Post a visibility."""
    return client.post("/admin/customer/visibility/", data={"id": company[name].id, "visibility": visibility})


def audited_marks(session: Session) -> list[tuple[int | None, dict[str, Any]]]:
    """Return (row, changes) of the noted changes of visibility, oldest first."""
    session.rollback()
    entries = select(AuditEntry).where(AuditEntry.action == "set_visibility").order_by(AuditEntry.id)
    return [(entry.row_id, entry.changes) for entry in session.scalars(entries)]


def test_case_21_the_switch_off_makes_private_customers_as_public_ones(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    va, west = client_as("va"), client_as("west")
    switch_private(session, is_on=False)

    assert [outcomes((va, west), company, name) for name in ("c1", "c3", "c4")] == [[FULL, FULL]] * 3
    assert outcome(client_as("a2"), company, "c1") is HIDDEN


def test_case_22_the_switch_off_and_on_again_keeps_the_marks(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    before, va, admin = visibilities(session), client_as("va"), client_as("admin")
    seen = [outcome(va, company, "c1")]

    for is_on in (False, True):
        turn_switch(session, admin, is_on=is_on)
        seen.append(outcome(va, company, "c1"))
        assert visibilities(session) == before

    assert seen == [NOTICE, FULL, NOTICE]
    assert before["code-c1-mark"] == "private"
    entries = select(AuditEntry.changes).where(AuditEntry.action == "change_setting").order_by(AuditEntry.id)
    assert list(session.scalars(entries)) == [
        {"private_customer_enabled": [True, False]},
        {"private_customer_enabled": [False, True]},
    ]


def test_case_23_a_mark_posted_while_the_switch_is_off_is_refused(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    a1, customer = client_as("a1"), company.c2
    address = f"/admin/customer/edit/?id={customer.id}"
    form_on = a1.get(address).text
    switch_private(session, is_on=False)
    before = snapshot(session)

    form_off = a1.get(address).text
    data = {"name": customer.name, "is_active": "y", "version": customer.version, "visibility": "private"}
    statuses = [
        a1.post(address, data=data).status_code,
        mark(a1, company, "c2", "private").status_code,
        mark(a1, company, "c1", "public").status_code,
        a1.post("/admin/customer/new/", data={"name": "new", "visibility": "private"}).status_code,
    ]

    assert ('name="visibility"' in form_on, 'name="visibility"' in form_off) == (True, False)
    assert statuses == [400, 400, 400, 400]
    assert snapshot(session) == before


def test_case_24_a_follower_sets_and_clears_the_mark(client_as: ClientAs, session: Session, company: Company) -> None:
    a1, va = client_as("a1"), client_as("va")

    statuses = [mark(a1, company, "c2", "private").status_code]
    seen = [outcome(va, company, "c2")]
    statuses.append(mark(a1, company, "c2", "public").status_code)
    seen.append(outcome(va, company, "c2"))

    assert statuses == [302, 302]
    assert seen == [NOTICE, FULL]
    assert audited_marks(session) == [
        (company.c2.id, {"visibility": ["public", "private"]}),
        (company.c2.id, {"visibility": ["private", "public"]}),
    ]


def test_case_25_a_co_follower_sets_and_clears_the_mark_and_others_do_not(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    b1 = client_as("b1")

    assert mark(b1, company, "c3", "public").status_code == 302
    assert visibilities(session)["code-c3-mark"] == "public"
    assert mark(b1, company, "c3", "private").status_code == 302
    assert visibilities(session)["code-c3-mark"] == "private"

    before = snapshot(session)
    answers = [mark(client_as(login), company, "c3", "public") for login in ("leadA", "va", "cfg")]
    assert [answer.status_code for answer in answers] == [403, 403, 404]
    assert [word(answer, company, "c3") for answer in answers] == ["refused", "prompt", "not found"]
    assert snapshot(session) == before


def test_the_switch_off_leaves_no_trace_of_the_mark(client_as: ClientAs, session: Session, company: Company) -> None:
    """DOMAIN 3.5: forms, API and files have no such field; a badge would tell of a protection that is none."""
    traces = {}
    for is_on in (True, False):
        switch_private(session, is_on=is_on)
        a1, ids = client_as("a1"), [company.c1.id, company.c2.id]
        pages = {
            "list": a1.get("/admin/customer/").text,
            "details": a1.get(f"/admin/customer/details/?id={company.c1.id}").text,
            "transfer": a1.get("/admin/customer/transfer/", query_string={"id": ids}).text,
        }
        fields = a1.get(f"/admin/customer/details/?id={company.c1.id}", headers=JSON).get_json()
        traces[is_on] = {page: (">Private<" in text, "isibility" in text) for page, text in pages.items()}
        traces[is_on]["JSON"] = ("visibility" in fields,) * 2

    assert traces[True] == {page: (True, page != "transfer") for page in traces[True]}
    assert traces[False] == dict.fromkeys(traces[True], (False, False))
