"""The create and edit pages of a generated view. A form is made per request, so it can depend on the person and row."""

from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_admin.form import BaseForm
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from wtforms import HiddenField

from admin_views import lookups
from admin_views.company import time_zone
from admin_views.conflicts import conflicting_field
from admin_views.fields import make_field, value_of
from admin_views.messages import TOLD_ERRORS, message_of, refusal_of
from admin_views.model_forms import ModelForm, Present, differing, sent_value
from admin_views.page_mixin import PageMixin
from admin_views.pick_field import CustomerChoice, PickField
from admin_views.row_ids import parse_row_id
from models import db
from models.inspection import Attribute, attribute_of, attributes_of
from models.mixins import VersionMixin


class FormPagesMixin(PageMixin):
    """Create and edit, with explicit fields, a version check, and nothing typed lost."""

    form_template = "kepei/form.html"

    def scaffold_form(self) -> type[BaseForm]:
        """Return an empty form: Flask-Admin asks once at start, ours are made per request."""
        return BaseForm

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:
        """Create a row."""
        if not self.can_create:
            abort(403)
        form = self.make_form(None)
        if request.method == "POST" and form.validate():
            row = self.write(form, self.model(), is_created=True)
            if row is not None:
                flash(gettext("“%(name)s” was created.", name=self.title_of(row)), "success")
                return redirect(self.after_save(row))
        return self._show_model_form(form, None)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Any:
        """Edit a row."""
        row = self.get_one(request.args.get("id", ""))
        if not self.can_edit or not self.can_edit_row(row):
            abort(403)
        form = self.make_form(row)
        if request.method == "POST" and form.validate() and self.is_fresh(form, row):
            name = self.title_of(row)
            if self.write(form, row, is_created=False) is not None:
                flash(gettext("“%(name)s” was saved.", name=name), "success")
                return redirect(self.after_save(row))
            row = self.get_one(request.args.get("id", ""))
            self.is_fresh(form, row)  # somebody may have been quicker by a moment
        return self._show_model_form(form, row)

    def submitted(self, form: Any, row: Any) -> Any:
        """Return the row that a posted form was written to; None if it was refused, with the faults in the form.

        :param row: the row to change; None for a new one
        """
        if not form.validate() or (row is not None and not self.is_fresh(form, row)):
            return None
        return self.write(form, self.model() if row is None else row, is_created=row is None)

    def form_names(self, row: Any) -> tuple[str, ...]:
        """Return the attributes that the form asks for: for a new row (None) all, later only the changeable ones."""
        return tuple(
            name
            for name in self.page.form or ()
            if not (attribute_of(self.model, name).field.is_immutable and row is not None)
            and not attribute_of(self.model, name).field.is_read_only
        )

    def is_required(self, attribute: Attribute) -> bool:
        """Tell whether the form insists on a value."""
        return attribute.is_required and attribute.column is not None and attribute.column.default is None

    def extra_fields(self, row: Any) -> dict[str, Any]:
        """Return unbound fields beside the generated ones."""
        return {}

    def live_checks(self, row: Any) -> dict[str, str]:
        """Return the addresses that are asked about what is being typed, by field name; see static/js/form.js."""
        return {}

    def make_form(self, row: Any) -> Any:
        """Return the bound form for a row, or for a new one."""
        form = self.bound(row, request.form if request.method == "POST" else None)
        for field in form:
            if row is None and isinstance(field, PickField):
                field.kept_id = None  # a value from the address is a proposal, not what a row has
        return form

    def bound(
        self, row: Any, sent: Any, only: tuple[str, ...] | None = None, *, is_versioned: bool | None = None
    ) -> Any:
        """Return the form with what was sent, or with what the row has.

        :param only: the attributes to ask for, where it is not the whole form
        :param is_versioned: whether it says which version of the row it shows; else only the whole form does
        """
        names = self.form_names(row) if only is None else only
        fields = {name: self._field(row, attribute_of(self.model, name), names) for name in names}
        if only is None:
            fields |= self.extra_fields(row)
        is_versioned = only is None if is_versioned is None else is_versioned
        if is_versioned and row is not None and issubclass(self.model, VersionMixin):
            fields["version"] = HiddenField()
        return type("GeneratedForm", (ModelForm,), fields)(sent, data=self.form_data(row))

    def _field(self, row: Any, attribute: Attribute, names: tuple[str, ...]) -> Any:
        """Return the unbound field of an attribute, with the rows it may point at."""
        statement, customer = None, None
        if attribute.target is not None:
            target: Any = attribute.target
            statement = self.offered(attribute)
            if lookups.hangs_on_same_customer(self.model, target):
                customer = self._customer_choice(row, names)
                statement = statement.where(target.customer_id == customer.customer_id)
        return make_field(
            attribute,
            model=self.model,
            statement=statement,
            zone=time_zone(),
            is_required=self.is_required(attribute),
            customer=customer,
        )

    def _customer_choice(self, row: Any, names: tuple[str, ...]) -> CustomerChoice:
        """Return the customer whose rows are offered: the one chosen in the form, else the row's own."""
        chosen_in = (name for name, attribute in attributes_of(self.model).items() if attribute.key == "customer_id")
        field = next((name for name in chosen_in if name in names), "")
        given = request.form if request.method == "POST" else request.args
        if field and (row is None or field in given):
            return CustomerChoice(parse_row_id(given.get(field, "")), field)
        return CustomerChoice(row.customer_id if row is not None else None, field)

    def form_data(self, row: Any) -> dict[str, Any]:
        """Return the values that a form starts with, by field name."""
        if row is None:
            return self.defaults()
        names = self.form_names(row)
        data = {name: getattr(row, attribute_of(self.model, name).key) for name in names}
        return data | {"version": getattr(row, "version", None)}

    def defaults(self) -> dict[str, Any]:
        """Return the values that the form of a new row starts with: the columns' plain defaults, then the address's."""
        found: dict[str, Any] = {}
        for name in self.form_names(None):
            attribute = attribute_of(self.model, name)
            default = attribute.column.default if attribute.column is not None else None
            if isinstance(default, ScalarElementColumnDefault):
                found[name] = default.arg
            given = parse_row_id(request.args.get(name, ""))
            if attribute.target is not None and given is not None:
                found[name] = given
        return found

    def form_values(self, form: Any, row: Any) -> dict[str, Any]:
        """Return what a valid form means for the row, by column attribute.

        A blank where the column needs a value means what the row has, or the column's default.
        """
        names = self.form_names(row if row in db.session else None)
        attributes = [attribute_of(self.model, name) for name in names if name in form]
        values = {attribute.key: (attribute, value_of(form[attribute.name])) for attribute in attributes}
        return {
            key: value for key, (attribute, value) in values.items() if value is not None or not attribute.is_required
        }

    def is_fresh(self, form: Any, row: Any) -> bool:
        """Tell whether nothing was changed meanwhile that saving would undo; else show it beside what was typed.

        The form shown then carries the present version: sending it once more is on purpose.
        """
        if "version" not in form or form["version"].raw_data == [str(row.version)]:
            return True
        stored = self.bound(row, None)
        form.present = {field.name: self._present(row, field) for field in differing(form, stored)}
        form["version"].data = row.version
        if form.present and _meanwhile_message() not in form.form_errors:
            form.form_errors.append(_meanwhile_message())
        return not form.present

    def _present(self, row: Any, field: Any) -> Present:
        """Return what a field of the stored row's form holds."""
        if isinstance(field, PickField):
            chosen = field.chosen()
            return Present(chosen.text if chosen else "", sent_value(field))
        return Present(self.show(row, attribute_of(self.model, field.name)), sent_value(field))

    def after_save(self, row: Any) -> str:
        """Return where a form leads that was saved."""
        if "_add_another" in request.form:
            return self.get_url(".create_view", url=self.return_url())
        if "_continue_editing" in request.form:
            return self.get_url(".edit_view", id=row.id, url=self.return_url())
        return self.return_url()

    def _show_model_form(self, form: Any, row: Any) -> Any:
        return self.render(self.form_template, form=form, row=row, return_url=self.return_url())

    def save(self, row: Any, values: dict[str, Any], *, is_created: bool) -> Any:
        """Write the values of a form to a row; a table's own view calls its service.

        :param values: column attribute -> value
        """
        for name, value in values.items():
            setattr(row, name, value)
        db.session.add(row)
        db.session.flush()
        return row

    def write(self, form: Any, row: Any, *, is_created: bool) -> Any:
        """Save a valid form and commit; return the row, or None with the faults beside their fields."""
        try:
            with db.session.no_autoflush:
                values = self.form_values(form, row)
            saved = self.save(row, values, is_created=is_created)
            db.session.commit()
        except TOLD_ERRORS as error:
            self.show_error(form, refusal_of(error).field, message_of(error))
        except IntegrityError as error:
            name = conflicting_field(error, self.model)
            self.show_error(
                form, name, gettext("This value is taken already.") if name else gettext("The database refused it.")
            )
        except StaleDataError:
            self.show_error(form, None, _meanwhile_message())
        else:
            return saved
        return None

    def show_error(self, form: Any, name: str | None, message: str) -> None:
        """Undo, and put a message beside its field, or above the form."""
        db.session.rollback()
        if name in form:
            form[name].errors = [*form[name].errors, message]
        else:
            form.form_errors.append(message)


def _meanwhile_message() -> str:
    """Return the sentence above a form whose row somebody else has changed."""
    return gettext(
        "Somebody has changed it meanwhile. What you entered is still here; where it differs, the present value stands"
        " beside it. Saving now replaces it by yours."
    )
