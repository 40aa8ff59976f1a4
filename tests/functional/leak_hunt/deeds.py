"""Real deeds in the company before the hunt, so that audit log and job lists hold what the product itself writes."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from models import Customer, db
from services import customers
from tests.conftest import acting
from tests.files import csv_bytes
from tests.functional.leak_hunt.company import ADMIN, PREY, World, cookie_of, read
from tests.import_steps import confirm, upload


def do_all(app: Flask, world: World) -> None:
    """Transfer, mark, claim, open, import, export and delete customers, each by somebody who may."""
    _do(app, world, "a1", "made_private", customers.set_visibility, "private")
    _do(app, world, ADMIN, "transferred", customers.transfer, world.people["north"])
    _do(app, world, "employee-peer", "claimed", customers.claim)
    _do(app, world, ADMIN, "imported", customers.add_co_follower, world.people["b1"])
    _do(app, world, ADMIN, "imported", customers.remove_co_follower, world.people["b1"])
    _do(app, world, "a1", "c1", customers.update_customer, {"grade_id": world.values["customer_grade"][0]})
    admin = client_of(app, world, ADMIN)
    for name in PREY:
        mark = world.book.mark(world.customers[name], "customer", "name")
        _expect(200, admin.get(f"/admin/customer/details/?id={mark.customer_id}"))
        _expect(200, admin.get(f"/admin/customer/export/csv/?search={mark.text}"))
    _import(world, admin)
    _expect(302, admin.post("/admin/customer/delete/", data={"id": world.customers["deleted"]}))
    with app.app_context():
        read(world, db.session)


def client_of(app: Flask, world: World, actor: str) -> FlaskClient:
    """Return a client that somebody is logged in with."""
    client = app.test_client()
    cookie = cookie_of(app, world, actor)
    if cookie is not None:
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
    return client


def _do(app: Flask, world: World, actor: str, name: str, deed: Any, *arguments: Any) -> None:
    with acting(app, world.people[actor]) as session:
        deed(session, session.get_one(Customer, world.customers[name]), *arguments)
        session.commit()


def _import(world: World, admin: FlaskClient) -> None:
    """Import a file of which some rows fail for what hidden customers are called, and one changes a hidden one."""
    codes = {name: world.book.mark(world.customers[name], "customer", "code").text for name in (*PREY, "imported")}
    taken = world.book.mark(world.customers["c4"], "customer", "name").text
    content = csv_bytes(
        ("code", "name", "visibility", "grade"),
        (codes["imported"], "", "public", ""),
        (codes["c1"], taken, "", ""),
        (codes["c4"], "", "", "no such grade"),
    )
    checked = upload(admin, "customer", content, name="hunt.csv", mode="update", partial="1")
    _expect(200, confirm(admin, checked))


def _expect(status: int, answer: Any) -> None:
    assert answer.status_code == status, (answer.status, answer.text)
