"""What the view of a dictionary has for the values themselves: their impact, the deeds on them, undo, as JSON."""

from collections.abc import Callable
from typing import Any

from flask import abort
from flask_admin import expose
from flask_babel import gettext

from admin_views.json_requests import BadJsonError, integer, json_endpoint, read_object, row_id, row_id_argument
from admin_views.page_mixin import PageMixin
from models import Customer, db
from services import dictionaries
from services.dictionaries import Done


class ValueDeedsMixin(PageMixin):
    """Lets people deactivate, reactivate, replace, merge and delete values, and undo it."""

    @expose("/impact/")
    @json_endpoint
    def impact_view(self) -> dict[str, Any]:
        """Return what hangs on the value ``id``: numbers that ignore visibility, never names."""
        value_id = row_id_argument("id")
        if value_id is None:
            raise BadJsonError("id")
        found = dictionaries.impact(db.session, self.model, value_id)
        names = ("id", "name", "version", "is_active", "customers", "children", "price_levels", "others")
        return {name: getattr(found, name) for name in (*names, "descendants", "customers_below")}

    @expose("/deactivate/", methods=("POST",))
    @json_endpoint
    def deactivate_view(self) -> dict[str, Any]:
        """Take a value out of the pickers."""
        return self._set_active(dictionaries.deactivate)

    @expose("/reactivate/", methods=("POST",))
    @json_endpoint
    def reactivate_view(self) -> dict[str, Any]:
        """Offer a value again."""
        return self._set_active(dictionaries.reactivate)

    @expose("/remove/", methods=("POST",))
    @json_endpoint
    def remove_view(self) -> dict[str, Any]:
        """Delete a value that nothing needs."""
        self.require(self.can_delete)
        data = read_object()
        value_id, version = row_id(data, "id"), integer(data, "version")
        return {
            **_answer("delete", dictionaries.delete(db.session, self.model, value_id, version=version)),
            "id": value_id,
        }

    @expose("/replace/", methods=("POST",))
    @json_endpoint
    def replace_view(self) -> dict[str, Any]:
        """Replace a value by ``target_id``, and delete it."""
        return self._end(dictionaries.replace)

    @expose("/merge/", methods=("POST",))
    @json_endpoint
    def merge_view(self) -> dict[str, Any]:
        """Merge a value into ``target_id``, with what stands below it."""
        return self._end(dictionaries.merge)

    @json_endpoint
    def undo_json(self) -> dict[str, Any]:
        """Take a deed back."""
        self.require(self.can_edit)
        name = dictionaries.undo(db.session, self.model, row_id(read_object(), "token"))
        return {"message": undone_message(name), "undo": None}

    def remove(self, row: Any) -> None:
        """Delete a value from the generated pages: refused with counts if it is needed."""
        dictionaries.delete(db.session, self.model, row.id, version=None)

    def require(self, is_allowed: Any) -> None:
        """Let pass what is allowed.

        :raises Forbidden: if it is not
        """
        if not is_allowed:
            abort(403)

    def _set_active(self, deed: Callable[..., Done]) -> dict[str, Any]:
        self.require(self.can_edit)
        data = read_object()
        value_id, version = row_id(data, "id"), integer(data, "version")
        done = deed(db.session, self.model, value_id, version=version)
        return {**_answer(deed.__name__, done), "version": db.session.get_one(self.model, value_id).version}

    def _end(self, deed: Callable[..., Done]) -> dict[str, Any]:
        """Do a deed after which the value is gone."""
        self.require(self.can_edit and self.can_delete)
        data = read_object()
        value_id, target_id, version = row_id(data, "id"), row_id(data, "target_id"), integer(data, "version")
        return _answer(deed.__name__, deed(db.session, self.model, value_id, target_id=target_id, version=version))


def done_message(deed: str, done: Done) -> str:
    """Return what a deed did, as a sentence.

    :param deed: name of the service's function
    """
    names = {"name": done.name, "target": done.target}
    if deed == "deactivate":
        return gettext("“%(name)s” was deactivated: it is no longer offered, what has it keeps it.", **names)
    if deed == "reactivate":
        return gettext("“%(name)s” is offered again.", **names)
    if deed == "delete":
        return gettext("“%(name)s” was deleted.", **names)
    count = done.moved.get(Customer.__tablename__, 0)
    if deed == "replace":
        return gettext("“%(name)s” was replaced by “%(target)s” (customers: %(count)d).", count=count, **names)
    return gettext("“%(name)s” was merged into “%(target)s” (customers: %(count)d).", count=count, **names)


def undone_message(name: str) -> str:
    """Return that a deed on a value was taken back."""
    return gettext("“%(name)s” is as it was before.", name=name)


def _answer(deed: str, done: Done) -> dict[str, Any]:
    return {"message": done_message(deed, done), "undo": done.token}
