"""The company's settings: one form at ``/admin/company_setting/``."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext, ngettext
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from admin_views.base import GeneratedView
from admin_views.sight_pages import FormSight, show_sight
from admin_views.text import text
from models import CompanySetting, db
from models.inspection import attribute_of
from services import settings, sight_changes
from services.sight_changes import SightChange

#: What ``part=`` says in the address of ⑧ 客户其他设置.
_CUSTOMERS = "customers"
_CONTINENTS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class CompanySettingView(GeneratedView):
    """The one row; every other page of a list is 404."""

    own_model = CompanySetting

    @property
    def is_part(self) -> bool:
        """Tell whether the page shows what concerns customers alone, as ⑧ of the customer settings."""
        return request.args.get("part") == _CUSTOMERS

    def form_names(self, row: Any) -> tuple[str, ...]:
        """Ask for all, or for what concerns customers."""
        return ("private_customer_enabled",) if self.is_part else super().form_names(row)

    def customers_url(self) -> str:
        """Return the address of the part that concerns customers."""
        return self.get_url(".index_view", part=_CUSTOMERS)

    def own_url(self) -> str:
        """Return the address of the part shown."""
        return self.customers_url() if self.is_part else self.get_url(".index_view")

    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> Any:
        """Show the settings, or save them."""
        if not self.can_edit:
            abort(403)
        row = settings.get_setting(db.session)
        form = self.make_form(row)
        if request.method == "POST" and self._is_valid(form) and self.is_fresh(form, row):
            if self.write(form, row, is_created=False) is not None:
                flash(gettext("The settings were saved."), "success")
                return redirect(self.own_url())
            row = settings.get_setting(db.session)
        title = gettext("Other settings") if self.is_part else self.title
        return self.render("company_setting/form.html", form=form, row=row, title=title, return_url=self.own_url())

    def sight_of_form(self, form: Any, row: Any) -> FormSight:
        """Let the form tell who gains and who loses sight when the switch is turned."""
        stored = f"private_customer_enabled={int(row.private_customer_enabled)}"
        return FormSight(self.get_url(".sight_view"), "private_customer_enabled", stored)

    @expose("/sight/")
    def sight_view(self) -> str:
        """Tell who gains and who loses sight of how many customers when the switch is turned on (1) or off (0)."""
        raw = request.args.get("private_customer_enabled", "")
        if not self.can_edit:
            abort(403)
        if raw not in ("0", "1"):
            abort(400)
        change = sight_changes.of_switch(db.session, raw == "1")
        return show_sight(change, headline=_switch_words(change, is_on=raw == "1"))

    def save(self, row: Any, values: dict[str, Any], *, is_created: bool) -> Any:
        """Write through the service, which notes each change."""
        for name, value in values.items():
            settings.change_setting(db.session, name, value)
        settings.confirm_settings(db.session)
        return row

    def menu_links(self) -> list[tuple[str, int, str, str]]:
        """Stand under the customer settings as well, as ⑧ 客户其他设置."""
        return [*super().menu_links(), ("customer_settings", 8, gettext("Other settings"), self.customers_url())]

    def extra_fields(self, row: Any) -> dict[str, Any]:
        """Offer the time zones of the world by name."""
        if self.is_part:
            return {}
        field = attribute_of(CompanySetting, "time_zone").field
        choices = [SelectChoice(name, f"{name} ({_offset(name)})") for name in _zones(row.time_zone)]
        kwargs = {"choices": choices, "validate_choice": False, "render_kw": {"data-pick": ""}}
        return {"time_zone": SelectField(text(field.label), description=text(field.help), **kwargs)}

    @staticmethod
    def _is_valid(form: Any) -> bool:
        is_valid = bool(form.validate())
        if "colour" in form and not _COLOUR.fullmatch(form["colour"].data or ""):
            form["colour"].errors = [gettext("Enter a colour as #rrggbb.")]
            is_valid = False
        if "time_zone" in form and form["time_zone"].data not in available_timezones():
            form["time_zone"].errors = [gettext("There is no such time zone; Asia/Shanghai is one.")]
            is_valid = False
        return is_valid

    @expose("/details/")
    def details_view(self) -> Any:
        """Answer 404: there is one form only."""
        abort(404)


def _zones(stored: str) -> list[str]:
    """Return the names of zones by continent and city, and the stored one whatever it is."""
    return sorted({name for name in available_timezones() if name.partition("/")[0] in _CONTINENTS} | {stored})


def _offset(zone: str) -> str:
    """Return how far a zone is from UTC now, as UTC+08:00."""
    offset = datetime.now(ZoneInfo(zone)).strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}"


def _switch_words(change: SightChange, *, is_on: bool) -> str:
    """Return the sentence for the company admin who is about to turn the switch."""
    people = ngettext("%(num)s person", "%(num)s people", len(change.losses if is_on else change.gains))
    if is_on:
        return ngettext(
            "%(num)s private customer will be hidden from %(people)s.",
            "%(num)s private customers will be hidden from %(people)s.",
            change.customer_count,
            people=people,
        )
    return ngettext(
        "%(num)s private customer will become visible to %(people)s.",
        "%(num)s private customers will become visible to %(people)s.",
        change.customer_count,
        people=people,
    )
