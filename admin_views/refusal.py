"""How one class of error is told to a person. The table of them stands in ``messages.py``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """How one class of error is told."""

    status: int
    code: str
    message: Callable[[Any], str]
    #: Form field beside which the message stands; None: above the form.
    field: str | None = None
