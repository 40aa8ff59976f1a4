"""Prepare the database and start the server: the last steps of ``make run``, which calls this.

A database in which nobody is employed yet gets the default values and, unless ``KEPEI_DEMO=0``, the demo company. Any
other keeps its data: a value that a company deleted must not come back at the next start.
"""

import os
import socket
import sys
from pathlib import Path

from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import exists, select

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from app import create_app  # noqa: E402 -- a script's folder is on the path, the project's is not
from models import Employee, db  # noqa: E402

#: Demo log-in -> who it is (DESIGN section 8).
DEMO_LOGINS = {
    "admin": "company admin, sees everything",
    "boss": "supervisor of lead-east",
    "lead-east": "supervisor of amy and ben",
    "amy": "sees the customers she follows",
    "ben": "sees the customers he follows",
    "vera": "sees every customer that is not private",
}
#: Kept by ``seed demo`` in the instance folder.
PASSWORD_FILE = "demo_password"  # noqa: S105 -- the file's name
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
    if _is_new(app):
        _say("Default values")
        _flask(app, "seed", "defaults")
        if _wants_demo():
            _say("Demo company (about a minute)")
            _flask(app, "seed", "demo")
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
    code = app.cli.main(list(command), obj=ScriptInfo(create_app=lambda: app), standalone_mode=False)
    if code:
        sys.exit(f"flask {' '.join(command)} ended with code {code}")


def _is_new(app: Flask) -> bool:
    with app.app_context():
        return not db.session.scalar(select(exists().where(Employee.id.is_not(None))))


def _welcome(app: Flask) -> str:
    """Return what the server says once it answers."""
    shown = "127.0.0.1" if HOST in {"0.0.0.0", "::"} else HOST  # noqa: S104 -- compared, not bound
    lines = ["", f"Kepei: http://{f'[{shown}]' if ':' in shown else shown}:{PORT}/"]
    password = Path(app.instance_path) / PASSWORD_FILE
    if _wants_demo() and password.is_file():
        lines += ["Demo log-ins:", *(f"  {login:<10} {who}" for login, who in DEMO_LOGINS.items())]
        lines += [f"Demo password: {password.read_text(encoding='utf-8').strip()}"]
    elif _is_new(app):
        lines += ["Nobody can log in yet: .venv/bin/flask --app app user create-admin LOGIN"]
    return "\n".join([*lines, "Stop with Ctrl+C.", ""])


if __name__ == "__main__":
    main()
