"""The page of imports and exports: whose jobs it shows, what may be done with them, who opens a file."""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import Employee, ExportJob, ImportJob, Role
from models.types import utc_now
from services import storage
from services.jobs import queue
from services.jobs.queue import Turn
from tests.conftest import log_in

PAGE = "/admin/jobs/"


@pytest.fixture
def people(session: Session, roles: dict[str, Role]) -> dict[str, Employee]:
    """Store two managers, who import and export, an admin and somebody who does neither."""
    found = {
        login: Employee(login=login, name=f"name of {login}", role=roles[role])
        for login, role in {
            "mia": "manager",
            "max": "manager",
            "boss": "company_admin",
            "con": "config_admin",
            "eve": "employee",
        }.items()
    }
    session.add_all(found.values())
    session.commit()
    return found


@pytest.fixture
def client_as(app: Flask, people: dict[str, Employee]) -> Callable[[str], FlaskClient]:
    return lambda login: log_in(app.test_client(), people[login])


@pytest.fixture
def mine(session: Session, people: dict[str, Employee]) -> Iterator[dict[str, Any]]:
    """Store Mia's jobs: an import that runs, one that failed, an export that is ready."""
    key = storage.put(io.BytesIO("编号\n".encode()), prefix="exports")
    kept = {"owner_id": people["mia"].id, "attempt": 1, "expires_at": utc_now() + timedelta(days=7)}
    found = {
        "running": ImportJob(endpoint="customer", file_name="run.csv", state="running", **kept),
        "failed": ImportJob(
            endpoint="customer", file_name="bad.csv", state="failed", fault={"code": "empty", "data": {}}, **kept
        ),
        "export": ExportJob(endpoint="customer", file_name="客户.csv", state="done", file_key=key, row_count=3, **kept),
    }
    session.add_all(found.values())
    session.commit()
    queue.current().beat(Turn("import", found["running"].id, 1), done=1200, total=5000)
    yield found
    queue.close_all()


def state(session: Session, job: Any) -> str:
    session.rollback()
    session.refresh(job)
    found = str(job.state)
    session.rollback()
    return found


def test_page_shows_one_s_own_jobs_in_words(client_as: Callable[[str], FlaskClient], mine: dict[str, Any]) -> None:
    page = client_as("mia").get(PAGE).text

    assert "run.csv" in page
    assert "1,200 of 5,000 rows" in page
    assert 'value="24"' in page
    assert "the file is empty" in page
    assert "3 rows" in page
    assert "File kept until" in page


def test_page_shows_the_admin_all_and_nobody_else_any(
    client_as: Callable[[str], FlaskClient], mine: dict[str, Any]
) -> None:
    assert "name of mia" in client_as("boss").get(PAGE).text
    for login in ("max", "con"):
        page = client_as(login).get(PAGE).text
        assert "run.csv" not in page
        assert "No imports or exports yet." in page


def test_page_is_for_those_who_import_or_export(client_as: Callable[[str], FlaskClient]) -> None:
    answers = {login: client_as(login).get(PAGE).status_code for login in ("mia", "boss", "con", "eve")}

    assert answers == {"mia": 200, "boss": 200, "con": 200, "eve": 403}
    assert f'href="{PAGE}"' not in client_as("eve").get("/admin/").text
    assert f'href="{PAGE}"' in client_as("mia").get("/admin/").text


def test_logs_stand_behind_the_page(client_as: Callable[[str], FlaskClient], mine: dict[str, Any]) -> None:
    mia = client_as("mia")

    assert 'href="/admin/import_job/"' in mia.get(PAGE).text
    log = mia.get("/admin/import_job/").text
    assert "run.csv" in log
    assert f'href="{PAGE}"' in log


def test_progress_tells_of_one_s_own(client_as: Callable[[str], FlaskClient], mine: dict[str, Any]) -> None:
    told = client_as("mia").get(f"{PAGE}progress/").get_json()

    key = f"import-{mine['running'].id}"
    words = "Check: 1,200 of 5,000 rows"
    assert told == {"jobs": [{"key": key, "state": "running", "percent": 24, "words": words}]}
    assert client_as("boss").get(f"{PAGE}progress/").get_json() == told
    assert client_as("max").get(f"{PAGE}progress/").get_json() == {"jobs": []}
    assert client_as("eve").get(f"{PAGE}progress/").status_code == 403


def test_cancel_leaves_the_wish_for_the_worker(client_as: Callable[[str], FlaskClient], mine: dict[str, Any]) -> None:
    job = mine["running"]

    answer = client_as("mia").post(f"{PAGE}cancel/", data={"kind": "import", "id": job.id})

    assert answer.status_code == 303
    assert queue.current().is_stop_asked(Turn("import", job.id, 1))


def test_cancel_of_another_s_job_is_the_admin_s_alone(
    client_as: Callable[[str], FlaskClient], mine: dict[str, Any]
) -> None:
    job = mine["running"]
    data = {"kind": "import", "id": job.id}

    assert client_as("max").post(f"{PAGE}cancel/", data=data).status_code == 404
    assert client_as("eve").post(f"{PAGE}cancel/", data=data).status_code == 403
    assert not queue.current().is_stop_asked(Turn("import", job.id, 1))
    assert client_as("boss").post(f"{PAGE}cancel/", data=data).status_code == 303
    assert queue.current().is_stop_asked(Turn("import", job.id, 1))


def test_retry_is_the_owner_s_alone(
    client_as: Callable[[str], FlaskClient], session: Session, mine: dict[str, Any]
) -> None:
    data = {"kind": "import", "id": mine["failed"].id}

    for login, status in (("max", 404), ("boss", 404), ("eve", 403)):
        assert client_as(login).post(f"{PAGE}retry/", data=data).status_code == status
    assert state(session, mine["failed"]) == "failed"
    assert client_as("mia").post(f"{PAGE}retry/", data=data).status_code == 303
    assert state(session, mine["failed"]) == "waiting"
    assert queue.current().length() == 1


def test_deeds_that_came_too_late_are_told(
    client_as: Callable[[str], FlaskClient], session: Session, mine: dict[str, Any]
) -> None:
    mia = client_as("mia")

    for deed, kind, job in (("retry", "import", mine["running"]), ("cancel", "export", mine["export"])):
        mia.post(f"{PAGE}{deed}/", data={"kind": kind, "id": job.id})
        assert "This is not possible any more" in mia.get(PAGE).text
    assert state(session, mine["export"]) == "done"


def test_download_is_the_owner_s_alone(client_as: Callable[[str], FlaskClient], mine: dict[str, Any]) -> None:
    url = f"{PAGE}download/?kind=export&id={mine['export'].id}"

    answer = client_as("mia").get(url)
    assert answer.data.decode() == "编号\n"
    assert answer.headers["Content-Disposition"].endswith("filename*=UTF-8''%E5%AE%A2%E6%88%B7.csv")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for login, status in (("max", 404), ("boss", 404), ("con", 404), ("eve", 403)):
        assert client_as(login).get(url).status_code == status
    assert f"download/?kind=export&amp;id={mine['export'].id}" not in client_as("boss").get(PAGE).text


def test_download_and_retry_need_the_right_of_today(
    client_as: Callable[[str], FlaskClient], session: Session, mine: dict[str, Any], roles: dict[str, Role]
) -> None:
    role = session.get_one(Role, roles["manager"].id)
    role.permission_codes = ["manage_customer_config"]
    session.commit()
    mia = client_as("mia")

    assert mia.get(f"{PAGE}download/?kind=export&id={mine['export'].id}").status_code == 403
    assert mia.post(f"{PAGE}retry/", data={"kind": "import", "id": mine["failed"].id}).status_code == 403
    assert "download/?" not in mia.get(PAGE).text


def test_upload_of_an_import_is_no_download(
    client_as: Callable[[str], FlaskClient], session: Session, mine: dict[str, Any]
) -> None:
    mine["failed"].file_key, mine["failed"].state = mine["export"].file_key, "done"
    session.commit()

    assert client_as("mia").get(f"{PAGE}download/?kind=import&id={mine['failed'].id}").status_code == 404


def test_file_that_has_expired_is_told(client_as: Callable[[str], FlaskClient], mine: dict[str, Any]) -> None:
    storage.delete(mine["export"].file_key)
    mia = client_as("mia")

    assert mia.get(f"{PAGE}download/?kind=export&id={mine['export'].id}").location == PAGE
    assert "kept for seven days" in mia.get(PAGE).text


@pytest.mark.parametrize("forged", ["0", "-1", str(2**63), "9" * 400, "abc", "", "1\0", "１"])
@pytest.mark.parametrize("kind", ["import", "export", "employee", ""])
def test_forged_jobs_are_not_there(
    client_as: Callable[[str], FlaskClient], mine: dict[str, Any], kind: str, forged: str
) -> None:
    mia = client_as("mia")

    assert mia.get(f"{PAGE}download/", query_string={"kind": kind, "id": forged}).status_code == 404
    for deed in ("cancel", "retry"):
        assert mia.post(f"{PAGE}{deed}/", data={"kind": kind, "id": forged}).status_code == 404


def test_deeds_need_the_token_of_the_page(
    app_maker: Callable[..., Flask], people: dict[str, Employee], mine: dict[str, Any]
) -> None:
    client = log_in(app_maker(WTF_CSRF_ENABLED=True).test_client(), people["mia"])

    answers = {
        deed: client.post(f"{PAGE}{deed}/", data={"kind": "import", "id": mine["failed"].id}).status_code
        for deed in ("cancel", "retry")
    }

    assert answers == {"cancel": 400, "retry": 400}


def test_list_has_pages(client_as: Callable[[str], FlaskClient], session: Session, people: dict[str, Employee]) -> None:
    for number in range(32):
        model: Any = (ImportJob, ExportJob)[number % 2]
        job = model(endpoint="region", file_name=f"n{number:02}.csv", state="done", owner_id=people["mia"].id)
        job.created_at = utc_now() - timedelta(minutes=number)
        session.add(job)
    session.commit()
    mia = client_as("mia")

    first, second = mia.get(PAGE).text, mia.get(f"{PAGE}?page=1").text

    assert [f"n{number:02}.csv" in first for number in (0, 29, 30)] == [True, True, False]
    assert [f"n{number:02}.csv" in second for number in (29, 30, 31)] == [False, True, True]
    for odd in ("x", "-1", "9" * 400, "99"):
        assert mia.get(PAGE, query_string={"page": odd}).status_code == 200
