"""A visit on the phone: pick, check in, photos, tell, check out; what is refused comes back with what was typed."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import FollowUpProgress, Visit, VisitPhoto
from models.scope import UnfilteredReason, unfiltered
from models.types import utc_now
from services import settings
from tests import factories, pictures
from tests.factories import Company

ClientAs = Callable[[str], FlaskClient]
HERE = {"lat": "30.657500", "lng": "104.080800"}
SCRIPT = {"X-Requested-With": "XMLHttpRequest"}


def visits_of(session: Session) -> list[Visit]:
    """Return all visits, whoever sees them."""
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        found = list(every.scalars(select(Visit).order_by(Visit.id)))
    session.rollback()
    return found


def send_photo(client: FlaskClient, visit_id: int, content: bytes, **options: Any) -> TestResponse:
    """Upload a file as a photo. Encoded here: the test client would leave the file of a large body open."""
    field = f'--edge\r\nContent-Disposition: form-data; name="id"\r\n\r\n{visit_id}\r\n'
    head = (
        '--edge\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    )
    body = f"{field}{head}".encode() + content + b"\r\n--edge--\r\n"
    return client.post("/m/visit/photo/", data=body, content_type="multipart/form-data; boundary=edge", **options)


@pytest.fixture
def going(session: Session, company: Company) -> Visit:
    """Return a visit of b1 at C3 that is under way."""
    return factories.make_visit(session, company.c3, user=company.b1, status="visiting", check_in_at=utc_now())


def test_visit_from_the_pick_to_its_end(client_as: ClientAs, session: Session, company: Company) -> None:
    signed = factories.save(session, FollowUpProgress(name="signed"))
    client = client_as("b1")
    assert f'href="/m/visit/new/?customer={company.c3.id}"' in client.get("/m/visit/pick/").text

    data = {"customer": company.c3.id, **HERE, "check_in_address": "Gate 1", "fills_position": "1"}
    begun = client.post("/m/visit/start/", data=data)
    visit = visits_of(session)[0]
    assert begun.location == f"/m/visit/?id={visit.id}"
    assert "You are visiting" in client.get("/m/").text
    kept = client.post("/m/visit/tell/", data={"id": visit.id, "summary": "half", "version": 2})
    assert (kept.location, visits_of(session)[0].status) == (begun.location, "visiting")
    ended = client.post(
        "/m/visit/check_out/",
        data={"id": visit.id, "summary": "all agreed", "progress_after": signed.id, "version": 3, **HERE},
    )
    visit = visits_of(session)[0]

    assert ended.location == begun.location
    assert (visit.status, visit.summary, visit.progress_after_id) == ("done", "all agreed", signed.id)
    assert (str(visit.check_in_lat), str(visit.check_out_lng)) == (HERE["lat"], HERE["lng"])
    assert (visit.check_in_address, visit.distance_m, visit.user_id) == ("Gate 1", 0, company.b1.id)
    page = client.get(begun.location).text
    assert ("all agreed" in page, "Gate 1" in page, "/m/visit/check_out/" in page) == (True, True, False)
    assert "30.6575" in client.get(f"/m/customer/?id={company.c3.id}").text


def test_far_check_in_is_warned_of(client_as: ClientAs, session: Session, company: Company) -> None:
    customer = factories.make_customer(session, owner=company.a2, lat="30.66", lng="104.08")  # 288 m away
    client = client_as("a2")
    for allowed, is_far in ((500, False), (200, True)):
        settings.change_setting(session, "visit_error_m", allowed)
        session.commit()
        page = client.post("/m/visit/start/", data={"customer": customer.id, **HERE}, follow_redirects=True).text
        visit_id = visits_of(session)[-1].id
        assert ("You are 288 m away" in page, "far away" in page) == (is_far, is_far)
        client.post("/m/visit/check_out/", data={"id": visit_id})
    assert [visit.distance_m for visit in visits_of(session)] == [288, 288]


def test_planned_visit_is_begun(client_as: ClientAs, session: Session, company: Company) -> None:
    client = client_as("a1")
    tomorrow = (utc_now() + timedelta(days=1)).strftime("%Y-%m-%dT09:00")

    planned = client.post("/m/visit/plan/", data={"customer": company.c1.id, "planned_at": tomorrow})
    visit = visits_of(session)[0]
    begun = client.post("/m/visit/check_in/", data={"id": visit.id, "lat": "", "lng": ""})

    assert planned.location == begun.location == f"/m/visit/?id={visit.id}"
    visit = visits_of(session)[0]
    assert (visit.type, visit.status, visit.check_in_lat) == ("planned", "visiting", None)
    assert client.post("/m/visit/check_in/", data={"id": visit.id}).status_code == 422  # tapped twice


def test_overdue_visit_says_so(client_as: ClientAs, session: Session, company: Company) -> None:
    visit = factories.make_visit(session, company.c1, user=company.a1, planned_at=utc_now() - timedelta(days=2))
    client = client_as("a1")
    pages = ("/m/", "/m/visits/", f"/m/visit/?id={visit.id}", f"/m/customer/?id={company.c1.id}&tab=visits")

    for path in (*pages, "/admin/visit/", f"/admin/visit/details/?id={visit.id}", "/admin/visit/?status__is=overdue"):
        page = client.get(path).text
        assert ("Overdue" in page, "C1" in page) == (True, True), path
    rows = client.get("/admin/visit/?status__is=to_visit").text
    assert f'data-id="{visit.id}"' not in rows


@pytest.mark.parametrize(
    ("path", "data", "sentence"),
    [
        ("start", {"lat": "91", "lng": "0"}, "Enter both latitude"),
        ("start", {"lat": "NaN", "lng": "0"}, "Enter both latitude"),
        ("start", {"lat": "30"}, "Enter both latitude"),
        ("start", {"check_in_address": "x" * 201}, "longer than 200"),
        ("plan", {"planned_at": ""}, "This field is required"),
        ("plan", {"planned_at": "2001-01-01T09:00"}, "within two years"),
        ("plan", {"planned_at": "2099-01-01T09:00"}, "within two years"),
        ("plan", {"planned_at": "tomorrow"}, "Not a valid datetime"),
    ],
)
def test_bad_input_is_refused(
    client_as: ClientAs, session: Session, company: Company, *, path: str, data: dict[str, str], sentence: str
) -> None:
    typed = {"check_in_address": "typed <i>", **data}

    answer = client_as("a1").post(f"/m/visit/{path}/", data={"customer": company.c1.id, **typed})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert path == "plan" or "typed &lt;i&gt;" in answer.text or "x" * 201 in answer.text
    assert visits_of(session) == []


def test_second_open_visit_leads_to_the_first(client_as: ClientAs, session: Session, company: Company) -> None:
    client = client_as("a1")
    client.post("/m/visit/start/", data={"customer": company.c1.id})
    planned = factories.make_visit(session, company.c2, user=company.a1, planned_at=utc_now())
    first = visits_of(session)[0]

    for path, data in (("start", {"customer": company.c2.id}), ("check_in", {"id": planned.id})):
        answer = client.post(f"/m/visit/{path}/", data=data)
        assert answer.status_code == 422
        assert "Another visit is still open" in answer.text
        assert f'href="/m/visit/?id={first.id}"' in answer.text
    assert [visit.status for visit in visits_of(session)] == ["visiting", "to_visit"]


def test_long_summary_comes_back(client_as: ClientAs, session: Session, going: Visit) -> None:
    client = client_as("b1")
    too_long = "长" * 20_001

    answer = client.post("/m/visit/check_out/", data={"id": going.id, "summary": too_long, "version": 1})

    assert (answer.status_code, too_long in answer.text) == (422, True)
    assert visits_of(session)[0].status == "visiting"


@pytest.mark.parametrize(("login", "status"), [("a1", 404), ("leadB", 404), ("admin", 404), ("a2", 404), ("va", 404)])
def test_visit_is_ended_by_its_visitor_alone(
    client_as: ClientAs, session: Session, going: Visit, *, login: str, status: int
) -> None:
    client = client_as(login)

    assert client.post("/m/visit/check_out/", data={"id": going.id}).status_code in (status, 403)
    assert client.post("/m/visit/tell/", data={"id": going.id, "summary": "forged"}).status_code in (403, 404)
    assert client.post("/m/visit/check_in/", data={"id": going.id}).status_code in (403, 404)
    assert send_photo(client, going.id, pictures.picture()).status_code in (403, 404)
    assert [(visit.status, visit.summary) for visit in visits_of(session)] == [("visiting", None)]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photo_is_served_without_what_it_told(
    app: Flask, client_as: ClientAs, session: Session, company: Company, going: Visit, *, kind: str
) -> None:
    client = client_as("b1")

    answer = send_photo(client, going.id, pictures.picture(kind, size=(2400, 1800), orientation=6), headers=SCRIPT)
    photo = answer.get_json()

    assert answer.status_code == 200
    for url, side in ((photo["url"], 1600), (photo["small_url"], 320)):
        served = client.get(url)
        image = Image.open(BytesIO(served.data))
        assert (served.mimetype, image.format, image.size) == ("image/jpeg", "JPEG", (side * 3 // 4, side))
        assert (dict(image.getexif()), pictures.MAKER.encode() in served.data) == ({}, False)
        assert served.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in served.headers["Cache-Control"]
        assert "sandbox" in served.headers["Content-Security-Policy"]
    for page in (f"/m/visit/?id={going.id}", f"/admin/visit/details/?id={going.id}"):
        assert f'src="/photo/?id={photo["id"]}&amp;size=small"' in client.get(page).text
    removed = client.post("/m/visit/photo/delete/", data={"id": photo["id"]})
    assert removed.location == f"/m/visit/?id={going.id}"
    assert client.get(photo["url"]).status_code == 404
    assert list((Path(app.instance_path) / "files" / "photo").iterdir()) == []


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (pictures.heic(), 422, "HEIC"),
        (b"<svg/>", 422, "JPEG, PNG or WebP"),
        (pictures.bomb(), 422, "too many pixels"),
        (pictures.picture()[:700], 422, "damaged"),
        (pictures.picture() + bytes(10 * 1024 * 1024), 422, "too large"),
        (bytes(11 * 1024 * 1024), 413, "too large"),
    ],
    ids=["heic", "svg", "bomb", "broken", "large", "huge"],
)
def test_photos_that_cannot_be_taken(
    client_as: ClientAs, session: Session, going: Visit, *, content: bytes, status: int, sentence: str
) -> None:
    client = client_as("b1")

    refused = send_photo(client, going.id, content, headers=SCRIPT)

    assert (refused.status_code, sentence in refused.get_json()["message"]) == (status, True)
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        assert every.scalars(select(VisitPhoto)).all() == []
    if status == 422:
        page = send_photo(client, going.id, content, follow_redirects=True)
        assert (page.status_code, sentence in page.text) == (200, True)


def test_form_without_a_photo_is_told(client_as: ClientAs, going: Visit) -> None:
    page = client_as("b1").post("/m/visit/photo/", data={"id": going.id}, follow_redirects=True)

    assert "Choose a photo first." in page.text


def test_files_of_follow_ups_are_downloads(client_as: ClientAs, session: Session, company: Company) -> None:
    follow_up = factories.make_follow_up(session, company.c3, author=company.b1)
    client = client_as("b1")
    tab = f"/m/customer/?id={company.c3.id}&tab=follow_ups"

    data = {"id": str(follow_up.id), "file": (BytesIO(b"<script>1</script>"), "../报价 <b>.html")}
    added = client.post("/m/attachment/add/", data=data)
    page = client.get(tab).text
    url = re.findall(r'href="(/attachment/\?id=\d+)"', page)[0]
    served = client.get(url)

    assert added.location == tab
    assert "报价 _b_.html" in page
    assert (served.data, served.mimetype) == (b"<script>1</script>", "application/octet-stream")
    assert served.headers["Content-Disposition"].startswith("attachment;")
    assert client_as("leadA").get(url).status_code == 200
    assert [client_as(login).get(url).status_code for login in ("a2", "va")] == [404, 403]
    assert client_as("leadB").post("/m/attachment/delete/", data={"id": url.split("=")[1]}).status_code == 403
    client.post("/m/attachment/delete/", data={"id": url.split("=")[1]})
    assert client.get(url).status_code == 404
