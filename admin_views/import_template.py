"""The words of an import's template: its columns, and the sheet of instructions in the reader's language."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask_babel import gettext, lazy_gettext as _

from admin_views.text import joined, language, parting, text
from auth.actor import AnySession
from models.enums import IMPORT_MODE_LABELS
from models.inspection import Kind
from models.mixins import TreeMixin
from services.exchange.converters import CLEAR
from services.exchange.fields import FileField
from services.exchange.formats.limits import MAX_BYTES, MAX_ROWS
from services.exchange.formats.template_file import TemplateColumn, write_template
from services.exchange.offered_values import BOOLEAN_WORDS, offered_values

#: Values that are named in the sheet of instructions.
_NAMED_VALUES = 8
#: Kind -> how Excel keeps what is typed; text where it is not named.
_FORMATS = {
    Kind.INTEGER: "0",
    Kind.DECIMAL: "General",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}
#: Kind -> (what it takes, example).
_TAKES: dict[Kind, tuple[Any, str]] = {
    Kind.INTEGER: (_("a whole number"), "10"),
    Kind.DECIMAL: (_("a number"), "30.5"),
    Kind.DATE: (_("a date"), "2026-01-31"),
    Kind.MOMENT: (_("date and time"), "2026-01-31 14:30"),
}
#: Name of a field -> example, where its kind does not say it.
_EXAMPLES = {
    "code": "0001",
    "co_followers": "zhangsan;lisi",
    "contact_mobile": "13800138000",
    "login": "zhangsan",
    "mobile": "13800138000",
    "owner": "zhangsan",
    "parent_code": "0001",
    "path": "四川/成都/武侯区",
    "phone": "028-87654321",
}


def write_xlsx_template(
    session: AnySession,
    path: Path,
    fields: Sequence[FileField],
    required: Sequence[str],
    *,
    title: str,
    modes: Sequence[str],
) -> None:
    """Write the workbook of a template.

    :param required: names of the fields that a new row cannot be without
    :param modes: what may become of rows that exist already
    """
    values = {field.name: offered_values(session, field, language()) for field in fields}
    columns = [
        TemplateColumn(
            text(field.label), field.name in required, _FORMATS.get(field.kind, "@"), tuple(values[field.name])
        )
        for field in fields
    ]
    table = [
        (gettext("Column"), gettext("Required"), gettext("What it takes"), gettext("Example")),
        *(_line(field, values[field.name], is_required=field.name in required) for field in fields),
    ]
    lines = [*([line] for line in _sentences(title, modes)), [""], *table]
    write_template(path, columns, title=title, instructions_title=gettext("Instructions"), instructions=lines)


def _sentences(title: str, modes: Sequence[str]) -> list[str]:
    words = {mode: text(IMPORT_MODE_LABELS[mode]) for mode in modes}
    return [
        gettext("How to import: %(title)s", title=title),
        gettext("Fill in the first sheet, one row for each entry, and leave its first row as it is."),
        gettext("Columns marked * are required; others may stay blank or be removed, and may stand in any order."),
        gettext("Rows that exist already: %(modes)s. You choose when you upload.", modes=joined(words.values())),
        gettext("When updating, a blank cell leaves a value as it is and %(word)s empties it.", word=CLEAR),
        gettext(
            "At most %(rows)s rows and %(size)d MB. No merged cells.", rows=f"{MAX_ROWS:,}", size=MAX_BYTES // 1024**2
        ),
        gettext("Nothing is written before you have seen what the file would do and have confirmed it."),
    ]


def _line(field: FileField, values: Sequence[str], *, is_required: bool) -> tuple[str, str, str, str]:
    takes, example = _takes(field, values)
    help_text = text(field.meta.help)
    said = takes if not help_text else f"{takes}{parting()}{help_text}" if takes else help_text
    return (text(field.label), gettext("yes") if is_required else "", said, example)


def _takes(field: FileField, values: Sequence[str]) -> tuple[str, str]:
    """Return what a column takes, and an example."""
    if field.kind is Kind.BOOLEAN:
        return joined(text(word) for word in BOOLEAN_WORDS), values[0]
    if field.target is not None and issubclass(field.target, TreeMixin):
        takes = gettext("the path from the root, its steps separated by /; the name alone where it is unique")
        return takes, next((value for value in values if "/" in value), next(iter(values), _EXAMPLES["path"]))
    if values:
        shown = joined(values[:_NAMED_VALUES])
        is_cut = len(values) > _NAMED_VALUES
        return (gettext("one of the list: %(values)s …", values=shown) if is_cut else shown), values[0]
    if field.target is not None:
        return gettext("the name, code or log-in of an existing entry"), _EXAMPLES.get(field.name, "")
    if field.kind in _TAKES:
        takes, example = _TAKES[field.kind]
        return str(takes), example
    limit = gettext("text, at most %(limit)d signs", limit=field.limit) if field.limit else gettext("text")
    return limit, _EXAMPLES.get(field.name, "")
