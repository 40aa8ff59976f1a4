"""What the view of a sortable flat list has beside the generated pages: its order, and dragging rows into another."""

from typing import Any

from flask import abort
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy import select

from admin_views.json_requests import integer, json_endpoint, read_object, row_ids
from admin_views.page_mixin import PageMixin
from models import db
from services.ordering import list_version, order_version, reorder


class OrderPagesMixin(PageMixin):
    """Lets people order the rows of a list that is shown whole, in its own order."""

    list_template = "order/list.html"

    @expose("/order/")
    @json_endpoint
    def order_view(self) -> dict[str, Any]:
        """Return the rows in their order, and the version that a reorder must name."""
        rows = list(db.session.scalars(select(self.model).order_by(self.model.sort_order, self.model.id)))
        return {"version": order_version(row.id for row in rows), "rows": [_as_json(row) for row in rows]}

    @expose("/reorder/", methods=("POST",))
    @json_endpoint
    def reorder_view(self) -> dict[str, Any]:
        """Give the list a new order."""
        if not self.can_edit:
            abort(403)
        data = read_object()
        order = reorder(db.session, self.model, row_ids(data, "ids"), version=integer(data, "version"))
        return {"version": list_version(db.session, self.model), "order": order}

    def list_context(self, args: Any, rows: list[Any]) -> dict[str, Any]:
        """Add what order.js needs, where dragging has a meaning: no search, no filter, no other order."""
        context = super().list_context(args, rows)  # type: ignore[misc]
        listing = args.listing
        if self.can_edit and rows and not (listing.search or listing.filters or listing.sort):
            context["ordering"] = self._script_settings()
        return context

    def _script_settings(self) -> dict[str, Any]:
        blank = {"name": "{name}", "place": "{place}", "count": "{count}"}
        url = self.get_url
        return {
            "urls": {"order": url(".order_view"), "reorder": url(".reorder_view")},
            "words": {
                "order": gettext("Order"),
                "drag": gettext("Drag to move"),
                "moveUp": gettext("Move %(name)s up", **blank),
                "moveDown": gettext("Move %(name)s down", **blank),
                "moved": gettext("%(name)s is now at place %(place)s of %(count)s.", **blank),
                "failed": gettext("The server did not answer. Nothing was changed; try again."),
            },
        }


def _as_json(row: Any) -> dict[str, Any]:
    """Return a row in the shape that trees have too (DESIGN 8)."""
    return {
        "id": row.id,
        "name": getattr(row, "name", None) or str(row),
        "version": getattr(row, "version", 1),
        "sort_order": row.sort_order,
        "has_children": False,
        "is_active": getattr(row, "is_active", True),
    }
