"""The storefront photo on the customer's page and on the phone: who sends, who sees, and what is told of a bad file."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import Customer
from tests import pictures
from tests.admin_views.customer_pages import every, page_of, part
from tests.factories import Company

ClientAs = Callable[[str], FlaskClient]
DESK, PHONE = "/admin/customer/storefront/", "/m/customer/storefront/"
SENT = pictures.picture(size=(2000, 1500))


def send(client: FlaskClient, address: str, customer: Customer, content: bytes = SENT, **options: Any) -> TestResponse:
    """Upload a file as a photo. Encoded here: the test client would leave the file of a large body open."""
    field = f'--edge\r\nContent-Disposition: form-data; name="id"\r\n\r\n{customer.id}\r\n'
    head = '--edge\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    body = f"{field}{head}".encode() + content + b"\r\n--edge--\r\n"
    return client.post(address, data=body, content_type="multipart/form-data; boundary=edge", **options)


def key_of(session: Session, customer: Customer) -> str | None:
    """Return the key that the customer's row holds."""
    ((key,),) = every(session, select(Customer.storefront_photo).where(Customer.id == customer.id))
    return key


@pytest.mark.parametrize("address", [DESK, PHONE])
def test_photo_is_sent_shown_replaced_and_removed(client_as: ClientAs, company: Company, address: str) -> None:
    client = client_as("a1")
    small = f'src="/storefront/?id={company.c1.id}&amp;size=small" alt="Storefront of “C1”"'
    pages = (f"/admin/customer/details/?id={company.c1.id}", f"/m/customer/?id={company.c1.id}")

    assert "The photo was added." in send(client, address, company.c1, follow_redirects=True).text
    for url, side in ((f"/storefront/?id={company.c1.id}", 1600), (f"/storefront/?id={company.c1.id}&size=small", 320)):
        served = client.get(url)
        image = Image.open(BytesIO(served.data))
        assert (served.mimetype, image.format, max(image.size)) == ("image/jpeg", "JPEG", side)
        assert (dict(image.getexif()), pictures.MAKER.encode() in served.data) == ({}, False)
        assert "no-store" in served.headers["Cache-Control"]
    for page in pages:
        assert small in client.get(page).text
    assert "Storefront photo photo added" in part(page_of(client, company.c1), "timeline-title")
    assert "The photo was replaced." in send(client, address, company.c1, follow_redirects=True).text
    removed = client.post(address, data={"id": company.c1.id, "deed": "remove"}, follow_redirects=True)
    assert "The photo was removed." in removed.text
    assert client.get(f"/storefront/?id={company.c1.id}").status_code == 404
    for page in pages:
        assert "/storefront/?id=" not in client.get(page).text


def test_photo_is_seen_by_who_sees_the_customer(client_as: ClientAs, session: Session, company: Company) -> None:
    send(client_as("a1"), DESK, company.c1)
    key = key_of(session, company.c1)
    for login, status in (("east", 200), ("a2", 404), ("va", 403)):
        client = client_as(login)
        for url in (f"/storefront/?id={company.c1.id}", f"/storefront/?id={company.c1.id}&size=small"):
            assert client.get(url).status_code == status
        for address in (DESK, PHONE):
            refused = 403 if status == 200 else status  # leads the owner, and only reads
            assert (login, send(client, address, company.c1).status_code) == (login, refused)
            assert client.post(address, data={"id": company.c1.id, "deed": "remove"}).status_code == refused
    assert key_of(session, company.c1) == key


@pytest.mark.parametrize("address", [DESK, PHONE])
@pytest.mark.parametrize(
    ("content", "sentence"),
    [(pictures.heic(), "HEIC"), (b"<svg/>", "JPEG, PNG or WebP"), (SENT + bytes(10 * 1024 * 1024), "too large")],
    ids=["heic", "svg", "large"],
)
def test_bad_file_is_told_and_the_present_photo_stays(
    client_as: ClientAs, session: Session, company: Company, *, address: str, content: bytes, sentence: str
) -> None:
    client = client_as("a1")
    send(client, address, company.c1)
    key = key_of(session, company.c1)

    answer = send(client, address, company.c1, content, follow_redirects=True)

    assert (answer.status_code, sentence in answer.text) == (200, True)
    assert key_of(session, company.c1) == key
    blank = client.post(address, data={"id": company.c1.id}, follow_redirects=True)
    assert "Choose a photo first." in blank.text


def test_keys_are_written_by_no_form(client_as: ClientAs, session: Session, company: Company) -> None:
    client = client_as("a1")
    keys = {"storefront_photo": "photo/" + "0" * 32, "storefront_thumbnail": "photo/" + "0" * 32}
    headers = {"X-Requested-With": "XMLHttpRequest", "Accept": "application/json"}

    for url in (f"/admin/customer/edit/?id={company.c2.id}", f"/m/customer/edit/?id={company.c2.id}"):
        for options in ({}, {"headers": headers}):
            client.post(url, data={"name": "C2", "version": company.c2.version, **keys}, **options)
    client.post(DESK, data={"id": company.c2.id, **keys})

    assert key_of(session, company.c2) is None
