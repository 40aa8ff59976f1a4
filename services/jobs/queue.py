"""The queue that wakes workers, and the facts that change too often for the database: signs of life, wishes to stop.

SQLite in the instance folder, or Redis where several machines serve. All of it may be lost: workers look into the
database for what waits. On SQLite it must be a file of its own, since an import holds the database's only write lock.
"""

import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from huey import RedisHuey, SqliteHuey
from huey.api import Huey
from huey.constants import EmptyData
from huey.serializer import SignedSerializer

from services import installation

#: Seconds without a sign of life after which a job's worker counts as dead.
LEASE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One attempt at one job."""

    kind: str
    job_id: int
    attempt: int

    def key(self, fact: str) -> str:
        """Return the key of one of its facts."""
        return f"{fact}:{self.kind}:{self.job_id}:{self.attempt}"


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life, with how far the job is."""

    #: Unix seconds.
    at: float
    done: int
    #: None while it is not known.
    total: int | None
    #: Whether its worker was stopped in order.
    is_left: bool
    machine: str | None
    process: int

    @property
    def is_alive(self) -> bool:
        """Tell whether somebody is still at it."""
        if self.is_left or time.time() - self.at > LEASE_SECONDS:
            return False
        return self.machine is None or self.machine != own_machine() or is_running(self.process)


class Queue:
    """The queue of one installation. Safe to use from several threads."""

    def __init__(self, place: installation.Installation) -> None:
        settings: dict[str, Any] = {
            "results": False,
            # A message is a pickle: only who knows the secret may write one.
            "serializer": SignedSerializer(secret=place.secret_key, salt="jobs"),
        }
        self.huey: Huey = (
            RedisHuey(place.name, url=place.redis_url, **settings)
            if place.redis_url
            else SqliteHuey(place.name, filename=str(place.instance / "queue.sqlite"), **settings)
        )
        #: What a worker does with a job; set where one runs.
        self.work: Callable[[str, int], Any] | None = None
        self._wake: Any = self.huey.task(name="perform")(self._perform)

    def _perform(self, kind: str, job_id: int) -> None:
        if self.work is not None:
            self.work(kind, job_id)

    def wake(self, kind: str, job_id: int) -> None:
        """Ask a worker to look at a job that waits."""
        self._wake(kind, job_id)

    def length(self) -> int:
        """Return how many wakes nobody has answered."""
        return int(self.huey.storage.queue_size())

    def beat(self, turn: Turn, *, done: int = 0, total: int | None = None, is_left: bool = False) -> None:
        """Give a sign of life."""
        facts = {
            "at": time.time(),
            "done": done,
            "total": total,
            "is_left": is_left,
            "machine": own_machine(),
            "process": os.getpid(),
        }
        self.huey.storage.put_data(turn.key("beat"), json.dumps(facts).encode())

    def last_beats(self, turns: Iterable[Turn]) -> dict[Turn, Beat]:
        """Return the last sign of life of each turn that has given one."""
        keys = {turn.key("beat"): turn for turn in turns}
        found = self.huey.storage.peek_many(list(keys)) if keys else {}
        return {keys[_text(key)]: Beat(**json.loads(bytes(value))) for key, value in found.items() if value is not None}

    def ask_to_stop(self, turn: Turn) -> None:
        """Leave the wish that whoever is at it stops."""
        self.huey.storage.put_data(turn.key("stop"), b"1")

    def is_stop_asked(self, turn: Turn) -> bool:
        """Tell whether that wish is there."""
        return bool(self.huey.storage.has_data_for_key(turn.key("stop")))

    def forget(self, turn: Turn) -> None:
        """Remove all facts about a turn that is over."""
        for fact in ("beat", "stop"):
            self.huey.storage.pop_data(turn.key(fact))

    def crashes(self, kind: str, job_id: int) -> int:
        """Return how many workers have died at a job."""
        found = self.huey.storage.peek_data(f"crash:{kind}:{job_id}")
        return 0 if found is EmptyData else int(bytes(found))

    def note_crashes(self, kind: str, job_id: int, count: int) -> None:
        """Note how many have."""
        self.huey.storage.put_data(f"crash:{kind}:{job_id}", str(count).encode())

    def forget_crashes(self, kind: str, job_id: int) -> None:
        """Begin to count anew: the job has ended."""
        self.huey.storage.pop_data(f"crash:{kind}:{job_id}")

    def sign_in(self, worker: str) -> None:
        """Note that a worker is there, now."""
        self.huey.storage.put_data(f"worker:{worker}", str(time.time()).encode())

    def sign_out(self, worker: str) -> None:
        """Note that it has gone."""
        self.huey.storage.pop_data(f"worker:{worker}")

    def workers(self) -> dict[str, float]:
        """Return each worker that signed in, with when it last did, in Unix seconds."""
        found = self.huey.storage.result_items()
        return {
            _text(key).removeprefix("worker:"): float(bytes(value))
            for key, value in found.items()
            if _text(key).startswith("worker:")
        }

    def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        storage = self.huey.storage
        if isinstance(self.huey, RedisHuey):
            storage.conn.close()
        else:
            storage.close()


def current() -> Queue:
    """Return the queue of the installation at hand.

    :raises RuntimeError: outside an application's context
    """
    return _queue(installation.current())


def close_all() -> None:
    """Close every queue that this process opened and forget it."""
    for queue in _opened:
        queue.close()
    _opened.clear()
    _queue.cache_clear()


_opened: list[Queue] = []


@cache
def _queue(place: installation.Installation) -> Queue:
    queue = Queue(place)
    _opened.append(queue)
    return queue


@cache
def own_machine() -> str | None:
    """Return what tells this boot of this machine, and its table of processes, from all others; None if unknown."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return None


def is_running(process: int) -> bool:
    """Tell whether this machine has such a process."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _text(key: str | bytes) -> str:
    return key.decode() if isinstance(key, bytes) else key
