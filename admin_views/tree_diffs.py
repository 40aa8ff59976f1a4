"""What an import would do to a tree, as its page shows it: totals, and the first nodes of each kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from services.exchange.results import ChangeKind, TreeChange, TreeDiff
from services.exchange.special_fields import LEVEL_NAMES

#: Nodes that are named in each group.
SHOWN_CHANGES = 50
#: Kind -> (badge, colour of it).
KINDS: dict[ChangeKind, tuple[Any, str]] = {
    ChangeKind.MOVE: (_("Moved"), "yellow"),
    ChangeKind.RENAME: (_("Renamed"), "blue"),
    ChangeKind.DEACTIVATE: (_("Deactivated"), "red"),
    ChangeKind.ACTIVATE: (_("Reactivated"), "green"),
    ChangeKind.CODE: (_("Gets a code"), "secondary"),
    ChangeKind.REORDER: (_("Other order"), "secondary"),
    ChangeKind.ADD: (_("Added"), "green"),
}


#: Ways to say in a file where nodes stand -> the columns that do, by the number of levels.
TREE_FORMS: dict[str, Callable[[int], tuple[str, ...]]] = {
    "path": lambda _depth: ("path",),
    "levels": lambda depth: LEVEL_NAMES[:depth],
    "codes": lambda _depth: ("code", "name", "parent_code"),
}
TREE_FORM_WORDS: dict[str, Any] = {
    "path": _("Paths, such as 四川/成都/武侯区"),
    "levels": _("One column for each level"),
    "codes": _("Code and parent code"),
}


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """The nodes of which one kind is the first thing to say."""

    kind: ChangeKind
    changes: tuple[TreeChange, ...]
    #: How many more there are.
    hidden_count: int


def groups_of(diff: TreeDiff) -> list[ChangeGroup]:
    """Return the changes by their first kind, each node once, the first of each group."""
    found = []
    for kind in ChangeKind:
        changes = [change for change in diff.changes if change.kinds[0] is kind]
        if changes:
            hidden_count = max(0, len(changes) - SHOWN_CHANGES)
            found.append(ChangeGroup(kind, tuple(changes[:SHOWN_CHANGES]), hidden_count))
    return found
