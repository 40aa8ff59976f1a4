"""Logging in and out, passwords, one-time links, the gate."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from auth.passwords import make_link_token, set_password
from models import Employee, Role
from tests.conftest import make_app

PASSWORD = "correct horse"


@pytest.fixture
def amy(session: Session) -> Employee:
    """Return an employee with a password."""
    employee = Employee(login="amy", name="艾米", role=Role(code="employee", name="员工"))
    set_password(employee, PASSWORD)
    session.add(employee)
    session.commit()
    return employee


def log_in_by_form(client: FlaskClient, login: str, password: str, query: str = "") -> str:
    """Post the log-in form; return where it leads, or nothing if it was refused."""
    answer = client.post(f"/login{query}", data={"login": login, "password": password})
    return answer.location or ""


def test_login_right_password_opens_the_start_page(client: FlaskClient, amy: Employee) -> None:
    assert log_in_by_form(client, " ＡＭＹ ", PASSWORD) == "/admin/"
    assert "艾米" in client.get("/admin/").text


@pytest.mark.parametrize(
    ("login", "password"),
    [("amy", "wrong"), ("nobody", PASSWORD), ("amy", "x" * 300), ("amy\0", PASSWORD), ("", ""), ("amy", "")],
    ids=["wrong", "unknown", "long", "nul", "blank", "no-password"],
)
def test_login_wrong_one_is_refused(client: FlaskClient, amy: Employee, login: str, password: str) -> None:
    answer = client.post("/login", data={"login": login, "password": password})

    assert answer.status_code == 200
    assert client.get("/admin/").status_code == 302


def test_login_unknown_and_wrong_read_the_same(client: FlaskClient, amy: Employee) -> None:
    pages = [
        re.sub(
            r'value="[^"]*"|content="[^"]*"', "", client.post("/login", data={"login": login, "password": "wrong"}).text
        )
        for login in ("amy", "nobody")
    ]

    assert pages[0] == pages[1]
    assert "Log-in or password is wrong" in pages[0]


def test_login_disabled_account_is_refused(client: FlaskClient, amy: Employee, session: Session) -> None:
    amy.is_active = False
    session.commit()

    assert log_in_by_form(client, "amy", PASSWORD) == ""


def test_login_without_password_is_refused(client: FlaskClient, amy: Employee, session: Session) -> None:
    amy.password_hash = None
    session.commit()

    assert log_in_by_form(client, "amy", "") == ""
    assert log_in_by_form(client, "amy", "None") == ""


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/admin/customer/", "/admin/customer/"),
        ("//evil.example/", "/admin/"),
        ("https://evil.example/", "/admin/"),
        ("/\\evil.example", "/admin/"),
        ("javascript:alert(1)", "/admin/"),
    ],
)
def test_login_leads_on_only_inside(client: FlaskClient, amy: Employee, target: str, leads_to: str) -> None:
    assert log_in_by_form(client, "amy", PASSWORD, f"?next={target}") == leads_to


def test_logout_ends_the_session_and_takes_no_get(client: FlaskClient, amy: Employee) -> None:
    log_in_by_form(client, "amy", PASSWORD)

    assert client.get("/logout").status_code == 405
    assert client.post("/logout").location == "/login"
    assert client.get("/admin/").status_code == 302


def test_password_change_ends_other_sessions(app: Flask, client: FlaskClient, amy: Employee) -> None:
    other = app.test_client()
    for each in (client, other):
        log_in_by_form(each, "amy", PASSWORD)

    answer = client.post(
        "/password", data={"password": PASSWORD, "new_password": "battery staple", "repeated": "battery staple"}
    )

    assert answer.location == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 302
    assert log_in_by_form(app.test_client(), "amy", PASSWORD) == ""
    assert log_in_by_form(app.test_client(), "amy", "battery staple") == "/admin/"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            {"password": "wrong", "new_password": "battery staple", "repeated": "battery staple"},
            "present password is wrong",
        ),
        ({"password": PASSWORD, "new_password": "battery staple", "repeated": "other staple"}, "two passwords differ"),
        ({"password": PASSWORD, "new_password": "short", "repeated": "short"}, "at least 8 characters"),
    ],
    ids=["present", "differ", "short"],
)
def test_password_change_refusals_are_told(
    client: FlaskClient, amy: Employee, data: dict[str, str], sentence: str
) -> None:
    log_in_by_form(client, "amy", PASSWORD)

    page = client.post("/password", data=data)

    assert page.status_code == 200
    assert sentence in page.text


def test_first_login_must_change_the_password(client: FlaskClient, amy: Employee, session: Session) -> None:
    set_password(amy, PASSWORD, must_change=True)
    session.commit()
    log_in_by_form(client, "amy", PASSWORD)

    assert client.get("/admin/customer/").location == "/password"
    assert client.post("/admin/customer/action/").location == "/password"

    client.post(
        "/password", data={"password": PASSWORD, "new_password": "battery staple", "repeated": "battery staple"}
    )
    assert client.get("/admin/customer/").status_code == 200


def test_link_works_once(app: Flask, amy: Employee) -> None:
    token = make_link_token(amy, "for tests")
    data = {"new_password": "battery staple", "repeated": "battery staple"}

    assert "艾米" in app.test_client().get(f"/link/{token}").text
    first = app.test_client().post(f"/link/{token}", data=data)
    second = app.test_client().post(f"/link/{token}", data=data)

    assert first.location == "/admin/"
    assert second.status_code == 404
    assert log_in_by_form(app.test_client(), "amy", "battery staple") == "/admin/"


def test_link_forged_or_of_disabled_is_refused(client: FlaskClient, amy: Employee, session: Session) -> None:
    assert client.get(f"/link/{make_link_token(amy, 'other secret')}").status_code == 404
    assert client.get("/link/abc").status_code == 404

    token = make_link_token(amy, "for tests")
    amy.is_active = False
    session.commit()
    assert client.get(f"/link/{token}").status_code == 404


def test_posts_without_csrf_token_are_refused(app_maker: Callable[..., Flask], amy: Employee) -> None:
    strict = app_maker(WTF_CSRF_ENABLED=True).test_client()
    with strict.session_transaction() as cookie:
        cookie["_user_id"] = f"{amy.id}:{amy.session_epoch}"

    for path in (
        "/admin/customer/new/",
        "/admin/customer/delete/",
        "/admin/customer/action/",
        "/admin/region/move/",
        "/logout",
    ):
        answer = strict.post(path, data={"id": "1"})
        assert answer.status_code == 400, path
        assert "expired" in answer.text


def test_rate_limit_ends_guessing(app_maker: Callable[..., Flask], amy: Employee) -> None:
    limited = app_maker(RATELIMIT_ENABLED=True).test_client()

    statuses = [limited.post("/login", data={"login": "amy", "password": "x"}).status_code for _ in range(22)]

    assert statuses[:20] == [200] * 20
    assert statuses[20:] == [429, 429]


def test_language_follows_browser_then_choice(client: FlaskClient, amy: Employee) -> None:
    assert 'lang="zh-CN"' in client.get("/login", headers={"Accept-Language": "zh-CN,en;q=0.5"}).text
    assert '<html lang="en">' in client.get("/login", headers={"Accept-Language": "fr"}).text

    client.post("/language", data={"language": "zh_Hans_CN", "next": "/login"})
    assert '<html lang="zh-CN">' in client.get("/login", headers={"Accept-Language": "en"}).text
    assert client.post("/language", data={"language": "xx", "next": "//evil"}).location == "/admin/"


def test_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    folder = tmp_path
    keys = [make_app("sqlite://", folder, SECRET_KEY=None).config["SECRET_KEY"] for _ in range(2)]

    assert keys[0] == keys[1]
    assert len(keys[0]) == 64
    assert (folder / "instance" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_secret_key_missing_with_redis_is_an_error_at_start(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="KEPEI_SECRET_KEY"):
        make_app("sqlite://", tmp_path, SECRET_KEY=None, REDIS_URL="redis://127.0.0.1:1")


def test_form_after_the_session_leads_through_the_log_in_back_to_it(client: FlaskClient, amy: Employee) -> None:
    form = "/admin/customer/new/?url=%2Fadmin%2F"

    answer = client.post(form, data={"name": "x"}, headers={"Referer": f"http://localhost{form}"})

    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer.location).query) == {"next": [form]}
    page = client.get(answer.location)
    assert "nothing was saved" in page.text
    assert "data-keeps-draft" in page.text
    done = client.post(answer.location, data={"login": "amy", "password": PASSWORD})
    assert done.location == form


def test_form_of_another_site_is_not_gone_back_to(client: FlaskClient) -> None:
    answer = client.post("/admin/customer/new/", headers={"Referer": "http://evil.example/admin/"})

    assert answer.location == "/login"


def test_script_is_told_in_json_that_the_session_has_ended(client: FlaskClient) -> None:
    answer = client.post("/admin/region/move/", json={"id": 1})

    assert answer.status_code == 401
    assert answer.get_json() == {
        "code": "unauthorized",
        "message": "You are logged out. Log in again; nothing was saved.",
    }


def test_log_in_page_open_for_too_long_is_shown_anew(app_maker: Callable[..., Flask], amy: Employee) -> None:
    strict = app_maker(WTF_CSRF_ENABLED=True).test_client()

    answer = strict.post("/login?next=%2Fadmin%2Fvisit%2F", data={"login": "amy", "password": PASSWORD})

    assert answer.location == "/login?next=%2Fadmin%2Fvisit%2F"
    assert "open for too long" in strict.get(answer.location).text
