"""The storefront photo of a customer: who sets it, what becomes of its files, and what is noted of it."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from auth.errors import HiddenRowError, PermissionDeniedError, PrivateCustomerError
from models import AuditEntry, Customer
from models.enums import PhotoChange
from services import audit_words, storefronts
from services.customers import ImmutableFieldError, delete_customer, update_customer
from services.pictures import PictureError
from services.stored_files import delete_with_rows, storefront_keys
from tests import factories, pictures
from tests.conftest import acting

SENT = pictures.picture(size=(900, 600), orientation=6)


@pytest.fixture
def company(session: Session) -> Iterator[factories.Company]:
    """Yield the company of DOMAIN 3.7."""
    yield factories.company(session)
    session.remove()  # type: ignore[attr-defined] # the scoped session of the application context


def files(app: Flask) -> set[str]:
    """Return the keys of what the storage holds."""
    folder = Path(app.instance_path) / "files"
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_photo_is_added_replaced_and_removed_past_the_version(app: Flask, company: factories.Company) -> None:
    with acting(app, company.a1.id) as own:
        customer = own.get_one(Customer, company.c1.id)
        version = customer.version
        changes = []
        for _ in range(2):
            before = files(app)
            changes.append(storefronts.set_storefront(own, customer, BytesIO(SENT)))
            assert before < files(app)  # a rollback would need the old ones
            own.commit()
            assert files(app) == set(storefront_keys(customer))
        with storefronts.open_storefront(customer, is_small=False) as full:
            content = full.read()
        assert content.startswith(b"\xff\xd8")
        assert b"Exif" not in content
        storefronts.remove_storefront(own, customer)
        storefronts.remove_storefront(own, customer)  # by two people at once
        own.commit()

        own.expire_all()
        assert (files(app), storefront_keys(customer), customer.version) == (set(), [], version)
        assert changes == [PhotoChange.ADDED, PhotoChange.REPLACED]
        noted = own.scalars(select(AuditEntry).where(AuditEntry.row_id == customer.id).order_by(AuditEntry.id)).all()
        assert [entry.changes for entry in noted] == [{"storefront_photo": change.value} for change in PhotoChange]
        told = audit_words.describe(own, noted, language="en")
        assert [told[entry.id].lines for entry in noted] == [
            (f"Storefront photo: photo {change.value}",) for change in PhotoChange
        ]


def test_photo_of_a_customer_one_does_not_see_is_not_told_of(app: Flask, company: factories.Company) -> None:
    with acting(app, company.a1.id) as own:
        storefronts.set_storefront(own, own.get_one(Customer, company.c1.id), BytesIO(SENT))
        own.commit()
        (entry,) = own.scalars(select(AuditEntry).where(AuditEntry.row_id == company.c1.id))
        own.expunge(entry)
    with acting(app, company.a2.id) as other:
        (line,) = audit_words.describe(other, [entry], language="en")[entry.id].lines
        assert line == "Storefront photo: not visible to you"


def test_photo_is_set_by_editors_alone_and_by_this_service_alone(app: Flask, company: factories.Company) -> None:
    unseen = Customer(id=company.c1.id)
    for login, refusal in (("a2", HiddenRowError), ("va", PrivateCustomerError)):
        with acting(app, company[login].id) as own:
            with pytest.raises(refusal):
                storefronts.set_storefront(own, unseen, BytesIO(SENT))
            with pytest.raises(refusal):
                storefronts.remove_storefront(own, unseen)
    with acting(app, company.va.id) as own, pytest.raises(PermissionDeniedError):  # sees it, follows it not
        storefronts.set_storefront(own, own.get_one(Customer, company.c2.id), BytesIO(SENT))
    with acting(app, company.a1.id) as own:
        customer = own.get_one(Customer, company.c1.id)
        with pytest.raises(PictureError):
            storefronts.set_storefront(own, customer, BytesIO(b"<svg/>"))
        for name in ("storefront_photo", "storefront_thumbnail"):
            with pytest.raises(ImmutableFieldError):
                update_customer(own, customer, {name: "photo/" + "0" * 32})
    assert files(app) == set()


def test_files_go_with_a_rollback_and_with_the_customer(app: Flask, company: factories.Company) -> None:
    with acting(app, company.admin.id) as own:
        customer = own.get_one(Customer, company.c1.id)
        storefronts.set_storefront(own, customer, BytesIO(SENT))
        own.rollback()
        assert files(app) == set()
        storefronts.set_storefront(own, customer, BytesIO(SENT))
        own.commit()
        delete_with_rows(own, ["no key of ours"])  # what is committed stands all the same
        delete_customer(own, customer)
        own.commit()
        assert files(app) == set()
