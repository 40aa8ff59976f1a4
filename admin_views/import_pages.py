"""Import pages of a generated view: a file is checked first, then confirmed."""

from typing import Any

from flask import abort, request
from flask_admin import expose
from flask_babel import gettext

from admin_views.downloads import send_file, temporary_file
from admin_views.exchange_messages import fault_text, file_error_text
from admin_views.import_template import write_xlsx_template
from admin_views.messages import TOLD_ERRORS, message_of
from admin_views.page_mixin import PageMixin
from admin_views.sessions import reading
from admin_views.text import text
from admin_views.tree_diffs import KINDS, TREE_FORM_WORDS, TREE_FORMS, groups_of
from admin_views.uploads import UploadStore
from models import db
from models.enums import IMPORT_MODE_LABELS
from services.exchange import jobs
from services.exchange.errors import FileError
from services.exchange.formats import read_table, write_file
from services.exchange.importer import import_table
from services.exchange.options import Options
from services.exchange.resource import TREE_NAMES, Resource
from services.exchange.results import ImportResult, Mode, RowFault

#: Errors shown on the page of a checked file.
SHOWN_FAULTS = 50
_TEMPLATE_TYPES = ("csv", "xlsx")


class ImportPagesMixin(PageMixin):
    """Import of a file."""

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
        form = request.args.get("form", "")
        fields = self._fields_of_template(resource, form)
        required = TREE_NAMES if form else resource.required_names()
        header = [f"{text(field.label)}{'*' if field.name in required else ''}" for field in fields]
        with temporary_file(export_type) as path:
            title = text(self.page.menu_title)
            if export_type == "xlsx":
                modes = [mode for mode, _ in self._modes(resource)]
                write_xlsx_template(db.session, path, fields, required, title=title, modes=modes)
            else:
                write_file(path, export_type, header, [str for _ in fields], ())
            title = gettext("%(title)s template", title=title)
            return send_file(path, f"{title}.{export_type}", export_type)

    def _importable(self) -> Resource:
        resource = self.resource()
        if "import" not in self.page.actions:
            abort(404)
        if not self.can_import:
            abort(403)
        return resource

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

    def _checked(self, resource: Resource) -> Any:
        """Check an uploaded file, keep it for the confirmation, and show what it would do."""
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            return self._show_form(resource, fault=gettext("Choose a file first."))
        content = upload.read()
        options = self._options(resource, is_dry_run=True)
        try:
            with reading():
                result = import_table(db.session, resource, read_table(content), options)
        except FileError as error:
            return self._show_form(resource, fault=file_error_text(error))
        token = self._store().keep(content, upload.filename)
        return self._show_result(resource, result, options, upload.filename, token=token)

    def _confirmed(self, resource: Resource, token: str) -> Any:
        """Check the kept file again and write it."""
        kept = self._store().take(token)
        if kept is None:
            return self._show_form(resource, fault=gettext("The file is no longer there. Upload it again."))
        content, file_name = kept
        options = self._options(resource, is_dry_run=False)
        try:
            result = import_table(db.session, resource, read_table(content), options)
        except TOLD_ERRORS as error:
            db.session.rollback()
            jobs.record_import(db.session, resource, file_name, options, None)
            db.session.commit()
            return self._show_form(resource, fault=_told(error))
        if _is_stale(result):
            return self._checked_again(resource, result, options, file_name, content)
        jobs.record_import(db.session, resource, file_name, options, result)
        db.session.commit()
        return self._show_result(resource, result, options, file_name)

    def _checked_again(
        self, resource: Resource, result: ImportResult, options: Options, file_name: str, content: bytes
    ) -> Any:
        """Undo what is not what the person has seen, and show what the file would do now."""
        db.session.rollback()
        result.is_written = False
        return self._show_result(
            resource, result, options, file_name, token=self._store().keep(content, file_name), is_stale=True
        )

    def _store(self) -> UploadStore:
        return UploadStore(self.actor.id, self.page_endpoint())

    def page_endpoint(self) -> str:
        """Return the table's name."""
        return str(self.model.__tablename__)

    def _options(self, resource: Resource, *, is_dry_run: bool) -> Options:
        mode = request.form.get("mode", _usual_mode(resource))
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
            chosen=request.form.get("mode", _usual_mode(resource)),
            fault=fault,
            template_types=_TEMPLATE_TYPES,
            tree_forms=TREE_FORM_WORDS if resource.is_tree else {},
        )
        return (page, 422) if fault else page

    def _modes(self, resource: Resource) -> list[tuple[str, str]]:
        offered = [Mode.SKIP, Mode.UPDATE, Mode.INSERT] if resource.keys or resource.is_tree else [Mode.INSERT]
        return [(mode.value, text(IMPORT_MODE_LABELS[mode.value])) for mode in offered]

    def _show_result(
        self,
        resource: Resource,
        result: ImportResult,
        options: Options,
        file_name: str,
        *,
        token: str | None = None,
        is_stale: bool = False,
    ) -> Any:
        labels = {field.name: text(field.label) for field in resource.read_fields}
        page = self.render(
            "exchange/result.html",
            result=result,
            options=options,
            file_name=file_name,
            token=token,
            is_stale=is_stale,
            groups=groups_of(result.diff) if result.diff is not None else [],
            kinds=KINDS,
            can_confirm=token is not None and _can_write(result, options),
            faults=[
                (fault.row, labels.get(fault.field, fault.field), fault_text(fault))
                for fault in sorted(result.faults, key=_is_mere_consequence)[:SHOWN_FAULTS]
            ],
            hidden_count=max(0, len(result.faults) - SHOWN_FAULTS),
            mode_words=text(IMPORT_MODE_LABELS[options.mode.value]),
        )
        if is_stale:
            return page, 409
        return (page, 422) if result.faults and not result.is_written else page


def _can_write(result: ImportResult, options: Options) -> bool:
    """Tell whether confirming would write anything."""
    has_valid = result.inserted_count + result.updated_count > 0
    return has_valid and (options.is_partial or not result.faults)


def _is_stale(result: ImportResult) -> bool:
    """Tell whether the import does something else than what was shown when its file was checked."""
    seen = request.form.get("diff")
    return bool(seen) and result.diff is not None and result.diff.fingerprint() != seen


def _usual_mode(resource: Resource) -> str:
    """Return what is offered first: what changes in a tree is shown node by node before it is done."""
    return (Mode.UPDATE if resource.is_tree else Mode.SKIP).value


def _is_mere_consequence(fault: RowFault) -> bool:
    """Tell whether the fault goes when another is mended: such stand last."""
    return fault.code in {"parent_failed", "supervisor_failed"}


def _told(error: Exception) -> str:
    return file_error_text(error) if isinstance(error, FileError) else message_of(error)
