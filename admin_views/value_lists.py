"""What the list and the details of a dictionary show beside others': customers of each value, deeds, names to add."""

from collections.abc import Iterable
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext, ngettext
from markupsafe import Markup

from admin_views.cells import Shower, show_number
from admin_views.deeds import Fault
from admin_views.list_rows import RowEntry
from admin_views.value_pages import DEEDS, ValueDeed, ValuePagesMixin
from models import Customer, db
from models.enums import Permission
from models.inspection import Attribute, attribute_of, page_of
from models.meta import CUSTOMER_COUNT
from models.mixins import TreeMixin
from services import dictionaries
from services.dictionaries.saving import MAX_NAMES
from services.usage import customer_column, customer_counts


class ValueListsMixin(ValuePagesMixin):
    """Lists of values: their use, their deeds, and adding several at once."""

    add_template = "values/add.html"

    # Adding and saving

    @property
    def takes_names(self) -> bool:
        """Tell whether a name is all that a new value needs, so that several can be typed at once."""
        needed = {name for name in self.form_names(None) if self.is_required(attribute_of(self.model, name))}
        return bool(self.can_create) and needed <= {"name"} and not issubclass(self.model, TreeMixin)

    @expose("/add_names/", methods=("GET", "POST"))
    def add_names_view(self) -> Any:
        """Add the names of the lines of ``new_names``, all or none; refused, show them with what is wrong."""
        if not self.takes_names:
            abort(403 if not self.can_create else 404)
        if request.method == "GET":
            return self._show_names("", None)
        typed = request.form.get("new_names", "")
        found = self.attempt(lambda: dictionaries.add_values(db.session, self.model, typed.splitlines()))
        if isinstance(found, Fault):
            return self._show_names(typed, found)
        added = ngettext("%(num)d entry was added.", "%(num)d entries were added.", len(found))
        one = gettext("“%(name)s” was created.", name=found[0].name)
        flash(one if len(found) == 1 else added, "success")
        return redirect(self.return_url())

    def _show_names(self, typed: str, fault: Fault | None) -> Any:
        page = self.render(
            self.add_template, typed=typed, fault=fault, max_names=MAX_NAMES, return_url=self.return_url()
        )
        return page, fault.status if fault is not None else 200

    def save(self, row: Any, values: dict[str, Any], *, is_created: bool) -> Any:
        """Write through the service, which notes what changed."""
        return dictionaries.save_value(db.session, row, values)

    def list_context(self, args: Any, rows: list[Any]) -> dict[str, Any]:
        """Offer a field for new names above the whole list."""
        context: dict[str, Any] = super().list_context(args, rows)  # type: ignore[misc]
        return context | {"takes_names": self.takes_names, "max_names": MAX_NAMES}

    # Rows

    def deed_entries(self) -> tuple[RowEntry, ...]:
        """Offer the deeds in the menu of a row."""
        found = [self._entry(deed) for deed in DEEDS.values() if deed.name != "delete" and self.may_do(deed)]
        return (*super().deed_entries(), *found)  # type: ignore[misc]

    def delete_entry(self) -> RowEntry:
        """Let deletion ask on its own page, with numbers."""
        return self._entry(DEEDS["delete"])

    def _entry(self, deed: ValueDeed) -> RowEntry:
        applies = {"deactivate": lambda row: row.is_active, "reactivate": lambda row: not row.is_active}
        return RowEntry(
            str(deed.entry),
            self.get_url(".value_view", deed=deed.name, id=""),
            applies.get(deed.name, lambda _row: True),
            comes_back=True,
            is_post=deed.name == "reactivate",
            in_dialog=deed.name != "reactivate",
            is_danger=deed.name == "delete",
        )

    def learn(self, rows: Iterable[Any]) -> None:
        """Count the customers of all rows of a page by one statement."""
        found = list(rows)
        super().learn(found)
        if CUSTOMER_COUNT in self.column_names():
            self._learn_counts([row.id for row in found])

    def _learn_counts(self, ids: list[int]) -> dict[int, int]:
        known: dict[int, int] = g.setdefault(f"{self.endpoint}_customers", {})
        missing = [row_id for row_id in ids if row_id not in known]
        if missing:
            counts = customer_counts(db.session, self.model, missing, with_below=True)
            known.update({row_id: counts.get(row_id, 0) for row_id in missing})
        return known

    def shower(self, attribute: Attribute) -> Shower:
        """Show how many customers have a value, as a link to them for those who may see customers."""
        return self._show_count if attribute.name == CUSTOMER_COUNT else super().shower(attribute)

    def _show_count(self, row: Any) -> str | Markup:
        count = self._learn_counts([row.id])[row.id]
        url = self._customers_url(row) if count else None
        return show_number(count) if url is None else Markup('<a href="{}">{}</a>').format(url, show_number(count))

    def as_json(self, row: Any, attributes: list[Attribute]) -> dict[str, Any]:
        """Give scripts the number of customers as a number."""
        plain = [attribute for attribute in attributes if attribute.name != CUSTOMER_COUNT]
        found: dict[str, Any] = super().as_json(row, plain)  # type: ignore[misc]
        return found | {CUSTOMER_COUNT: self._learn_counts([row.id])[row.id]}

    def _customers_url(self, row: Any) -> str | None:
        column = customer_column(self.model)
        name = None if column is None else column.key.removesuffix("_id")
        may_see = self.actor.may(Permission.VIEW_ALL_CUSTOMERS) or self.actor.may(Permission.CREATE_CUSTOMERS)
        if not may_see or name not in (page_of(Customer).filters or ()):
            return None
        return url_for("customer.index_view", **{f"{name}__is": row.id})
