"""What an address says about an export: columns and their order, chosen rows; and the list's filters as a sentence."""

from typing import Any

from flask import abort, request
from flask_babel import gettext

from admin_views.list_filters import ListFilters
from admin_views.page_mixin import PageMixin
from admin_views.row_ids import parse_row_id
from admin_views.text import joined, text
from models.meta import Label
from services.bulk import MAX_BULK_ROWS
from services.exchange.export_columns import offered_fields
from services.exchange.fields import FileField
from services.listing import Listing

#: ``set=``: columns as on screen, all that an import takes back, or those of ``columns=``.
SCREEN, IMPORT, CHOSEN = "screen", "import", "chosen"
#: What an address holds beside the list's own parameters.
_OWN_ARGS = ("ids", "id", "columns", "set", "names")
_PAGING = frozenset({"page", "page_size"})


class ExportChoicesMixin(PageMixin):
    """Reads what is wanted, and offers what can be."""

    def column_set(self) -> str:
        """Return which columns are wanted; 400 for what is no such word."""
        default = CHOSEN if "columns" in request.args else IMPORT
        wanted = request.args.get("set", default)
        if wanted not in {SCREEN, IMPORT, CHOSEN}:
            abort(400)
        return wanted

    def chosen_columns(self) -> tuple[str, ...] | None:
        """Return the names of the columns wanted, in order; None for all that an import takes back."""
        match self.column_set():
            case "screen":
                return tuple(column.name for column in self.list_columns())
            case "chosen":
                return tuple(_listed_args("columns"))
        return None

    def chosen_ids(self) -> tuple[int, ...] | None:
        """Return the rows wanted of the list; None for all of them. 400 for what is no id, and for too many."""
        if "ids" not in request.args and "id" not in request.args:
            return None
        ids = [parse_row_id(text_) for text_ in (*_listed_args("ids"), *_listed_args("id"))]
        found = dict.fromkeys(row_id for row_id in ids if row_id is not None)
        if not ids or None in ids or len(found) > MAX_BULK_ROWS:
            abort(400)
        return tuple(found)

    def export_columns(self) -> list[tuple[FileField, bool]]:
        """Return (field, whether it is ticked at first) of each column that can be chosen, those on screen first."""
        offered = offered_fields(self.resource(), private_customer_enabled=bool(self.actor.private_customer_enabled))
        on_screen = [column.name for column in self.list_columns()]
        ticked = _listed_args("columns") or on_screen
        first = [name for name in dict.fromkeys((*ticked, *on_screen)) if name in offered]
        rest = [name for name in offered if name not in first]
        return [(offered[name], name in ticked) for name in (*first, *rest)]

    def export_args(self) -> list[tuple[str, Any]]:
        """Return what an address must say to mean the same rows, parameter by parameter."""
        kept = [(name, value) for name, values in self.kept_args().items() if name not in _PAGING for value in values]
        return kept + [(name, value) for name in ("ids", "id") for value in request.args.getlist(name)]

    def listing_sentence(self, listing: Listing) -> str:
        """Return what the list is narrowed to, in words; nothing for the whole list."""
        parts = []
        scope: Label | None = self.scopes().get(listing.scope)
        if scope is not None:
            parts.append(text(scope))
        if listing.search:
            parts.append(gettext("Search “%(words)s”", words=listing.search))
        parts += [chip.sentence for chip in ListFilters(self.model, listing.filters).chips()]
        return joined(parts)


def _listed_args(name: str) -> list[str]:
    """Return the values of a parameter that may be repeated, and hold several parted by commas."""
    return [part.strip() for value in request.args.getlist(name) for part in value.split(",") if part.strip()]
