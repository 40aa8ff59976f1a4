"""Files that a process left which ended between the file and the commit."""

import os
from io import BytesIO

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import FollowUp, FollowUpAttachment, Visit, VisitPhoto, db
from models.types import utc_now
from services import attachments, photos, storage
from services.jobs import upkeep
from services.stored_files import ATTACHMENT, PHOTO
from tests import pictures
from tests.conftest import acting
from tests.factories import Company, make_follow_up, make_visit


def stored() -> set[str]:
    """Return the keys of all photos and attachments."""
    return {key for prefix in (PHOTO, ATTACHMENT) for key in storage.keys_before(float("inf"), prefix=prefix)}


def test_files_of_no_row_go_after_a_day_and_those_of_a_private_customer_stay(
    app: Flask, session: Session, company: Company
) -> None:
    visit = make_visit(session, company.c1, user=company.a1, status="visiting", check_in_at=utc_now())
    follow_up = make_follow_up(session, company.c1, author=company.a1)
    session.commit()
    with acting(app, company.a1.id) as own:
        photo = photos.add_photo(own, own.get_one(Visit, visit.id), BytesIO(pictures.picture(size=(60, 40))))
        attachment = attachments.add_attachment(own, own.get_one(FollowUp, follow_up.id), BytesIO(b"1"), "a.txt")
        own.commit()
        kept = {photo.storage_key, str(photo.thumbnail_key), attachment.storage_key}
    for prefix in (PHOTO, ATTACHMENT):
        storage.put(BytesIO(b"left by a crash"), prefix=prefix)
    for key in stored():
        os.utime(storage.path_of(key), (0, 0))
    young = storage.put(BytesIO(b"its row is not committed yet"), prefix=PHOTO)

    with Session(db.engine) as nobody:
        assert nobody.scalars(select(VisitPhoto.id)).all() == nobody.scalars(select(FollowUpAttachment.id)).all() == []
        upkeep.expire(nobody)

    assert stored() == kept | {young}
