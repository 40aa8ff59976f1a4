"""Keep a worker of jobs running beside the server: ``gunicorn.conf.py`` and ``make dev`` start this.

It starts the worker again when it dies, and ends with it when told to or when the process that started it is gone.
"""

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: Seconds before a worker that died is started again, doubled each time it dies young.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
#: Seconds to end in, once told to.
PATIENCE = 10.0


def main() -> None:
    """Start workers, one after the other, until told to end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parent", type=int, default=os.getppid(), help="end when this process is gone")
    parent = parser.parse_args().parent
    told = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: told.set())
    pause = FIRST_PAUSE
    while not _is_over(told, parent):
        began = time.monotonic()
        command = [sys.executable, "-m", "flask", "--app", "app", "worker", "--parent", str(os.getpid())]
        worker = subprocess.Popen(command, cwd=ROOT)
        while worker.poll() is None and not _is_over(told, parent):
            told.wait(0.2)
        _end(worker)
        pause = FIRST_PAUSE if time.monotonic() - began > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
        deadline = time.monotonic() + pause
        while time.monotonic() < deadline and not _is_over(told, parent):
            told.wait(0.2)


def _is_over(told: threading.Event, parent: int) -> bool:
    return told.is_set() or os.getppid() != parent


def _end(worker: subprocess.Popen[bytes]) -> None:
    if worker.poll() is None:
        worker.terminate()
        try:
            worker.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


if __name__ == "__main__":
    main()
