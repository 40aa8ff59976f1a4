"""Export pages of a generated view: the list on screen as a file."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from flask import Response, abort, flash, redirect, request, stream_with_context
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_views.downloads import as_download, mime_type, send_file, temporary_file
from admin_views.exchange_messages import file_error_text
from admin_views.page_mixin import PageMixin
from admin_views.sessions import own_session, writing
from admin_views.text import language, text
from models import Customer, db
from models.base import reading_only
from models.types import utc_now
from services.exchange import jobs
from services.exchange.errors import FileError
from services.exchange.exporter import Export, export, left_out_count
from services.exchange.jobs import StartedExport
from services.exchange.resource import Resource, resource_of
from services.listing import BadFilterError

#: What the pages offer; the command line writes more types.
_OFFERED_TYPES = ("csv", "xlsx", "ods", "json")


class ExportPagesMixin(PageMixin):
    """Export of the list on screen."""

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
            return as_download(Response(mimetype=mime_type(export_type)), name)
        started = self._start_job(resource, name)
        use_names = request.args.get("names") == "field"
        session = own_session(self.actor)
        rows = export(session, resource, statement, language=language(), use_names=use_names)
        send = self._streamed if export_type == "csv" else self._written
        return send(session, resource, rows, name, started)

    def _start_job(self, resource: Resource, name: str) -> StartedExport:
        """Log the export in a short writing transaction of its own, before the reading one begins."""
        with writing():
            query = request.args.to_dict(flat=False)
            return jobs.start_export(db.session, resource, name, query, listing=self.listing_args().listing)

    def _streamed(
        self, session: Session, resource: Resource, rows: Export, name: str, started: StartedExport
    ) -> Response:
        """Send the rows while they are fetched; by then the request's own session is gone."""

        def chunks() -> Iterator[bytes]:
            is_done = False
            token = reading_only.set(True)
            try:
                yield from rows.csv_chunks()
                is_done = True
            finally:
                reading_only.reset(token)
                _finish(session, resource, started, rows, is_done=is_done)

        return as_download(Response(stream_with_context(chunks()), mimetype="text/csv"), name)

    def _written(self, session: Session, resource: Resource, rows: Export, name: str, started: StartedExport) -> Any:
        export_type = name.rpartition(".")[2]
        with temporary_file(export_type) as path:
            fault = None
            try:
                rows.write(path, export_type)
            except FileError as error:
                fault = error
            _finish(session, resource, started, rows, is_done=fault is None)
            if fault is not None:
                flash(file_error_text(fault), "danger")
                return redirect(self.get_url(".index_view"))
            return send_file(path, name, export_type)

    def _file_name(self, export_type: str) -> str:
        return f"{text(self.page.menu_title)}-{utc_now():%Y%m%d-%H%M%S}.{export_type}"


def _finish(session: Session, resource: Resource, started: StartedExport, rows: Export, *, is_done: bool) -> None:
    """Log how the export went, and let its session go."""
    with closing(session), writing(session):
        jobs.finish_export(session, resource, started, rows, is_done=is_done)
