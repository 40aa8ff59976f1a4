"""A real import whose worker is killed with SIGKILL: all or nothing, or an exact account; then all of it, once."""

import io
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from auth.actor import load_actor, set_actor
from models import AuditEntry, Customer, Employee, ImportJob, ImportRow, db
from models.scope import UnfilteredReason, unfiltered
from services.exchange import imports
from services.exchange.options import Options
from services.exchange.resource import resource_for
from services.exchange.results import Mode
from services.jobs import perform
from tests.files import csv_bytes
from tests.services.jobs.rows import done_rows, stored, until

ROWS = 6_000


def confirmed(session: Session, owner: Employee, *, is_partial: bool) -> ImportJob:
    """Return an import that waits for a worker to carry it out."""
    content = csv_bytes(("code", "name"), *((f"K{number:05}", f"客户 {number}") for number in range(ROWS)))
    with Session(db.engine, expire_on_commit=False) as own:
        actor = load_actor(own, owner.id)
        assert actor is not None
        set_actor(own, actor)
        options = Options(Mode.INSERT, is_partial=is_partial)
        job = imports.create(own, resource_for("customer"), io.BytesIO(content), "many.csv", options)
        imports.ask_plan(own, job, is_inline=True)
        own.commit()
        assert perform("import", job.id) == "planned"
        own.refresh(job)
        assert not imports.confirm(own, job)
        own.commit()
    return stored(session, job)


def counts(session: Session, job: ImportJob) -> tuple[int, int, int]:
    """Return how many customers there are, how many different codes, and how many rows say that they are written."""
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        customers, codes = every.execute(select(func.count(), func.count(Customer.code.distinct()))).one()
    written = select(func.count()).where(ImportRow.job_id == job.id, ImportRow.outcome == "written")
    found = (customers, codes, session.scalar(written) or 0)
    session.rollback()
    return found


@pytest.mark.parametrize("is_partial", [False, True], ids=["all or nothing", "partial"])
def test_killed_in_the_middle_of_an_import(
    session: Session,
    owner: Employee,
    pace: Path,
    start: Callable[[], subprocess.Popen[bytes]],
    is_partial: Any,
) -> None:
    pace.unlink()
    job = confirmed(session, owner, is_partial=is_partial)
    begun_at = job.attempt + 1
    first = start()
    until(lambda: 0 < done_rows(job, begun_at) < ROWS)

    os.kill(first.pid, signal.SIGKILL)
    first.wait()

    customers, codes, written = counts(session, job)
    half_done = stored(session, job)
    assert half_done.state == "running"
    assert customers == codes == written == half_done.position
    # Until something is written the counts are those of the plan.
    assert half_done.inserted_count == (customers or ROWS)
    assert (0 < customers < ROWS) if is_partial else customers == 0
    start()
    until(lambda: stored(session, job).state == "done")
    assert counts(session, job) == (ROWS, ROWS, ROWS)
    assert stored(session, job).inserted_count == ROWS
    assert session.scalar(select(func.count()).where(AuditEntry.action == "import")) == 1
