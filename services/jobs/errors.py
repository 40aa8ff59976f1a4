"""What can happen to a job."""

from typing import Any

from services.errors import ServiceError

#: Code in a job's ``fault`` that the worker itself sets -> English sentence.
JOB_SENTENCES: dict[str, str] = {
    "crashed": "the worker died %(times)d times while at it; an administrator finds the reason in the server's log",
    "expired": "it was not confirmed within %(days)d days, and its file is gone",
    "failed": "something went wrong; an administrator finds the reason in the server's log",
    "interrupted": "the program that ran it was stopped",
    "owner_gone": "the person who asked for it may no longer log in",
}


class JobFault(ServiceError):  # noqa: N818 -- as the column is called
    """A job cannot go on; its ``fault`` will say why. ``code`` is one of :data:`JOB_SENTENCES`."""

    def __init__(self, code: str, /, **data: Any) -> None:
        self.code, self.data = code, data
        super().__init__(JOB_SENTENCES[code] % data)


class JobStateError(ServiceError):
    """The job is not in a state for that: somebody was faster, or its file has expired."""


class JobCancelled(Exception):  # noqa: N818 -- no error: its owner wished so
    """The job's owner asked to stop. Handlers let it pass: what is not committed is undone."""


class LostJobError(Exception):
    """Another worker has taken the job over. Handlers let it pass: nothing more may be written."""
