"""What an import would do to a tree, as its page shows it: totals, and the first nodes of each kind."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from services.exchange.results import ChangeKind, TreeChange, TreeDiff

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
