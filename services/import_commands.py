"""The commands ``exchange import`` and ``exchange undo``: the same plan and run as the pages', at once.

Exit code 0 only where all went well. Errors go to standard error, one line each, with the row.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import click
from sqlalchemy import select

from models import ImportJob, ImportRow
from services.command_sessions import working
from services.exchange import imports
from services.exchange.errors import FILE_SENTENCES, FileError
from services.exchange.formats import Reading, read_table
from services.exchange.formats.encodings import ENCODINGS
from services.exchange.import_log import note_import
from services.exchange.importer import import_table
from services.exchange.options import Options
from services.exchange.plan_rows import fault_of
from services.exchange.planning import watching
from services.exchange.resource import Resource, resource_for
from services.exchange.results import ChangeKind, ImportResult, Mode, TreeDiff
from services.jobs import perform
from services.jobs.errors import JOB_SENTENCES


@click.command("import")
@click.argument("endpoint")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--as", "login", metavar="LOGIN", help="Import as this person: with their sight and their rights to rows."
)
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), default=Mode.SKIP.value, show_default=True)
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Check only, write nothing.")
@click.option("--partial", "is_partial", is_flag=True, help="Write the valid rows even if others have errors.")
@click.option("--map", "maps", multiple=True, metavar="FILE_HEADER=FIELD", help="Take a column for a field.")
@click.option("--default", "defaults", multiple=True, metavar="FIELD=TEXT", help="What new rows get for a blank cell.")
@click.option(
    "--value", "values", multiple=True, metavar="FIELD:TEXT=TEXT", help="Take a text of a column for another."
)
@click.option("--add-missing", "add_missing", multiple=True, metavar="FIELD", help="Add the values that are missing.")
@click.option("--encoding", type=click.Choice(ENCODINGS), help="How a text is encoded, where it is not found out.")
@click.option("--delimiter", metavar="SIGN", help="What stands between the columns of a text.")
@click.option("--sheet", metavar="NAME", help="Which sheet of a workbook.")
@click.option("--header-row", type=click.IntRange(min=1), metavar="NUMBER", help="The row that holds the headers.")
@click.option(
    "--error-file", type=click.Path(dir_okay=False, path_type=Path), help="Write the refused rows to this file."
)
def import_command(endpoint: str, file: Path, login: str | None, **given: Any) -> None:
    """Import FILE into the table ENDPOINT: all rows, or none if one has an error."""
    began = monotonic()
    error_file: Path | None = given.pop("error_file")
    if error_file is not None and not error_file.parent.is_dir():
        raise click.ClickException(f"{error_file}: there is no such folder")
    with working(login, reads_only=given["is_dry_run"]) as session:
        options = _options(**given)
        resource = resource_for(endpoint)
        if unknown := options.values.keys() - {field.name for field in resource.read_fields}:
            raise click.ClickException(f"there is no field “{min(unknown)}”")
        if options.is_dry_run:
            result = _check(session, resource, file, options)
        else:
            result = _import(session, resource, file, options, error_file)
    for fault in result.faults:
        click.echo(str(fault), err=True)
    click.echo(_summary(endpoint, result, monotonic() - began))
    if result.diff is not None:
        click.echo(_diff_line(result.diff))
    if result.faults:
        raise click.exceptions.Exit(1)


@click.command("undo")
@click.argument("job_id", type=int)
def undo_command(job_id: int) -> None:
    """Take back what the import JOB_ID wrote, but for what was edited since."""
    with working(None) as session:
        job = session.get(ImportJob, job_id)
        if job is None:
            raise click.ClickException(f"there is no import {job_id}")
        imports.ask_undo(session, job, is_inline=True)
        session.commit()
        _perform(session, job)
        kept = _faults(session, job, imports.kept_rows())
        counts, values = job.summary["undo"], imports.kept_values(job)
    for fault in kept:
        click.echo(str(fault), err=True)
    for value in values:
        click.echo(f"the new value “{value}” stays: it is in use or was edited since", err=True)
    click.echo(f"{job.endpoint}: {counts['undone']} rows undone, {counts['kept']} left as they are.")
    if counts["kept"] or values:
        raise click.exceptions.Exit(1)


def _options(
    *,
    mode: str,
    is_dry_run: bool,
    is_partial: bool,
    maps: tuple[str, ...],
    defaults: tuple[str, ...],
    values: tuple[str, ...],
    add_missing: tuple[str, ...],
    **reading: Any,
) -> Options:
    meant: dict[str, dict[str, str]] = {}
    for text in values:
        left, meaning = _pair(text, "bad_option")
        name, separator, found = left.partition(":")
        if not separator or not found.strip():
            raise FileError("bad_option", value=text)
        meant.setdefault(name.strip(), {})[found.strip()] = meaning
    return Options(
        Mode(mode),
        is_partial,
        is_dry_run,
        mapping=dict(_pair(text, "bad_map", splits_last=True) for text in maps),
        defaults=dict(_pair(text, "bad_option") for text in defaults),
        values=meant,
        add_missing=add_missing,
        reading=Reading.of(reading).options(),
        is_command=True,
    )


def _pair(text: str, code: str, *, splits_last: bool = False) -> tuple[str, str]:
    left, separator, right = text.rpartition("=") if splits_last else text.partition("=")
    if not separator or not left.strip() or not right.strip():
        raise FileError(code, value=text)
    return left.strip(), right.strip()


def _check(session: Any, resource: Resource, file: Path, options: Options) -> ImportResult:
    table = read_table(file, Reading.of(options.reading), known=resource.header_words(options.mapping))
    return import_table(session, resource, table, options)


def _import(session: Any, resource: Resource, file: Path, options: Options, error_file: Path | None) -> ImportResult:
    """Plan the file, and unless it has errors carry the plan out; both are logged."""
    with file.open("rb") as stream:
        job = imports.create(session, resource, stream, file.name, options)
    imports.ask_plan(session, job, is_inline=True)
    session.commit()
    _perform(session, job)
    result = ImportResult(job.row_count, job.inserted_count, job.updated_count, job.skipped_count)
    if job.error_count and not options.is_partial:
        imports.give_up(session, job)
        session.commit()
    else:
        imports.confirm(session, job, is_inline=True)
        session.commit()
        _perform(session, job)
        if job.state == "planned":
            raise FileError("plan_changed")
        result = ImportResult(job.row_count, job.inserted_count, job.updated_count, job.skipped_count)
        result.is_written = True
    result.faults = _faults(session, job, imports.refused_rows())
    result.diff = imports.tree_changes(session, job)
    if error_file is not None and result.faults:
        imports.write_error_file(session, job, error_file)
    return result


def _perform(session: Any, job: ImportJob) -> None:
    """Do what the job needs next, here and now.

    :raises ClickException: if it fails; that is logged
    """
    with _shown_progress():
        state = perform("import", job.id, is_operator=True)
    session.refresh(job)
    if state not in {"failed", None}:
        return
    fault = job.fault or {"code": "failed", "data": {}}
    sentence = {**JOB_SENTENCES, **FILE_SENTENCES}[fault["code"]] % fault["data"]
    if job.phase == "plan":
        note_import(session, job, state="failed", is_kept=False)
        session.commit()
    raise click.ClickException(sentence)


def _faults(session: Any, job: ImportJob, criterion: Any) -> list[Any]:
    rows = session.execute(
        select(ImportRow.number, ImportRow.faults)
        .where(ImportRow.job_id == job.id, criterion)
        .order_by(ImportRow.number)
    )
    return [fault_of(row.number, fault) for row in rows for fault in row.faults]


@contextmanager
def _shown_progress() -> Iterator[None]:
    """Say on a terminal how far the work is."""
    if not sys.stderr.isatty():
        yield
        return
    token = watching.set(lambda done, total: click.echo(f"\r{done} / {total or '…'} ", nl=False, err=True))
    try:
        yield
    finally:
        watching.reset(token)
        click.echo("\r", nl=False, err=True)


def _summary(endpoint: str, result: ImportResult, seconds: float) -> str:
    done = "" if result.is_written else "; nothing was written"
    return (
        f"{endpoint}: {result.row_count} rows, {result.inserted_count} added, {result.updated_count} updated, "
        f"{result.skipped_count} skipped, {result.failed_row_count} with errors, {seconds:.1f} seconds{done}."
    )


def _diff_line(diff: TreeDiff) -> str:
    totals = ", ".join(f"{kind} {diff.totals.get(kind, 0)}" for kind in ChangeKind)
    return f"changes: {totals}; customers of the changed nodes and below: {diff.customer_count}"
