"""Choosing the columns of a list: a page of its own, which the list shows as a dialog where scripts run."""

from typing import Any

from flask import abort, g, redirect, request
from flask_admin import expose

from admin_views.deeds import is_ticked
from admin_views.page_mixin import PageMixin
from models import db
from models.inspection import Attribute
from services.column_choices import choose_columns, chosen_columns, forget_columns


class ColumnPagesMixin(PageMixin):
    """Keeps for each person which columns a list has."""

    columns_template = "kepei/columns.html"

    def column_names(self) -> tuple[str, ...]:
        """Return the attributes that are columns of the list: those that the person has chosen, else the page's."""
        if "column_names" not in g:
            chosen, offered = chosen_columns(db.session, self.endpoint) or (), set(self.offered_columns())
            g.column_names = tuple(name for name in chosen if name in offered) or tuple(self.page.columns or ())
        found: tuple[str, ...] = g.column_names
        return found

    def list_columns(self) -> list[Attribute]:
        """Return the columns of the list."""
        found: list[Attribute] = self.attributes(self.column_names())
        return found

    def offered_columns(self) -> tuple[str, ...]:
        """Return the attributes that can be columns: the page's own, then what else the details of a row show."""
        return tuple(dict.fromkeys((*(self.page.columns or ()), *(self.page.details or self.details_names()))))

    @expose("/columns/", methods=("GET", "POST"))
    def columns_view(self) -> Any:
        """Ask for the columns and their order, or keep them."""
        if not self.page.columns:
            abort(404)
        if request.method == "GET":
            return self._show_columns()
        if is_ticked(request.form, "reset"):
            forget_columns(db.session, self.endpoint)
        else:
            chosen = request.form.getlist("column")
            choose_columns(db.session, self.endpoint, chosen, offered=self.offered_columns())
        db.session.commit()
        return redirect(self.return_url())

    def _show_columns(self) -> str:
        chosen = self.column_names()
        rest = [name for name in self.offered_columns() if name not in chosen]
        return self.render(
            self.columns_template,
            attributes=self.attributes((*chosen, *rest)),
            chosen=set(chosen),
            return_url=self.return_url(),
        )
