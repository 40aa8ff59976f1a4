"""The words of the pages of imports: encodings, delimiters, warnings and modes."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from admin_views.exchange_messages import fault_text
from admin_views.text import colon, language, parting, text
from models.enums import IMPORT_MODE_LABELS
from models.meta import label
from services.exchange.imports import ErrorWords
from services.exchange.resource import Resource
from services.exchange.results import Mode

ENCODING_WORDS: Mapping[str, Any] = {
    "utf-8": "UTF-8",
    "gb18030": _("GB18030 / GBK (simplified Chinese)"),
    "big5": _("Big5 (traditional Chinese)"),
    "utf-16": "UTF-16",
    "utf-16-le": _("UTF-16, low byte first"),
    "utf-16-be": _("UTF-16, high byte first"),
    "utf-32": "UTF-32",
    "cp1252": _("Windows-1252 / Latin-1 (Western European)"),
    "shift_jis": _("Shift JIS (Japanese)"),
    "euc_kr": _("EUC-KR (Korean)"),
    "cp1251": _("Windows-1251 (Cyrillic)"),
}
DELIMITER_WORDS: Mapping[str, Any] = {
    ",": _("comma (,)"),
    "\t": _("tab"),
    ";": _("semicolon (;)"),
    "|": _("bar (|)"),
}
WARNING_WORDS: Mapping[str, Any] = {
    "encoding": _("It is not clear in which encoding the file is. See whether the texts below read right."),
    "title_rows": _("Rows above the headers are passed over."),
    "hidden_sheet": _("This sheet is hidden in the workbook."),
    "duplicate_header": _("Some headers stand there twice. Choose which column counts."),
}
MODE_HINTS: Mapping[str, Any] = {
    "skip": _("Adds new ones and leaves those that exist as they are."),
    "update": _("Adds new ones and changes those that exist. A blank cell leaves a value; #清空 empties it."),
    "insert": _("Adds new ones; one that exists already is an error."),
}
#: The same of tables whose rows have nothing that tells them apart but all of their columns.
KEYLESS_HINTS: Mapping[str, Any] = {
    "skip": _("Adds new ones; a row that stands there already with the same content is skipped."),
    "insert": _("Adds every row, also what stands there already."),
}
_ROW, _REASON = label(en="Row", zh="行号"), label(en="Reason", zh="错误原因")


def error_words() -> ErrorWords:
    """Return the words of the file of refused rows."""
    return ErrorWords(
        number=text(_ROW),
        reason=text(_REASON),
        between=parting(),
        colon=colon(),
        text=fault_text,
        language=language(),
    )


def modes_of(resource: Resource) -> list[tuple[str, str, str]]:
    """Return what may become of rows that exist: (mode, words, hint)."""
    is_keyed = bool(resource.keys) or resource.is_tree
    offered = [Mode.SKIP, Mode.UPDATE, Mode.INSERT] if is_keyed else [Mode.SKIP, Mode.INSERT]
    hints = MODE_HINTS if is_keyed else KEYLESS_HINTS
    return [(mode.value, text(IMPORT_MODE_LABELS[mode.value]), str(hints[mode.value])) for mode in offered]


def usual_mode(resource: Resource) -> str:
    """Return what is offered first: what changes in a tree is shown node by node before it is done."""
    return (Mode.UPDATE if resource.is_tree else Mode.SKIP).value
