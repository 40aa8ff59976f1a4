"""The JSON addresses of a tree's outline: what would be added, and adding it."""

from collections import Counter
from typing import Any

from flask import abort
from flask_admin import expose
from flask_babel import gettext

from admin_views.json_requests import json_endpoint, optional_row_id, read_object, string
from admin_views.messages import message_of
from admin_views.page_mixin import PageMixin
from models import db
from services.tree_outline import LineState, PlannedLine, add_outline, plan_outline

#: What a refused line shows of its name, in signs.
_SHOWN_LENGTH = 60


class TreeOutlineMixin(PageMixin):
    """Adds many nodes at once."""

    @expose("/outline/preview/", methods=("POST",))
    @json_endpoint
    def outline_preview_view(self) -> dict[str, Any]:
        """Return what would become of each line of ``text`` under ``parent_id``; writes nothing."""
        return self._outline_answer(plan_outline)

    @expose("/outline/", methods=("POST",))
    @json_endpoint
    def outline_view(self) -> dict[str, Any]:
        """Add the lines of ``text`` under ``parent_id`` (null: at the top level) that are new; all or none."""
        return self._outline_answer(add_outline)

    def _outline_answer(self, work: Any) -> dict[str, Any]:
        if not self.can_create:
            abort(403)
        data = read_object()
        parent_id = optional_row_id(data, "parent_id", is_required=True)
        lines = work(db.session, self.model, string(data, "text"), parent_id=parent_id)
        counts = Counter(line.state for line in lines)
        return {"lines": [_as_json(line) for line in lines], **{state: counts[state] for state in LineState}}


def _as_json(line: PlannedLine) -> dict[str, Any]:
    return {
        "number": line.line.number,
        "level": line.line.level,
        "name": line.name[:_SHOWN_LENGTH],
        "state": line.state,
        "message": _message(line),
    }


def _message(line: PlannedLine) -> str:
    """Return what a person has to know of a line; empty where it is simply added."""
    if line.fault is not None:
        return message_of(line.fault)
    if line.twin is not None:
        return gettext("the same as line %(number)d", number=line.twin.line.number)
    return gettext("there already") if line.state is LineState.PRESENT else ""
