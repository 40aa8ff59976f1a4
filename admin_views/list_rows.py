"""The rows of a list as HTML, made in Python: fifty rows of twelve cells cost a template several times as much.

A row carries its id and, as one sign each, what its menu offers; the menu itself is on the page once, for all rows.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from markupsafe import Markup, escape

from admin_views.cells import Shower
from admin_views.text import text
from models.inspection import Attribute, Kind

#: One sign for each entry of a row's menu, by its place.
SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BOX = 'class="form-check-input" type="checkbox" name="rowid" form="bulk"'


@dataclass(frozen=True, slots=True)
class RowEntry:
    """An entry of the menu that rows have."""

    label: str
    #: Address to which the row's id is added.
    url: str
    #: Whether a row's menu offers it. It is shown, not allowed, by this: the page behind it asks again.
    applies: Callable[[Any], bool] = lambda _row: True
    #: Whether it is the row's form, so that its cells may be edited in their place.
    is_edit: bool = False
    #: Whether it is sent by POST, as a deed is that asks nothing more.
    is_post: bool = False
    #: Whether the page behind it leads back to the list as it is.
    comes_back: bool = False
    #: Whether the page behind it is a short form, which the list shows as a dialog.
    in_dialog: bool = False
    #: A question to ask first.
    confirm: str = ""
    #: Whether it destroys; what asks first does, too.
    is_danger: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it for static/js/list/menu.js."""
        found = {"label": self.label, "url": self.url, "confirm": self.confirm}
        looks = {"inDialog": self.in_dialog, "isDanger": self.is_danger or bool(self.confirm)}
        return found | looks | {"isPost": self.is_post, "comesBack": self.comes_back, "isEdit": self.is_edit}


class ListRows:
    """Makes the rows of one list."""

    def __init__(
        self,
        columns: Sequence[Attribute],
        entries: Sequence[RowEntry],
        *,
        details_url: str,
        shower: Callable[[Attribute], Shower],
        can_choose: bool,
    ) -> None:
        self.columns = columns
        self.entries = tuple(zip(SIGNS, entries, strict=False))
        self.makers = [(_cell_head(column), shower(column)) for column in columns]
        self.details = f'<a href="{escape(details_url)}'
        self.blank = escape(gettext("(blank)"))
        words = escape(gettext("Select row"))
        self.box = f'<td class="row-start"><input {_BOX} aria-label="{words}" value="' if can_choose else ""
        self.menu = f'" class="row-menu" aria-label="{escape(gettext("Actions"))}"></a></td></tr>'

    def html(self, rows: Iterable[Any]) -> Markup:
        """Return the rows. Every part is escaped, or comes as Markup from the cells."""
        return Markup("\n").join([Markup(self._row(row)) for row in rows])  # noqa: S704 -- as said

    def cell(self, row: Any, column: Attribute) -> Markup:
        """Return the inside of the cell in one of the list's columns."""
        index = [one.name for one in self.columns].index(column.name)
        return Markup(self._inside(row, index))  # noqa: S704 -- as above

    def _row(self, row: Any) -> str:
        signs = "".join([sign for sign, entry in self.entries if entry.applies(row)])
        parts = [f'<tr data-id="{row.id}" data-do="{signs}">']
        if self.box:
            parts += (self.box, str(row.id), '"></td>')
        for index, (head, _) in enumerate(self.makers):
            parts += (head, self._inside(row, index), "</td>")
        parts += ('<td class="row-end">', self.details, str(row.id), self.menu)
        return "".join(parts)

    def _inside(self, row: Any, index: int) -> str:
        shown = self.makers[index][1](row)
        if type(shown) is not Markup:
            shown = escape(shown)
        return shown if index else f'{self.details}{row.id}">{shown or self.blank}</a>'


def _cell_head(column: Attribute) -> str:
    is_long = column.field.is_long or column.kind is Kind.JSON
    return f'<td{" class=is-long" if is_long else ""} data-label="{escape(text(column.field.label))}">'
