"""Where this installation keeps what is not in the database. The edge says so once, by :func:`find_by`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Installation:
    """The folders and servers of one application."""

    #: Folder of the queue and of secrets.
    instance: Path
    #: Folder of uploads, results and photos; several machines share it.
    files: Path
    #: Address of the Redis that several machines share; None where there is one machine.
    redis_url: str | None
    #: Begins the names of what is kept in Redis, which others may use as well.
    name: str
    #: Signs what goes through the queue.
    secret_key: str


_finders: list[Callable[[], Installation]] = []


def find_by(finder: Callable[[], Installation]) -> None:
    """Say how the installation at hand is found: the one of the application whose context is open."""
    _finders[:] = [finder]


def current() -> Installation:
    """Return the installation at hand.

    :raises RuntimeError: outside an application's context
    """
    if not _finders:
        raise RuntimeError("no application has been made")
    return _finders[0]()
