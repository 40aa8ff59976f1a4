"""The steps of an import after its plan: confirm once, skip rows, undo, whose it is, what went wrong."""

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Customer, ImportJob, Region
from services import storage
from tests.factories import make_customer, make_employee, make_role
from tests.files import csv_bytes
from tests.import_steps import confirm, counts, faults, job_id, send, state, upload

ClientOf = Callable[[Any], FlaskClient]

HEADER = ("code", "name", "parent_code")
GOOD = csv_bytes(HEADER, ("1", "a", ""), ("2", "b", "1"))
BAD = csv_bytes(HEADER, ("1", "a", ""), ("2", "b", "9"), ("3", "c/d", ""))


def regions(session: Session) -> list[str]:
    """Return the names of all regions."""
    session.rollback()
    return sorted(session.scalars(select(Region.name)))


def change_past_the_rule(session: Session, code: str, **values: Any) -> None:
    """Change a customer as somebody else would."""
    session.rollback()
    table: Any = Customer.__table__
    changed = {**values, "version": table.c.version + 1}
    session.connection().execute(table.update().where(table.c.code == code).values(changed))
    session.commit()


def test_each_step_has_an_address_and_reload_repeats_nothing(session: Session, admin_client: FlaskClient) -> None:
    planned = upload(admin_client, "region", GOOD)
    done = confirm(admin_client, planned)

    again = confirm(admin_client, planned)
    reloaded = admin_client.get(done.request.path)

    assert planned.request.path == done.request.path == f"/admin/region/import/{job_id(done)}/"
    assert [state(page) for page in (done, again, reloaded)] == ["done"] * 3
    assert "moved on meanwhile" in again.text
    assert regions(session) == ["a", "b"]
    session.rollback()
    assert session.scalar(select(func.count(ImportJob.id))) == 1


def test_only_the_plan_that_was_seen_is_confirmed(session: Session, admin_client: FlaskClient) -> None:
    first = upload(admin_client, "region", BAD, partial="1")
    send(admin_client, first, "skip", number=["3"])

    stale = confirm(admin_client, first)

    assert (state(stale), "made anew meanwhile" in stale.text, regions(session)) == ("planned", True, [])


def test_rows_can_be_left_out_and_taken_in_again(session: Session, admin_client: FlaskClient) -> None:
    refused = upload(admin_client, "region", BAD)

    mended = send(admin_client, refused, "skip", number=["3", "4"])
    skipped = admin_client.get(f"{mended.request.path}?show=skip")
    back = send(admin_client, skipped, "skip", number=["4"])
    done = confirm(admin_client, send(admin_client, back, "skip", number=["4"]))

    assert (counts(refused)["errors"], counts(mended)["errors"], counts(mended)["skipped"]) == (2, 0, 2)
    assert skipped.text.count("You left it out.") == 2
    assert [number for number, _ in faults(back)] == [4]
    assert (state(done), regions(session)) == ("done", ["a"])


def test_undo_says_what_it_does_and_lists_what_stays(session: Session, admin_client: FlaskClient) -> None:
    session.add(Region(code="1", name="old"))
    session.commit()
    done = confirm(admin_client, upload(admin_client, "region", GOOD, mode="update"))
    session.rollback()
    session.scalars(select(Region).where(Region.name == "b")).one().name = "edited"
    session.commit()

    undone = send(admin_client, done, "undo")

    assert "Removes the 1 added and restores the 1 updated" in done.text
    assert (state(undone), regions(session)) == ("undone", ["edited", "old"])
    assert [number for number, _ in faults(undone)] == [3]
    assert 'id="undo"' not in undone.text


def test_row_that_changed_meanwhile_is_left_and_listed(session: Session, admin_client: FlaskClient) -> None:
    make_customer(session, "one", code="C1", phone="1")
    make_customer(session, "two", code="C2", phone="2")
    planned = upload(
        admin_client, "customer", csv_bytes(("code", "phone"), ("C1", "11"), ("C2", "22")), mode="update", partial="1"
    )
    change_past_the_rule(session, "C1", phone="999")

    done = confirm(admin_client, planned)

    assert state(done) == "done"
    assert "1 row was changed by somebody meanwhile" in done.text
    assert [number for number, _ in faults(done)] == [2]
    assert 'id="error-file"' in done.text


def test_plan_shows_old_and_new_values(session: Session, admin_client: FlaskClient) -> None:
    make_customer(session, "one", code="C1", phone="1", remark="gone")

    page = upload(
        admin_client, "customer", csv_bytes(("code", "phone", "remark"), ("C1", "<i>2", "#清空")), mode="update"
    )

    assert "<del>1</del>" in page.text
    assert "<ins>&lt;i&gt;2</ins>" in page.text
    assert "<del>gone</del>" in page.text
    assert "<ins>(blank)</ins>" in page.text


def test_long_plan_has_pages(admin_client: FlaskClient) -> None:
    lines = [(str(number), f"n{number}") for number in range(120)]
    page = upload(admin_client, "customer_grade", csv_bytes(("name",), *[(name,) for _, name in lines]))

    last = admin_client.get(f"{page.request.path}?show=insert&page=2")
    beyond = admin_client.get(f"{page.request.path}?show=insert&page=99")

    assert [len(faults(shown)) for shown in (page, last, beyond)] == [50, 20, 20]
    assert "Page 3 of 3" in last.text
    fitting = upload(admin_client, "customer_source", csv_bytes(("name",), *[(name,) for _, name in lines[:100]]))
    assert len(faults(admin_client.get(f"{fitting.request.path}?show=insert&page=2"))) == 50
    assert admin_client.get(f"{page.request.path}?show=nonsense&page=x").status_code == 200


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_error_file_is_the_upload_with_reasons_and_can_be_sent_again(
    session: Session, admin_client: FlaskClient, kind: str
) -> None:
    content = BAD
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for line in csv.reader(io.StringIO(BAD.decode())):
            book.active.append(line)  # type: ignore[union-attr]
        buffer = io.BytesIO()
        book.save(buffer)
        content = buffer.getvalue()
    page = upload(admin_client, "region", content, name=f"区域.{kind}")

    answer = admin_client.get(f"{page.request.path}errors/", headers={"Accept-Language": "zh-CN"})
    again = upload(admin_client, "region", answer.data, name=f"错误.{kind}")

    assert f".{kind}" in answer.headers["Content-Disposition"]
    assert "%E5%8C%BA%E5%9F%9F" in answer.headers["Content-Disposition"]
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
        assert (rows[0], [row[3] for row in rows[1:]]) == ([*HEADER, "行号", "错误原因"], ["3", "4"])
    assert [number for number, _ in faults(again)] == [2, 3]


# Whose it is

DEEDS = ("confirm", "skip", "undo", "cancel", "retry")
PAGES = ("", "columns/", "values/", "errors/")


def test_import_of_another_is_not_found(session: Session, roles: Any, client_of: ClientOf) -> None:
    make_role(session, "importer", ["import_customers"])
    owner, other = (client_of(make_employee(session, login, role="importer")) for login in ("owner", "other"))
    page = upload(owner, "customer", csv_bytes(("name",), ("x",))).request.path

    answers = [other.get(f"{page}{place}").status_code for place in PAGES]
    answers += [other.post(f"{page}{deed}/", data={"plan": "1"}).status_code for deed in DEEDS]
    elsewhere = [owner.get(page.replace("customer", table)).status_code for table in ("visit", "contact")]

    assert set(answers) == {404}
    assert elsewhere == [404, 404]
    assert owner.get(page).status_code == 200
    assert {owner.get(f"/admin/customer/import/{number}/").status_code for number in (0, 9_999, 10**20)} == {404}


def test_admin_looks_at_any_import_but_changes_none(
    session: Session, roles: Any, client_of: ClientOf, admin_client: FlaskClient
) -> None:
    make_role(session, "importer", ["import_customers"])
    owner = client_of(make_employee(session, "owner", role="importer"))
    page = upload(owner, "customer", csv_bytes(("name",), ("x",)))
    path = page.request.path

    waiting = upload(owner, "customer", csv_bytes(("name", "unknown"), ("x", "")))
    seen = admin_client.get(path)
    unchecked = admin_client.get(waiting.request.path.removesuffix("columns/"))
    refused = [admin_client.post(f"{path}{deed}/", data={"plan": "1"}).status_code for deed in ("confirm", "skip")]

    assert (seen.status_code, counts(seen), 'id="confirm"' in seen.text) == (200, counts(page), False)
    assert refused == [403, 403]
    assert "The file was not checked yet." in unchecked.text
    assert admin_client.get(f"{path}columns/").status_code == 403
    assert state(confirm(owner, page)) == "done"
    assert state(send(admin_client, admin_client.get(path), "undo")) == "undone"


def test_right_that_was_lost_closes_every_page(session: Session, roles: Any, client_of: ClientOf) -> None:
    role = make_role(session, "importer", ["import_customers"])
    owner = client_of(make_employee(session, "owner", role="importer"))
    page = upload(owner, "customer", csv_bytes(("name",), ("x",))).request.path
    role.permission_codes = []
    session.commit()

    answers = [owner.get(f"{page}{place}").status_code for place in PAGES]
    answers += [owner.post(f"{page}{deed}/", data={"plan": "1"}).status_code for deed in DEEDS]

    assert set(answers) == {403}


def test_customer_that_is_no_longer_seen_is_told_by_no_plan(session: Session, roles: Any, client_of: ClientOf) -> None:
    make_role(session, "importer", ["import_customers"])
    owner, peer = make_employee(session, "owner", role="importer"), make_employee(session, "peer", name="Peer Person")
    make_customer(session, "Secret Ltd", owner=owner, code="S1", phone="0287777")
    client = client_of(owner)
    page = upload(client, "customer", csv_bytes(("code", "remark"), ("S1", "mine")), mode="update")
    shown_before = "Secret Ltd" in page.text
    change_past_the_rule(session, "S1", owner_id=peer.id, visibility="private")

    hidden = client.get(page.request.path)
    done = confirm(client, hidden)

    assert shown_before
    for answer in (hidden, done, client.get(f"{page.request.path}errors/")):
        for word in ("Secret Ltd", "0287777", "Peer Person"):
            assert word not in answer.text
    assert counts(hidden)["updated"] == 1
    session.rollback()
    assert session.connection().execute(select(Customer.__table__.c.remark)).scalars().all() == [None]


# What goes wrong


def test_file_that_is_gone_is_told(session: Session, admin_client: FlaskClient) -> None:
    page = upload(admin_client, "region", GOOD)
    session.rollback()
    job = session.get_one(ImportJob, job_id(page))
    storage.delete(job.file_key or "")

    columns = admin_client.get(f"{page.request.path}columns/", follow_redirects=True)
    errors = admin_client.get(f"{page.request.path}errors/", follow_redirects=True)

    assert "no longer there" in columns.text
    assert "no longer there" in errors.text


def test_plan_that_fails_as_a_whole_says_why_and_offers_another_reading(admin_client: FlaskClient) -> None:
    page = upload(
        admin_client, "region", csv_bytes(HEADER, *[(str(n), f"n{n}", "") for n in range(20)], ("x", "b", "", "beyond"))
    )

    assert state(page) == "failed"
    assert "row 22 has values beyond the last header" in page.text
    assert 'id="change"' in page.text
    assert 'id="confirm"' not in page.text


def test_cancelled_import_writes_nothing(session: Session, admin_client: FlaskClient) -> None:
    page = upload(admin_client, "region", GOOD)

    cancelled = send(admin_client, page, "cancel")

    assert (state(cancelled), regions(session)) == ("cancelled", [])
    assert 'id="confirm"' not in cancelled.text


def test_large_import_shows_its_progress(session: Session, admin_client: FlaskClient) -> None:
    content = csv_bytes(("name",), *[(f"{number} {'x' * 90}",) for number in range(6_000)])

    page = upload(admin_client, "customer_grade", content)

    assert "data-progress-url" in page.text
    assert 'data-state="waiting"' in page.text
    assert "You may close this page" in page.text
    assert state(send(admin_client, page, "cancel")) == "cancelled"
