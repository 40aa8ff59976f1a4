"""Who lands on the phone pages, how one leaves them, and what makes them an app."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from auth.passwords import set_password
from models import Employee
from services import settings
from tests.factories import Company

ClientAs = Callable[[str], FlaskClient]
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
TABLET = "Mozilla/5.0 (Linux; Android 15; Tab S9) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


@pytest.mark.parametrize(
    ("headers", "place"),
    [
        ({"User-Agent": IPHONE}, "/m/"),
        ({"User-Agent": ANDROID}, "/m/"),
        ({"User-Agent": TABLET}, "/admin/"),
        ({"User-Agent": WINDOWS}, "/admin/"),
        ({"User-Agent": WINDOWS, "Sec-CH-UA-Mobile": "?1"}, "/m/"),
        ({"User-Agent": ANDROID, "Sec-CH-UA-Mobile": "?0"}, "/admin/"),
        ({"User-Agent": ""}, "/admin/"),
    ],
    ids=["iphone", "android", "tablet", "windows", "hint-phone", "hint-desk", "nameless"],
)
def test_device_decides(client_as: ClientAs, headers: dict[str, str], place: str) -> None:
    assert client_as("a1").get("/", headers=headers).location == place


def test_log_in_on_a_phone_leads_to_its_pages(client: FlaskClient, session: Session, company: Company) -> None:
    set_password(session.get_one(Employee, company.a1.id), "correct horse")
    session.commit()
    data, phone = {"login": "a1", "password": "correct horse"}, {"User-Agent": ANDROID}

    assert client.get("/m/", headers=phone).location == "/login?next=/m/?"
    assert client.post("/login", data=data, headers=phone).location == "/m/"
    assert client.get("/login", headers=phone).location == "/m/"
    assert client.get("/m/").status_code == 200


def test_choice_is_kept_on_the_device(client_as: ClientAs) -> None:
    client = client_as("a1")
    phone = {"User-Agent": IPHONE}

    assert client.post("/m/pages/", data={"pages": "desk"}, headers=phone).location == "/admin/"
    assert client.get("/", headers=phone).location == "/admin/"
    assert client.post("/m/pages/", data={"pages": "phone"}).location == "/m/"
    assert client.get("/", headers={"User-Agent": WINDOWS}).location == "/m/"
    assert 'action="/m/pages/"' in client.get("/admin/").text
    assert 'action="/m/pages/"' in client.get("/m/me/").text


def test_manifest_and_icons_are_for_everybody(client: FlaskClient, session: Session) -> None:
    settings.change_setting(session, "company_name", "客配 <b>")
    settings.change_setting(session, "colour", "#aa3300")
    session.commit()

    answer = client.get("/m/manifest.webmanifest")
    manifest = answer.get_json()

    assert answer.mimetype == "application/manifest+json"
    assert "no-store" not in answer.headers["Cache-Control"]
    assert (manifest["name"], manifest["start_url"], manifest["display"]) == ("客配 <b>", "/m/", "standalone")
    assert manifest["theme_color"] == "#aa3300"
    for icon in manifest["icons"]:
        image = Image.open(BytesIO(client.get(icon["src"]).data))
        assert icon["sizes"] == f"{image.width}x{image.height}"
        corner, side = image.getpixel((0, 0)), image.getpixel((image.width // 2, 4))
        assert side == (0xAA, 0x33, 0, 255)
        assert corner == (side if icon["purpose"] == "maskable" else (0, 0, 0, 0))
    assert client.get("/m/icon.png?side=5000").status_code == 404


def test_refusals_are_drawn_for_the_phone(client_as: ClientAs, company: Company) -> None:
    client = client_as("va")

    missing, prompt = client.get("/m/nowhere/"), client.get(f"/m/customer/?id={company.c1.id}")

    assert (missing.status_code, prompt.status_code) == (404, 403)
    for page in (missing, prompt):
        assert 'class="places"' in page.text
        assert "tabler.min.css" not in page.text


@pytest.mark.parametrize("path", ["/m/", "/m/customers/", "/m/visits/", "/m/visit/pick/", "/m/me/", "/password"])
def test_pages_are_light(client_as: ClientAs, path: str) -> None:
    """A slow phone loads less than 100 KB: the page with its styles, scripts and icons, as they are sent."""
    assert sent_bytes(client_as("a1"), path) < 40_000


@pytest.mark.parametrize("path", ["/login", "/link/unknown"])
def test_pages_before_the_log_in_are_light(client: FlaskClient, path: str) -> None:
    assert sent_bytes(client, path) < 40_000


def sent_bytes(client: FlaskClient, path: str) -> int:
    """Return how much a page and all that it loads come to, compressed."""
    packed = {"Accept-Encoding": "gzip"}
    page = client.get(path)
    parts = [part.split('"')[0] for part in page.text.replace('src="', 'href="').split('href="')[1:]]
    files = {part.partition("#")[0] for part in parts if part.startswith(("/static/", "/theme.css"))}

    answers = [client.get(file, headers=packed) for file in [path, *sorted(files)]]

    assert len(files) >= 4
    assert all(answer.status_code == 200 for answer in answers[1:])
    return sum(len(answer.data) for answer in answers)
