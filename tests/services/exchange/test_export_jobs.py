"""Large exports: a worker writes what the owner sees when it comes to it, for the owner alone."""

import io
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Employee, ExportJob
from services import jobs, storage
from services.exchange import exports
from services.exchange.errors import FileError
from services.exchange.export_request import ExportRequest
from services.exchange.formats import SMALL_TYPES
from services.jobs import queue
from services.jobs.kinds import PREFIXES
from services.listing import FilterTerm, Listing
from tests.conftest import acting
from tests.factories import make_customer, make_employee, make_role, save, switch_private


@pytest.fixture
def lead(session: Session) -> Employee:
    """Return somebody who exports what one report owns."""
    switch_private(session)
    make_role(session, "exporter", ["export_customers"])
    return make_employee(session, "lead", role="exporter")


@pytest.fixture(autouse=True)
def _no_queue_left() -> Any:
    yield
    queue.close_all()


def _asked(app: Flask, person: Employee, **options: Any) -> int:
    wanted = {"endpoint": "customer", "export_type": "xlsx", "file_name": "客户.xlsx", "columns": ("name",), **options}
    with acting(app, person.id) as own:
        job = exports.ask(own, ExportRequest(query={"search": ["x"]}, **wanted))
        own.commit()
        return job.id


def _job(session: Session, job_id: int) -> ExportJob:
    session.rollback()
    found = session.get_one(ExportJob, job_id, populate_existing=True)
    session.commit()
    return found


def _names(job: ExportJob) -> list[str]:
    with storage.open(job.file_key or "") as file:
        return [row[0] for row in openpyxl.load_workbook(io.BytesIO(file.read())).worksheets[0].values][1:]


def test_job_writes_the_list_that_was_asked_for(app: Flask, session: Session, lead: Employee) -> None:
    for number in range(3):
        make_customer(session, f"mine {number}", owner=lead)
    make_customer(session, "other", owner=lead)
    listing = Listing(search="mine", sort="-name")
    job_id = _asked(app, lead, listing=listing)

    state = jobs.perform("export", job_id)
    job = _job(session, job_id)

    assert (state, job.state, job.row_count, job.owner_id) == ("done", "done", 3, lead.id)
    assert _names(job) == ["mine 2", "mine 1", "mine 0"]
    assert job.file_size == storage.size(job.file_key or "")
    assert job.expires_at is not None
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "export")).one()
    told = {name: entry.changes[name] for name in ("search", "sort", "rows", "state", "file")}
    assert (entry.actor_id, told) == (
        lead.id,
        {"search": "mine", "sort": "-name", "rows": 3, "state": "done", "file": "客户.xlsx"},
    )


def test_rows_are_those_that_the_owner_sees_when_it_runs(app: Flask, session: Session, lead: Employee) -> None:
    report = make_employee(session, "report", supervisor=lead)
    make_customer(session, "secret", owner=report, visibility="private")
    make_customer(session, "mine", owner=lead, visibility="private")
    job_id = _asked(app, lead)
    report.supervisor_id = None
    save(session, report)

    jobs.perform("export", job_id)

    assert _names(_job(session, job_id)) == ["mine"]


def test_owner_who_lost_the_right_gets_no_file(app: Flask, session: Session, lead: Employee) -> None:
    make_customer(session, "mine", owner=lead)
    job_id = _asked(app, lead)
    lead.role_id = make_role(session, "own_only").id
    save(session, lead)

    assert jobs.perform("export", job_id) == "failed"
    job = _job(session, job_id)
    assert (job.fault, job.file_key) == ({"code": "may_not_export", "data": {}}, None)


def test_cancelled_job_leaves_no_file(
    app: Flask, session: Session, lead: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_customer(session, "mine", owner=lead)
    job_id = _asked(app, lead)

    def stop(*_arguments: Any, **_named: Any) -> None:
        raise jobs.JobCancelled

    monkeypatch.setattr(jobs.JobRun, "tick", stop)
    assert jobs.perform("export", job_id) == "cancelled"
    assert _job(session, job_id).file_key is None
    assert list(storage.keys_before(2**40, prefix=PREFIXES["export"])) == []


def test_same_list_is_not_made_twice_at_a_time(app: Flask, session: Session, lead: Employee) -> None:
    listing = Listing(filters=(FilterTerm("visibility", "is", "public"),))
    first = _asked(app, lead, listing=listing, file_name="1.xlsx")

    assert _asked(app, lead, listing=listing, file_name="2.xlsx") == first
    assert _asked(app, lead, file_name="2.xlsx") != first
    jobs.perform("export", first)
    assert _asked(app, lead, listing=listing, file_name="3.xlsx") != first


def test_length_of_a_list_decides(
    app: Flask, session: Session, lead: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "INLINE_ROWS", {"xlsx": 1, "json": 1})
    monkeypatch.setattr(exports, "SMALL_ROWS", 2)

    def is_long(export_type: str) -> bool:
        with acting(app, lead.id) as own:
            made = exports.open_export(own, ExportRequest("customer", export_type, "x"))
            return exports.is_long(made, export_type)

    make_customer(session, "a", owner=lead)
    assert [is_long(kind) for kind in ("csv", "xlsx", "json")] == [False, False, False]
    make_customer(session, "b", owner=lead)
    assert [is_long(kind) for kind in ("csv", "xlsx", "json")] == [False, True, True]
    make_customer(session, "c", owner=lead)
    assert is_long("xlsx")
    with pytest.raises(FileError) as caught:
        is_long("json")
    assert caught.value.code == "too_many_for_type"
    assert "json" in SMALL_TYPES
