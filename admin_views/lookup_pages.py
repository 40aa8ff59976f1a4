"""The look-up of pickers: what a form or filter offers for a relationship, found while typing, or level by level."""

from typing import Any

from flask import abort, request
from flask_admin import expose
from sqlalchemy import Select, select

from admin_views import lookups
from admin_views.page_mixin import PageMixin
from admin_views.row_ids import parse_row_id
from models import db
from models.inspection import Attribute, Kind, attributes_of


class LookupPagesMixin(PageMixin):
    """Answers pickers as JSON; what the person does not see is not found."""

    @expose("/ajax/lookup/")
    def ajax_lookup(self) -> Any:
        """Return what a picker offers.

        With ``query``: at most 50 rows as [{id, text}]; a value with a description has it as ``hint``, a tree's node
        its ``path`` from the root as [[id, name]], and ``has_children`` where it has. With ``parent_id`` (blank: the
        roots), for trees alone: the nodes under it in their order as [{id, text, has_children}], by one statement.
        """
        attribute = attributes_of(self.model).get(request.args.get("name", ""))
        if attribute is None or attribute.target is None:
            abort(404)
        is_filter = request.args.get("for") == "filter"
        statement = self.lookup_statement(attribute, is_filter=is_filter)
        if "parent_id" in request.args:
            return _level(attribute, statement, with_retired=is_filter)
        limit = request.args.get("limit", lookups.PAGE_SIZE, type=int)
        found = lookups.matching(statement, attribute.target, request.args.get("query", ""))
        rows = lookups.rows(db.session, found, attribute.target, limit=max(1, min(limit, lookups.MAX_PAGE_SIZE)))
        return [option.as_json() for option in lookups.options(db.session, attribute.target, rows)]

    def lookup_statement(self, attribute: Attribute, *, is_filter: bool) -> Select[Any]:
        """Return the SELECT of the rows that a picker of this page offers.

        :raises Forbidden: if the page has no such picker for the person
        """
        target: Any = attribute.target
        if is_filter and attribute.name in (self.page.filters or ()):
            return select(target)
        may_write = self.can_create or self.can_edit
        if is_filter or not may_write or attribute.name not in (self.page.form or ()):
            abort(403)
        statement = self.offered(attribute)
        if not lookups.hangs_on_same_customer(self.model, target):
            return statement
        return statement.where(target.customer_id == parse_row_id(request.args.get("customer_id", "")))

    def offered(self, attribute: Attribute) -> Select[Any]:
        """Return the SELECT of the rows that a form may point at."""
        target: Any = attribute.target
        return lookups.offered(target)


def _level(attribute: Attribute, statement: Select[Any], *, with_retired: bool) -> list[dict[str, Any]]:
    """Return the nodes under the parent that the address names."""
    target: Any = attribute.target
    given = request.args["parent_id"].strip()
    parent_id = parse_row_id(given)
    if attribute.kind is not Kind.TREE or (given and parent_id is None):
        abort(404)
    level = lookups.level(statement, target, parent_id, with_retired=with_retired)
    return [
        {"id": row.id, "text": row.name, "has_children": row.has_children}
        for row in db.session.execute(level.limit(lookups.LEVEL_LIMIT))
    ]
