"""What a tree's view has beside the generated pages: the tree itself, and the JSON addresses that change it."""

from typing import Any

from flask import abort, request
from flask_admin import expose

from admin_views.json_requests import (
    BadJsonError,
    integer,
    json_endpoint,
    optional_row_id,
    read_object,
    row_id,
    string,
)
from admin_views.text import text
from admin_views.tree_outline import TreeOutlineMixin
from admin_views.tree_reads import TreeReadsMixin, as_json
from admin_views.tree_words import script_words
from models import Customer, db
from models.enums import Permission
from models.inspection import page_of
from services.tree_queries import children
from services.tree_usage import counted_rows
from services.trees import add_node, move_node, rename_node

#: Pages that the script asks: the names of their functions without ``_view``.
_SCRIPT_PAGES = (
    "add",
    "children",
    "find",
    "levels",
    "move",
    "node",
    "outline",
    "outline_preview",
    "remove",
    "rename",
    "usage",
)


class TreePagesMixin(TreeReadsMixin, TreeOutlineMixin):
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
            rows=as_json(children(db.session, self.model, None)),
            settings=self._script_settings(),
            counted=self.counted_words(),
            return_url=request.path,
        )

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

    def _require(self, is_allowed: Any) -> None:
        if not is_allowed:
            abort(403)

    def _script_settings(self) -> dict[str, Any]:
        """Return what the page's script needs: addresses, rights and words."""
        return {
            "urls": {name: self.get_url(f".{name}_view") for name in _SCRIPT_PAGES}
            | {
                "base": self.get_url(".index_view"),
                "edit": self.get_url(".edit_view", id=""),
                "rows": self._rows_url(),
            },
            "may": {"add": bool(self.can_create), "edit": bool(self.can_edit), "remove": bool(self.can_delete)},
            "nameLimit": self.model.name_limit,
            "words": script_words(self.counted_words()),
        }

    def counted_words(self) -> str | None:
        """Return what is counted at each node, such as customers; None if nothing is."""
        counted = counted_rows(self.model)
        return text(page_of(counted[0]).counted) if counted is not None else None

    def _rows_url(self) -> str | None:
        """Return the address of the list of the counted rows, to which a node's id is added.

        None for those who do not see them all: they would find fewer there than are counted.
        """
        counted = counted_rows(self.model)
        if counted is None:
            return None
        model, attribute = counted
        permission = Permission.VIEW_ALL_CUSTOMERS if model is Customer else page_of(model).permission
        if not (self.actor.is_company_admin or (permission is not None and self.actor.may(permission))):
            return None
        return self.get_url(f"{model.__tablename__}.index_view", **{f"{attribute.name}__is": ""})


def _row_answer(node: Any) -> dict[str, Any]:
    """Return a node that was added or renamed; its page knows whether it has children."""
    row = {name: getattr(node, name) for name in ("id", "name", "version", "sort_order", "is_active", "parent_id")}
    return {"row": row, "version": node.version}
