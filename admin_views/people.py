"""Employees and roles: reporting line, one-time links, the last company admin."""

from typing import Any

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext
from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from admin_views.base import GeneratedView
from admin_views.hand_over import hand_over_url
from admin_views.row_ids import parse_row_id
from admin_views.sight_pages import FormSight, show_sight
from admin_views.text import text
from auth import passwords
from auth.permissions import PERMISSION_LABELS
from models import Employee, Role, db
from models.audit_action import AuditAction
from models.enums import COMPANY_ADMIN
from services import audit, employees, handover, roles, sight_changes


class CheckboxesField(SelectMultipleField):
    """Several of a few words."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class EmployeeView(GeneratedView):
    """Employees."""

    own_model = Employee
    details_template = "employee/details.html"
    form_template = "kepei/sight_form.html"

    def save(self, row: Any, values: dict[str, Any], *, is_created: bool) -> Any:
        """Write through the service, which guards the reporting line and the last company admin."""
        was_active = row.is_active and not is_created
        saved = employees.save_employee(db.session, row, values, is_created=is_created)
        g.has_left = was_active and not saved.is_active
        return saved

    def after_save(self, row: Any) -> str:
        """Lead from somebody who has just left to the hand-over of what they follow."""
        url = hand_over_url(self.actor, row.id) if g.get("has_left") else ""
        return url if url and any(handover.totals_of(db.session, row.id)) else super().after_save(row)

    def remove(self, row: Any) -> None:
        """Delete an employee that nothing points at."""
        employees.delete_employee(db.session, row)

    def sight_of_form(self, form: Any, row: Any) -> FormSight | None:
        """Let the form tell who gains and who loses sight under another supervisor."""
        if row is None or "supervisor" not in form:
            return None
        return FormSight(self.get_url(".sight_view", id=row.id), "supervisor", f"supervisor={row.supervisor_id or ''}")

    @expose("/sight/")
    def sight_view(self) -> str:
        """Tell who gains and who loses sight of how many customers under another supervisor; none if left blank."""
        row = self.get_one(request.args.get("id", ""))
        raw = request.args.get("supervisor")
        supervisor_id = parse_row_id(raw or "")
        if raw is None or (raw and supervisor_id is None):
            abort(400)
        return show_sight(sight_changes.of_supervisor(db.session, row.id, supervisor_id))

    @expose("/link/", methods=("POST",))
    def link_view(self) -> Any:
        """Make a one-time link with which the employee chooses a password."""
        row = self.get_one(request.form.get("id", ""))
        employees.require_may_manage(db.session, row)
        if not row.is_active:
            flash(gettext("%(name)s is disabled and cannot log in.", name=row.name), "danger")
            return redirect(self.get_url(".details_view", id=row.id))
        token = passwords.make_link_token(row, str(current_app.secret_key))
        audit.record(db.session, AuditAction.MAKE_LINK, row)
        db.session.commit()
        return self.render(
            "employee/link.html",
            row=row,
            link=url_for("login.link", token=token, _external=True),
            days=passwords.LINK_LIFETIME_S // 86_400,
        )

    @expose("/password/", methods=("GET", "POST"))
    def password_view(self) -> Any:
        """Set a first password, which the employee must change."""
        row = self.get_one(request.values.get("id", ""))
        employees.require_may_manage(db.session, row)
        fault = None
        if request.method == "POST":
            try:
                passwords.set_password(row, request.form.get("password", ""), must_change=True)
            except passwords.WeakPasswordError:
                fault = gettext(
                    "The password needs at least %(min)d characters and must not be the log-in.",
                    min=passwords.MIN_PASSWORD_LENGTH,
                )
            else:
                audit.record(db.session, AuditAction.SET_PASSWORD, row)
                db.session.commit()
                flash(gettext("The password was set; it must be changed at the next log-in."), "success")
                return redirect(self.get_url(".details_view", id=row.id))
        return self.render("employee/password.html", row=row, fault=fault)


class RoleView(GeneratedView):
    """Roles."""

    own_model = Role
    form_template = "role/form.html"

    def form_names(self, row: Any) -> tuple[str, ...]:
        """Ask for permissions in a field of its own."""
        return tuple(name for name in super().form_names(row) if name != "permission_codes")

    def extra_fields(self, row: Any) -> dict[str, Any]:
        """Add the permissions; the company admin's cannot be taken away."""
        if row is not None and row.code == COMPANY_ADMIN:
            return {}
        choices = [SelectChoice(code.value, text(label)) for code, label in PERMISSION_LABELS.items()]
        return {"permission_codes": CheckboxesField(gettext("Permissions"), choices=choices)}

    def form_data(self, row: Any) -> dict[str, Any]:
        """Tick what the role holds."""
        data = super().form_data(row)
        return data if row is None else data | {"permission_codes": list(row.permission_codes)}

    def form_values(self, form: Any, row: Any) -> dict[str, Any]:
        """Take the ticked permissions."""
        values = super().form_values(form, row)
        if "permission_codes" in form:
            values["permission_codes"] = form["permission_codes"].data or []
        return values

    def save(self, row: Any, values: dict[str, Any], *, is_created: bool) -> Any:
        """Write, and note what changed."""
        return roles.save_role(db.session, row, values)

    def remove(self, row: Any) -> None:
        """Delete a role that nobody holds; never the company admin's."""
        roles.delete_role(db.session, row)
