"""Import and export pages of a generated view."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Response, abort, flash, redirect, request, stream_with_context
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wsgi import FileWrapper

from admin_views.exchange_messages import fault_text, file_error_text
from admin_views.messages import TOLD_ERRORS, message_of
from admin_views.page_mixin import PageMixin
from admin_views.sessions import own_session, writing
from admin_views.text import language, text
from admin_views.uploads import UploadStore
from models import Customer, db
from models.base import reading_only
from models.enums import IMPORT_MODE_LABELS
from models.types import utc_now
from services.exchange import jobs
from services.exchange.errors import FileError
from services.exchange.exporter import Export, export, left_out_count
from services.exchange.formats import EXPORT_TYPES, read_table, write_file
from services.exchange.importer import Options, import_table
from services.exchange.resource import Resource, resource_of
from services.exchange.results import ImportResult, Mode
from services.listing import BadFilterError

#: Errors shown on the page of a checked file.
SHOWN_FAULTS = 50
#: What the pages offer; the command line writes more types.
_OFFERED_TYPES = ("csv", "xlsx", "ods", "json")
_TEMPLATE_TYPES = ("csv", "xlsx")


class ExchangePagesMixin(PageMixin):
    """Export of the list on screen, import of a file."""

    def resource(self) -> Resource:
        """Return the exchange of the table; 404 if it has none."""
        if self.page.exchange == ():
            abort(404)
        return resource_of(self.model)

    def export_formats(self) -> tuple[str, ...]:
        """Return the types of files that the list page offers."""
        return _OFFERED_TYPES

    @expose("/export/")
    def export_page(self) -> Any:
        """Offer the list on screen as a file, and say how many private customers no file holds (DOMAIN 3.3)."""
        if "export" not in self.page.actions:
            abort(404)
        if not self.can_export:
            abort(403)
        left_out = left_out_count(db.session) if self.leaves_out else 0
        return self.render("exchange/export.html", left_out=left_out)

    @property
    def leaves_out(self) -> bool:
        """Tell whether exports of this table may leave out private customers that the person may know of."""
        return self.model is Customer and self.actor.private_customer_enabled and not self.actor.is_company_admin

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> Any:
        """Send the list on screen as a file."""
        resource = self.resource()
        if export_type not in _OFFERED_TYPES:
            abort(404)
        if not self.can_export:
            abort(403)
        try:
            statement = self.listing_statement()
        except BadFilterError:
            flash(gettext("A filter cannot be read; nothing was exported."), "danger")
            return redirect(self.get_url(".index_view"))
        name = self._file_name(export_type)
        if request.method == "HEAD":
            return _download(Response(mimetype=EXPORT_TYPES[export_type].partition(";")[0]), name)
        job_id = self._start_job(resource, name)
        use_names = request.args.get("names") == "field"
        session = own_session(self.actor)
        rows = export(session, resource, statement, language=language(), use_names=use_names)
        send = self._streamed if export_type == "csv" else self._written
        return send(session, resource, rows, name, job_id)

    @expose("/import/", methods=("GET", "POST"))
    def import_view(self) -> Any:
        """Take a file and show what it would do; or, when that was confirmed, do it."""
        resource = self._importable()
        if request.method == "GET":
            return self._show_form(resource)
        if request.form.get("upload"):
            return self._confirmed(resource, request.form["upload"])
        return self._checked(resource)

    @expose("/import/template/")
    def import_template(self) -> Any:
        """Send an empty file with the headers, required ones marked with *."""
        resource = self._importable()
        export_type = request.args.get("type", "xlsx")
        if export_type not in _TEMPLATE_TYPES:
            abort(404)
        fields = self._template_fields(resource)
        required = resource.required_names()
        header = [f"{text(field.label)}{'*' if field.name in required else ''}" for field in fields]
        with _temporary_file(export_type) as path:
            write_file(path, export_type, header, [str for _ in fields], (), title=resource.endpoint)
            return self._sent(path, gettext("%(title)s template", title=self._title()) + f".{export_type}", export_type)

    # Export

    def _start_job(self, resource: Resource, name: str) -> int:
        """Log the export in a short writing transaction of its own, before the reading one begins."""
        with writing():
            return jobs.start_export(db.session, resource, name, request.args.to_dict(flat=False)).id

    def _streamed(self, session: Session, resource: Resource, rows: Export, name: str, job_id: int) -> Response:
        """Send the rows while they are fetched; by then the request's own session is gone."""

        def chunks() -> Iterator[bytes]:
            is_done = False
            token = reading_only.set(True)
            try:
                yield from rows.csv_chunks()
                is_done = True
            finally:
                reading_only.reset(token)
                _finish(session, resource, job_id, rows, is_done=is_done)

        return _download(Response(stream_with_context(chunks()), mimetype="text/csv"), name)

    def _written(self, session: Session, resource: Resource, rows: Export, name: str, job_id: int) -> Any:
        export_type = name.rpartition(".")[2]
        with _temporary_file(export_type) as path:
            fault = None
            try:
                rows.write(path, export_type)
            except FileError as error:
                fault = error
            _finish(session, resource, job_id, rows, is_done=fault is None)
            if fault is not None:
                flash(file_error_text(fault), "danger")
                return redirect(self.get_url(".index_view"))
            return self._sent(path, name, export_type)

    def _sent(self, path: Path, name: str, export_type: str) -> Response:
        """Send a file that is gone from the folder when it was sent: the open handle keeps it."""
        handle = path.open("rb")
        response = Response(FileWrapper(handle), mimetype=EXPORT_TYPES[export_type].partition(";")[0])
        response.content_length = path.stat().st_size
        response.call_on_close(handle.close)
        return _download(response, name)

    def _title(self) -> str:
        return text(self.page.menu_title)

    def _file_name(self, export_type: str) -> str:
        return f"{self._title()}-{utc_now():%Y%m%d-%H%M%S}.{export_type}"

    # Import

    def _importable(self) -> Resource:
        resource = self.resource()
        if "import" not in self.page.actions:
            abort(404)
        if not self.can_import:
            abort(403)
        return resource

    def _template_fields(self, resource: Resource) -> list[Any]:
        switch = self.actor.private_customer_enabled
        return [
            field
            for field in resource.exported_fields(private_customer_enabled=switch)
            if not field.meta.is_read_only or self.actor.is_company_admin
        ]

    def _checked(self, resource: Resource) -> Any:
        """Check an uploaded file, keep it for the confirmation, and show what it would do."""
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            return self._show_form(resource, fault=gettext("Choose a file first."))
        content = upload.read()
        options = self._options(is_dry_run=True)
        try:
            result = import_table(db.session, resource, read_table(content), options)
        except FileError as error:
            db.session.rollback()
            return self._show_form(resource, fault=file_error_text(error))
        db.session.rollback()
        token = self._store().keep(content, upload.filename)
        return self._show_result(resource, result, options, upload.filename, token=token)

    def _confirmed(self, resource: Resource, token: str) -> Any:
        """Check the kept file again and write it."""
        kept = self._store().take(token)
        if kept is None:
            return self._show_form(resource, fault=gettext("The file is no longer there. Upload it again."))
        content, file_name = kept
        options = self._options(is_dry_run=False)
        try:
            result = import_table(db.session, resource, read_table(content), options)
        except TOLD_ERRORS as error:
            db.session.rollback()
            jobs.record_import(db.session, resource, file_name, options, None)
            db.session.commit()
            return self._show_form(resource, fault=_told(error))
        jobs.record_import(db.session, resource, file_name, options, result)
        db.session.commit()
        return self._show_result(resource, result, options, file_name)

    def _store(self) -> UploadStore:
        return UploadStore(self.actor.id, self.page_endpoint())

    def page_endpoint(self) -> str:
        """Return the table's name."""
        return str(self.model.__tablename__)

    def _options(self, *, is_dry_run: bool) -> Options:
        mode = request.form.get("mode", Mode.SKIP.value)
        if mode not in set(Mode):
            abort(400)
        return Options(Mode(mode), is_partial=request.form.get("partial") == "1", is_dry_run=is_dry_run)

    def _show_form(self, resource: Resource, fault: str | None = None) -> Any:
        page = self.render(
            "exchange/import.html",
            resource=resource,
            fields=self._template_fields(resource),
            required=resource.required_names(),
            modes=self._modes(resource),
            chosen=request.form.get("mode", Mode.SKIP.value),
            fault=fault,
            template_types=_TEMPLATE_TYPES,
        )
        return (page, 422) if fault else page

    def _modes(self, resource: Resource) -> list[tuple[str, str]]:
        offered = [Mode.SKIP, Mode.UPDATE, Mode.INSERT] if resource.keys or resource.is_tree else [Mode.INSERT]
        return [(mode.value, text(IMPORT_MODE_LABELS[mode.value])) for mode in offered]

    def _show_result(
        self, resource: Resource, result: ImportResult, options: Options, file_name: str, token: str | None = None
    ) -> Any:
        labels = {field.name: text(field.label) for field in resource.fields}
        page = self.render(
            "exchange/result.html",
            result=result,
            options=options,
            file_name=file_name,
            token=token,
            can_confirm=token is not None and _can_write(result, options),
            faults=[
                (fault.row, labels.get(fault.field, fault.field), fault_text(fault))
                for fault in result.faults[:SHOWN_FAULTS]
            ],
            hidden_count=max(0, len(result.faults) - SHOWN_FAULTS),
            mode_words=text(IMPORT_MODE_LABELS[options.mode.value]),
        )
        return (page, 422) if result.faults and not result.is_written else page


def _can_write(result: ImportResult, options: Options) -> bool:
    """Tell whether confirming would write anything."""
    has_valid = result.inserted_count + result.updated_count > 0
    return has_valid and (options.is_partial or not result.faults)


def _told(error: Exception) -> str:
    return file_error_text(error) if isinstance(error, FileError) else message_of(error)


def _finish(session: Session, resource: Resource, job_id: int, rows: Export, *, is_done: bool) -> None:
    """Log how the export went, and let its session go."""
    with closing(session), writing(session):
        jobs.finish_export(session, resource, job_id, row_count=rows.row_count, is_done=is_done)


@contextmanager
def _temporary_file(export_type: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kepei-") as folder:
        yield Path(folder) / f"export.{export_type}"


def _download(response: Response, name: str) -> Response:
    """Name the download, right in Chinese too (RFC 5987), and let nobody keep it."""
    plain = f"export{Path(name).suffix}"
    response.headers["Content-Disposition"] = f"attachment; filename={plain}; filename*=UTF-8''{quote(name)}"
    response.headers["Cache-Control"] = "no-store"
    return response
