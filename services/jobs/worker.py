"""The worker: answers wakes in a few threads, and looks after jobs meanwhile. One a machine is enough."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy.orm import Session

from models import db
from services.jobs import queue as queues
from services.jobs.queue import Queue
from services.jobs.running import Pulse, perform, quietly
from services.jobs.upkeep import expire, look_after

#: Seconds between two looks at the jobs.
ROUND_SECONDS = 10.0
#: Seconds between two looks for files past their time.
EXPIRY_SECONDS = 3_600.0
#: Seconds without a word after which a worker counts as gone.
ABSENT_SECONDS = 60.0
#: Seconds that running jobs have to end once the worker is told to.
GRACE_SECONDS = 3.0
#: Most seconds between two looks into a queue that cannot call (SQLite).
_MOST_DELAY = 1.0

Context = Callable[[], AbstractContextManager[Any]]

logger = logging.getLogger(__name__)


def run(context: Context, *, threads: int, parent: int | None = None) -> bool:
    """Work until a signal ends it (SIGTERM, SIGINT) or the parent is gone; tell whether jobs were left half done.

    Another worker takes those up, or this one when it starts again.

    :param context: opens an application context; each job gets its own
    :param parent: the process without which this one ends
    """
    with context():
        queue = queues.current()
    queue.work = lambda kind, job_id: _perform(context, kind, job_id)
    consumer = queue.huey.create_consumer(
        workers=threads,
        periodic=False,
        max_delay=_MOST_DELAY,
        scheduler_interval=60,
        shutdown_timeout=GRACE_SECONDS,
        graceful_signal="TERM",
    )
    ended = threading.Event()
    keeper = threading.Thread(
        target=_look_after, args=(context, queue, ended, parent, consumer.stop_flag), name="upkeep", daemon=True
    )
    keeper.start()
    try:
        consumer.run()
    finally:
        ended.set()
        left = list(Pulse.at_work)
        for pulse in left:
            pulse.leave()
        quietly(queue.sign_out, own_name())
    return bool(left)


def own_name() -> str:
    """Return what this worker signs in as."""
    return f"{socket.gethostname()}:{os.getpid()}"


def present_workers(queue: Queue) -> list[str]:
    """Return the names of the workers that answer."""
    return sorted(name for name, at in queue.workers().items() if time.time() - at <= ABSENT_SECONDS)


def _perform(context: Context, kind: str, job_id: int) -> None:
    with context():
        state = perform(kind, job_id)
    if state is not None:
        logger.info("%s %d: %s", kind, job_id, state)


def _look_after(
    context: Context, queue: Queue, ended: threading.Event, parent: int | None, stop: threading.Event
) -> None:
    next_round = next_expiry = time.monotonic()
    while not ended.is_set():
        if parent is not None and os.getppid() != parent:
            logger.warning("the server that started this worker is gone")
            stop.set()
            return
        now = time.monotonic()
        if now >= next_round:
            _do(context, lambda session: look_after(session, queue))
            _sign_in(queue)
            next_round = now + ROUND_SECONDS
        if now >= next_expiry:
            _do(context, expire)
            next_expiry = now + EXPIRY_SECONDS
        ended.wait(1)


def _do(context: Context, action: Callable[[Session], Any]) -> None:
    """Do one thing in a session of its own. What fails is logged and tried again the next time."""
    try:
        with context(), Session(db.engine, expire_on_commit=False) as session:
            action(session)
    except Exception:
        logger.exception("looking after the jobs failed")


def _sign_in(queue: Queue) -> None:
    quietly(queue.sign_in, own_name())
    for name, at in (quietly(queue.workers) or {}).items():
        if time.time() - at > 10 * ABSENT_SECONDS:
            quietly(queue.sign_out, name)
