"""Editing one cell of a list in its place: what a script asks for, and what it sends.

The cell's field is the one that the form of the row has, so it is checked alike, and the view's own ``save`` writes it.
"""

from typing import Any

from flask import abort, request
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

from admin_views.conflicts import conflicting_field
from admin_views.json_requests import integer, json_endpoint, read_object, row_id, string
from admin_views.messages import InvalidValueError
from admin_views.model_forms import sent_value
from admin_views.page_mixin import PageMixin
from models import db
from models.inspection import Attribute, Kind, attribute_of
from models.mixins import VersionMixin
from services.ordering import StaleVersionError

#: What a cell can hold that is edited in its place.
SCALARS = frozenset({Kind.TEXT, Kind.CHOICE, Kind.BOOLEAN, Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.MOMENT})
#: Type of a field -> its class in the page, where it is not that of a text.
_LOOKS = {"SelectField": "form-select", "BooleanField": "form-check-input"}


class CellPagesMixin(PageMixin):
    """Gives a script the field of one cell, and writes what it sends back."""

    #: Scalars that have a page of their own, which says more than a cell can.
    not_in_cells: frozenset[str] = frozenset()

    def cell_names(self, row: Any) -> tuple[str, ...]:
        """Return the attributes of a row that the person may edit in the list: scalars of the row's own form."""
        if not self.can_edit or not issubclass(self.model, VersionMixin):
            return ()
        wanted = set(self.column_names()) - self.not_in_cells
        return tuple(
            name for name in self.form_names(row) if name in wanted and attribute_of(self.model, name).kind in SCALARS
        )

    @expose("/cell/")
    @json_endpoint
    def cell_view(self) -> dict[str, Any]:
        """Return {version, value, widget}: the row's version, what the cell holds, and the HTML of its field."""
        row, attribute = self._cell(request.args.get("id", ""), request.args.get("name", ""))
        form = self.bound(row, None, (attribute.name,))
        field = form[attribute.name]
        widget = field(**{"class": _LOOKS.get(field.type, "form-control")})
        return {"version": row.version, "value": sent_value(field), "label": str(field.label.text), "widget": widget}

    @expose("/cell/", methods=("POST",))
    @json_endpoint
    def save_cell_view(self) -> dict[str, Any]:
        """Write a cell of the version that was read; return {version, html}: the new one, and its inside."""
        data = read_object()
        name, value = string(data, "name"), string(data, "value")
        row, attribute = self._cell(row_id(data, "id"), name)
        if integer(data, "version") != row.version:
            raise StaleVersionError(f"{self.endpoint} {row.id}")
        form = self.bound(row, MultiDict({name: value}), (name,))
        if not form.validate():
            raise InvalidValueError(" ".join(str(error) for error in form[name].errors))
        self._write_cell(form, row)
        self.learn([row])
        return {"version": row.version, "html": self.list_rows(self.list_columns()).cell(row, attribute)}

    def _cell(self, raw_id: Any, name: str) -> tuple[Any, Attribute]:
        """Return the row and the attribute of a cell that the person may edit.

        :raises HiddenRowError, PrivateCustomerError: if the person does not see the row
        :raises Forbidden: if the person may not edit it, or not this cell
        """
        row = self.get_one(raw_id)
        if not self.can_edit or not self.can_edit_row(row) or name not in self.cell_names(row):
            abort(403)
        return row, attribute_of(self.model, name)

    def _write_cell(self, form: Any, row: Any) -> None:
        """Save the form of one field.

        :raises InvalidValueError: if the database has the value already
        """
        try:
            with db.session.no_autoflush:
                values = self.form_values(form, row)
            self.save(row, values, is_created=False)
            db.session.flush()
        except IntegrityError as error:
            if conflicting_field(error, self.model) is None:
                raise
            raise InvalidValueError(gettext("This value is taken already.")) from error
