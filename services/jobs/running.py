"""Doing a job: claim it, run its handler as its owner, note how it went. By a worker, a request or a command alike."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from sqlalchemy.orm import Session

from auth.actor import load_actor, set_actor
from models import db
from models.base import reading_only
from models.types import utc_now
from services.errors import ServiceError
from services.jobs import queue as queues
from services.jobs.errors import JobCancelled, JobFault, LostJobError
from services.jobs.kinds import ENDED, broken_off, change_one, expiry, model_of, phase_of
from services.jobs.queue import Queue, Turn

#: Seconds between two signs of life; within them a handler learns that it is to stop.
BEAT_SECONDS = 1.0

logger = logging.getLogger(__name__)


class Pulse:
    """Gives signs of life from a thread of its own, so that a long statement does not look like a dead worker."""

    #: Those at work in this process.
    at_work: set["Pulse"] = set()

    def __init__(self, queue: Queue, turn: Turn) -> None:
        self.turn = turn
        self.done, self.total = 0, None
        self.is_stop_asked = False
        self._queue = queue
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"pulse {turn.kind} {turn.job_id}", daemon=True)

    done: int
    total: int | None

    def __enter__(self) -> Self:
        """Begin. The first beat was given with the claim."""
        self.at_work.add(self)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End. Where the process is being stopped, say that the job is left, not lost."""
        self._is_over.set()
        self._thread.join()
        self.at_work.discard(self)
        if kind is None:
            quietly(self._queue.forget, self.turn)
        else:
            self.leave()

    def leave(self) -> None:
        """Say that this process goes and the job may be taken up at once."""
        self._is_over.set()
        quietly(self._queue.beat, self.turn, done=self.done, total=self.total, is_left=True)

    def _beat(self) -> None:
        while not self._is_over.wait(BEAT_SECONDS):
            quietly(self._queue.beat, self.turn, done=self.done, total=self.total)
            self.is_stop_asked = self.is_stop_asked or bool(quietly(self._queue.is_stop_asked, self.turn))


def quietly(action: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Call what needs the queue; a queue that cannot be reached is logged, and None returned."""
    try:
        return action(*arguments, **named)
    except Exception:
        logger.warning("the queue of jobs cannot be reached", exc_info=True)
        return None


@dataclass
class JobRun:
    """What a handler gets: the job, whose it is, and how to say how far it is."""

    kind: str
    job_id: int
    attempt: int
    phase: str
    #: Rows that earlier attempts have done and committed.
    position: int
    #: The owner acts in it; nobody for the operator's command line. No transaction is open when the handler begins.
    session: Session
    pulse: Pulse
    #: Set by :meth:`end`.
    state: str | None = field(default=None, init=False)

    @property
    def job(self) -> Any:
        """Return the job's row. Read it; write its columns through :meth:`checkpoint` and :meth:`end` alone."""
        return self.session.get_one(model_of(self.kind), self.job_id)

    def tick(self, done: int, total: int | None = None) -> None:
        """Say how far the job is. Costs nothing: call it as often as you like.

        :raises JobCancelled: if the owner asked to stop, within about a second of that
        """
        self.pulse.done, self.pulse.total = done, total
        if self.pulse.is_stop_asked:
            raise JobCancelled

    def checkpoint(self, position: int, **columns: Any) -> None:
        """Note, in the handler's transaction, how many rows are done; the handler commits. A retry goes on there.

        :raises LostJobError: if another worker has taken the job over; nothing may be committed then
        """
        self._write(position=position, **columns)
        self.position = position

    def end(self, state: str, **columns: Any) -> None:
        """Note, in the handler's transaction, how the job ended; :func:`perform` commits once the handler returns.

        :param state: planned, done, failed, cancelled or undone
        :raises LostJobError: if another worker has taken the job over
        """
        ended_at = {"finished_at": utc_now()} if state in ENDED else {}
        self._write(state=state, **{"expires_at": expiry(), **ended_at, **columns})
        self.state = state

    def _write(self, **columns: Any) -> None:
        model = model_of(self.kind)
        mine = (model.id == self.job_id) & (model.attempt == self.attempt) & (model.state == "running")
        if not change_one(self.session, model, mine, columns):
            raise LostJobError(f"{self.kind} {self.job_id}, attempt {self.attempt}")


Handler = Callable[[JobRun], None]
#: (kind, phase) -> (handler, whether its transactions only read).
_handlers: dict[tuple[str, str], tuple[Handler, bool]] = {}


def register(kind: str, phase: str, handler: Handler, *, reads_only: bool = False) -> None:
    """Say who does a phase of a kind of jobs. The handler calls ``run.end`` once, last.

    :param reads_only: its transactions take no write lock on SQLite; ``run.session.commit()`` before ``run.end``
    """
    _handlers[kind, phase] = handler, reads_only


def perform(kind: str, job_id: int, *, is_operator: bool = False) -> str | None:
    """Do what a job that waits needs next; return the state it came to.

    Failures are no errors here: the job's ``fault`` holds them. None if somebody else was faster, or it does not wait.

    :param is_operator: whether a job without an owner may run, with nobody acting: the command line alone
    :raises RuntimeError: if ``db.session`` has an open transaction, which on SQLite would keep the job from writing
    """
    if db.session.registry.has() and db.session().in_transaction():
        raise RuntimeError("commit before perform()")
    queue = queues.current()
    with reading(is_on=False), Session(db.engine, expire_on_commit=False) as session:
        claimed = _claim(session, queue, kind, job_id)
        if claimed is None:
            return None
        turn, phase, position = claimed
        with Pulse(queue, turn) as pulse:
            run = JobRun(kind, job_id, turn.attempt, phase, position, session, pulse)
            state = _work(run, is_operator=is_operator)
        if state is not None:
            quietly(queue.forget_crashes, kind, job_id)
        return state


def _claim(session: Session, queue: Queue, kind: str, job_id: int) -> tuple[Turn, str, int] | None:
    """Make the job ours in a short transaction of its own."""
    model = model_of(kind)
    job = session.get(model, job_id)
    if job is None or job.state != "waiting":
        session.rollback()
        return None
    turn = Turn(kind, job_id, job.attempt + 1)
    # Before it counts as running, so that nobody finds it without a sign of life. Who loses leaves the winner's.
    quietly(queue.beat, turn, done=job.position)
    waits = (model.id == job_id) & (model.state == "waiting") & (model.attempt == job.attempt)
    begun = {"state": "running", "attempt": turn.attempt}
    is_mine = change_one(session, model, waits, begun)
    session.commit()
    return (turn, phase_of(job), job.position) if is_mine else None


def _work(run: JobRun, *, is_operator: bool) -> str | None:
    try:
        _act_as_owner(run, is_operator=is_operator)
        handler, reads_only = _handlers[run.kind, run.phase]
        with reading(is_on=reads_only):
            handler(run)
        if run.state is None:
            logger.error("the handler of %s %s did not end the job", run.kind, run.phase)
            return _break_off(run, "failed", {"code": "failed", "data": {}})
        run.session.commit()
    except LostJobError as error:
        run.session.rollback()
        logger.warning("taken over by another worker: %s", error)
        return None
    except JobCancelled:
        return _break_off(run, "cancelled", None)
    except ServiceError as error:
        fault = {"code": getattr(error, "code", "failed"), "data": getattr(error, "data", {})}
        if fault["code"] == "failed":
            logger.warning("%s %d: %s", run.kind, run.job_id, error)
        return _break_off(run, "failed", fault)
    except Exception:
        logger.exception("%s %d failed", run.kind, run.job_id)
        return _break_off(run, "failed", {"code": "failed", "data": {}})
    return run.state


def _act_as_owner(run: JobRun, *, is_operator: bool) -> None:
    """Let the owner act in the session, with the rights of today.

    :raises JobFault: if the owner may no longer log in, or was deleted
    """
    with reading(is_on=True):
        owner_id = run.job.owner_id
        actor = load_actor(run.session, owner_id) if owner_id is not None else None
        run.session.commit()
    if actor is not None:
        set_actor(run.session, actor)
    elif owner_id is not None or not is_operator:
        raise JobFault("owner_gone")


def _break_off(run: JobRun, state: str, fault: dict[str, Any] | None) -> str | None:
    """Undo what is not committed and note the end."""
    run.session.rollback()
    try:
        run.end(**broken_off(run.job, state, fault))
        run.session.commit()
    except LostJobError as error:
        run.session.rollback()
        logger.warning("taken over by another worker: %s", error)
        return None
    return run.state


@contextmanager
def reading(*, is_on: bool) -> Iterator[None]:
    """Say for a block whether the transactions that begin in it only read."""
    token = reading_only.set(is_on)
    try:
        yield
    finally:
        reading_only.reset(token)
