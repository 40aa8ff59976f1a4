"""The worker beside the server: it is there, comes back when it dies, and ends with the server, however that ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from services.installation import Installation
from services.jobs.queue import Queue
from services.jobs.worker import present_workers
from tests.conftest import ROOT, create_all

PATIENCE = 40


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    """Yield the queue of an installation whose database is there."""
    engine = create_engine(f"sqlite:///{tmp_path / 'kepei.sqlite'}")
    create_all(engine)
    engine.dispose()
    found = Queue(Installation(tmp_path, tmp_path / "files", None, "kepei", "secret"))
    yield found
    found.close()


@pytest.fixture
def server(queue: Queue, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a server on that installation."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {"KEPEI_INSTANCE": str(tmp_path), "KEPEI_PORT": str(port), "KEPEI_WORKERS": "1", "KEPEI_SECRET_KEY": "secret"}
    given = {name: value for name, value in os.environ.items() if not name.startswith("KEPEI_")}
    gunicorn = Path(sys.executable).with_name("gunicorn")
    with subprocess.Popen([gunicorn, "-c", "gunicorn.conf.py"], cwd=ROOT, env=given | own) as process:
        yield process
        process.kill()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


def processes(queue: Queue) -> set[int]:
    """Return the numbers of the workers' processes that signed in and run."""
    found = {int(name.rpartition(":")[2]) for name in present_workers(queue)}
    return {number for number in found if Path(f"/proc/{number}").exists()}


def test_worker_comes_back_when_it_dies_and_ends_with_the_server(server: subprocess.Popen[bytes], queue: Queue) -> None:
    until(lambda: processes(queue))
    (first,) = processes(queue)

    os.kill(first, signal.SIGKILL)
    until(lambda: processes(queue) - {first})
    (second,) = processes(queue) - {first}

    server.terminate()
    assert server.wait(PATIENCE) == 0
    assert not Path(f"/proc/{second}").exists()
    assert present_workers(queue) == [name for name in queue.workers() if name.endswith(f":{first}")]


def test_worker_does_not_outlive_a_server_that_was_killed(server: subprocess.Popen[bytes], queue: Queue) -> None:
    until(lambda: processes(queue))

    server.kill()

    until(lambda: not processes(queue))
    assert queue.workers() == {}
