"""Import pages of a generated view: the upload, and the template to fill in. What follows is ``import_job_pages``'s."""

from typing import Any, BinaryIO, cast

from flask import Flask, abort, redirect, request
from flask_admin import expose
from flask_babel import gettext

from admin_views import import_words
from admin_views.downloads import send_file, temporary_file
from admin_views.exchange_messages import file_error_text
from admin_views.import_job_pages import ImportJobPagesMixin
from admin_views.import_template import write_xlsx_template
from admin_views.sessions import reading
from admin_views.text import text
from admin_views.tree_diffs import TREE_FORM_WORDS, TREE_FORMS
from models import db
from services.exchange import imports
from services.exchange.errors import FileError
from services.exchange.formats import Look, look, write_file
from services.exchange.formats.limits import MAX_BYTES, MAX_ROWS
from services.exchange.import_choices import changed, header_hash, is_clear, remembered
from services.exchange.options import Options
from services.exchange.resource import TREE_NAMES, Resource
from services.exchange.results import Mode

_TEMPLATE_TYPES = ("csv", "xlsx")
#: What a form holds beside the file, in bytes.
_FORM_BYTES = 256 * 1024


def init_app(app: Flask) -> None:
    """Let imports take larger requests than other pages. Before anything reads a form."""
    app.before_request(_allow_large_upload)


def _allow_large_upload() -> None:
    if request.endpoint is not None and request.endpoint.endswith(".import_view"):
        request.max_content_length = MAX_BYTES + _FORM_BYTES


class ImportPagesMixin(ImportJobPagesMixin):
    """The first step of an import."""

    @expose("/import/", methods=("GET", "POST"))
    def import_view(self) -> Any:
        """Take a file; go on to its columns, or where they are clear to the plan."""
        resource = self.importable()
        if request.method == "GET":
            return self._show_form(resource)
        upload = request.files.get("file")
        options = self._sent_options(resource)
        if upload is None or not upload.filename:
            return self._show_form(resource, fault=gettext("Choose a file first."))
        try:
            with reading():
                seen = look(cast("BinaryIO", upload.stream), known=resource.header_words())
            if seen.fault is not None and not _is_correctable(seen):
                raise seen.fault
            upload.stream.seek(0)
            return self._taken(resource, seen, upload.stream, upload.filename, options)
        except FileError as error:
            return self._show_form(resource, fault=file_error_text(error))

    def _taken(self, resource: Resource, seen: Look, stream: Any, file_name: str, options: Options) -> Any:
        """Keep the file, with what the person chose the last time for one with the same headers."""
        digest = header_hash(seen.keys)
        last = remembered(db.session, resource, digest)
        options = Options(
            options.mode,
            is_partial=options.is_partial,
            mapping=last.mapping,
            values=last.values,
            defaults=last.defaults,
        )
        clear = is_clear(resource, seen, options)
        # Where a person looks at it first, the page finds it anew, with what is doubtful about it.
        options = changed(options, reading=seen.reading.options()) if clear else options
        job = imports.create(db.session, resource, stream, file_name, options)
        job.header_hash = digest
        if clear:
            self.carry_on(job, imports.ask_plan(db.session, job))
            return redirect(self.get_url(".import_job_view", job_id=job.id))
        db.session.commit()
        return redirect(self.get_url(".import_columns_view", job_id=job.id))

    @expose("/import/template/")
    def import_template(self) -> Any:
        """Send an empty file with the headers, required ones marked with *."""
        resource = self.importable()
        export_type = request.args.get("type", "xlsx")
        if export_type not in _TEMPLATE_TYPES:
            abort(404)
        form = request.args.get("form", "")
        fields = self._fields_of_template(resource, form)
        required = TREE_NAMES if form else resource.required_names()
        with temporary_file(export_type) as path:
            title = text(self.page.menu_title)
            if export_type == "xlsx":
                modes = [mode for mode, *_ in import_words.modes_of(resource)]
                write_xlsx_template(db.session, path, fields, required, title=title, modes=modes)
            else:
                header = [f"{text(field.label)}{'*' if field.name in required else ''}" for field in fields]
                write_file(path, export_type, header, [str for _ in fields], ())
            title = gettext("%(title)s template", title=title)
            return send_file(path, f"{title}.{export_type}", export_type)

    def _fields_of_template(self, resource: Resource, form: str) -> list[Any]:
        """Return the columns of a template: all, or those of one way to say where the nodes of a tree stand."""
        if not form:
            return self._template_fields(resource)
        if not resource.is_tree or form not in TREE_FORMS:
            abort(404)
        names = TREE_FORMS[form](self.model.max_depth)
        return [field for field in resource.read_fields if field.name in names]

    def _template_fields(self, resource: Resource) -> list[Any]:
        switch = self.actor.private_customer_enabled
        return [
            field
            for field in resource.exported_fields(private_customer_enabled=switch)
            if not field.meta.is_read_only or self.actor.is_company_admin
        ]

    def page_endpoint(self) -> str:
        """Return the table's name."""
        return str(self.model.__tablename__)

    def _sent_options(self, resource: Resource) -> Options:
        mode = request.form.get("mode", import_words.usual_mode(resource))
        if mode not in set(Mode):
            abort(400)
        return Options(Mode(mode), is_partial=request.form.get("partial") == "1")

    def _show_form(self, resource: Resource, fault: str | None = None) -> Any:
        page = self.render(
            "exchange/import.html",
            resource=resource,
            fields=self._template_fields(resource),
            required=resource.required_names(),
            modes=import_words.modes_of(resource),
            chosen=request.form.get("mode", import_words.usual_mode(resource)),
            fault=fault,
            template_types=_TEMPLATE_TYPES,
            tree_forms=TREE_FORM_WORDS if resource.is_tree else {},
            max_rows=f"{MAX_ROWS:,}",
            max_size=MAX_BYTES // 1024**2,
        )
        return (page, 422) if fault else page


def _is_correctable(seen: Look) -> bool:
    """Tell whether another sheet, or another row of headers, may be what is meant."""
    return len(seen.sheets) > 1 or len(seen.opening) > 2  # noqa: PLR2004 -- a header and a row are all there could be
