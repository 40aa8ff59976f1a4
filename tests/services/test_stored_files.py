"""Files that a process left which ended between the file and the commit."""

import os
import time
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Customer, FollowUp, FollowUpAttachment, Visit, VisitPhoto, db
from models.types import utc_now
from services import attachments, photos, storage, storefronts
from services.jobs import upkeep
from services.stored_files import ATTACHMENT, MANY_STRAYS, PHOTO, STOREFRONT, Strays, storefront_keys
from tests import pictures
from tests.conftest import acting
from tests.factories import Company, make_follow_up, make_visit


def stored() -> set[str]:
    """Return the keys of all photos and attachments."""
    return {
        key for prefix in (PHOTO, ATTACHMENT, STOREFRONT) for key in storage.keys_before(float("inf"), prefix=prefix)
    }


def test_files_of_no_row_go_after_a_day_and_those_of_a_private_customer_stay(
    app: Flask, session: Session, company: Company
) -> None:
    visit = make_visit(session, company.c1, user=company.a1, status="visiting", check_in_at=utc_now())
    follow_up = make_follow_up(session, company.c1, author=company.a1)
    session.commit()
    with acting(app, company.a1.id) as own:
        photo = photos.add_photo(own, own.get_one(Visit, visit.id), BytesIO(pictures.picture(size=(60, 40))))
        attachment = attachments.add_attachment(own, own.get_one(FollowUp, follow_up.id), BytesIO(b"1"), "a.txt")
        customer = own.get_one(Customer, company.c1.id)
        storefronts.set_storefront(own, customer, BytesIO(pictures.picture(size=(60, 40))))
        own.commit()
        kept = {photo.storage_key, str(photo.thumbnail_key), attachment.storage_key, *storefront_keys(customer)}
    for prefix in (PHOTO, ATTACHMENT, STOREFRONT):
        storage.put(BytesIO(b"left by a crash"), prefix=prefix)
    for key in stored():
        os.utime(storage.path_of(key), (0, 0))
    young = storage.put(BytesIO(b"its row is not committed yet"), prefix=PHOTO)

    with Session(db.engine) as nobody:
        assert nobody.scalars(select(VisitPhoto.id)).all() == nobody.scalars(select(FollowUpAttachment.id)).all() == []
        upkeep.expire(nobody)

    assert stored() == kept | {young}
    assert len(trash(app)) == 3


def trash(app: Flask) -> list[Path]:
    """Return what the trash holds."""
    return list((Path(app.instance_path) / "files" / "trash").glob("*/*"))


def left(age_days: int = 365) -> str:
    """Store a file that no row names; return its key."""
    key = storage.put(BytesIO(b"left"), prefix=PHOTO)
    os.utime(storage.path_of(key), (time.time() - age_days * 86_400,) * 2)
    return key


def test_trash_is_kept_for_thirty_days_from_the_day_a_file_went_there(app: Flask, session: Session) -> None:
    left()
    upkeep.expire(session)
    (path,) = trash(app)

    upkeep.expire(session)
    assert trash(app) == [path]
    os.utime(path, (time.time() - 31 * 86_400,) * 2)
    upkeep.expire(session)
    assert trash(app) == []


def test_files_stay_where_a_database_knows_too_few_of_them(
    app: Flask, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(MANY_STRAYS + 1):
        left()

    upkeep.expire(session)

    assert (len(stored()), trash(app)) == (MANY_STRAYS + 1, [])
    assert [record.levelname for record in caplog.records if "right database" in record.message] == ["ERROR"]
    storage.delete(stored().pop())
    upkeep.expire(session)
    assert (len(stored()), len(trash(app))) == (0, MANY_STRAYS)


def test_many_strays_among_many_more_files_go() -> None:
    many = tuple(str(number) for number in range(MANY_STRAYS + 1))
    assert not Strays(many, looked_at=len(many) * 10).are_too_many
    assert Strays(many, looked_at=len(many) * 10 - 1).are_too_many
