"""Photos of visits: added and removed by the visitor, seen by those who see the customer now."""

from collections.abc import Collection
from typing import BinaryIO

from sqlalchemy import func, select

from auth.actor import AnySession
from models import Customer, Visit, VisitPhoto
from services import storage
from services.customers.contacts import editable_customer
from services.customers.records import note_file
from services.errors import ServiceError
from services.pictures import read_picture
from services.stored_files import PHOTO, delete_with_rows, put_picture
from services.visits.errors import VisitStateError
from services.visits.flow import require_visitor
from services.visits.states import VISITING

MAX_PHOTOS = 9


class TooManyPhotosError(ServiceError):
    """The visit has as many photos as one may have."""


def add_photo(session: AnySession, visit: Visit, stream: BinaryIO) -> VisitPhoto:
    """Add a photo to a visit of the actor's. Flushes; its files are gone again unless the caller commits.

    :raises PermissionDeniedError: if the visit is somebody else's, or the actor may only read the customer
    :raises VisitStateError: if the visit has not begun
    :raises TooManyPhotosError: if it has enough
    :raises PictureError: if the file cannot be taken
    """
    _require_own(session, visit)
    if visit.check_in_at is None:
        raise VisitStateError(f"visit {visit.id} has not begun")
    count = select(func.count()).select_from(VisitPhoto).where(VisitPhoto.visit_id == visit.id)
    session.scalar(select(Visit.id).where(Visit.id == visit.id).with_for_update())  # one after the other
    if (session.scalar(count) or 0) >= MAX_PHOTOS:
        raise TooManyPhotosError(f"visit {visit.id}")
    full, small = put_picture(session, read_picture(stream), prefix=PHOTO)
    photo = VisitPhoto(customer_id=visit.customer_id, visit_id=visit.id, storage_key=full, thumbnail_key=small)
    session.add(photo)
    session.flush()
    return photo


def remove_photo(session: AnySession, photo: VisitPhoto) -> None:
    """Remove a photo from a visit of the actor's; its files go with the commit. Flushes.

    The audit log tells of it once the visit has ended.

    :raises PermissionDeniedError: as :func:`add_photo`
    """
    visit = session.get_one(Visit, photo.visit_id)
    customer = _require_own(session, visit)
    if visit.status != VISITING:  # until then the visitor is still choosing
        note_file(session, visit, customer, [f"#{photo.id}", None])
    delete_with_rows(session, (key for key in (photo.storage_key, photo.thumbnail_key) if key is not None))
    session.delete(photo)
    session.flush()


def photo_ids_of(session: AnySession, visit_ids: Collection[int]) -> dict[int, list[int]]:
    """Return visit id -> the ids of its photos, of those that the actor sees. One statement, or none for no visit."""
    found: dict[int, list[int]] = {}
    query = select(VisitPhoto.id, VisitPhoto.visit_id).where(VisitPhoto.visit_id.in_(visit_ids))
    for photo_id, visit_id in session.execute(query.order_by(VisitPhoto.id)) if visit_ids else ():
        found.setdefault(visit_id, []).append(photo_id)
    return found


def open_photo(photo: VisitPhoto, *, is_small: bool) -> BinaryIO:
    """Return a photo's file, JPEG.

    :raises MissingFileError: if the storage has lost it
    """
    return storage.open(photo.thumbnail_key if is_small and photo.thumbnail_key else photo.storage_key)


def _require_own(session: AnySession, visit: Visit) -> Customer:
    require_visitor(session, visit)
    return editable_customer(session, visit.customer_id)
