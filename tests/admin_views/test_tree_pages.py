"""The tree page and its JSON addresses (DESIGN 8): shapes, refusals, rights, hostile input."""

import csv
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models import Customer, Region
from models.names import name_key
from models.scope import UnfilteredReason, unfiltered
from services.trees import add_node
from tests.conftest import SHARED_DATA, log_in, make_app, needs_shared_data
from tests.people import employee
from tests.trees import names_under, plant, post


@pytest.fixture
def admin(client: FlaskClient, session: Session) -> FlaskClient:
    """Return the client of somebody who may shape the trees."""
    return log_in(client, employee(session, "config_admin"))


@pytest.fixture
def ids(session: Session) -> dict[str, int]:
    """Return name -> id of the forest."""
    return plant(session)


def test_page_paints_roots_only(admin: FlaskClient, ids: dict[str, int]) -> None:
    page = admin.get("/admin/region/").text

    painted = re.findall(r'data-id="(\d+)"', page)
    assert painted == [str(ids[name]) for name in ("重庆", "成都", "上海")]
    assert page.count('aria-expanded="false" data-id') == 1
    assert "onclick" not in page
    assert "style=" not in page


def test_page_leads_to_what_can_be_undone(admin: FlaskClient, ids: dict[str, int]) -> None:
    page = admin.get("/admin/region/").text

    assert 'href="/admin/region/recent/"' in page
    assert "Customers: at the entry and below it" in page


def test_page_without_nodes_says_what_to_do_next(admin: FlaskClient) -> None:
    assert "Add the first Region with +." in admin.get("/admin/region/").text


def test_page_with_search_shows_the_list(admin: FlaskClient, ids: dict[str, int]) -> None:
    page = admin.get("/admin/region/?search=武侯").text

    assert "model-list" in page
    assert re.findall(r'<tr data-id="(\d+)"', page) == [str(ids["武侯区"])]


def test_page_escapes_names_everywhere(admin: FlaskClient, session: Session) -> None:
    add_node(session, Region, name='<img src=x onerror="1">', parent_id=None)
    session.commit()

    assert "<img src=x" not in admin.get("/admin/region/").text


def test_children_have_the_shape_of_the_interface(admin: FlaskClient, ids: dict[str, int]) -> None:
    roots = admin.get("/admin/region/children/").get_json()

    assert sorted(roots) == ["rows", "version"]
    assert roots["rows"][1] == {
        "id": ids["成都"],
        "name": "成都",
        "version": 1,
        "sort_order": 2,
        "has_children": True,
        "is_active": True,
    }
    assert names_under(admin, ids["成都"]) == ["金牛区", "武侯区", "锦江区"]


def test_move_returns_version_and_order_and_lasts(admin: FlaskClient, ids: dict[str, int]) -> None:
    answer = post(admin, "move", id=ids["上海"], parent_id=ids["成都"], before_id=ids["武侯区"], version=1)

    assert answer.status_code == 200
    assert answer.get_json() == {
        "version": 2,
        "order": [ids[name] for name in ("金牛区", "上海", "武侯区", "锦江区")],
    }
    assert names_under(admin, ids["成都"]) == ["金牛区", "上海", "武侯区", "锦江区"]
    assert names_under(admin, None) == ["重庆", "成都"]


def test_move_refuses_duplicate_and_depth(admin: FlaskClient, ids: dict[str, int], session: Session) -> None:
    add_node(session, Region, name="武侯区", parent_id=None)
    parent_id = ids["重庆"]
    for level in range(2, 7):
        parent_id = add_node(session, Region, name=f"level {level}", parent_id=parent_id).id
    session.commit()
    twin = session.scalars(select(Region.id).where(Region.name == "武侯区", Region.parent_id.is_(None))).one()

    duplicate = post(admin, "move", id=twin, parent_id=ids["成都"], version=1)
    depth = post(admin, "move", id=ids["上海"], parent_id=parent_id, version=1)

    assert (duplicate.status_code, duplicate.get_json()["code"]) == (422, "duplicate")
    assert "武侯区" in duplicate.get_json()["message"]
    assert (depth.status_code, depth.get_json()["code"]) == (422, "depth")


def test_add_rename_remove(admin: FlaskClient, ids: dict[str, int]) -> None:
    added = post(admin, "add", name="青羊区", parent_id=ids["成都"]).get_json()
    assert (added["row"]["name"], added["row"]["sort_order"], added["version"]) == ("青羊区", 4, 1)

    renamed = post(admin, "rename", id=added["row"]["id"], name="青羊", version=1).get_json()
    assert (renamed["row"]["name"], renamed["version"]) == ("青羊", 2)

    assert post(admin, "remove", id=added["row"]["id"], version=1).status_code == 409
    assert post(admin, "remove", id=added["row"]["id"], version=2).status_code == 200
    assert names_under(admin, ids["成都"]) == ["金牛区", "武侯区", "锦江区"]


def test_remove_gives_counts_never_names(admin: FlaskClient, ids: dict[str, int], session: Session) -> None:
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        every.add(Customer(code="C1", name="secret customer", region_id=ids["武侯区"]))
    session.commit()

    used = post(admin, "remove", id=ids["武侯区"], version=1)
    parent = post(admin, "remove", id=ids["成都"], version=1)

    assert (used.status_code, used.get_json()["code"]) == (422, "in_use")
    assert "Customers: 1" in used.get_json()["message"]
    assert "secret" not in used.text
    assert (parent.status_code, "3 entries" in parent.get_json()["message"]) == (422, True)


def test_generated_delete_page_refuses_a_node_in_use(admin: FlaskClient, ids: dict[str, int]) -> None:
    answer = admin.post("/admin/region/delete/", data={"id": ids["成都"]}, follow_redirects=True)

    assert "3 entries stand below it" in answer.text
    assert names_under(admin, None) == ["重庆", "成都", "上海"]


def test_generated_form_adds_a_last_root(admin: FlaskClient, ids: dict[str, int]) -> None:
    admin.post("/admin/region/new/", data={"name": "北京", "code": "", "is_active": "y"})

    rows = admin.get("/admin/region/children/").get_json()["rows"]
    assert [(row["name"], row["sort_order"]) for row in rows][-1] == ("北京", 4)


@pytest.mark.parametrize("role", ["own_only", "employee", "manager"])
def test_others_are_refused(client: FlaskClient, session: Session, ids: dict[str, int], role: str) -> None:
    log_in(client, employee(session, role))

    answers = [
        client.get("/admin/region/"),
        client.get("/admin/region/children/"),
        client.get("/admin/region/find/?q=a"),
        client.get("/admin/region/levels/?ids=1"),
        client.get("/admin/region/node/?id=1"),
        client.get("/admin/region/usage/?parents=0"),
        post(client, "outline", text="x", parent_id=None),
        post(client, "outline/preview", text="x", parent_id=None),
        post(client, "move", id=ids["上海"], parent_id=None, before_id=ids["重庆"], version=1),
        post(client, "add", name="x", parent_id=None),
        post(client, "rename", id=ids["上海"], name="x", version=1),
        post(client, "remove", id=ids["上海"], version=1),
    ]

    assert {answer.status_code for answer in answers} == {403}
    roots = session.scalars(select(Region.name).where(Region.parent_id.is_(None)).order_by(Region.sort_order)).all()
    assert roots == ["重庆", "成都", "上海"]


def test_nobody_is_told_to_log_in(client: FlaskClient, session: Session, ids: dict[str, int]) -> None:
    answer = post(client, "move", id=ids["上海"], parent_id=None, before_id=ids["重庆"], version=1)

    assert answer.status_code == 401
    assert "Log in again" in answer.get_json()["message"]
    assert session.scalars(select(Region.name).where(Region.sort_order == 1, Region.parent_id.is_(None))).all() == [
        "重庆"
    ]


def test_changes_need_the_token(
    app: Flask, database_url: str, tmp_path: Path, session: Session, ids: dict[str, int]
) -> None:
    guarded = make_app(database_url, tmp_path, WTF_CSRF_ENABLED=True)
    client = log_in(guarded.test_client(), employee(session, "config_admin"))
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/admin/region/").text)
    assert found is not None
    body = {"id": ids["上海"], "parent_id": None, "before_id": ids["重庆"], "version": 1}

    without = client.post("/admin/region/move/", json=body)
    with_token = client.post("/admin/region/move/", json=body, headers={"X-CSRFToken": found[1]})

    assert (without.status_code, without.get_json()["code"]) == (400, "csrf")
    assert with_token.get_json()["order"][0] == ids["上海"]
    with guarded.app_context():
        from_other = guarded.extensions["sqlalchemy"]
        from_other.session.remove()
        from_other.engine.dispose()


@needs_shared_data
def test_page_of_all_regions_is_painted_at_once(admin: FlaskClient, session: Session) -> None:
    with (SHARED_DATA / "regions_4level.csv").open(encoding="utf-8-sig", newline="") as file:
        load_regions(session, list(csv.DictReader(file)))

    started = time.perf_counter()
    page = admin.get("/admin/region/")
    seconds = time.perf_counter() - started

    assert len(re.findall(r'role="treeitem"', page.text)) < 60
    assert len(page.data) < 200_000
    assert seconds < 1


def load_regions(session: Session, lines: list[dict[str, str]]) -> None:
    """Write the regions of a file by level, as bulk writers do."""
    places: dict[int | None, int] = {}
    by_code: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(lines, start=1):
        parent_id = by_code.get(line["parent_code"])
        places[parent_id] = places.get(parent_id, 0) + 1
        by_code[line["code"]] = number
        name = line["name"]
        keys = {"name": name, "name_key": name_key(name), "name_sort": name, "name_initials": name[:1]}
        rows.append(
            {"id": number, "code": line["code"], "parent_id": parent_id, "sort_order": places[parent_id], **keys}
        )
    session.execute(insert(Region), rows)
    session.commit()


def test_settings_of_the_script_are_words_and_addresses(admin: FlaskClient, ids: dict[str, int]) -> None:
    page = admin.get("/admin/region/").text
    raw = re.search(r'data-settings="([^"]+)"', page)
    assert raw is not None
    settings = json.loads(raw[1].replace("&#34;", '"').replace("&amp;", "&"))

    assert settings["may"] == {"add": True, "edit": True, "remove": True}
    assert settings["urls"]["move"] == "/admin/region/move/"
    assert settings["urls"]["rows"] is None
    assert settings["words"]["addUnder"] == "Add below {name}"
