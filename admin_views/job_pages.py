"""One page for all of one's imports and exports: how far they are, what to do next. The company admin sees all."""

from collections.abc import Sequence
from typing import Any

from flask import Response, abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext
from werkzeug.wsgi import FileWrapper

from admin_views.downloads import as_download, mime_type
from admin_views.job_words import JobLine, line_of
from admin_views.json_requests import json_endpoint
from admin_views.messages import message_of
from admin_views.plain_view import PlainView
from admin_views.row_ids import parse_row_id
from auth.errors import HiddenRowError
from models import ImportJob, db
from services import jobs, storage
from services.exchange.formats import EXPORT_TYPES
from services.jobs.kinds import Job, is_expired

PAGE_SIZE = 30
_MOST_PAGE = 100_000


class JobsView(PlainView):
    """The list of jobs, their progress as JSON, and what may be done with one."""

    def __init__(self, tables: Sequence[Any]) -> None:
        super().__init__(name="Jobs", endpoint="jobs", url="/admin/jobs")
        self._tables = {view.endpoint: view for view in tables}

    @property
    def title(self) -> str:
        """Return the menu's words for the page."""
        return gettext("Imports and exports")

    def is_accessible(self) -> bool:
        """Tell whether the person may import or export anything."""
        return super().is_accessible() and any(view.can_import or view.can_export for view in self._tables.values())

    def menu_links(self) -> list[tuple[str, int, str, str]]:
        """Return its menu entry as (place, order, words, address)."""
        return [("customer_import", 10, self.title, self.get_url(".index_view"))]

    @expose("/")
    def index_view(self) -> Any:
        """Show the jobs, the newest first."""
        page = min(parse_row_id(request.args.get("page", "0")) or 0, _MOST_PAGE)
        found = jobs.list_jobs(db.session, owner_id=self._whose(), start=page * PAGE_SIZE, limit=PAGE_SIZE + 1)
        logs = [self._tables[name] for name in ("import_job", "export_job")]
        return self.render(
            "jobs/list.html",
            lines=self._lines(found[:PAGE_SIZE]),
            page=page,
            has_next=len(found) > PAGE_SIZE,
            logs=[view for view in logs if view.is_accessible()],
            importable=[view for view in self._tables.values() if view.can_import],
        )

    @expose("/progress/")
    @json_endpoint
    def progress(self) -> Any:
        """Tell how far the jobs are that wait or run."""
        lines = self._lines(jobs.under_way(db.session, owner_id=self._whose()))
        return {
            "jobs": [
                {"key": line.key, "state": line.job.state, "percent": line.percent, "words": line.progress}
                for line in lines
            ]
        }

    @expose("/cancel/", methods=("POST",))
    def cancel(self) -> Any:
        """Stop a job of one's own, or as the company admin anybody's."""
        return self._do(self._job(owner_id=self._whose()), jobs.cancel, gettext("It is being cancelled."))

    @expose("/retry/", methods=("POST",))
    def retry(self) -> Any:
        """Let a job of one's own run again."""
        job = self._job(owner_id=self.actor.id)
        if not self._may_run(job):
            abort(403)
        return self._do(job, jobs.retry, gettext("It will be tried again."))

    @expose("/download/")
    def download(self) -> Any:
        """Send the file of an export to the one who asked for it; nobody else opens it."""
        job = self._job(owner_id=self.actor.id)
        if isinstance(job, ImportJob) or job.state != "done":
            raise HiddenRowError(f"no file of {jobs.kind_of(job)} {job.id}")
        if not self._may_run(job):
            abort(403)
        try:
            path = storage.path_of(job.file_key or "")
        except storage.MissingFileError as error:
            flash(message_of(error), "warning")
            return redirect(self.get_url(".index_view"))
        export_type = job.file_name.rpartition(".")[2].lower()
        handle = path.open("rb")
        response = Response(
            FileWrapper(handle),
            mimetype=mime_type(export_type) if export_type in EXPORT_TYPES else "application/octet-stream",
            direct_passthrough=True,
        )
        response.content_length = path.stat().st_size
        response.call_on_close(handle.close)
        return as_download(response, job.file_name)

    # For the template

    def may_cancel(self, job: Job) -> bool:
        """Tell whether the page offers to stop the job."""
        return jobs.is_cancellable(job)

    def may_retry(self, job: Job) -> bool:
        """Tell whether the page offers to let it run again."""
        return self._is_own(job) and jobs.is_retriable(job) and self._may_run(job)

    def may_download(self, job: Job) -> bool:
        """Tell whether the page offers its file."""
        is_there = job.state == "done" and job.file_key is not None and not is_expired(job)
        return is_there and not isinstance(job, ImportJob) and self._is_own(job) and self._may_run(job)

    def open_url(self, job: Job) -> str:
        """Return the address of an import's page; nothing for what has none, or where the person may not import."""
        view = self._tables.get(job.endpoint)
        has_page = isinstance(job, ImportJob) and (job.attempt > 0 or job.state == "uploaded")
        if view is None or not has_page or not view.can_import:
            return ""
        return str(view.get_url(".import_job_view", job_id=job.id))

    def may_undo(self, job: Job) -> bool:
        """Tell whether the import's page can take back what was written."""
        return isinstance(job, ImportJob) and job.state == "done" and not is_expired(job) and bool(self.open_url(job))

    def is_kept(self, job: Job) -> bool:
        """Tell whether its file is still there."""
        return job.file_key is not None and not is_expired(job)

    def _whose(self) -> int | None:
        return None if self.actor.is_company_admin else self.actor.id

    def _is_own(self, job: Job) -> bool:
        return job.owner_id == self.actor.id

    def _may_run(self, job: Job) -> bool:
        """Tell whether the person still holds the right to what the job does."""
        view = self._tables.get(job.endpoint)
        return view is not None and bool(view.can_import if isinstance(job, ImportJob) else view.can_export)

    def _lines(self, found: Sequence[Job]) -> list[JobLine]:
        beats = jobs.progress_of(found)
        return [line_of(job, self._title_of(job), beats.get((jobs.kind_of(job), job.id))) for job in found]

    def _title_of(self, job: Job) -> str:
        view = self._tables.get(job.endpoint)
        return view.title if view is not None else job.endpoint

    def _job(self, *, owner_id: int | None) -> Job:
        """Return the job that the request names.

        :raises HiddenRowError: if there is none for the person
        """
        kind, number = request.values.get("kind", ""), parse_row_id(request.values.get("id", ""))
        job = jobs.find_job(db.session, kind, number, owner_id=owner_id) if number is not None else None
        if job is None:
            raise HiddenRowError(f"{kind[:20]!r} {number}")
        return job

    def _do(self, job: Job, action: Any, words: str) -> Any:
        try:
            action(db.session, job)
            db.session.commit()
        except jobs.JobStateError as error:
            db.session.rollback()
            flash(message_of(error), "danger")
        else:
            flash(words, "success")
        return redirect(self.get_url(".index_view"), code=303)
