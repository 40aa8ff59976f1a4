"""The steps of an import before its plan: how the file is read, which column is which, what unknown texts mean."""

from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose

from admin_views import import_columns, import_words
from admin_views.exchange_messages import file_error_text
from admin_views.import_base import ImportBaseMixin, told
from models import ImportJob
from services.exchange.errors import FileError
from services.exchange.formats import Look
from services.exchange.import_choices import header_hash, offered_fields
from services.exchange.options import Options
from services.exchange.resource import Resource
from services.exchange.results import Mode
from services.storage import MissingFileError


class ImportColumnPagesMixin(ImportBaseMixin):
    """The pages of columns and of unknown values."""

    @expose("/import/<int:job_id>/columns/", methods=("GET", "POST"))
    def import_columns_view(self, job_id: int) -> Any:
        """Show how the file was read and which column is which; or take what was chosen, and plan."""
        resource, job = self.own_import(job_id)
        options = Options.from_json(job.options)
        sent = request.args if request.method == "GET" else request.form
        asked = import_columns.reading_of(sent)
        if asked == asked.of({}):
            asked = asked.of(options.reading)
        try:
            seen = import_columns.look_at(job, asked)
        except (FileError, MissingFileError) as error:
            flash(told(error), "danger")
            return redirect(self.get_url(".import_view"))
        if request.method == "GET" or seen.fault is not None:
            return self._show_import_columns(resource, job, seen)
        return self._take_import_columns(resource, job, seen)

    @expose("/import/<int:job_id>/values/", methods=("GET", "POST"))
    def import_values_view(self, job_id: int) -> Any:
        """Ask what unknown texts mean, once for each; or take the answers, and plan anew."""
        resource, job = self.own_import(job_id)
        unknown = import_columns.unknown_values(resource, job, self.actor)
        if request.method == "GET":
            return self.render("exchange/import_values.html", job=job, unknown=unknown)
        options = Options.from_json(job.options)
        values, added = import_columns.chosen_values(unknown, request.form, options, self.actor)
        return self.plan_anew(job, values=values, add_missing=added)

    def _show_import_columns(self, resource: Resource, job: ImportJob, seen: Look, fault: str = "") -> Any:
        options = Options.from_json(job.options)
        is_asked = request.method == "POST" or "mode" in request.args
        columns = import_columns.columns_of(resource, seen, options.mapping, self.actor)
        told = fault or (file_error_text(seen.fault) if seen.fault is not None else "")
        page = self.render(
            "exchange/import_columns.html",
            job=job,
            seen=seen,
            columns=columns,
            fields=offered_fields(resource, self.actor),
            default_fields=import_columns.default_fields(resource, self.actor),
            required=resource.required_names(),
            suggestions=import_columns.suggestions,
            options=options,
            sent=request.form,
            chosen=request.values.get("mode", job.mode),
            is_partial=request.values.get("partial") == "1" if is_asked else options.is_partial,
            modes=import_words.modes_of(resource),
            words=import_words,
            fault=told,
        )
        return (page, 422) if request.method == "POST" else page

    def _take_import_columns(self, resource: Resource, job: ImportJob, seen: Look) -> Any:
        mode = request.form.get("mode", job.mode)
        if mode not in set(Mode):
            abort(400)
        chosen = import_columns.chosen_columns(resource, seen, self.actor, request.form)
        if chosen.open_keys:
            return self._show_import_columns(resource, job, seen, import_columns.missing_choice_text(chosen.open_keys))
        try:
            resource.match(seen.header, chosen.mapping, mode=Mode(mode), filled=chosen.defaults)
        except FileError as error:
            return self._show_import_columns(resource, job, seen, file_error_text(error))
        job.header_hash = header_hash(seen.keys)
        return self.plan_anew(
            job,
            mode=mode,
            is_partial=request.form.get("partial") == "1",
            mapping=chosen.mapping,
            defaults=chosen.defaults,
            reading=seen.reading.options(),
            skipped=[],
        )
