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
from sqlalchemy.orm import Session

from models.inspection import page_of
from models.scope import UnfilteredReason, unfiltered
from services.command_sessions import working
from services.exchange import jobs
from services.exchange.errors import FileError
from services.exchange.exporter import export
from services.exchange.formats import EXPORT_TYPES
from services.exchange.resource import Resource, resource_for
from services.import_commands import import_command, undo_command
from services.list_order import sorted_statement


@click.group("exchange", help="Import and export tables as files.")
def exchange_group() -> None:
    """Hold the commands."""


exchange_group.add_command(import_command)
exchange_group.add_command(undo_command)


@exchange_group.command("export")
@click.argument("endpoint")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "login", metavar="LOGIN", help="Export what this person sees.")
@click.option("--field-names", "use_names", is_flag=True, help="Field names as headers instead of labels.")
def export_command(endpoint: str, file: Path, login: str | None, *, use_names: bool) -> None:
    """Export the table ENDPOINT to FILE; its ending says the type."""
    began = monotonic()
    export_type = file.suffix.lstrip(".").lower()
    with working(login) as session:
        if export_type not in EXPORT_TYPES:
            raise FileError("unknown_type", value=export_type, known=", ".join(EXPORT_TYPES))
        resource = resource_for(endpoint)
        count = _export(session, resource, file, export_type, use_names=use_names)
    click.echo(f"{endpoint}: {count} rows in {monotonic() - began:.1f} seconds.")


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
