"""Photos of visits and files of follow-ups: who adds them, how many, and that files go with their rows."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from auth.errors import HiddenRowError, PermissionDeniedError
from models import AuditEntry, FollowUp, Visit, VisitPhoto
from models.types import utc_now
from services import attachments, follow_ups, photos, storage, visits
from services.attachments import AttachmentSizeError, TooManyAttachmentsError, clean_file_name
from services.photos import MAX_PHOTOS, TooManyPhotosError
from services.pictures import PictureError
from services.visits import VisitStateError
from tests import factories, pictures
from tests.conftest import acting

SENT = pictures.picture(size=(60, 40))


@pytest.fixture
def company(session: Session) -> Iterator[factories.Company]:
    """Yield the company of DOMAIN 3.7, with a visit and a follow-up of b1 at C3."""
    found = factories.company(session)
    found["visit"] = factories.make_visit(session, found.c3, user=found.b1, status="visiting", check_in_at=utc_now())
    found["planned"] = factories.make_visit(session, found.c3, user=found.b1)
    found["follow_up"] = factories.make_follow_up(session, found.c3, author=found.b1)
    session.rollback()
    yield found
    session.remove()  # type: ignore[attr-defined] # the scoped session of the application context


def files(app: Flask) -> list[Path]:
    """Return what the storage holds."""
    return sorted(path for path in (Path(app.instance_path) / "files").rglob("*") if path.is_file())


def test_photo_is_stored_twice_and_goes_with_the_commit(app: Flask, company: factories.Company) -> None:
    with acting(app, company.b1.id) as own:
        photo = photos.add_photo(own, own.get_one(Visit, company.visit.id), BytesIO(SENT))
        own.commit()
        assert len(files(app)) == 2
        with photos.open_photo(photo, is_small=True) as small, photos.open_photo(photo, is_small=False) as full:
            assert small.read(2) == full.read(2) == b"\xff\xd8"

        photos.remove_photo(own, photo)
        assert len(files(app)) == 2  # a rollback would need them
        own.commit()
        assert files(app) == []
        assert own.scalars(select(VisitPhoto)).all() == []


def test_a_photo_that_goes_after_the_visit_is_noted(app: Flask, company: factories.Company) -> None:
    with acting(app, company.b1.id) as own:
        visit = own.get_one(Visit, company.visit.id)
        first, second = (photos.add_photo(own, visit, BytesIO(SENT)) for _ in range(2))
        photos.remove_photo(own, first)
        visits.check_out(own, visit.id)
        photos.remove_photo(own, second)
        own.commit()
    with acting(app, company.admin.id) as own:
        noted = own.execute(select(AuditEntry.action, AuditEntry.row_id, AuditEntry.changes)).all()

    changes = {"visit": f"#{company.visit.id} {company.b1.name}", "attachment": [f"#{second.id}", None]}
    assert [tuple(entry) for entry in noted] == [("edit_visit", company.c3.id, changes)]


def test_files_of_a_rollback_are_gone_and_those_of_kept_rows_stay(app: Flask, company: factories.Company) -> None:
    with acting(app, company.b1.id) as own:
        photo = photos.add_photo(own, own.get_one(Visit, company.visit.id), BytesIO(SENT))
        own.commit()
        kept = files(app)
        photos.add_photo(own, own.get_one(Visit, company.visit.id), BytesIO(SENT))
        photos.remove_photo(own, photo)
        own.rollback()

        assert files(app) == kept


def test_photos_go_with_their_visit(app: Flask, company: factories.Company) -> None:
    with acting(app, company.b1.id) as own:
        visit = own.get_one(Visit, company.visit.id)
        photos.add_photo(own, visit, BytesIO(SENT))
        attachments.add_attachment(own, own.get_one(FollowUp, company.follow_up.id), BytesIO(b"x"), "x.txt")
        own.commit()
        visits.delete_visit(own, visit)
        follow_ups.delete_follow_up(own, own.get_one(FollowUp, company.follow_up.id))
        own.commit()

        assert files(app) == []


def test_photos_are_the_visitors_to_add(app: Flask, company: factories.Company) -> None:
    for login in ("a1", "leadB", "admin"):
        with acting(app, company[login].id) as own, pytest.raises(PermissionDeniedError):
            photos.add_photo(own, own.get_one(Visit, company.visit.id), BytesIO(SENT))
    with acting(app, company.b1.id) as own:
        with pytest.raises(VisitStateError):
            photos.add_photo(own, own.get_one(Visit, company.planned.id), BytesIO(SENT))
        with pytest.raises(PictureError):
            photos.add_photo(own, own.get_one(Visit, company.visit.id), BytesIO(b"<svg/>"))
        photo = photos.add_photo(own, own.get_one(Visit, company.visit.id), BytesIO(SENT))
        own.commit()
    with acting(app, company.a1.id) as own, pytest.raises(PermissionDeniedError):
        photos.remove_photo(own, own.get_one(VisitPhoto, photo.id))
    with acting(app, company.a2.id) as own:
        assert own.scalar(select(func.count()).select_from(VisitPhoto)) == 0
    assert len(files(app)) == 2


def test_visit_takes_nine_photos(app: Flask, session: Session, company: factories.Company) -> None:
    rows = (
        VisitPhoto(customer_id=company.c3.id, visit_id=company.visit.id, storage_key=f"photo/{number:032}")
        for number in range(MAX_PHOTOS)
    )
    factories.save(session, *rows)

    with acting(app, company.b1.id) as own, pytest.raises(TooManyPhotosError):
        photos.add_photo(own, own.get_one(Visit, company.visit.id), BytesIO(SENT))
    assert files(app) == []


def test_attachment_is_kept_as_sent(app: Flask, company: factories.Company) -> None:
    with acting(app, company.b1.id) as own:
        follow_up = own.get_one(FollowUp, company.follow_up.id)
        row = attachments.add_attachment(own, follow_up, BytesIO(b"<html>"), "C:\\fakepath\\报价/..\\报价 2026.html")
        own.commit()
        with storage.open(row.storage_key) as file:
            assert (row.file_name, file.read()) == ("报价 2026.html", b"<html>")
        attachments.remove_attachment(own, row)
        own.commit()

        assert files(app) == []


def test_attachments_are_bounded(
    app: Flask, session: Session, company: factories.Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MAX_BYTES", 100)
    monkeypatch.setattr(attachments, "MAX_ATTACHMENTS", 2)
    with acting(app, company.b1.id) as own:
        follow_up = own.get_one(FollowUp, company.follow_up.id)
        for content in (b"", b"x" * 101):
            with pytest.raises(AttachmentSizeError):
                attachments.add_attachment(own, follow_up, BytesIO(content), "x")
        for _ in range(2):
            attachments.add_attachment(own, follow_up, BytesIO(b"x" * 100), "x")
        with pytest.raises(TooManyAttachmentsError):
            attachments.add_attachment(own, follow_up, BytesIO(b"x"), "x")
        own.rollback()
        hidden = FollowUp(id=follow_up.id, customer_id=company.c4.id)
        with pytest.raises(HiddenRowError):
            attachments.add_attachment(own, hidden, BytesIO(b"x"), "x")
    assert files(app) == []


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("", "file"),
        ("..", "file"),
        ("../../etc/passwd", "passwd"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie_ x=1.txt"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
        ("合同.docx", "合同.docx"),
        ("x." + "y" * 300, "x." + "y" * 16),
    ],
)
def test_file_names_are_cleaned(name: str, clean: str) -> None:
    assert clean_file_name(name) == clean
    assert len(clean_file_name(name)) <= 100
