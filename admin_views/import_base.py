"""What all pages of an import share: whose it is, and how its next phase is asked for."""

from typing import Any

from flask import abort, flash, redirect
from flask_babel import gettext

from admin_views.exchange_messages import file_error_text
from admin_views.page_mixin import PageMixin
from admin_views.row_ids import parse_row_id
from models import ImportJob, db
from services import jobs
from services.exchange import imports
from services.exchange.errors import FileError
from services.exchange.import_choices import changed, seen_job
from services.exchange.options import Options
from services.exchange.resource import Resource
from services.jobs import JobStateError


class ImportBaseMixin(PageMixin):
    """Finds imports, and lets their phases run."""

    def importable(self) -> Resource:
        """Return the table's exchange, or refuse."""
        resource: Resource = self.resource()
        if "import" not in self.page.actions:
            abort(404)
        if not self.can_import:
            abort(403)
        return resource

    def carry_on(self, job: ImportJob, is_inline: bool) -> None:  # noqa: FBT001 -- what the service returned
        """Commit, and do the next phase now if it is small; else a worker does it."""
        job_id = job.id
        db.session.commit()
        if is_inline:
            jobs.perform("import", job_id)
            db.session.expire_all()

    def seen_import(self, job_id: int) -> tuple[Resource, ImportJob]:
        """Return an import that the person may look at; 404 for any other."""
        resource = self.importable()
        job = seen_job(db.session, resource.endpoint, parse_row_id(job_id))
        return (resource, job) if job is not None else abort(404)

    def own_import(self, job_id: int) -> tuple[Resource, ImportJob]:
        """Return an import of the person's own; 403 for one that may only be looked at."""
        resource, job = self.seen_import(job_id)
        if not self.is_own_import(job):
            abort(403)
        return resource, job

    def is_own_import(self, job: ImportJob) -> bool:
        """Tell whether the person began it: others may look, and undo, at most."""
        return job.owner_id == self.actor.id

    def back_to_import(self, job: ImportJob) -> Any:
        """Return the way to the import's own page."""
        return redirect(self.get_url(".import_job_view", job_id=job.id))

    def ask_import(self, job: ImportJob, ask: Any) -> Any:
        """Do what was asked for and show where the import stands; say so where it has moved on."""
        job_id = job.id
        try:
            self.carry_on(job, bool(ask()))
        except JobStateError:
            db.session.rollback()
            flash(gettext("The import has moved on meanwhile. This is where it stands."), "warning")
        return redirect(self.get_url(".import_job_view", job_id=job_id))

    def plan_anew(self, job: ImportJob, **changes: Any) -> Any:
        """Change options of the import and let its plan be made again."""

        def ask() -> bool:
            imports.change_options(db.session, job, changed(Options.from_json(job.options), **changes))
            return imports.ask_plan(db.session, job)

        return self.ask_import(job, ask)


def told(error: Exception) -> str:
    """Return why a file cannot be used any more."""
    if isinstance(error, FileError):
        return file_error_text(error)
    return gettext("The file is no longer there. Upload it again.")
