"""Settings of the web server; gunicorn reads this file by itself. See docs/deployment.md for the variables."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

#: A one-time link is a key for as long as it is unused, so it must not stand in a log.
LINK_TOKEN = re.compile(r"(?<=/link/)[^/?\s]+")


class TokenHidingLogger(Logger):
    """The access log, with the tokens of one-time links left out."""

    def atoms(self, *args: Any) -> dict[str, str]:
        """Return the parts of an access log line."""
        atoms = super().atoms(*args)
        atoms["U"] = LINK_TOKEN.sub("...", atoms.get("U") or "")
        return atoms


host = os.environ.get("KEPEI_HOST") or "127.0.0.1"
port = os.environ.get("KEPEI_PORT") or "8000"
bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
wsgi_app = "app:create_app()"
worker_class = "gthread"
workers = int(os.environ.get("KEPEI_WORKERS") or min(4, os.cpu_count() or 1))
threads = int(os.environ.get("KEPEI_THREADS") or 4)
#: Seconds without a sign of life after which a worker is replaced; threads give it while requests run.
timeout = 60
graceful_timeout = 30
keepalive = 5
#: Workers tell that they live by touching a file; in memory it cannot hang on a busy disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 -- gunicorn makes a private file
control_socket_disable = True
logger_class = TokenHidingLogger
accesslog = "-"
errorlog = "-"
#: Address, method, path without its query (which may hold names), status, bytes, milliseconds.
access_log_format = "%(t)s %(h)s %(m)s %(U)s %(s)s %(b)s B %(M)s ms"


#: Seconds that the worker of long jobs has to end with the server.
WORKER_PATIENCE = 15


def when_ready(server: Any) -> None:
    """Start the worker of long jobs; say where the server is and who may log in: ``make run`` hands over the words."""
    _start_worker(server)
    welcome = os.environ.pop("KEPEI_WELCOME", "")
    if welcome:
        print(welcome, flush=True)  # noqa: T201 -- for the person at the terminal


def on_reload(server: Any) -> None:
    """Let the worker take the new code as well."""
    _end_worker(server)
    _start_worker(server)


def on_exit(server: Any) -> None:
    """End the worker with the server."""
    _end_worker(server)


def _start_worker(server: Any) -> None:
    if os.environ.get("KEPEI_JOB_WORKERS") == "0":  # it runs as a service of its own
        return
    script = Path(__file__).parent / "scripts" / "keep_worker.py"
    # In a session of its own: Ctrl+C reaches the server alone, which then ends it.
    command = [sys.executable, str(script), "--parent", str(os.getpid())]
    server.kepei_worker = subprocess.Popen(command, start_new_session=True)  # noqa: S603 -- our own script


def _end_worker(server: Any) -> None:
    # On the server, since a reload reads this file anew.
    worker = getattr(server, "kepei_worker", None)
    if worker is None or worker.poll() is not None:
        return
    worker.terminate()
    try:
        worker.wait(WORKER_PATIENCE)
    except subprocess.TimeoutExpired:
        worker.kill()
