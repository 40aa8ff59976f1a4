"""The view that every table gets. Deny by default; a table's own file overrides hooks, never the rules."""

from collections.abc import Callable
from typing import Any

from flask import abort, g
from flask_admin.contrib.sqla import ModelView
from flask_admin.form import BaseForm
from flask_admin.helpers import get_redirect_target
from flask_babel import gettext
from sqlalchemy import select

from admin_views import cells, openings
from admin_views.addresses import address
from admin_views.bulk_pages import BulkPagesMixin
from admin_views.cell_pages import CellPagesMixin
from admin_views.column_pages import ColumnPagesMixin
from admin_views.export_pages import ExportPagesMixin
from admin_views.form_pages import FormPagesMixin
from admin_views.import_pages import ImportPagesMixin
from admin_views.list_pages import ListPagesMixin
from admin_views.lookup_pages import LookupPagesMixin
from admin_views.row_ids import parse_row_id
from admin_views.row_pages import RowPagesMixin
from admin_views.secured import SecuredMixin
from admin_views.text import joined, text
from auth.actor import Actor
from auth.errors import HiddenRowError
from auth.redirects import is_own_path
from auth.visibility import raise_for_missing
from models import db
from models.inspection import Attribute, attribute_of, page_of
from models.meta import EVERYONE, Page

#: Page function -> the action that the table's page must have for it.
_ACTIONS = {
    "create_view": "create",
    "edit_view": "edit",
    "delete_view": "delete",
    "export": "export",
    "import_view": "import",
}


class GeneratedView(
    SecuredMixin,
    ListPagesMixin,
    ColumnPagesMixin,
    CellPagesMixin,
    LookupPagesMixin,
    FormPagesMixin,
    RowPagesMixin,
    BulkPagesMixin,
    ExportPagesMixin,
    ImportPagesMixin,
    ModelView,
):
    """List, details, form, import and export of one table, from its model."""

    #: The model of a hand-written view; the generator reads it.
    own_model: type[Any] | None = None

    form_base_class = BaseForm
    column_list = ()
    column_details_list = ()
    column_filters = None
    column_searchable_list = None
    column_display_actions = False
    can_view_details = True

    def __init__(self, model: type[Any]) -> None:
        self.page: Page = page_of(model)
        super().__init__(model, db, name=self.page.menu_title.en, endpoint=model.__tablename__)

    # What the person may do

    @property
    def actor(self) -> Actor:
        """Return who acts in this request."""
        return g.actor

    def holds(self, permission: str | None) -> bool:
        """Tell whether the person holds a permission; None is the company admin's alone."""
        if permission == EVERYONE:
            return True
        return self.actor.is_company_admin if permission is None else self.actor.may(permission)

    def is_accessible(self) -> bool:
        """Tell whether the person may open the page at all."""
        return super().is_accessible() and self.holds(self.page.permission)

    def _handle_view(self, name: str, **kwargs: Any) -> Any:
        """Answer 404 for what the table does not have, then 403 for what the person may not open."""
        action = _ACTIONS.get(name)
        if action is not None and action not in self.page.actions:
            abort(404)
        return super()._handle_view(name, **kwargs)

    def get_url(self, endpoint: str, **kwargs: Any) -> str:
        """Return an address; one that begins with a dot is this view's, whichever page is shown."""
        return address(f"{self.endpoint}{endpoint}" if endpoint.startswith(".") else endpoint, **kwargs)

    def allows(self, action: str, permission: str | None) -> bool:
        """Tell whether an action exists for the table and the person may take it."""
        return action in self.page.actions and self.holds(permission or self.page.permission)

    @property
    def can_create(self) -> bool:
        """Tell whether the person may create rows."""
        return self.allows("create", self.page.create_permission or self.page.write_permission)

    @property
    def can_edit(self) -> bool:
        """Tell whether the person may edit rows; which ones is :meth:`can_edit_row`."""
        return self.allows("edit", self.page.write_permission)

    @property
    def can_delete(self) -> bool:
        """Tell whether the person may delete rows; which ones is :meth:`can_delete_row`."""
        return self.allows("delete", self.page.write_permission)

    @property
    def can_export(self) -> bool:
        """Tell whether the person may export the list."""
        return self.page.exchange != () and self.allows("export", self.page.export_permission)

    @property
    def can_import(self) -> bool:
        """Tell whether the person may import."""
        return self.page.exchange != () and self.allows(
            "import", self.page.import_permission or self.page.write_permission
        )

    def can_edit_row(self, row: Any) -> bool:
        """Tell whether the person may edit this row."""
        return self.can_edit

    def can_delete_row(self, row: Any) -> bool:
        """Tell whether the person may delete this row."""
        return self.can_delete

    # Rows

    def get_one(self, id: Any) -> Any:  # noqa: A002 -- Flask-Admin's name
        """Return the row.

        :raises PrivateCustomerError: if it hangs on a customer who is NOTICE for the person
        :raises HiddenRowError: if there is no such row for the person
        """
        return self._found(id, self.find_one)

    def get_shown(self, id: Any) -> Any:  # noqa: A002 -- as above
        """Return the row for its page.

        :raises PrivateCustomerError, HiddenRowError: as :meth:`get_one`
        """
        return self._found(id, self.find_shown)

    def find_one(self, row_id: int) -> Any:
        """Return the row, or None if there is none for the person."""
        return db.session.scalar(self.restrict(select(self.model)).where(self.model.id == row_id))

    def find_shown(self, row_id: int) -> Any:
        """Return the row as :meth:`find_one`; a table's own view loads what the page shows beside it."""
        return self.find_one(row_id)

    def _found(self, raw: Any, find: Callable[[int], Any]) -> Any:
        row_id = parse_row_id(raw)
        if row_id is None:
            raise HiddenRowError(f"{self.endpoint} {str(raw)[:20]!r}")
        row = find(row_id)
        if row is None:
            raise_for_missing(db.session, self.model, row_id)
        openings.note(row)
        return row

    # Words

    @property
    def title(self) -> str:
        """Return the menu's words for the page."""
        return text(self.page.menu_title)

    @property
    def noun(self) -> str:
        """Return the thing in the singular."""
        return text(self.page.label)

    @property
    def add_words(self) -> str:
        """Return the words of the button that creates a row."""
        return text(self.page.add) or gettext("Add %(noun)s", noun=self.noun)

    def empty_words(self) -> str:
        """Return the sentence of the empty list: what to do next."""
        return text(self.page.empty) or gettext("Nothing here yet.")

    def empty_hint(self) -> str:
        """Return the sentence below an empty list for those who cannot add to it."""
        return gettext("Rows appear here as soon as somebody adds some that you may see.")

    def search_words(self) -> str:
        """Return the hint of the search box: what is searched."""
        fields = [text(attribute.field.label) for attribute in self.attributes(self.page.search)]
        return gettext("Search: %(fields)s", fields=joined(fields))

    def title_of(self, row: Any) -> str:
        """Return what the pages of a row are headed by."""
        return str(row)

    def menu_links(self) -> list[tuple[str, int, str, str]]:
        """Return the menu entries of this view as (place, order, words, address)."""
        return [(self.page.menu, self.page.menu_order, self.title, self.get_url(".index_view"))]

    def attributes(self, names: tuple[str, ...] | None) -> list[Attribute]:
        """Return the named attributes."""
        return [attribute_of(self.model, name) for name in names or ()]

    def shower(self, attribute: Attribute) -> cells.Shower:
        """Return what shows an attribute of any row as text."""
        return cells.shower(attribute)

    def show(self, row: Any, attribute: Attribute) -> Any:
        """Return an attribute of a row as text."""
        return self.shower(attribute)(row)

    def return_url(self) -> str:
        """Return where to go back to: the list as it was."""
        target = get_redirect_target()
        return target if is_own_path(target) else self.get_url(".index_view")
