"""The pages about one row: details and deletion."""

from typing import Any

from flask import abort, flash, jsonify, redirect, request
from flask_admin import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from admin_views.details import parts_of
from admin_views.json_rows import row_as_json
from admin_views.page_mixin import PageMixin
from auth.redirects import is_from_script
from models import db
from models.inspection import Attribute
from services.usage import delete_unused


class RowPagesMixin(PageMixin):
    """Details, and deletion."""

    details_template = "kepei/details.html"

    @expose("/details/")
    def details_view(self) -> Any:
        """Show one row; as JSON to a script."""
        row = self.get_shown(request.args.get("id", ""))
        if is_from_script():
            return jsonify(self.as_json(row, self._shown_attributes()))
        return self.show_details(row)

    def show_details(self, row: Any, **more: Any) -> str:
        """Return the page of a row.

        :param more: for the template, beside :meth:`details_context`
        """
        context = self.details_context(row) | more  # a view may learn here what it shows
        parts = parts_of(self, row, self._shown_attributes())
        page: str = self.render(self.details_template, row=row, parts=parts, return_url=self.return_url(), **context)
        return page

    def _shown_attributes(self) -> list[Attribute]:
        found: list[Attribute] = self.attributes(self.page.details or self.details_names())
        return found

    def as_json(self, row: Any, attributes: list[Attribute]) -> dict[str, Any]:
        """Return a row as a script gets it."""
        return row_as_json(row, attributes)

    def show_in_details(self, row: Any, attribute: Attribute) -> Any:
        """Return an attribute of a row as its page shows it."""
        return self.show(row, attribute)

    def details_names(self) -> tuple[str, ...]:
        """Return the attributes of the details page: columns, then what else the form has."""
        names = (*(self.page.form or ()), *(self.page.columns or ()))
        return tuple(dict.fromkeys(names))

    def rest_words(self) -> str:
        """Return the title over what stands in no part of the form."""
        return ""

    def details_context(self, row: Any) -> dict[str, Any]:
        """Return more for the details template."""
        return {}

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> Response:
        """Delete one row. Who does not see it learns as little as on its page, also without the right to delete."""
        row = self.get_one(request.form.get("id", request.args.get("id", "")))
        if not self.can_delete or not self.can_delete_row(row):
            abort(403)
        name = self.title_of(row)
        if self.delete_rows([row]):
            flash(gettext("“%(name)s” was deleted.", name=name), "success")
        return redirect(self.return_url())

    def remove(self, row: Any) -> None:
        """Delete one row; refused while it is in use. A table's own view calls its service."""
        delete_unused(db.session, row)
