"""Shaping what describes customers: values of flat lists and nodes of trees, with everything that points at them.

Each deed is one transaction under the lock of its table's order, leaves an entry in the audit log, and can be undone
while every field it wrote still holds what it wrote.
"""

from services.dictionaries.changing import Done, deactivate, delete, merge, reactivate, replace
from services.dictionaries.errors import SameValueError, UndoRefusedError
from services.dictionaries.impact import Impact, impact
from services.dictionaries.undoing import undo

__all__ = [
    "Done",
    "Impact",
    "SameValueError",
    "UndoRefusedError",
    "deactivate",
    "delete",
    "impact",
    "merge",
    "reactivate",
    "replace",
    "undo",
]
