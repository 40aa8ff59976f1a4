"""The files of customers: storefronts, photos of visits, attachments of follow-ups. Each time it asks who sees them."""

from typing import Any

from flask import Blueprint, Flask, Response, abort, request, send_file
from sqlalchemy import select

from admin_views import openings
from admin_views.row_ids import parse_row_id
from auth.errors import HiddenRowError
from auth.visibility import raise_for_missing
from models import Customer, FollowUpAttachment, VisitPhoto, db
from services import photos, storage, storefronts
from services.attachments import MAX_BYTES

blueprint = Blueprint("files", __name__)

#: Endpoints that take a photo or an attachment.
_UPLOADS = frozenset({"phone.add_photo", "phone.add_attachment", "phone.storefront", "customer.storefront_view"})
#: What a form holds beside the file, in bytes.
_FORM_BYTES = 256 * 1024


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(blueprint)


def allow_large_uploads(app: Flask) -> None:
    """Let photos and attachments be larger than what other pages take. Before anything reads a form."""
    app.before_request(_allow_large_upload)


def _allow_large_upload() -> None:
    if request.endpoint in _UPLOADS:
        request.max_content_length = MAX_BYTES + _FORM_BYTES


@blueprint.get("/photo/")
def photo() -> Response:
    """Send a photo, or with ``size=small`` its small copy, to who sees the customer now."""
    row = asked_row(VisitPhoto)
    try:
        stream = photos.open_photo(row, is_small=request.args.get("size") == "small")
    except storage.MissingFileError:
        abort(404)
    return _sent(send_file(stream, mimetype="image/jpeg", download_name=f"photo-{row.id}.jpg"))


@blueprint.get("/storefront/")
def storefront() -> Response:
    """Send the storefront photo of a customer, or with ``size=small`` its small copy, to who sees the customer now."""
    row = asked_row(Customer)
    try:
        stream = storefronts.open_storefront(row, is_small=request.args.get("size") == "small")
    except storage.MissingFileError:
        abort(404)
    return _sent(send_file(stream, mimetype="image/jpeg", download_name=f"storefront-{row.id}.jpg"))


@blueprint.get("/attachment/")
def attachment() -> Response:
    """Send a file as a download: whatever it holds, it is not shown as a page of ours."""
    row = asked_row(FollowUpAttachment)
    try:
        stream = storage.open(row.storage_key)
    except storage.MissingFileError:
        abort(404)
    return _sent(
        send_file(stream, mimetype="application/octet-stream", as_attachment=True, download_name=row.file_name)
    )


def asked_row(model: Any, value: str | None = None) -> Any:
    """Return the row that the address names, or the given id.

    :raises PrivateCustomerError: if it hangs on a customer who is NOTICE for the person
    :raises HiddenRowError: if there is no such row for the person
    """
    row_id = parse_row_id(request.args.get("id", "") if value is None else value)
    if row_id is None:
        raise HiddenRowError(model.__name__)
    row = db.session.scalar(select(model).where(model.id == row_id))
    if row is None:
        raise_for_missing(db.session, model, row_id)
    openings.note(row)
    return row


def _sent(response: Response) -> Response:
    """Let a browser open nothing of the answer as anything else, nor run it."""
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
