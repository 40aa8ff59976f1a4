"""Imports and exports that were run: one's own, the company admin's view is of all."""

from typing import Any

from sqlalchemy import Select

from admin_views.base import GeneratedView
from models import ExportJob, ImportJob


class JobView(GeneratedView):
    """Base of the two; read only."""

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
