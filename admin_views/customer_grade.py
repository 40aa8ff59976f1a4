"""The grades: ready-made lists to choose from while no customer has one."""

from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext

from admin_views.base import GeneratedView
from admin_views.text import joined
from models import CustomerGrade, db
from services import dictionaries


class CustomerGradeView(GeneratedView):
    """Grades."""

    own_model = CustomerGrade

    def list_context(self, args: Any, rows: list[Any]) -> dict[str, Any]:
        """Offer the presets under the whole list."""
        is_whole = not (args.listing.search or args.listing.filters)
        may_load = self.can_create and self.can_delete and is_whole
        presets = dictionaries.offered_presets(db.session) if may_load else {}
        return {"presets": {key: joined(names) for key, names in presets.items()}}

    @expose("/preset/", methods=("POST",))
    def preset_view(self) -> Any:
        """Make the grades those of a preset."""
        if not (self.can_create and self.can_delete):
            abort(403)
        key = request.form.get("preset", "")
        try:
            dictionaries.load_preset(db.session, key)
        except KeyError:
            abort(400)
        db.session.commit()
        flash(gettext("The list was loaded."), "success")
        return redirect(self.return_url())
