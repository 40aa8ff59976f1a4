"""Who corrects and deletes a follow-up or a visit: its author, those above the author who write, the company admin."""

import re
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, FollowUp, FollowUpAttachment, Visit
from models.scope import UnfilteredReason, unfiltered
from models.types import utc_now
from tests import factories
from tests.conftest import counted
from tests.factories import Company
from tests.functional.rights_table import ACTORS, ClientAs, appoint
from tests.functional.visibility_pages import snapshot

#: Status of what each tries with a record of a1 at C3, which b1 and b1's leader may edit and add to.
ANSWERS = {
    "a1": 200,
    "b1": 403,
    "east": 403,
    "leadA": 200,
    "leadB": 403,
    "boss": 200,
    "a2": 404,
    "va": 403,
    "cfg": 404,
    "admin": 200,
}
TEXT = {"follow_up": "content", "visit": "summary"}


def make(session: Session, company: Company, table: str) -> Any:
    """Return a record of a1 at C3."""
    if table == "follow_up":
        return factories.make_follow_up(session, company.c3, author=company.a1, content="mine")
    values: dict[str, Any] = {"status": "done", "check_in_at": utc_now(), "summary": "mine"}
    return factories.make_visit(session, company.c3, user=company.a1, **values)


@pytest.mark.parametrize("table", TEXT)
def test_records_are_corrected_by_few(client_as: ClientAs, session: Session, company: Company, table: str) -> None:
    appoint(session, company)
    row, text = make(session, company, table), TEXT[table]
    found: dict[str, dict[str, int]] = {"form": {}, "cell": {}, "field": {}}
    for login in ACTORS:
        client = client_as(login)
        found["form"][login] = client.get(f"/admin/{table}/edit/?id={row.id}").status_code
        found["field"][login] = client.get(f"/admin/{table}/cell/?id={row.id}&name={text}").status_code
        session.rollback()
        version = session.connection().scalar(select(type(row).__table__.c.version))
        session.rollback()
        sent = {"id": row.id, "name": text, "value": f"by {login}", "version": version}
        found["cell"][login] = client.post(f"/admin/{table}/cell/", json=sent).status_code

    assert found == dict.fromkeys(found, ANSWERS)


@pytest.mark.parametrize("table", TEXT)
def test_records_are_deleted_by_few(client_as: ClientAs, session: Session, company: Company, table: str) -> None:
    appoint(session, company)
    found = {}
    for login in ACTORS:
        row, client = make(session, company, table), client_as(login)
        before = snapshot(session, only=(table,))
        many = client.post(f"/admin/{table}/action/", data={"action": "delete", "rowid": [row.id]})
        is_gone = snapshot(session, only=(table,)) != before
        if is_gone:
            row = make(session, company, table)
        one = client.post(f"/admin/{table}/delete/", data={"id": row.id})
        assert (many.status_code, is_gone) == (one.status_code, one.status_code == 302), login
        found[login] = one.status_code if one.status_code != 302 else 200

    assert found == ANSWERS


def test_reader_without_the_right_gets_no_buttons(client_as: ClientAs, session: Session, company: Company) -> None:
    others, own = make(session, company, "follow_up"), factories.make_follow_up(session, company.c3, author=company.b1)
    client = client_as("b1")

    page = client.get("/admin/follow_up/").text
    offered = {int(row_id): len(signs) > 1 for row_id, signs in re.findall(r'data-id="(\d+)" data-do="(\w+)"', page)}
    details = {row.id: client.get(f"/admin/follow_up/details/?id={row.id}").text for row in (others, own)}
    tab = client.get(f"/m/customer/?id={company.c3.id}&tab=follow_ups").text

    assert offered == {others.id: False, own.id: True}
    assert {row_id: "follow_up/edit/" in text for row_id, text in details.items()} == offered
    assert {row_id: "follow_up/delete/" in text for row_id, text in details.items()} == offered
    assert tab.count("/m/attachment/add/") == 1


def test_list_asks_once_who_may_correct(client_as: ClientAs, session: Session, company: Company) -> None:
    client, counts = client_as("b1"), []
    for _ in range(2):
        for _ in range(3):
            make(session, company, "visit")
        client.get("/admin/visit/")
        with counted(session.get_bind()) as statements:
            client.get("/admin/visit/")
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_files_belong_to_the_account(client_as: ClientAs, session: Session, company: Company) -> None:
    row, b1, a1 = make(session, company, "follow_up"), client_as("b1"), client_as("a1")
    sent = [{"id": str(row.id), "file": (BytesIO(b"x"), "a.pdf")} for _ in range(2)]
    assert b1.post("/m/attachment/add/", data=sent[0]).status_code == 403
    assert a1.post("/m/attachment/add/", data=sent[1]).status_code == 302
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        file_id = every.scalars(select(FollowUpAttachment.id)).one()
    session.rollback()

    assert b1.post("/m/attachment/delete/", data={"id": file_id}).status_code == 403
    assert a1.post("/m/attachment/delete/", data={"id": file_id}).status_code == 302
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        noted = every.execute(select(AuditEntry.action, AuditEntry.changes)).all()
    session.rollback()
    assert [(entry.action, entry.changes["attachment"]) for entry in noted] == [
        ("edit_follow_up", names) for names in ([None, "a.pdf"], ["a.pdf", None])
    ]


def test_corrections_stand_in_timeline_and_log(client_as: ClientAs, session: Session, company: Company) -> None:
    appoint(session, company)
    visit, follow_up = (make(session, company, table) for table in ("visit", "follow_up"))
    lead_a = client_as("leadA")
    lead_a.post(f"/admin/visit/edit/?id={visit.id}", data={"summary": "theirs", "version": "1"})
    sent = {"content": "mine", "method": "email", "version": "1"}
    lead_a.post(f"/admin/follow_up/edit/?id={follow_up.id}", data=sent)
    lead_a.post("/admin/follow_up/delete/", data={"id": follow_up.id})
    client_as("a1").post("/m/visit/tell/", data={"id": visit.id, "summary": "mine again", "version": "2"})

    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        entries = every.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        noted = [(entry.action, entry.row_id, entry.actor_id, dict(entry.changes)) for entry in entries]
        left = every.scalars(select(FollowUp)).all(), every.scalars(select(Visit.summary)).one()
    session.rollback()
    named = {"visit": f"#{visit.id} a1-person"}
    assert left == ([], "mine again")
    assert noted[0] == ("edit_visit", company.c3.id, company.leadA.id, named | {"visit.summary": ["mine", "theirs"]})
    assert noted[1][0] == "edit_follow_up"
    assert noted[1][3]["follow_up.method"] == ["phone", "email"]
    assert "follow_up.content" not in noted[1][3]
    assert (noted[2][0], noted[2][3]["follow_up.content"]) == ("delete_follow_up", ["mine", None])
    assert noted[3] == ("edit_visit", company.c3.id, company.a1.id, named | {"visit.summary": ["theirs", "mine again"]})
    timeline = client_as("b1").get(f"/admin/customer/details/?id={company.c3.id}").text
    log = client_as("admin").get("/admin/audit_entry/").text
    for page in (timeline, log):
        assert ("Edited a visit" in page, "Deleted a follow-up" in page, "theirs" in page) == (True, True, True)
