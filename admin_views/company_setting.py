"""The company's settings: one form at ``/admin/company_setting/``."""

import re
from typing import Any
from zoneinfo import available_timezones

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext, ngettext

from admin_views.base import GeneratedView
from admin_views.sight_pages import FormSight, show_sight
from models import CompanySetting, db
from services import settings, sight_changes
from services.sight_changes import SightChange

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class CompanySettingView(GeneratedView):
    """The one row; every other page of a list is 404."""

    own_model = CompanySetting

    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> Any:
        """Show the settings, or save them."""
        if not self.can_edit:
            abort(403)
        row = settings.get_setting(db.session)
        form = self.make_form(row)
        if request.method == "POST" and self._is_valid(form) and self._is_fresh(form, row):
            if self.write(form, row, is_created=False) is not None:
                flash(gettext("The settings were saved."), "success")
                return redirect(self.get_url(".index_view"))
            row = settings.get_setting(db.session)
        return self.render("company_setting/form.html", form=form, row=row, return_url=self.get_url(".index_view"))

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
        return [*super().menu_links(), ("customer_settings", 8, gettext("Other settings"), self.get_url(".index_view"))]

    @staticmethod
    def _is_valid(form: Any) -> bool:
        is_valid = bool(form.validate())
        if not _COLOUR.fullmatch(form["colour"].data or ""):
            form["colour"].errors = [gettext("Enter a colour as #rrggbb.")]
            is_valid = False
        if form["time_zone"].data not in available_timezones():
            form["time_zone"].errors = [gettext("There is no such time zone; Asia/Shanghai is one.")]
            is_valid = False
        return is_valid

    @expose("/details/")
    def details_view(self) -> Any:
        """Answer 404: there is one form only."""
        abort(404)


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
