"""The headers that keep pages private and scripts ours: on every kind of answer, whoever asks."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from admin_views.headers import HEADERS
from models import ChannelType, Employee
from tests.conftest import log_in

Ask = Callable[[FlaskClient], TestResponse]


def get(path: str, **headers: str) -> Ask:
    return lambda client: client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def post(path: str, **options: Any) -> Ask:
    return lambda client: client.post(path, **options)


#: Name -> (request, status): a kind of answer to somebody who is logged in. Each is a person's own.
PRIVATE: dict[str, tuple[Ask, int]] = {
    "page": (get("/admin/"), 200),
    "list": (get("/admin/channel_type/"), 200),
    "form with faults": (post("/admin/channel_type/new/", data={"name": ""}), 200),
    "fragment": (get("/admin/company_setting/sight/?private_customer_enabled=1"), 200),
    "redirect": (get("/"), 302),
    "redirect after a deed": (post("/admin/channel_type/new/", data={"name": "KA"}), 302),
    "redirect of the address without its slash": (get("/admin/channel_type"), 308),
    "JSON": (get("/admin/region/children/"), 200),
    "JSON of a row": (get("/admin/channel_type/details/?id=1", Accept="application/json"), 200),
    "JSON refusal": (get("/admin/region/children/?parent_id=9999", Accept="application/json"), 404),
    "JSON of a wrong body": (post("/admin/region/move/", json={"id": "x"}), 400),
    "CSV": (get("/admin/channel_type/export/csv/"), 200),
    "XLSX": (get("/admin/channel_type/export/xlsx/"), 200),
    "template of an import": (get("/admin/channel_type/import/template/?type=csv"), 200),
    "result of an import": (
        lambda client: client.post(
            "/admin/channel_type/import/", data={"file": (BytesIO(b"name\nKA\n"), "a.csv")}, follow_redirects=True
        ),
        200,
    ),
    "wrong request": (post("/admin/channel_type/action/", data={"action": "delete"}), 400),
    "no right": (post("/admin/channel_type/action/", data={"action": "fly"}), 403),
    "no such page": (get("/admin/nowhere/"), 404),
    "no such row": (get("/admin/channel_type/edit/?id=9999"), 404),
    "no such static file": (get("/static/js/nothing.js"), 404),
    "wrong method": (get("/logout"), 405),
    "too large": (
        post("/admin/channel_type/import/", data=b"x" * 6_000_000, content_type="multipart/form-data; boundary=x"),
        413,
    ),
    "fault of ours": (get("/fault"), 500),
    "health": (get("/healthz"), 200),
    "log-in page": (get("/login"), 302),
    "one-time link that has ended": (get("/link/ended"), 404),
}
#: The same, to nobody.
PUBLIC: dict[str, tuple[Ask, int]] = {
    "log-in page": (get("/login"), 200),
    "wrong password": (post("/login", data={"login": "root", "password": "wrong"}), 200),
    "closed page": (get("/admin/customer/"), 302),
    "choice of a language": (post("/language", data={"language": "en"}), 302),
    "no such page": (get("/nowhere"), 404),
    "one-time link that has ended": (get("/link/ended"), 404),
}
SHARED = {"file": "/static/js/kepei.js", "picture": "/static/img/icon.svg", "colours": "/theme.css"}


@pytest.fixture
def faulty_app(app_maker: Callable[..., Flask]) -> Flask:
    """Return an application with a page that fails, as in life: the error is answered, not raised."""
    app = app_maker(PROPAGATE_EXCEPTIONS=False)
    app.add_url_rule("/fault", "fault", view_func=lambda: abort(500))
    return app


@pytest.mark.parametrize(("ask", "status"), PRIVATE.values(), ids=PRIVATE)
def test_answer_to_a_person(faulty_app: Flask, admin: Employee, agent: ChannelType, ask: Ask, status: int) -> None:
    answer = ask(log_in(faulty_app.test_client(), admin))

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("ask", "status"), PUBLIC.values(), ids=PUBLIC)
def test_answer_to_nobody(client: FlaskClient, admin: Employee, ask: Ask, status: int) -> None:
    answer = ask(client)

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", SHARED.values(), ids=SHARED)
def test_answer_that_is_the_same_for_everybody(admin_client: FlaskClient, path: str) -> None:
    answer = admin_client.get(path)

    assert answer.status_code == 200
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers.get("Set-Cookie") is None
    assert "cookie" not in answer.headers["Vary"].casefold()


def test_form_without_its_token_is_refused_with_the_headers(app_maker: Callable[..., Flask], admin: Employee) -> None:
    client = log_in(app_maker(WTF_CSRF_ENABLED=True).test_client(), admin)

    answer = client.post("/admin/channel_type/new/", data={"name": "KA"})

    assert answer.status_code == 400
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["Cache-Control"] == "no-store"


def test_foreign_host_is_refused_with_the_headers(app_maker: Callable[..., Flask]) -> None:
    client = app_maker(TRUSTED_HOSTS=["kepei.example"]).test_client()

    answer = client.get("/login", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_policy_lets_no_inline_code_and_no_other_host_in() -> None:
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))

    assert policy == {
        "default-src": "'self'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize(("https", "expected"), [("1", "max-age=31536000"), ("", None)], ids=["HTTPS", "plain"])
def test_https_is_remembered_where_it_alone_is_used(
    app_maker: Callable[..., Flask], https: str, expected: str | None
) -> None:
    answer = app_maker(HTTPS=https).test_client().get("/login")

    assert answer.headers.get("Strict-Transport-Security") == expected
