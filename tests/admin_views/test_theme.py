"""The company's name and colour on every page, in light and dark."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from admin_views.contrast import contrast, parse
from services import settings

SURFACES = {"light": "#ffffff", "dark": "#282828"}


@pytest.mark.parametrize("colour", ["#206bc4", "#000000", "#ffffff", "#ffff00", "#7f7f7f", "#d63939"])
def test_colour_of_any_company_reads(client: FlaskClient, session: Session, colour: str) -> None:
    settings.change_setting(session, "colour", colour)
    session.commit()

    sheet = client.get("/theme.css").text

    names = dict(re.findall(r"--([\w-]+): (#\w{6});", sheet.partition("[data-bs-theme=dark]")[0]))
    dark = dict(re.findall(r"--([\w-]+): (#\w{6});", sheet.partition("[data-bs-theme=dark]")[2]))
    assert names["brand"] == colour
    assert contrast(parse(names["brand"]), parse(names["brand-fg"])) >= 4.5
    assert contrast(parse(names["tblr-link-color"]), parse(SURFACES["light"])) >= 4.5
    assert contrast(parse(dark["tblr-link-color"]), parse(SURFACES["dark"])) >= 4.5


def test_address_of_the_stylesheet_changes_with_the_colour(client: FlaskClient, session: Session) -> None:
    def address() -> str:
        return re.findall(r'href="(/theme\.css\?v=\w+)"', client.get("/login").text)[0]

    before = address()
    assert "max-age=31536000" in client.get(before).headers["Cache-Control"]

    settings.change_setting(session, "colour", "#123456")
    session.commit()

    assert address() != before
    assert client.get(before).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/login", "/admin/", "/admin/customer/", "/admin/nowhere/"])
def test_name_of_the_company_is_on_the_page(admin_client: FlaskClient, session: Session, path: str) -> None:
    settings.change_setting(session, "company_name", "成都<五金>")
    session.commit()
    client = admin_client.application.test_client() if path == "/login" else admin_client

    page = client.get(path).text

    assert "成都&lt;五金&gt;" in page
    assert "成都<五金>" not in page
