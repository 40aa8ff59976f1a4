"""The command line of imports and exports; ``services.commands`` attaches the group to the application.

Exit code 0 only where all went well. Errors go to standard error, one line each, with the row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import click
from sqlalchemy import Select, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from auth.actor import load_actor, set_actor
from auth.errors import AuthError
from auth.passwords import find_login
from models import db
from models.base import reading_only
from models.inspection import page_of
from models.scope import UnfilteredReason, unfiltered
from services.errors import ServiceError
from services.exchange import jobs
from services.exchange.errors import FileError
from services.exchange.exporter import export
from services.exchange.formats import EXPORT_TYPES, read_table
from services.exchange.importer import import_table
from services.exchange.options import Options
from services.exchange.resource import Resource, resource_for
from services.exchange.results import ChangeKind, ImportResult, Mode, TreeDiff
from services.list_order import sorted_statement


@click.group("exchange", help="Import and export tables as files.")
def exchange_group() -> None:
    """Hold the commands."""


@exchange_group.command("import")
@click.argument("endpoint")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--as", "login", metavar="LOGIN", help="Import as this person: with their sight and their rights to rows."
)
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), default=Mode.SKIP.value, show_default=True)
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Check only, write nothing.")
@click.option("--partial", "is_partial", is_flag=True, help="Write the valid rows even if others have errors.")
@click.option("--map", "maps", multiple=True, metavar="FILE_HEADER=FIELD", help="Take a column for a field.")
def import_command(endpoint: str, file: Path, login: str | None, maps: tuple[str, ...], **options: Any) -> None:
    """Import FILE into the table ENDPOINT: all rows, or none if one has an error."""
    began = monotonic()
    with _working(login, reads_only=options["is_dry_run"]) as session:
        chosen = Options(Mode(options.pop("mode")), mapping=_mapping(maps), **options)
        resource = resource_for(endpoint)
        result = _import(session, resource, file, chosen)
    for fault in result.faults:
        click.echo(str(fault), err=True)
    click.echo(_summary(endpoint, result, monotonic() - began))
    if result.diff is not None:
        click.echo(_diff_line(result.diff))
    if result.faults:
        raise click.exceptions.Exit(1)


@exchange_group.command("export")
@click.argument("endpoint")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "login", metavar="LOGIN", help="Export what this person sees.")
@click.option("--field-names", "use_names", is_flag=True, help="Field names as headers instead of labels.")
def export_command(endpoint: str, file: Path, login: str | None, *, use_names: bool) -> None:
    """Export the table ENDPOINT to FILE; its ending says the type."""
    began = monotonic()
    export_type = file.suffix.lstrip(".").lower()
    with _working(login) as session:
        if export_type not in EXPORT_TYPES:
            raise FileError("unknown_type", value=export_type, known=", ".join(EXPORT_TYPES))
        resource = resource_for(endpoint)
        count = _export(session, resource, file, export_type, use_names=use_names)
    click.echo(f"{endpoint}: {count} rows in {monotonic() - began:.1f} seconds.")


def _import(session: Any, resource: Resource, file: Path, options: Options) -> ImportResult:
    """Import and log it. A file that cannot be used at all is logged too."""
    try:
        result = import_table(session, resource, read_table(file), options)
    except ServiceError:
        session.rollback()
        if not options.is_dry_run:
            jobs.record_import(session, resource, file.name, options, None)
            session.commit()
        raise
    if not options.is_dry_run:
        jobs.record_import(session, resource, file.name, options, result)
    return result


def _export(session: Any, resource: Resource, file: Path, export_type: str, *, use_names: bool) -> int:
    """Write the file beside its place first, so that a failure leaves no half of one."""
    started = jobs.start_export(session, resource, file.name)
    part = file.with_name(f".{file.name}.part")
    try:
        with _sight(session) as sight:
            rows = export(sight, resource, _all_rows(resource), use_names=use_names)
            count = rows.write(part, export_type)
        jobs.finish_export(session, resource, started, rows, is_done=True)
        session.commit()  # nothing leaves unnoted
        part.replace(file)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    return count


def _all_rows(resource: Resource) -> Select[Any]:
    return sorted_statement(select(resource.model), resource.model, page_of(resource.model).sort or "")


@contextmanager
def _sight(session: Session) -> Iterator[Any]:
    """Yield the session of the named person, else one that sees every row."""
    if session.info.get("actor") is not None:
        yield session
        return
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        yield every


@contextmanager
def _working(login: str | None, *, reads_only: bool = False) -> Iterator[Any]:
    """Yield the session, the named person acting in it; commit at the end, or turn an error into one line."""
    token = reading_only.set(reads_only)
    try:
        if login is not None:
            employee = find_login(db.session, login)
            actor = load_actor(db.session, employee.id) if employee is not None else None
            if actor is None:
                raise click.ClickException(f"there is no active log-in “{login}”")
            set_actor(db.session, actor)
        yield db.session
        db.session.commit()
    except (ServiceError, AuthError) as error:
        raise click.ClickException(str(error)) from error
    except SQLAlchemyError as error:
        first_line = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise click.ClickException(f"database: {first_line}") from error
    finally:
        db.session.rollback()
        db.session.remove()
        reading_only.reset(token)


def _mapping(maps: tuple[str, ...]) -> dict[str, str]:
    mapping = {}
    for text in maps:
        file_header, separator, name = text.rpartition("=")
        if not separator or not file_header.strip() or not name.strip():
            raise FileError("bad_map", value=text)
        mapping[file_header.strip()] = name.strip()
    return mapping


def _summary(endpoint: str, result: ImportResult, seconds: float) -> str:
    done = "" if result.is_written else "; nothing was written"
    return (
        f"{endpoint}: {result.row_count} rows, {result.inserted_count} added, {result.updated_count} updated, "
        f"{result.skipped_count} skipped, {result.failed_row_count} with errors, {seconds:.1f} seconds{done}."
    )


def _diff_line(diff: TreeDiff) -> str:
    totals = ", ".join(f"{kind} {diff.totals.get(kind, 0)}" for kind in ChangeKind)
    return f"changes: {totals}; customers of the changed nodes and below: {diff.customer_count}"
