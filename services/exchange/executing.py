"""The phase "run" of an import: carries out exactly the stored plan.

The file is read again, and each part planned again inside the writing transaction: rights are those of now. A row that
would now do something else than was shown is not touched, and reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from auth.visibility import among
from models import ImportChange, ImportJob, ImportRow
from services.exchange import import_log
from services.exchange.adding import add_missing_values
from services.exchange.errors import FileError
from services.exchange.importer import Chunk, Setup, planned, setup_of, write
from services.exchange.options import Options
from services.exchange.plan_rows import digests_of, fault_json
from services.exchange.planning import (
    KEPT_FAULTS,
    act_as_of_now,
    kept_faults,
    make_plan,
    parts,
    refused,
    table_of,
    tick,
)
from services.exchange.resource import resource_for
from services.exchange.results import Action, RowFault
from services.exchange.row_reading import Line
from services.exchange.statements import note_growth
from services.exchange.whole_file import WholeFile
from services.jobs import JobCancelled, JobRun

#: How often a part is planned again because somebody wrote between its plan and its writing.
_ATTEMPTS = 3
_CHANGED = "changed_meanwhile"


class _StaleTreeError(Exception):
    """A tree would become something else than was shown."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the plan says of a row."""

    id: int
    number: int
    target_id: int | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class _Tally:
    """What became of some lines."""

    inserted: int
    updated: int
    #: Number -> why the row was not touched.
    left: Mapping[int, list[RowFault]]


def execute(run: JobRun) -> None:
    """Carry out the plan: in one transaction, or of a partial import part by part, each with its position.

    A tree that changed meanwhile is planned again and waits for another confirmation.
    """
    try:
        _execute(run)
    except _StaleTreeError:
        run.session.rollback()
        make_plan(run, fault=refused(FileError("plan_changed")))
    except FileError:
        _note_broken(run, "failed")
        raise
    except JobCancelled:
        _note_broken(run, "cancelled")
        raise


def _note_broken(run: JobRun, state: str) -> None:
    """Note an import that ends before its end, with what of it was kept."""
    run.session.rollback()
    run.session.refresh(run.job)
    import_log.note_import(run.session, run.job, state=state, is_kept=run.position > 0)
    run.session.commit()


def _execute(run: JobRun) -> None:
    act_as_of_now(run)
    job: ImportJob = run.job
    options = Options.from_json(job.options)
    resource = resource_for(job.endpoint)
    import_log.require_import_now(run.session, resource, options)
    table = table_of(job)
    setup = setup_of(run.session, resource, table.header, options)
    if run.position == 0:
        add_missing_values(run.session, job, resource)
        run.checkpoint(0, inserted_count=(job.summary or {}).get("steps", 0), updated_count=0)
        run.session.refresh(job)
    codes = set((job.summary or {}).get("codes", ()))
    position, shared = run.position, WholeFile(codes=codes)
    for lines in parts(setup, table.rows, after=position):
        tally = _run_part(run, setup, lines, shared)
        position += len(lines)
        run.checkpoint(position, **_counted(job, tally))
        if options.is_partial and not setup.is_whole:
            run.session.commit()
            act_as_of_now(run)
            shared = WholeFile(codes=codes)
        run.session.refresh(job)
        tick(run, position, job.row_count)
    note_growth(run.session, resource.model, job.inserted_count)
    import_log.note_import(run.session, job)
    run.end("done")


def _extra_inserts(job: ImportJob) -> int:
    """Return how many nodes a plan adds for mere steps of paths."""
    totals: Mapping[str, int] = ((job.summary or {}).get("diff") or {}).get("totals", {})
    return max(0, totals.get("add", 0) - job.inserted_count) if totals else 0


def _run_part(run: JobRun, setup: Setup, lines: Sequence[Line], shared: WholeFile) -> _Tally:
    """Write those of the lines that the plan inserts or updates, and note what became of each."""
    stored = _stored(run, lines)
    wanted = [line for line in lines if line[0] in stored or setup.resource.is_tree]
    wanted = [line for line in wanted if line[0] not in setup.options.skipped]
    left: dict[int, list[RowFault]] = {}
    inserted = attempts = 0
    _lock(run, setup, stored)
    while wanted:
        file = WholeFile(codes=shared.codes, trees=shared.trees, texts=shared.texts)
        with planned(run.session, setup, wanted, file=file, journal_of=run.job_id) as chunk:
            changed = _changed(chunk, stored)
            if changed and setup.resource.is_tree:
                raise _StaleTreeError
            if not changed:
                try:
                    write(chunk)
                except FileError:
                    attempts += 1
                    if attempts == _ATTEMPTS:
                        raise
                    continue
                inserted = _note_written(run, chunk, stored)
                break
        left |= changed
        wanted = [line for line in wanted if line[0] not in changed]
    _note_left(run, stored, left)
    return _Tally(inserted, len(stored) - len(left) - inserted, left)


def _changed(chunk: Chunk, stored: Mapping[int, _Stored]) -> dict[int, list[RowFault]]:
    """Return number -> reasons of the rows that would not do now what the plan says."""
    digests = digests_of(chunk)
    shown = {number: row.digest for number, row in stored.items()}
    return {
        row.number: [RowFault(row.number, "", _CHANGED, {}), *row.faults]
        for row in chunk.rows
        if digests.get(row.number) != shown.get(row.number)
    }


def _stored(run: JobRun, lines: Sequence[Line]) -> dict[int, _Stored]:
    """Return number -> what the plan says of the lines that it writes and that are not written yet."""
    numbers = [number for number, _ in lines]
    statement = select(ImportRow.id, ImportRow.number, ImportRow.target_id, ImportRow.digest).where(
        ImportRow.job_id == run.job_id,
        ImportRow.number.between(min(numbers), max(numbers)),
        ImportRow.action.in_((Action.INSERT.value, Action.UPDATE.value)),
        ImportRow.outcome.is_(None),
    )
    return {row.number: _Stored(*row) for row in run.session.execute(statement)}


def _lock(run: JobRun, setup: Setup, stored: Mapping[int, _Stored]) -> None:
    """Let nobody change the rows that are meant between their plan and their writing. SQLite has one writer anyway."""
    ids = [row.target_id for row in stored.values() if row.target_id is not None]
    if ids and run.session.get_bind().dialect.name == "postgresql":
        model = setup.resource.model
        meant = select(model.id).where(among(model.id, ids, "postgresql")).order_by(model.id)
        run.session.execute(meant.with_for_update(of=model))


def _note_written(run: JobRun, chunk: Chunk, stored: Mapping[int, _Stored]) -> int:
    """Note the rows as written; return how many were inserted."""
    written = [row for row in chunk.rows if row.number in stored]
    if not written:
        return 0
    if chunk.context.resource.is_tree:
        nodes = chunk.context.kept["nodes"]
        outcomes = [
            {"id": stored[row.number].id, "outcome": "written", "target_id": nodes[row.number].id} for row in written
        ]
        run.session.execute(update(ImportRow), outcomes)
    else:
        _note_flat(run, chunk, [row.number for row in written])
    return sum(row.action is Action.INSERT for row in written)


def _note_flat(run: JobRun, chunk: Chunk, numbers: Sequence[int]) -> None:
    """Note rows as written by one statement; the ids of new ones are those that were taken down."""
    added = (
        select(ImportChange.row_id)
        .where(
            ImportChange.job_id == run.job_id,
            ImportChange.number == ImportRow.number,
            ImportChange.table_name == chunk.context.resource.endpoint,
            ImportChange.before.is_(None),
        )
        .scalar_subquery()
    )
    rows = update(ImportRow).where(
        ImportRow.job_id == run.job_id, among(ImportRow.number, numbers, run.session.get_bind().dialect.name)
    )
    target = func.coalesce(ImportRow.target_id, added)
    run.session.execute(rows.values(outcome="written", target_id=target).execution_options(synchronize_session=False))


def _note_left(run: JobRun, stored: Mapping[int, _Stored], left: Mapping[int, list[RowFault]]) -> None:
    rows = [
        {"id": stored[number].id, "outcome": "left", "faults": [fault_json(fault) for fault in faults]}
        for number, faults in left.items()
    ]
    if rows:
        run.session.execute(update(ImportRow), rows)


def _counted(job: ImportJob, tally: _Tally) -> dict[str, Any]:
    """Return the columns of a job after another part of its file."""
    errors = list(job.errors)
    for number in sorted(tally.left):
        kept = {"number": number, "faults": [fault_json(fault) for fault in tally.left[number]]}
        errors += kept_faults([kept], KEPT_FAULTS - len(errors))
    return {
        "inserted_count": job.inserted_count + tally.inserted,
        "updated_count": job.updated_count + tally.updated,
        "error_count": job.error_count + len(tally.left),
        "errors": errors,
    }
