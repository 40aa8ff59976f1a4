"""The phase "plan" of an import: reads the upload and stores what would become of each row.

Rows are read outside of SQLite's write lock, some thousand at a time, and stored by short transactions.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import Any

from sqlalchemy import delete, select

from auth.actor import load_actor, set_actor
from models import ImportJob, ImportRow
from models.base import reading_only
from services import storage
from services.exchange.errors import FileError
from services.exchange.formats import Reading, Table, read_table
from services.exchange.importer import CHUNK, Chunk, Setup, diff_of, planned, setup_of
from services.exchange.instances import batches
from services.exchange.options import Options
from services.exchange.plan_rows import ERROR, fault_of, left_out_row, planned_rows
from services.exchange.resource import resource_for
from services.exchange.results import ChangeKind, Row, TreeChange, TreeDiff
from services.exchange.row_reading import Line
from services.exchange.statements import insert_many
from services.exchange.whole_file import WholeFile
from services.jobs import JobFault, JobRun

#: Faults kept with the job itself, for its page of the log.
KEPT_FAULTS = 50
#: Changes of a tree that are kept to be shown.
KEPT_CHANGES = 5_000
#: Is told how many rows are done, and of how many: the command line's progress.
watching: ContextVar[Callable[[int, int | None], None] | None] = ContextVar("watching", default=None)
#: Lines of a file whose lines hang together.
_ALL = 1 << 30


def plan(run: JobRun) -> None:
    """Make the plan of an import anew."""
    make_plan(run)


def make_plan(run: JobRun, *, fault: Mapping[str, Any] | None = None) -> None:
    """Store the plan of an import and end the phase.

    :param fault: why it is made again
    :raises FileError: if the file as a whole cannot be used
    """
    _forget_plan(run)
    job: ImportJob = run.job
    options, file = Options.from_json(job.options), WholeFile()
    counts: Counter[str] = Counter()
    kept: list[dict[str, Any]] = []
    with reading():
        table = table_of(job)
        setup = setup_of(run.session, resource_for(job.endpoint), table.header, options)
        run.session.commit()
    diff: TreeDiff | None = None
    for lines in parts(setup, table.rows):
        wanted = [line for line in lines if line[0] not in options.skipped]
        with reading():
            with planned(run.session, setup, wanted, file=file, is_dry_run=True) as chunk:
                found = planned_rows(chunk, wanted, setup.columns)
                note_needed(chunk)
                diff = diff_of(chunk)
                counts["insert"] += chunk.context.kept.get("extra_inserts", 0)
            run.session.commit()
        found += [left_out_row(number) for number, _ in lines if number in options.skipped]
        _store(run, found)
        counts.update(row["action"] for row in found)
        counts["rows"] += len(found)
        kept += kept_faults(found, KEPT_FAULTS - len(kept))
        tick(run, counts["rows"], None)
    run.end(
        "planned",
        row_count=counts["rows"],
        inserted_count=counts["insert"],
        updated_count=counts["update"],
        skipped_count=counts["skip"],
        error_count=counts[ERROR],
        errors=kept,
        summary=_summary(table, file, diff),
        fault=fault,
    )


@contextmanager
def reading() -> Iterator[None]:
    """Let the transactions of the block take no write lock on SQLite."""
    token = reading_only.set(True)
    try:
        yield
    finally:
        reading_only.reset(token)


def table_of(job: ImportJob) -> Table:
    """Return the table of a job's upload.

    :raises FileError: if it cannot be used
    :raises JobFault: if it has expired
    """
    if job.file_key is None:
        raise JobFault("expired", days=7)
    options = Options.from_json(job.options)
    known = resource_for(job.endpoint).header_words(options.mapping)
    return read_table(storage.path_of(job.file_key), Reading.of(options.reading), known=known)


def parts(setup: Setup, lines: Iterator[Line], *, after: int = 0) -> Iterator[list[Line]]:
    """Yield the lines in the lists that are planned at once.

    :param after: lines that were done before
    """
    return batches(islice(lines, after, None), _ALL if setup.is_whole else CHUNK)


def tick(run: JobRun, done: int, total: int | None) -> None:
    """Say how far a job is.

    :raises JobCancelled: if its owner asked to stop
    """
    watcher = watching.get()
    if watcher is not None:
        watcher(done, total)
    run.tick(done, total)


def act_as_of_now(run: JobRun) -> None:
    """Let the owner act with the rights of this moment.

    :raises JobFault: if the owner may no longer log in
    """
    owner_id = run.job.owner_id
    if owner_id is None:
        return
    actor = load_actor(run.session, owner_id)
    if actor is None:
        raise JobFault("owner_gone")
    set_actor(run.session, actor)


def note_needed(chunk: Chunk) -> None:
    """Note which missing values the valid rows need."""
    names = chunk.context.added
    for row in chunk.valid_rows if chunk.context.file.missing else ():
        for name in names:
            _note_needed(chunk, row, name)


def kept_faults(rows: Iterable[Mapping[str, Any]], limit: int) -> list[dict[str, Any]]:
    """Return the first faults as ``ImportJob.errors`` keeps them."""
    found = (fault_of(row["number"], fault) for row in rows for fault in row["faults"])
    return [{"row": fault.row, "field": fault.field, "reason": str(fault)} for fault in islice(found, max(0, limit))]


def diff_json(diff: TreeDiff) -> dict[str, Any]:
    """Return what becomes of a tree as ``ImportJob.summary`` keeps it."""
    return {
        "totals": {kind.value: count for kind, count in diff.totals.items()},
        "customer_count": diff.customer_count,
        "changes": [
            [change.row, list(change.kinds), change.path, change.old_path, change.added_below, change.customer_count]
            for change in diff.changes[:KEPT_CHANGES]
        ],
    }


def diff_from(kept: Mapping[str, Any]) -> TreeDiff:
    """Return what :func:`diff_json` kept."""
    return TreeDiff(
        totals={ChangeKind(kind): count for kind, count in kept["totals"].items()},
        customer_count=kept["customer_count"],
        changes=tuple(
            TreeChange(row, tuple(map(ChangeKind, kinds)), path, old_path, added_below, customer_count)
            for row, kinds, path, old_path, added_below, customer_count in kept["changes"]
        ),
    )


def _note_needed(chunk: Chunk, row: Row, name: str) -> None:
    value = row.values.get(name)
    if isinstance(value, int) and value < 0:
        chunk.context.file.need(name, value)


def _forget_plan(run: JobRun) -> None:
    """Remove the rows of an earlier plan, some at a time."""
    own = ImportRow.job_id == run.job_id
    while ids := list(run.session.scalars(select(ImportRow.id).where(own).limit(CHUNK))):
        run.session.execute(delete(ImportRow).where(own, ImportRow.id.between(min(ids), max(ids))))
        run.session.commit()
    run.session.commit()


def _store(run: JobRun, rows: list[dict[str, Any]]) -> None:
    for batch in batches(rows, CHUNK):
        insert_many(run.session, ImportRow, [{**row, "job_id": run.job_id} for row in batch])
    run.session.commit()


def _summary(table: Table, file: WholeFile, diff: TreeDiff | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "encoding": table.encoding,
        "codes": sorted(file.codes) if file.gives_codes else [],
        "unknown": file.unknown,
        "missing": {name: list(texts) for name, texts in file.needed.items()},
    }
    return found if diff is None else {**found, "diff": diff_json(diff)}


def refused(error: FileError) -> dict[str, Any]:
    """Return a fault of the whole file as a job keeps it."""
    return {"code": error.code, "data": error.data}
