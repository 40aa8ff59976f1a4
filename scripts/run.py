"""Prepare the database and start the server: the last steps of ``make run``, which calls this.

A database in which nobody is employed yet gets the default values and, unless ``KEPEI_DEMO=0``, the demo company. Any
other keeps its data: a value that a company deleted must not come back at the next start. Where the demo company is,
its log-ins are mended, so that the password shown is the right one.
"""

import contextlib
import io
import os
import socket
import sys
from pathlib import Path

import click
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import ColumnElement, exists, select

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

# ruff: noqa: E402 -- a script's own folder is on the path, the project's is not
from app import create_app
from models import Counter, Employee, db
from services.seed import demo, log_ins

HOST = os.environ.get("KEPEI_HOST") or "127.0.0.1"
PORT = os.environ.get("KEPEI_PORT") or "8000"


def main() -> None:
    """Prepare the database, then become gunicorn.

    :raises SystemExit: if the port is taken or a step fails
    """
    _require_free_port()
    app = create_app()
    _say("Database")
    _flask(app, "db", "upgrade")
    is_new = not _holds(app, Employee.id.is_not(None))
    if is_new:
        _say("Default values")
        _flask(app, "seed", "defaults")
    if _wants_demo() and (is_new or _holds(app, Counter.name == demo.MARK)):
        _say("Demo company")
        _seed_demo(app)
    os.environ["KEPEI_WELCOME"] = _welcome(app)
    os.chdir(ROOT)
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    os.execv(gunicorn, [gunicorn, "-c", "gunicorn.conf.py"])  # noqa: S606 -- our own server


def _say(step: str) -> None:
    print(f"==> {step}", flush=True)


def _wants_demo() -> bool:
    return os.environ.get("KEPEI_DEMO", "1") != "0"


def _require_free_port() -> None:
    family = socket.AF_INET6 if ":" in HOST else socket.AF_INET
    with socket.socket(family) as probe:
        # As gunicorn does, so that a port just left by an earlier run is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(PORT)))
        except (OSError, OverflowError, ValueError) as error:
            sys.exit(f"Cannot listen on {HOST} port {PORT}: {error}. Choose another: KEPEI_PORT=8001 make run")


def _flask(app: Flask, *command: str) -> None:
    """Run a command of ``flask --app app`` in this process.

    :raises SystemExit: if it fails
    """
    try:
        code = app.cli.main(list(command), obj=ScriptInfo(create_app=lambda: app), standalone_mode=False)
    except click.ClickException as error:
        sys.exit(f"flask {' '.join(command)}: {error.format_message()}")
    if code:
        sys.exit(f"flask {' '.join(command)} ended with code {code}")


def _seed_demo(app: Flask) -> None:
    """Make or mend the demo company. Its password is shown later, when the server answers."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        _flask(app, "seed", "demo")
    for line in output.getvalue().splitlines():
        if not line.startswith(("Demo log-ins:", "Demo password:")):
            print(line, flush=True)


def _holds(app: Flask, criterion: ColumnElement[bool]) -> bool:
    """Tell whether there is a row that meets the criterion."""
    with app.app_context():
        return bool(db.session.scalar(select(exists().where(criterion))))


def _welcome(app: Flask) -> str:
    """Return what the server says once it answers."""
    shown = "127.0.0.1" if HOST in {"0.0.0.0", "::"} else HOST  # noqa: S104 -- compared, not bound
    lines = ["", f"Kepei: http://{f'[{shown}]' if ':' in shown else shown}:{PORT}/"]
    if _wants_demo() and _holds(app, Counter.name == demo.MARK):
        lines += ["Demo log-ins:", *(f"  {who.login:<10} {who.role}" for who in log_ins.NAMED_LOG_INS)]
        lines += [f"Demo password: {log_ins.keep_password(Path(app.instance_path))}"]
    elif not _holds(app, Employee.password_hash.is_not(None)):
        lines += ["Nobody can log in yet: .venv/bin/flask --app app user create-admin LOGIN"]
    return "\n".join([*lines, "Stop with Ctrl+C.", ""])


if __name__ == "__main__":
    main()
