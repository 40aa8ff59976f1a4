"""The logs of imports and exports: one's own, the company admin's view is of all. The page of jobs leads to them."""

from typing import Any

from sqlalchemy import Select

from admin_views.base import GeneratedView
from models import ExportJob, ImportJob


class JobView(GeneratedView):
    """Base of the two; read only."""

    #: In the menu it stands behind the page of jobs.
    menu_parent = "jobs"

    def menu_links(self) -> list[tuple[str, int, str, str]]:
        """Return none of its own."""
        return []

    def restrict(self, statement: Select[Any]) -> Select[Any]:
        """Leave out what others ran."""
        if self.actor.is_company_admin:
            return statement
        return statement.where(self.model.owner_id == self.actor.id)


class ImportJobView(JobView):
    """Imports."""

    own_model = ImportJob


class ExportJobView(JobView):
    """Exports."""

    own_model = ExportJob
