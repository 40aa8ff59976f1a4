"""The steps of an import from its plan on: run, result, undo. Each page has an address of its own."""

from pathlib import PurePath
from typing import Any

from flask import flash, redirect, request
from flask_admin import expose
from flask_babel import gettext

from admin_views import import_columns, import_words
from admin_views.downloads import send_file, temporary_file
from admin_views.exchange_messages import fault_text
from admin_views.import_base import told
from admin_views.import_column_pages import ImportColumnPagesMixin
from admin_views.job_words import line_of
from admin_views.row_ids import parse_row_id
from admin_views.text import text
from admin_views.tree_diffs import KINDS, groups_of
from models import ImportJob, db
from models.enums import IMPORT_MODE_LABELS
from services import jobs
from services.exchange import imports
from services.exchange.errors import FileError
from services.exchange.options import Options
from services.storage import MissingFileError

#: States in which something is going on.
_AT_WORK = frozenset({"waiting", "running"})
#: Kinds of rows in the order of the tabs.
_TABS = ("error", "update", "insert", "skip")
#: Rows that are shown of a tree too, whose other changes are shown node by node.
_TROUBLES = frozenset({imports.KEPT, imports.LEFT, "error"})


class ImportJobPagesMixin(ImportColumnPagesMixin):
    """The pages of one import."""

    def import_job_url(self, job: ImportJob) -> str:
        """Return the address of an import's page."""
        return str(self.get_url(".import_job_view", job_id=job.id))

    @expose("/import/<int:job_id>/")
    def import_job_view(self, job_id: int) -> Any:
        """Show where an import stands: its plan, its progress, or its result."""
        resource, job = self.seen_import(job_id)
        if job.state == "uploaded" and self.is_own_import(job):
            return redirect(self.get_url(".import_columns_view", job_id=job.id))
        show = request.args.get("show", "")
        tabs = _tabs(job)
        if show not in tabs:
            offered = [name for name, count in tabs.items() if count and (name in _TROUBLES or not resource.is_tree)]
            show = next(iter(offered), "")
        last = max(tabs.get(show, 0) - 1, 0) // imports.PAGE_ROWS
        page = min(parse_row_id(request.args.get("page", "0")) or 0, last)
        diff = imports.tree_changes(db.session, job)
        beat = jobs.progress_of([job]).get((jobs.kind_of(job), job.id))
        return self.render(
            "exchange/import_job.html",
            job=job,
            options=Options.from_json(job.options),
            is_mine=self.is_own_import(job),
            is_at_work=job.state in _AT_WORK,
            line=line_of(job, self.title, beat),
            tabs=tabs,
            show=show,
            page=page,
            page_count=last + 1,
            rows=imports.plan_rows(db.session, job, action=show, page=page) if show else [],
            labels=import_columns.field_words(resource.read_fields),
            fault_text=fault_text,
            mode_words=text(IMPORT_MODE_LABELS[job.mode]),
            can_confirm=self.is_own_import(job) and imports.can_confirm(job),
            can_change=self.is_own_import(job) and _is_changeable(job),
            can_cancel=jobs.is_cancellable(job),
            can_retry=jobs.is_retriable(job) and self.is_own_import(job),
            can_undo=imports.can_undo(db.session, job),
            unknown_count=sum(map(len, imports.unknown_values(db.session, job).values())),
            missing=imports.missing_values(db.session, job),
            kept_values=imports.kept_values(job),
            kept_count=tabs.get(imports.KEPT, 0),
            left_count=tabs.get(imports.LEFT, 0),
            diff=diff,
            groups=groups_of(diff) if diff is not None else [],
            kinds=KINDS,
        )

    @expose("/import/<int:job_id>/<any(confirm, skip, undo, cancel, retry):deed>/", methods=("POST",))
    def import_deed_view(self, job_id: int, deed: str) -> Any:
        """Let an import go on, or back."""
        deeds = {
            "confirm": self._confirm_import,
            "skip": self._skip_rows,
            "undo": self._undo_import,
            "cancel": self._cancel_import,
        }
        return deeds.get(deed, self._retry_import)(job_id)

    def _confirm_import(self, job_id: int) -> Any:
        """Carry out the plan that the person has seen."""
        _, job = self.own_import(job_id)
        if job.state == "planned" and request.form.get("plan") != str(job.attempt):
            flash(gettext("The plan was made anew meanwhile. Look at it once more."), "warning")
            return self.back_to_import(job)
        return self.ask_import(job, lambda: imports.confirm(db.session, job))

    def _skip_rows(self, job_id: int) -> Any:
        """Leave chosen rows out, or take them in again; plan anew."""
        _, job = self.own_import(job_id)
        numbers = {number for told_ in request.form.getlist("number") if (number := parse_row_id(told_)) is not None}
        before = Options.from_json(job.options).skipped
        skipped = before - numbers if request.form.get("take") == "in" else before | numbers
        return self.plan_anew(job, skipped=sorted(skipped))

    def _undo_import(self, job_id: int) -> Any:
        """Take back what the import wrote."""
        _, job = self.seen_import(job_id)
        return self.ask_import(job, lambda: imports.ask_undo(db.session, job))

    def _cancel_import(self, job_id: int) -> Any:
        """Stop the import."""
        _, job = self.seen_import(job_id)
        return self.ask_import(job, lambda: jobs.cancel(db.session, job))

    def _retry_import(self, job_id: int) -> Any:
        """Let an import that failed go on."""
        _, job = self.own_import(job_id)
        return self.ask_import(job, lambda: jobs.retry(db.session, job))

    @expose("/import/<int:job_id>/errors/")
    def import_errors_view(self, job_id: int) -> Any:
        """Send the file of refused rows."""
        _, job = self.seen_import(job_id)
        kind = imports.error_file_type(job)
        with temporary_file(kind) as path:
            try:
                imports.write_error_file(db.session, job, path, import_words.error_words())
            except (FileError, MissingFileError, jobs.JobFault) as error:
                flash(told(error), "danger")
                return self.back_to_import(job)
            name = gettext("%(file)s errors", file=PurePath(job.file_name).stem)
            return send_file(path, f"{name}.{kind}", kind)


def _tabs(job: ImportJob) -> dict[str, int]:
    """Return kind of rows -> how many; those that were left or kept first, once there are such."""
    special = []
    if job.phase != "plan" and job.state not in _AT_WORK:
        special = [imports.KEPT, imports.LEFT] if job.phase == "undo" else [imports.LEFT]
    counts = {name: imports.count_rows(db.session, job, action=name) for name in (*special, *_TABS)}
    return {name: count for name, count in counts.items() if count or name in _TABS}


def _is_changeable(job: ImportJob) -> bool:
    """Tell whether the file can still be planned in another way."""
    return job.state in {"uploaded", "planned"} or (job.state in {"failed", "cancelled"} and job.phase == "plan")
