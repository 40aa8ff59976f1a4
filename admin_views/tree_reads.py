"""The JSON addresses that read a tree: children, several levels, one node, search, how many rows stand where."""

from collections.abc import Iterable
from typing import Any

from flask import request
from flask_admin import expose

from admin_views.json_requests import BadJsonError, json_endpoint, row_id_argument, row_ids_argument
from admin_views.page_mixin import PageMixin
from models import db
from services.ordering import UnknownRowError, order_version
from services.tree_queries import branches, children, find_nodes, levels, shown_node
from services.tree_usage import node_counts

#: Hits of the tree's search.
FIND_LIMIT = 50
#: Longest text that is searched for, in signs.
_FIND_LENGTH = 100


class TreeReadsMixin(PageMixin):
    """Answers what the tree's page asks."""

    @expose("/children/")
    @json_endpoint
    def children_view(self) -> dict[str, Any]:
        """Return the nodes under ``parent_id``, without one the roots."""
        rows = as_json(children(db.session, self.model, row_id_argument("parent_id")))
        return {"version": order_version(row["id"] for row in rows), "rows": rows}

    @expose("/levels/")
    @json_endpoint
    def levels_view(self) -> dict[str, Any]:
        """Return the children of each of ``ids``, by id; leaves and ids that are gone are absent."""
        found = levels(db.session, self.model, row_ids_argument("ids"))
        return {"levels": {str(row_id): as_json(rows) for row_id, rows in found.items()}}

    @expose("/node/")
    @json_endpoint
    def node_view(self) -> dict[str, Any]:
        """Return one node as it is now, and where it stands."""
        node_id = row_id_argument("id")
        if node_id is None:
            raise UnknownRowError("no id")
        node = shown_node(db.session, self.model, node_id)
        return {"row": as_json([node])[0], "parent_id": node.parent_id}

    @expose("/find/")
    @json_endpoint
    def find_view(self) -> dict[str, Any]:
        """Return at most 50 nodes whose name, code or initials hold ``q``, with all nodes above them.

        ``hits`` are ids, the best first; ``rows`` hits and ancestors in the tree's order, each with its ``parent_id``.
        """
        asked = request.args.get("q", "")
        if "\0" in asked or len(asked) > _FIND_LENGTH:
            raise BadJsonError("q")
        found = find_nodes(db.session, self.model, asked, limit=FIND_LIMIT + 1)
        hits = [row.id for row in found[:FIND_LIMIT]]
        rows = branches(db.session, self.model, hits) if hits else []
        codes = {row.id: row.code for row in found}
        shown = [
            {**row, "parent_id": node.parent_id, "code": codes.get(node.id)}
            for row, node in zip(as_json(rows), rows, strict=True)
        ]
        return {"hits": hits, "rows": shown, "has_more": len(found) > FIND_LIMIT}

    @expose("/usage/")
    @json_endpoint
    def usage_view(self) -> dict[str, Any]:
        """Return id -> [rows at the node and below, at the node itself], for children of ``parents`` and for ``ids``.

        The parent 0 is the top level. Nodes without rows are absent.
        """
        parent_ids = [row_id or None for row_id in row_ids_argument("parents", least=0)]
        counts = node_counts(db.session, self.model, parent_ids=parent_ids, ids=row_ids_argument("ids"))
        return {"counts": {str(row_id): count for row_id, count in counts.items()}}


def as_json(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Return rows of ``services.tree_queries`` as the interface names them (DESIGN 8)."""
    return [
        {
            "id": row.id,
            "name": row.name,
            "version": row.version,
            "sort_order": row.sort_order,
            "has_children": bool(row.has_children),
            "is_active": row.is_active,
        }
        for row in rows
    ]
