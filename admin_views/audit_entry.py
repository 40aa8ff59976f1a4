"""The pages of the audit log: read only, in words, a row by name only to those who see it."""

from collections.abc import Iterable
from typing import Any

from flask import g
from flask_babel import gettext
from markupsafe import Markup, escape

from admin_views.base import GeneratedView
from admin_views.cells import Shower
from admin_views.text import language
from models import AuditEntry, db
from models.inspection import Attribute
from services.audit import SYSTEM
from services.audit_words import Description, describe


class AuditEntryView(GeneratedView):
    """Audit entries."""

    own_model = AuditEntry
    details_template = "audit_entry/details.html"

    def shown_operations(self, attribute: Attribute) -> tuple[str, ...]:
        """Ask for one row's number, not for a range of numbers."""
        return ("is",) if attribute.name == "row_id" else super().shown_operations(attribute)

    def learn(self, rows: Iterable[Any]) -> None:
        """Find out what the page's entries say, all at once."""
        self._describe(list(rows))

    def details_context(self, row: Any) -> dict[str, Any]:
        """Learn what the entry says."""
        return {"words": self._describe([row])[row.id]}

    def shower(self, attribute: Attribute) -> Shower:
        """Return what shows an attribute of an entry in words."""
        if attribute.name == "object":
            return lambda row: self._linked(row, g.audit_words[row.id])
        if attribute.name == "actor_name":
            return lambda row: gettext("System") if row.actor_name == SYSTEM else escape(row.actor_name)
        if attribute.name == "changes":
            return lambda row: Markup("<br>").join(g.audit_words[row.id].lines)
        return super().shower(attribute)

    def as_json(self, row: Any, attributes: list[Attribute]) -> dict[str, Any]:
        """Return the codes, and beside them the words; never what is stored, of which the person may not see all."""
        words = self._describe([row])[row.id]
        plain = {name: getattr(row, name) for name in ("id", "actor_name", "action", "table_name", "row_id")}
        return plain | {
            "at": row.at.isoformat(),
            "words": words.action,
            "object": words.object,
            "changes": list(words.lines),
        }

    @staticmethod
    def _describe(rows: list[Any]) -> dict[int, Description]:
        g.audit_words = describe(db.session, rows, language=language())
        found: dict[int, Description] = g.audit_words
        return found

    def _linked(self, row: Any, words: Description) -> Any:
        """Return the object, with a link where the person sees the row and may open its page."""
        views = (view for view in self.admin._views if view.endpoint == row.table_name)  # noqa: SLF001 -- no other way
        view = next(views, None)
        if view is None or not words.is_found or not view.is_accessible():
            return escape(words.object)
        url = view.get_url(".details_view", id=row.row_id)
        return Markup('<a href="{}">{}</a>').format(url, words.object)
