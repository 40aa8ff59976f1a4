"""Export pages of a generated view: the list on screen, or chosen rows of it, as a file."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from flask import Response, abort, flash, redirect, request, stream_with_context
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_views.company import time_zone
from admin_views.downloads import as_download, mime_type, send_file, temporary_file
from admin_views.export_choices import ExportChoicesMixin
from admin_views.sessions import own_session, writing
from admin_views.text import language, text
from models import Customer, db
from models.base import reading_only
from models.types import utc_now
from services.exchange import exports
from services.exchange.export_log import StartedExport, finish_export, start_export
from services.exchange.export_request import ExportRequest
from services.exchange.exporter import Export, left_out_count
from services.exchange.formats import EXPORT_TYPES, SMALL_ROWS
from services.exchange.resource import Resource, resource_of
from services.listing import BadFilterError


class ExportPagesMixin(ExportChoicesMixin):
    """Export of the list on screen."""

    export_template = "exchange/export.html"

    def resource(self) -> Resource:
        """Return the exchange of the table; 404 if it has none."""
        if self.page.exchange == ():
            abort(404)
        return resource_of(self.model)

    def export_formats(self) -> tuple[str, ...]:
        """Return the types of files that the export page offers."""
        return tuple(EXPORT_TYPES)

    @expose("/export/")
    def export_page(self) -> Any:
        """Ask for columns and type, and say which rows they are and how many private customers no file holds.

        :raises FileError: if the address names a column that is not offered
        """
        if "export" not in self.page.actions:
            abort(404)
        if not self.can_export:
            abort(403)
        try:
            wanted = self._request("csv")
            count = exports.open_export(db.session, wanted).count(SMALL_ROWS + 1)
        except BadFilterError:
            return self._unreadable()
        return self.render(
            self.export_template,
            count=min(count, SMALL_ROWS),
            is_capped=count > SMALL_ROWS,
            small_rows=SMALL_ROWS,
            is_chosen=wanted.ids is not None,
            sentence=self.listing_sentence(wanted.listing),
            columns=self.export_columns(),
            column_set=self.column_set(),
            kept=self.export_args(),
            left_out=left_out_count(db.session) if self.leaves_out else 0,
        )

    @property
    def leaves_out(self) -> bool:
        """Tell whether exports of this table may leave out private customers that the person may know of."""
        return self.model is Customer and self.actor.private_customer_enabled and not self.actor.is_company_admin

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> Any:
        """Send the list on screen as a file, or let a worker make a large one.

        :raises FileError: if a column is not offered, or the rows or a text do not fit into the type
        """
        self.resource()
        if export_type not in EXPORT_TYPES:
            abort(404)
        if not self.can_export:
            abort(403)
        try:
            wanted = self._request(export_type)
            if request.method == "HEAD":
                return as_download(Response(mimetype=mime_type(export_type)), wanted.file_name)
            return self._answer(wanted)
        except BadFilterError:
            return self._unreadable()

    def _request(self, export_type: str) -> ExportRequest:
        return ExportRequest(
            endpoint=self.endpoint,
            export_type=export_type,
            file_name=f"{text(self.page.menu_title)}-{utc_now().astimezone(time_zone()):%Y%m%d-%H%M%S}.{export_type}",
            listing=self.listing_args().listing,
            ids=self.chosen_ids(),
            columns=self.chosen_columns(),
            use_names=request.args.get("names") == "field",
            language=language(),
            query=request.args.to_dict(flat=False),
        )

    def _answer(self, wanted: ExportRequest) -> Any:
        session = own_session(self.actor)
        try:
            rows = exports.open_export(session, wanted)
            is_long = exports.is_long(rows, wanted.export_type)
        except BaseException:
            session.close()
            raise
        if is_long:
            session.close()
            return self._let_a_worker(wanted)
        with writing():
            started = start_export(db.session, wanted)
        send = self._streamed if wanted.export_type == "csv" else self._written
        return send(session, rows, wanted, started)

    def _let_a_worker(self, wanted: ExportRequest) -> Any:
        """Lead to the page of jobs, where the file can be fetched once it is there."""
        with writing():
            exports.ask(db.session, wanted)
        flash(gettext("The file is large, so it is made in the background. Fetch it here once it is done."), "success")
        return redirect(self.get_url("jobs.index_view"))

    def _streamed(self, session: Session, rows: Export, wanted: ExportRequest, started: StartedExport) -> Response:
        """Send the rows while they are fetched; by then the request's own session is gone."""

        def chunks() -> Iterator[bytes]:
            is_done = False
            token = reading_only.set(True)
            try:
                yield from rows.csv_chunks()
                is_done = True
            finally:
                reading_only.reset(token)
                _finish(session, started, rows, is_done=is_done)

        return as_download(Response(stream_with_context(chunks()), mimetype="text/csv"), wanted.file_name)

    def _written(self, session: Session, rows: Export, wanted: ExportRequest, started: StartedExport) -> Any:
        with temporary_file(wanted.export_type) as path:
            is_done = False
            try:
                rows.write(path, wanted.export_type)
                is_done = True
            finally:
                _finish(session, started, rows, is_done=is_done)
            return send_file(path, wanted.file_name, wanted.export_type)

    def _unreadable(self) -> Any:
        flash(gettext("A filter cannot be read; nothing was exported."), "danger")
        return redirect(self.get_url(".index_view"))


def _finish(session: Session, started: StartedExport, rows: Export, *, is_done: bool) -> None:
    """Log how the export went, and let its session go."""
    with closing(session):
        if is_done:
            rows.count_left_out()  # before the write begins
        with writing(session):
            finish_export(session, started, rows, is_done=is_done)
