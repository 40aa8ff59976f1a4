"""What a tree's view has beside the generated pages: the tree itself, and the JSON addresses that change it."""

from typing import Any

from flask import abort, request
from flask_admin import expose
from flask_babel import gettext

from admin_views.json_requests import (
    BadJsonError,
    integer,
    json_endpoint,
    optional_row_id,
    read_object,
    row_id,
    row_id_argument,
    string,
)
from admin_views.page_mixin import PageMixin
from models import db
from services.ordering import order_version
from services.tree_queries import children, find_nodes, paths_of
from services.trees import add_node, move_node, rename_node

#: Hits of the tree's search.
FIND_LIMIT = 50
#: Longest text that is searched for, in signs.
_FIND_LENGTH = 100


class TreePagesMixin(PageMixin):
    """Shows a tree where others show a list; a search or filter shows the list."""

    tree_template = "tree/tree.html"

    @expose("/")
    def index_view(self) -> Any:
        """Show the tree, or the list if anything of it is asked for."""
        if any(value for value in request.args.values()):
            return super().index_view()  # type: ignore[misc]
        return self.tree_view()

    def tree_view(self) -> Any:
        """Show the roots; what stands below is fetched when it is opened."""
        return self.render(
            self.tree_template,
            rows=[_as_json(row) for row in children(db.session, self.model, None)],
            settings=self._script_settings(),
            return_url=request.path,
        )

    @expose("/children/")
    @json_endpoint
    def children_view(self) -> dict[str, Any]:
        """Return the nodes under ``parent_id``, without one the roots."""
        rows = [_as_json(row) for row in children(db.session, self.model, row_id_argument("parent_id"))]
        return {"version": order_version(row["id"] for row in rows), "rows": rows}

    @expose("/move/", methods=("POST",))
    @json_endpoint
    def move_view(self) -> dict[str, Any]:
        """Move a node; return its new version and the order under its parent."""
        self._require(self.can_edit)
        data = read_object()
        node_id = row_id(data, "id")
        before_id, after_id = optional_row_id(data, "before_id"), optional_row_id(data, "after_id")
        if before_id is not None and after_id is not None:
            raise BadJsonError("before_id and after_id")
        moved = move_node(
            db.session,
            self.model,
            node_id,
            parent_id=optional_row_id(data, "parent_id", is_required=True),
            before_id=before_id,
            after_id=after_id,
            version=integer(data, "version"),
        )
        return {"version": moved.version, "order": moved.order}

    @expose("/add/", methods=("POST",))
    @json_endpoint
    def add_view(self) -> dict[str, Any]:
        """Add a node as the last child of ``parent_id``; null: as the last root."""
        self._require(self.can_create)
        data = read_object()
        parent_id = optional_row_id(data, "parent_id", is_required=True)
        return _row_answer(add_node(db.session, self.model, name=string(data, "name"), parent_id=parent_id))

    @expose("/rename/", methods=("POST",))
    @json_endpoint
    def rename_view(self) -> dict[str, Any]:
        """Give a node another name."""
        self._require(self.can_edit)
        data = read_object()
        node = rename_node(
            db.session,
            self.model,
            row_id(data, "id"),
            name=string(data, "name"),
            version=integer(data, "version"),
        )
        return _row_answer(node)

    @expose("/find/")
    @json_endpoint
    def find_view(self) -> dict[str, Any]:
        """Return at most 50 nodes whose name, code or initials hold ``q``, each with its path from the root."""
        asked = request.args.get("q", "")
        if "\0" in asked or len(asked) > _FIND_LENGTH:
            raise BadJsonError("q")
        found = find_nodes(db.session, self.model, asked, limit=FIND_LIMIT + 1)
        hits = found[:FIND_LIMIT]
        paths = paths_of(db.session, self.model, [row.id for row in hits]) if hits else {}
        rows = [
            {
                "id": row.id,
                "name": row.name,
                "code": row.code,
                "is_active": row.is_active,
                "path": [{"id": id_, "name": name} for id_, name in paths[row.id]],
            }
            for row in hits
        ]
        return {"rows": rows, "has_more": len(found) > FIND_LIMIT}

    def _require(self, is_allowed: Any) -> None:
        if not is_allowed:
            abort(403)

    def _script_settings(self) -> dict[str, Any]:
        """Return what the page's script needs: addresses, rights and words."""
        url = self.get_url
        names = ("children", "move", "add", "rename", "remove", "find")
        return {
            "urls": {name: url(f".{name}_view") for name in names} | {"edit": url(".edit_view", id="")},
            "may": {"add": bool(self.can_create), "edit": bool(self.can_edit), "remove": bool(self.can_delete)},
            "maxDepth": self.model.max_depth,
            "nameLimit": self.model.name_limit,
            "words": _script_words(),
        }


def _as_json(row: Any) -> dict[str, Any]:
    """Return a row of :func:`services.tree_queries.children` as the interface names it (DESIGN 8)."""
    return {
        "id": row.id,
        "name": row.name,
        "version": row.version,
        "sort_order": row.sort_order,
        "has_children": bool(row.has_children),
        "is_active": row.is_active,
    }


def _row_answer(node: Any) -> dict[str, Any]:
    """Return a node that was added or renamed; its page knows whether it has children."""
    row = {name: getattr(node, name) for name in ("id", "name", "version", "sort_order", "is_active", "parent_id")}
    return {"row": row, "version": node.version}


def _script_words() -> dict[str, str]:
    """Return the words of tree.js; %(…)s are filled in by the script."""
    blank = {"name": "{name}", "parent": "{parent}", "place": "{place}", "count": "{count}"}
    return {
        "add": gettext("Add below"),
        "addUnder": gettext("Add below %(name)s", **blank),
        "addRoot": gettext("Add at the top level"),
        "ok": gettext("OK"),
        "cancel": gettext("Cancel"),
        "rename": gettext("Rename"),
        "moveTo": gettext("Move to…"),
        "moveUp": gettext("Move up"),
        "moveDown": gettext("Move down"),
        "indent": gettext("Move into the entry above"),
        "outdent": gettext("Move out one level"),
        "edit": gettext("Edit details"),
        "remove": gettext("Delete"),
        "removeConfirm": gettext("Delete “%(name)s”?", **blank),
        "name": gettext("Name"),
        "actions": gettext("Actions for %(name)s", **blank),
        "inactive": gettext("inactive"),
        "topLevel": gettext("Top level"),
        "moved": gettext("%(name)s is now at place %(place)s of %(count)s under %(parent)s.", **blank),
        "added": gettext("%(name)s was added.", **blank),
        "renamed": gettext("It is now called %(name)s.", **blank),
        "removed": gettext("%(name)s was deleted.", **blank),
        "failed": gettext("The server did not answer. Nothing was changed; try again."),
        "cycle": gettext("It cannot be moved into itself or below itself."),
        "noHits": gettext("Nothing matches."),
        "moreHits": gettext("Only the first %(count)s are shown.", **blank),
        "moveTitle": gettext("Move “%(name)s” to", **blank),
        "searchTarget": gettext("Search for the new parent"),
        "drag": gettext("Drag to move"),
    }
