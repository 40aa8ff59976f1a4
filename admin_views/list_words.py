"""The words of the scripts of a list; {…} is filled in there."""

from flask_babel import gettext


def script_words() -> dict[str, str]:
    """Return word by name, as static/js/list/*.js ask for them."""
    blank = {"count": "{count}", "name": "{name}", "value": "{value}"}
    return {
        "failed": gettext("The server did not answer. Nothing was changed; try again."),
        "saved": gettext("%(name)s saved: %(value)s", **blank),
        "undone": gettext("%(name)s is as before: %(value)s", **blank),
        "blank": gettext("(blank)"),
        "meanwhile": gettext("Somebody changed it meanwhile to “%(value)s”. Enter keeps yours, Esc theirs.", **blank),
        "noColumn": gettext("Choose at least one column."),
        "selected": gettext("%(count)s selected", **blank),
        "deleteConfirm": gettext("Delete the selected rows (%(count)s)? This cannot be undone.", **blank),
    }
