"""The pages about one row, or chosen rows: details and deletion."""

from typing import Any

from flask import abort, flash, jsonify, redirect, request
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from admin_views.details import parts_of
from admin_views.json_rows import row_as_json
from admin_views.messages import TOLD_ERRORS, message_of, stale_message
from admin_views.page_mixin import PageMixin
from auth.redirects import is_from_script
from models import db
from models.inspection import Attribute
from services.usage import delete_unused

#: How many rows one bulk action may name.
MAX_BULK_ROWS = 1_000


class RowPagesMixin(PageMixin):
    """Details, deletion of one row, deletion of chosen rows: all or none."""

    details_template = "kepei/details.html"

    @expose("/details/")
    def details_view(self) -> Any:
        """Show one row; as JSON to a script."""
        row = self.get_one(request.args.get("id", ""))
        attributes = self.attributes(self.page.details or self.details_names())
        if is_from_script():
            return jsonify(self.as_json(row, attributes))
        context = self.details_context(row)  # a view may learn here what it shows
        return self.render(
            self.details_template,
            row=row,
            parts=parts_of(self, row, attributes),
            return_url=self.return_url(),
            **context,
        )

    def as_json(self, row: Any, attributes: list[Attribute]) -> dict[str, Any]:
        """Return a row as a script gets it."""
        return row_as_json(row, attributes)

    def details_names(self) -> tuple[str, ...]:
        """Return the attributes of the details page: columns, then what else the form has."""
        names = (*(self.page.form or ()), *(self.page.columns or ()))
        return tuple(dict.fromkeys(names))

    def details_context(self, row: Any) -> dict[str, Any]:
        """Return more for the details template."""
        return {}

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> Response:
        """Delete one row. Who does not see it learns as little as on its page, also without the right to delete."""
        row = self.get_one(request.form.get("id", request.args.get("id", "")))
        if not self.can_delete or not self.can_delete_row(row):
            abort(403)
        if self.delete_rows([row]):
            flash(gettext("“%(name)s” was deleted.", name=str(row)), "success")
        return redirect(self.return_url())

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Response:
        """Delete the chosen rows, all or none."""
        if request.form.get("action") != "delete":
            abort(403)
        ids = dict.fromkeys(request.form.getlist("rowid"))
        if not ids or len(ids) > MAX_BULK_ROWS:
            abort(400)
        rows = [self.get_one(id_) for id_ in ids]
        if not self.can_delete or not all(self.can_delete_row(row) for row in rows):
            abort(403)
        if self.delete_rows(rows):
            flash(gettext("%(count)d rows were deleted.", count=len(rows)), "success")
        return redirect(self.return_url())

    def delete_rows(self, rows: list[Any]) -> bool:
        """Delete the rows in one transaction; tell whether it went well, with a message if not."""
        try:
            for row in rows:
                self.remove(row)
            db.session.commit()
        except TOLD_ERRORS as error:
            db.session.rollback()
            flash(message_of(error), "danger")
            return False
        except StaleDataError:
            db.session.rollback()
            flash(stale_message(), "danger")
            return False
        except IntegrityError:
            db.session.rollback()
            flash(gettext("It is still in use, so it was not deleted."), "danger")
            return False
        return True

    def remove(self, row: Any) -> None:
        """Delete one row; refused while it is in use. A table's own view calls its service."""
        delete_unused(db.session, row)
