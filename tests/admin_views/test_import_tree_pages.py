"""Import of a tree through its page: what would change is shown as one diff, and that is what is done."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin_views.tree_diffs import SHOWN_CHANGES
from models import ImportJob, Region, db
from services.trees import add_node
from tests.factories import make_customer, make_employee
from tests.files import csv_bytes
from tests.import_steps import confirm, faults, state, upload
from tests.trees import outline, plant

ADDRESS = "/admin/region/import/"


def _upload(client: FlaskClient, *lines: tuple[str, ...], **fields: str) -> TestResponse:
    return upload(client, "region", csv_bytes(*lines), **fields)


def _totals(page: TestResponse) -> dict[str, int]:
    return {kind: int(count) for kind, count in re.findall(r'data-total="(\w+)">(\d+)<', page.text)}


def _rows(page: TestResponse) -> list[str]:
    """Return the lines of the diff as they read."""
    table = re.search(r'<table class="table card-table diff-table">.*?</table>', page.text, re.DOTALL)
    assert table is not None, page.text
    rows = re.findall(r"<tr>(.*?)</tr>", table[0], re.DOTALL)[1:]
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in rows]


def _plant_with_codes(session: Session) -> dict[str, int]:
    ids = plant(session)
    for name, code in {"成都": "5101", "武侯区": "510107", "上海": "31"}.items():
        session.get_one(Region, ids[name]).code = code
    session.commit()
    return ids


def test_diff_is_shown_and_done(session: Session, client_of: Callable[[Any], FlaskClient], roles: Any) -> None:
    ids, owner = _plant_with_codes(session), make_employee(session, "owner")
    client = client_of(make_employee(session, "cfg", role="config_admin"))
    for number in range(3):
        make_customer(
            session, f"Hidden {number}", owner=owner, region_id=ids["武侯区"], visibility="private", phone="0287777"
        )
    lines = (("code", "name", "parent_code"), ("5101", "蓉城", ""), ("510107", "", "31"), ("5000", "北碚", "31"))

    checked = _upload(client, *lines)
    session.rollback()
    before = outline(session)
    done = confirm(client, checked)
    session.rollback()

    assert (checked.status_code, done.status_code) == (200, 200)
    assert _totals(checked) == {"move": 1, "rename": 1, "add": 1} == _totals(done)
    assert _rows(checked) == [
        "3 Moved 成都/武侯区 → 上海/武侯区 3",
        "2 Renamed 成都 → 蓉城 3",
        "4 Added 上海/北碚",
    ]
    assert 'data-customers="3"' in checked.text
    assert not re.search("Hidden|0287777", checked.text)
    assert before["成都"][1] == ("武侯区", 2)
    assert outline(session) == {
        None: [("重庆", 1), ("蓉城", 2), ("上海", 3)],
        "蓉城": [("金牛区", 1), ("锦江区", 2)],
        "上海": [("武侯区", 1), ("北碚", 2)],
    }


def test_tree_that_changed_meanwhile_is_shown_again(session: Session, admin_client: FlaskClient) -> None:
    ids = _plant_with_codes(session)
    checked = _upload(admin_client, ("code", "name"), ("5101", "蓉城"))
    session.get_one(Region, ids["成都"]).name = "芙蓉城"
    session.commit()

    stale = confirm(admin_client, checked)
    session.rollback()
    names_after_stale = session.scalars(select(Region.name).where(Region.id == ids["成都"])).one()
    done = confirm(admin_client, stale)
    session.rollback()

    assert (state(stale), _rows(stale)) == ("planned", ["2 Renamed 芙蓉城 → 蓉城"])
    assert names_after_stale == "芙蓉城"
    assert (state(done), session.get_one(Region, ids["成都"]).name) == ("done", "蓉城")
    assert [job.state for job in session.scalars(select(ImportJob))] == ["done"]


def test_check_of_a_file_keeps_nobody_waiting(app: Flask, session: Session, admin_client: FlaskClient) -> None:
    _plant_with_codes(session)
    others: list[threading.Thread] = []

    def add_region() -> None:
        with app.app_context():
            add_node(db.session, Region, name="meanwhile", parent_id=None)
            db.session.commit()

    def let_another_write(*arguments: Any) -> None:
        if "FROM region" in arguments[2] and not others:
            others.append(threading.Thread(target=add_region))
            others[0].start()
            others[0].join(5)
            was_waiting.append(others[0].is_alive())

    was_waiting: list[bool] = []
    event.listen(db.engine, "after_cursor_execute", let_another_write)
    try:
        page = _upload(admin_client, ("code", "name"), ("5101", "蓉城"))
    finally:
        event.remove(db.engine, "after_cursor_execute", let_another_write)
    others[0].join(15)

    assert (was_waiting, page.status_code, _totals(page)["rename"]) == ([False], 200, 1)
    session.rollback()
    assert [name for name, _ in outline(session)[None]] == ["重庆", "成都", "上海", "meanwhile"]


def test_long_diff_is_capped_and_its_totals_are_exact(session: Session, admin_client: FlaskClient) -> None:
    lines = [(str(number), f"n{number}", "") for number in range(SHOWN_CHANGES + 7)]
    lines += [(f"{number}x", f"m{number}", str(number)) for number in range(SHOWN_CHANGES + 7)]

    page = _upload(admin_client, ("code", "name", "parent_code"), *lines)

    assert _totals(page)["add"] == 2 * (SHOWN_CHANGES + 7)
    assert len(_rows(page)) == SHOWN_CHANGES + 1
    assert _rows(page)[0] == "2 Added n0 and 1 node below it"
    assert _rows(page)[-1] == "and 7 more"


def test_errors_take_the_place_of_the_diff(session: Session, admin_client: FlaskClient) -> None:
    _plant_with_codes(session)

    page = _upload(admin_client, ("code", "name", "parent_code"), ("5101", "蓉城", "510107"), ("9", "a/b", "31"))

    assert 'id="confirm"' not in page.text
    assert [(row, reason.partition(":")[0]) for row, reason in faults(page)] == [(2, "Parent code"), (3, "Name")]


def test_mere_consequences_stand_behind_the_reasons(session: Session, admin_client: FlaskClient) -> None:
    page = _upload(
        admin_client,
        ("code", "name", "parent_code"),
        ("1", "a", "9"),
        *((str(number), f"n{number}", "1") for number in range(2, 9)),
        ("x", "b/c", ""),
    )

    assert [row for row, _ in faults(page)] == [2, 10, 3, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("form", "header"),
    [
        ("path", "Path*"),
        ("levels", "Level 1*,Level 2,Level 3,Level 4,Level 5,Level 6"),
        ("codes", "Code,Name*,Parent code"),
    ],
)
def test_template_for_each_way_can_be_filled_in(
    session: Session, admin_client: FlaskClient, form: str, header: str
) -> None:
    offered = f"/admin/region/import/template/?type=csv&amp;form={form}" in admin_client.get(ADDRESS).text
    template = admin_client.get(f"{ADDRESS}template/?type=csv&form={form}").data
    filled = template.decode("utf-8-sig") + ",".join(["a", "b", ""][: header.count(",") + 1]) + "\r\n"

    page = upload(admin_client, "region", filled.encode())

    assert (offered, template.decode("utf-8-sig").strip()) == (True, header)
    assert (page.status_code, _totals(page)["add"]) == (200, 2 if form == "levels" else 1)


@pytest.mark.parametrize("address", ["region/import/template/?form=x", "employee/import/template/?form=path"])
def test_unknown_template_is_not_found(admin_client: FlaskClient, address: str) -> None:
    assert admin_client.get(f"/admin/{address}").status_code == 404


def test_names_in_a_diff_are_escaped(session: Session, admin_client: FlaskClient) -> None:
    page = _upload(admin_client, ("name",), ("<b>x",))

    assert "&lt;b&gt;x" in page.text
    assert "<b>x" not in page.text
