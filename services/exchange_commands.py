"""The command line of imports and exports; ``services.commands`` attaches the group to the application.

Exit code 0 only where all went well. Errors go to standard error, one line each, with the row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import click
from sqlalchemy.orm import Session

from models.scope import UnfilteredReason, unfiltered
from services.command_sessions import working
from services.exchange.export_log import finish_export, start_export
from services.exchange.export_request import ExportRequest
from services.exchange.exports import open_export
from services.exchange.resource import resource_for
from services.import_commands import import_command, undo_command


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
@click.option("--columns", metavar="FIELD,…", help="These columns in this order, instead of all that an import takes.")
def export_command(endpoint: str, file: Path, login: str | None, columns: str | None, *, use_names: bool) -> None:
    """Export the table ENDPOINT to FILE; its ending says the type."""
    began = monotonic()
    request = ExportRequest(
        endpoint,
        export_type=file.suffix.lstrip(".").lower(),
        file_name=file.name,
        columns=tuple(name.strip() for name in columns.split(",")) if columns is not None else None,
        use_names=use_names,
    )
    with working(login) as session:
        resource_for(endpoint)
        count = _export(session, request, file)
    click.echo(f"{endpoint}: {count} rows in {monotonic() - began:.1f} seconds.")


def _export(session: Any, request: ExportRequest, file: Path) -> int:
    """Write the file beside its place first, so that a failure leaves no half of one."""
    started = start_export(session, request)
    part = file.with_name(f".{file.name}.part")
    try:
        with _sight(session) as sight:
            rows = open_export(sight, request)
            count = rows.write(part, request.export_type)
        finish_export(session, started, rows, is_done=True)
        session.commit()  # nothing leaves unnoted
        part.replace(file)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    return count


@contextmanager
def _sight(session: Session) -> Iterator[Any]:
    """Yield the session of the named person, else one that sees every row."""
    if session.info.get("actor") is not None:
        yield session
        return
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        yield every
