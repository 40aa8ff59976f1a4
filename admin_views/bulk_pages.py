"""Deeds on many rows of a list: on those that were ticked, or on all that match what the list was asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext, ngettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from admin_views.deeds import is_ticked, selection_mark, sent, sent_ids
from admin_views.messages import TOLD_ERRORS, message_of, stale_message
from admin_views.page_mixin import PageMixin
from admin_views.row_ids import parse_row_id
from models import db
from services.bulk import MAX_BULK_ROWS, matching_rows

#: How many of the chosen rows a page names.
NAMED = 20
DELETE = "delete"


@dataclass(frozen=True, slots=True)
class BulkAction:
    """A button for chosen rows."""

    name: str
    label: str
    #: Endpoint of the page that asks more, and does it; none for deletion, which is done at once.
    endpoint: str = ""
    is_danger: bool = False
    #: Whether its page is about the rows as a part of the list, in the list's order.
    keeps_list: bool = False


class BulkPagesMixin(PageMixin):
    """Chooses rows, deletes them all or none, or leads to the page of another deed."""

    bulk_delete_template = "kepei/bulk_delete.html"

    def bulk_actions(self) -> tuple[BulkAction, ...]:
        """Return what the person may do with chosen rows."""
        export = (
            (BulkAction("export", gettext("Export selected…"), ".export_page", keeps_list=True),)
            if self.can_export
            else ()
        )
        delete = (BulkAction(DELETE, gettext("Delete"), is_danger=True),) if self.can_delete else ()
        return (*export, *delete)

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Any:
        """Delete the chosen rows, or lead to the page of another deed."""
        if not self.page.actions & {"delete", "export"}:
            abort(404)
        name = request.form.get("action", "")
        if name == DELETE and "delete" not in self.page.actions:
            abort(404)
        if name == DELETE:
            return self._delete_chosen()
        action = next((found for found in self.bulk_actions() if found.name == name), None)
        if action is None:
            abort(403)
        ids = request.form.getlist("rowid")
        if not ids and not is_ticked(request.form, "all"):
            abort(400)
        kept = self.whole_list_args() if action.keeps_list else {}
        chosen = self.whole_list_args() if is_ticked(request.form, "all") else {**kept, "all": None, "id": ids}
        return redirect(self.get_url(action.endpoint, **chosen, url=self.return_url()))

    def chosen_rows(self) -> list[Any]:
        """Return the rows that a request is about: all that match (``all=1``), or those of its ids, in their order.

        :raises TooManyRowsError, NothingMatchesError: as :func:`matching_rows`
        :raises HiddenRowError, PrivateCustomerError, BadRequest: as :meth:`rows_of`
        """
        return self.matching_rows() if is_ticked(sent(), "all") else self.rows_of(sent_ids())

    def chosen_args(self, rows: list[Any]) -> dict[str, Any]:
        """Return the arguments by which an address means the rows that this request is about."""
        return self.whole_list_args() if is_ticked(sent(), "all") else {"id": [row.id for row in rows]}

    def whole_list_args(self) -> dict[str, Any]:
        """Return the arguments that mean all rows which match what the present address asks of the list."""
        paging = {"page", "page_size"}
        return {"all": "1"} | {name: value for name, value in self.kept_args().items() if name not in paging}

    def matching_rows(self) -> list[Any]:
        """Return all rows that match what the address asks of the list.

        :raises TooManyRowsError, NothingMatchesError: as the service
        """
        return matching_rows(db.session, self.listing_statement())

    def rows_of(self, raw_ids: Sequence[str]) -> list[Any]:
        """Return the rows of ids, in their order, by one statement.

        :raises HiddenRowError, PrivateCustomerError: if the person does not see one of them, or none is named
        :raises BadRequest: if there are more than a deed may be about
        """
        ids = list(dict.fromkeys(parse_row_id(raw) for raw in raw_ids))
        if len(ids) > MAX_BULK_ROWS:
            abort(400)
        if len(ids) <= 1:
            return [self.get_one(next(iter(raw_ids), ""))]
        named = [id_ for id_ in ids if id_ is not None]
        statement = self.restrict(select(self.model)).where(self.model.id.in_(named))
        found = {row.id: row for row in db.session.scalars(statement)}
        return [found.get(id_ or 0) or self.get_one(id_) for id_ in ids]

    def _delete_chosen(self) -> Any:
        """Delete the ticked rows, if all may be; of all that match those that may be, once their number was confirmed.

        Who does not see a ticked row learns as little as on its page, also without the right to delete.
        """
        is_all = is_ticked(request.form, "all")
        if not is_all and not request.form.getlist("rowid"):
            abort(400)
        rows = self.matching_rows() if is_all else self.rows_of(request.form.getlist("rowid"))
        self.learn(rows)
        allowed = [row for row in rows if self.can_delete and self.can_delete_row(row)]
        if not allowed or (len(allowed) < len(rows) and not is_all):
            abort(403)
        if is_all and request.form.get("version") != selection_mark(allowed):
            if "version" in request.form:
                flash(gettext("The rows have changed meanwhile. Look at them again."), "warning")
            return self._ask_to_delete(allowed, len(rows))
        if self.delete_rows(allowed):
            flash(ngettext("%(num)s row was deleted.", "%(num)s rows were deleted.", len(allowed)), "success")
        return redirect(self.return_url())

    def _ask_to_delete(self, rows: list[Any], matching_count: int) -> str:
        """Say how many rows would be deleted, and ask. What is confirmed is these rows, as they are now."""
        return self.render(
            self.bulk_delete_template,
            rows=rows,
            named=NAMED,
            matching_count=matching_count,
            version=selection_mark(rows),
            list_args=self.whole_list_args(),
            return_url=self.return_url(),
        )

    def delete_rows(self, rows: list[Any]) -> bool:
        """Delete the rows in one transaction; tell whether it went well, with a message if not."""
        try:
            for row in rows:
                self.remove(row)
            db.session.commit()
        except TOLD_ERRORS as error:
            fault = message_of(error)
        except StaleDataError:
            fault = stale_message()
        except IntegrityError:
            fault = gettext("It is still in use, so it was not deleted.")
        else:
            return True
        db.session.rollback()
        flash(fault, "danger")
        return False
