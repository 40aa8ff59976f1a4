"""The company's settings: one form at ``/admin/company_setting/``."""

import re
from typing import Any
from zoneinfo import available_timezones

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext

from admin_views.base import GeneratedView
from models import CompanySetting, db
from services import settings

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
