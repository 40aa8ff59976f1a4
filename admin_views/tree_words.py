"""The words that the scripts of the tree's page say; scripts hold none of their own."""

from flask_babel import gettext

#: Placeholders that the script fills in.
_BLANK = {name: f"{{{name}}}" for name in ("name", "parent", "place", "count", "own", "target")}


def script_words(counted: str | None) -> dict[str, str]:
    """Return the words of the tree's scripts by name; {…} in them are filled in by the script.

    :param counted: what is counted at each node, such as customers
    """
    parts = (_row_words(), _place_words(), _find_words(), _outline_words(), _deed_words(), _impact_words())
    return {name: words for part in (*parts, _count_words(counted)) for name, words in part.items()}


def _row_words() -> dict[str, str]:
    return {
        "add": gettext("Add below"),
        "addUnder": gettext("Add below %(name)s", **_BLANK),
        "addRoot": gettext("Add at the top level"),
        "added": gettext("%(name)s was added.", **_BLANK),
        "ok": gettext("OK"),
        "cancel": gettext("Cancel"),
        "close": gettext("Close"),
        "rename": gettext("Rename"),
        "renamed": gettext("It is now called %(name)s.", **_BLANK),
        "name": gettext("Name"),
        "edit": gettext("Edit details"),
        "actions": gettext("Actions for %(name)s", **_BLANK),
        "inactive": gettext("inactive"),
        "failed": gettext("The server did not answer. Nothing was changed; try again."),
        "isStale": gettext(
            "Somebody has changed “%(name)s” meanwhile. It is shown as it is now; yours was not done. Try again.",
            **_BLANK,
        ),
        "isRenamed": gettext(
            "Somebody has changed it meanwhile; it is now called “%(name)s”. What you typed is kept: OK saves it.",
            **_BLANK,
        ),
        "isGone": gettext("Somebody has deleted “%(name)s” meanwhile.", **_BLANK),
    }


def _place_words() -> dict[str, str]:
    return {
        "drag": gettext("Drag to move"),
        "moveTo": gettext("Move to…"),
        "moveToPlace": gettext("Move to position…"),
        "moveUp": gettext("Move up"),
        "moveDown": gettext("Move down"),
        "indent": gettext("Move into the entry above"),
        "outdent": gettext("Move out one level"),
        "topLevel": gettext("Top level"),
        "moved": gettext("%(name)s is now at place %(place)s of %(count)s under %(parent)s.", **_BLANK),
        "cycle": gettext("It cannot be moved into itself or below itself."),
        "isFirst": gettext("It is the first already."),
        "isLast": gettext("It is the last already."),
        "isRoot": gettext("It stands at the top level already."),
        "moveTitle": gettext("Move “%(name)s” to", **_BLANK),
        "searchTarget": gettext("Search for the new parent"),
        "placeTitle": gettext("Position of “%(name)s”", **_BLANK),
        "place": gettext("Position, 1 to %(count)s", **_BLANK),
    }


def _find_words() -> dict[str, str]:
    return {
        "noHits": gettext("Nothing matches."),
        "hits": gettext("%(count)s found. Enter shows one in the whole tree.", **_BLANK),
        "moreHits": gettext("Only the first %(count)s are shown.", **_BLANK),
        "showInTree": gettext("Show in the whole tree"),
        "clearFirst": gettext("End the search to change the order."),
    }


def _outline_words() -> dict[str, str]:
    return {
        "outline": gettext("Add many below…"),
        "outlineUnder": gettext("Add many below “%(name)s”", **_BLANK),
        "outlineRoot": gettext("Add many at the top level"),
        "outlineOk": gettext("Add %(count)s", **_BLANK),
        "outlineNew": gettext("%(count)s will be added", **_BLANK),
        "outlinePresent": gettext("%(count)s are there already and stay as they are", **_BLANK),
        "outlineRefused": gettext("%(count)s cannot be added; nothing is added until they are mended", **_BLANK),
        "outlineAdded": gettext("%(count)s entries were added.", **_BLANK),
        "line": gettext("Line %(count)s", **_BLANK),
    }


def _deed_words() -> dict[str, str]:
    return {
        "undo": gettext("Undo"),
        "deactivate": gettext("Deactivate"),
        "deactivateConfirm": gettext("Deactivate “%(name)s”?", **_BLANK),
        "deactivateHint": gettext(
            "It and what stands below it are no longer offered. What has it keeps it, and shows it greyed."
        ),
        "reactivate": gettext("Reactivate"),
        "replace": gettext("Replace by…"),
        "replaceTitle": gettext("Replace “%(name)s” by", **_BLANK),
        "replaceConfirm": gettext("Replace “%(name)s” by “%(target)s”?", **_BLANK),
        "replaceHint": gettext("Everything that has it gets the other one, then it is deleted."),
        "replaceBlocked": gettext("Entries stand below it. Move them first, or merge it: then they go along."),
        "merge": gettext("Merge into…"),
        "mergeTitle": gettext("Merge “%(name)s” into", **_BLANK),
        "mergeConfirm": gettext("Merge “%(name)s” into “%(target)s”?", **_BLANK),
        "mergeHint": gettext(
            "Everything that has it, and what stands below it, goes to the other one; then it is deleted."
        ),
        "remove": gettext("Delete"),
        "removeConfirm": gettext("Delete “%(name)s”?", **_BLANK),
        "removeHint": gettext("Nothing uses it, so it can be deleted."),
        "removeBlocked": gettext("It is in use, so it cannot be deleted. This can be done instead:"),
        "removed": gettext("%(name)s was deleted.", **_BLANK),
    }


def _impact_words() -> dict[str, str]:
    return {
        "impactNone": gettext("Nothing uses it."),
        "impactCustomers": gettext("Customers that have it: %(count)s", **_BLANK),
        "impactCustomersBelow": gettext("Customers that have an entry below it: %(count)s", **_BLANK),
        "impactChildren": gettext("Entries directly below it: %(count)s", **_BLANK),
        "impactDescendants": gettext("Entries below it on all levels: %(count)s", **_BLANK),
        "impactPriceLevels": gettext("Price levels bound to it: %(count)s", **_BLANK),
        "impactOthers": gettext("Other records that use it: %(count)s", **_BLANK),
    }


def _count_words(counted: str | None) -> dict[str, str]:
    if counted is None:
        return {}
    return {
        "counted": gettext("%(rows)s here and below: %(count)s, of these here: %(own)s", rows=counted, **_BLANK),
        "showRows": gettext("Show in a list: %(rows)s here and below", rows=counted),
    }
