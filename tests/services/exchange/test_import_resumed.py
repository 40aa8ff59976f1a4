"""An import that breaks off goes on where it stopped, and writes nothing twice."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from models import AuditEntry, Contact, Customer, ImportChange, ImportJob
from models.scope import UnfilteredReason, unfiltered
from services import jobs
from services.exchange import imports, planning
from services.exchange.planning import watching
from tests.factories import Company, make_customer
from tests.files import as_person
from tests.imports import carried_out, outcomes, planned, undone

#: Rows of a part in these tests, and of the file.
PART, ROWS = 3, 10
LINES = (
    ("code", "name", "contact_name"),
    *((f"N{n}", f"name {n}" if n != 4 else "", f"contact {n}") for n in range(ROWS)),
)


class BreakdownError(Exception):
    """The worker's process ends here."""


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "CHUNK", PART)


@contextmanager
def breaking_after(part: int) -> Iterator[None]:
    """Break when so many parts are written: committed, where each has its own transaction."""

    def watch(done: int, total: int | None) -> None:
        if done == part * PART:
            raise BreakdownError

    token = watching.set(watch)
    try:
        yield
    finally:
        watching.reset(token)


@contextmanager
def breaking_at_commit(number: int) -> Iterator[None]:
    """Break right before a commit of the job's session."""
    commits = [0]

    def count(session: Session) -> None:
        commits[0] += not session.in_nested_transaction()
        if commits[0] == number:
            raise BreakdownError

    event.listen(Session, "before_commit", count)
    try:
        yield
    finally:
        event.remove(Session, "before_commit", count)


def written(session: Session) -> tuple[int, int, int]:
    """Return the numbers of customers and contacts, and the highest version of a customer."""
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        new = Customer.code.like("N%")
        found = every.execute(select(func.count(), func.max(Customer.version)).where(new)).one()
        contacts = every.scalar(select(func.count(Contact.id)))
    session.rollback()
    return found[0], contacts, found[1]


def gone_on(session: Session, job: ImportJob) -> None:
    """Let a job that broke off go on."""
    jobs.retry(session, job)
    session.commit()
    jobs.perform("import", job.id, is_operator=True)
    session.refresh(job)
    session.commit()


@pytest.mark.parametrize("part", [1, 2, 3])
def test_partial_import_goes_on_after_the_last_part(app: Flask, session: Session, people: Company, part: int) -> None:
    with as_person(app, people.a1) as own:
        job = planned(own, "customer", *LINES, is_partial=True)
        with breaking_after(part):
            carried_out(own, job)
        broken = (job.state, job.position, written(own))
        done = [row for row in outcomes(own, job) if row[2] == "written"]
        gone_on(own, job)

    count = part * PART - (part > 1)
    assert broken == ("failed", part * PART, (count, count, 1))
    assert [row[0] for row in done] == [number for number in range(2, part * PART + 2) if number != 6]
    assert (job.state, job.position, written(session)) == ("done", ROWS, (ROWS - 1, ROWS - 1, 1))
    assert (job.inserted_count, job.error_count) == (ROWS - 1, 1)
    assert session.scalar(select(func.count(ImportChange.id))) == 2 * (ROWS - 1)
    assert session.scalars(select(AuditEntry.action)).all() == ["import"]

    session.rollback()
    with as_person(app, people.a1) as own:
        undone(own, own.get_one(ImportJob, job.id))
    assert written(session) == (0, 0, None)


def test_part_that_was_not_committed_is_written_again(session: Session, people: Company) -> None:
    job = planned(session, "customer", *LINES, is_partial=True)
    imports.confirm(session, job, is_inline=True)
    session.commit()
    # Commits: the claim, whose it is, the first part, the second.
    with breaking_at_commit(4):
        jobs.perform("import", job.id, is_operator=True)
    session.refresh(job)

    assert (job.state, job.position, written(session)[0]) == ("failed", PART, PART)
    gone_on(session, job)
    assert (job.state, written(session)) == ("done", (ROWS - 1, ROWS - 1, 1))


def test_whole_import_that_breaks_off_wrote_nothing(session: Session, people: Company) -> None:
    job = planned(session, "customer", *(line for line in LINES if line[1]))
    with breaking_after(2):
        carried_out(session, job)

    assert (job.state, job.position, written(session)[0]) == ("failed", 0, 0)
    assert {row[2] for row in outcomes(session, job)} == {None}
    gone_on(session, job)
    assert (job.state, job.inserted_count, written(session)) == ("done", ROWS - 1, (ROWS - 1, ROWS - 1, 1))


def test_keys_are_found_twice_across_parts(session: Session) -> None:
    lines = [("code", "name"), *((f"N{n}", f"name {n}") for n in range(ROWS)), ("n0x", "NAME 1"), ("N2", "other")]

    job = planned(session, "customer", *lines)

    assert [row[::3] for row in outcomes(session, job) if row[1] == "error"] == [
        (ROWS + 2, ["duplicate_in_file"]),
        (ROWS + 3, ["duplicate_in_file"]),
    ]


def test_one_customer_is_not_updated_twice(session: Session, people: Company) -> None:
    lines = [
        ("code", "name", "remark"),
        ("C1", "", "a"),
        *((f"N{n}", f"name {n}", "") for n in range(PART)),
        ("", "C1", "b"),
    ]

    job = planned(session, "customer", *lines, mode="update")

    assert [row[::3] for row in outcomes(session, job) if row[1] == "error"] == [(PART + 3, ["duplicate_in_file"])]


def test_undo_that_breaks_off_leaves_all_as_it_was(session: Session, people: Company) -> None:
    job = carried_out(session, planned(session, "customer", *(line for line in LINES if line[1])))
    imports.ask_undo(session, job, is_inline=True)
    session.commit()
    with breaking_at_commit(3):
        jobs.perform("import", job.id, is_operator=True)
    session.refresh(job)

    assert (job.state, job.phase, written(session)[0]) == ("done", "run", ROWS - 1)
    assert undone(session, job).state == "undone"
    assert written(session)[0] == 0


def test_given_codes_leave_those_of_later_parts_free(session: Session) -> None:
    codes = ["", "KH000002", "", "", "", "KH000001", "", "KH000004"]
    lines = [("code", "name"), *((code, f"name {at}") for at, code in enumerate(codes))]

    job = carried_out(session, planned(session, "customer", *lines))

    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        found = every.scalars(select(Customer.code).order_by(Customer.name)).all()
    assert (job.state, job.error_count) == ("done", 0)
    assert found == [code or f"KH{number:06d}" for code, number in zip(codes, (3, 0, 5, 6, 7, 0, 8, 0), strict=True)]


def test_import_that_was_cancelled_is_noted_with_what_it_wrote(session: Session, people: Company) -> None:
    job = planned(session, "customer", *LINES, is_partial=True)

    def watch(done: int, total: int | None) -> None:
        if done == PART:
            raise jobs.JobCancelled

    token = watching.set(watch)
    carried_out(session, job)
    watching.reset(token)

    entry = session.scalars(select(AuditEntry)).one()
    assert (job.state, entry.changes["state"], entry.changes["added"]) == ("cancelled", "cancelled", PART)
    session.rollback()
    assert undone(session, job).state == "undone"
    assert written(session)[0] == 0


@pytest.mark.parametrize("is_partial", [False, True])
def test_lines_without_a_key_that_are_alike_in_two_parts_are_both_written(
    session: Session, people: Company, *, is_partial: bool
) -> None:
    make_customer(session, "alike", owner=people.a1)
    lines = (("customer", "name"), *(("alike", "张三") for _ in range(2 * PART)))

    job = carried_out(session, planned(session, "contact", *lines, is_partial=is_partial))
    again = planned(session, "contact", *lines)

    assert (job.state, job.inserted_count) == ("done", 2 * PART)
    assert (again.inserted_count, again.skipped_count) == (0, 2 * PART)
