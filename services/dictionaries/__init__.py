"""Shaping what describes customers: values of flat lists and nodes of trees, with everything that points at them.

Each deed is one transaction under the lock of its table's order, leaves an entry in the audit log, and can be undone
while every field it wrote still holds what it wrote.
"""

from services.dictionaries.changing import Done, deactivate, delete, merge, reactivate, replace
from services.dictionaries.errors import NamesRefusedError, PresetRefusedError, SameValueError, UndoRefusedError
from services.dictionaries.impact import Impact, impact
from services.dictionaries.presets import load_preset, offered_presets
from services.dictionaries.saving import add_values, save_value
from services.dictionaries.undoing import recent_deeds, undo

__all__ = [
    "Done",
    "Impact",
    "NamesRefusedError",
    "PresetRefusedError",
    "SameValueError",
    "UndoRefusedError",
    "add_values",
    "deactivate",
    "delete",
    "impact",
    "load_preset",
    "merge",
    "offered_presets",
    "reactivate",
    "recent_deeds",
    "replace",
    "save_value",
    "undo",
]
