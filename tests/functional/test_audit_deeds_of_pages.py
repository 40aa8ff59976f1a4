"""Deeds of pages and commands that the audit log must know; what services do is in ``test_audit_deeds``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from auth.passwords import make_link_token, set_password
from models import Employee, db
from models.audit_action import AuditAction
from tests.factories import Company
from tests.files import csv_bytes
from tests.functional.audited import entries, equip
from tests.functional.test_audit_deeds import SERVICES
from tests.import_steps import confirm, upload


def first_password(client: FlaskClient, app: Flask, company: Company) -> None:
    """Set somebody's first password, as an admin."""
    client.post(f"/admin/employee/password/?id={company.a1.id}", data={"password": "battery staple"})


def make_link(client: FlaskClient, app: Flask, company: Company) -> None:
    """Make a one-time link, as an admin."""
    client.post("/admin/employee/link/", data={"id": company.a1.id})


def use_link(client: FlaskClient, app: Flask, company: Company) -> None:
    """Choose a password by a one-time link; nobody is logged in."""
    token = make_link_token(company.a1, str(app.secret_key))
    app.test_client().post(f"/link/{token}", data={"new_password": "battery staple", "repeated": "battery staple"})


def own_password(client: FlaskClient, app: Flask, company: Company) -> None:
    """Change the own password."""
    with app.app_context():
        set_password(db.session.get_one(Employee, company.admin.id), "correct horse")
        db.session.commit()
    own = app.test_client()
    own.post("/login", data={"login": "admin", "password": "correct horse"})
    data = {"password": "correct horse", "new_password": "battery staple", "repeated": "battery staple"}
    own.post("/password", data=data)


def open_private(client: FlaskClient, app: Flask, company: Company) -> None:
    """Open a private customer."""
    client.get(f"/admin/customer/details/?id={company.c1.id}")


def import_file(client: FlaskClient, app: Flask, company: Company) -> None:
    """Import two regions and a wrong one."""
    content = csv_bytes(("code", "name"), ("1", "a"), ("2", "b"), ("3", "c/d"))
    confirm(client, upload(client, "region", content, name="regions.csv", mode="skip", partial="1"))


def import_nothing(client: FlaskClient, app: Flask, company: Company) -> None:
    """Import a file that cannot be used, from the command line."""
    path = Path(app.instance_path) / "wrong.csv"
    path.write_bytes(csv_bytes(("wrong",), ("1",)))
    app.test_cli_runner().invoke(args=["exchange", "import", "region", str(path)])


def export_list(client: FlaskClient, app: Flask, company: Company) -> None:
    """Export a list that was searched, filtered and sorted."""
    query = f"scope=team&search=c&owner__is={company.a1.id}&grade__empty=1&visibility__is=private&sort=-name"
    client.get(f"/admin/customer/export/xlsx/?{query}")


def export_contacts(client: FlaskClient, app: Flask, company: Company) -> None:
    """Export what hangs on one customer."""
    client.get(f"/admin/contact/export/csv/?customer__is={company.c1.id}").get_data()


def export_by_command(client: FlaskClient, app: Flask, company: Company) -> None:
    """Export what somebody sees, from the command line."""
    path = f"{app.instance_path}/customers.csv"
    app.test_cli_runner().invoke(args=["exchange", "export", "customer", path, "--as", "va"])


_COUNTS = {"updated": 0, "skipped": 0}
_FAILED = {"mode": "skip", "state": "failed", "rows": 0, "added": 0, "errors": 0, **_COUNTS}
_OWNER_FILTER = {"field": "owner", "operation": "is", "value": "a1-person (a1)"}
#: What is done; (action, row, changes without the file's name if the product made it up); the actor's name.
PAGES: dict[str, tuple[Callable[[FlaskClient, Flask, Company], None], tuple[str, str, dict[str, Any]], str]] = {
    "first password": (first_password, ("set_password", "a1", {}), "admin"),
    "make link": (make_link, ("one_time_link", "a1", {}), "admin"),
    "use link": (use_link, ("use_link", "a1", {}), "a1"),
    "own password": (own_password, ("choose_password", "admin", {}), "admin"),
    "open private": (open_private, ("open_private_customer", "c1", {}), "admin"),
    "import": (
        import_file,
        ("import", "region", _FAILED | {"file": "regions.csv", "state": "done", "rows": 3, "added": 2, "errors": 1}),
        "admin",
    ),
    "import nothing": (import_nothing, ("import", "region", _FAILED | {"file": "wrong.csv"}), ""),
    "export": (
        export_list,
        (
            "export",
            "customer",
            {
                "type": "xlsx",
                "scope": "team",
                "search": "c",
                "filters": [
                    {"field": "grade", "operation": "empty", "value": "1"},
                    _OWNER_FILTER,
                    {"field": "visibility", "operation": "is", "value": "private"},
                ],
                "sort": "-name",
                "rows": 0,
                "left_out": 0,
                "state": "done",
            },
        ),
        "admin",
    ),
    "export contacts": (
        export_contacts,
        (
            "export",
            "contact",
            {
                "type": "csv",
                "filters": [{"field": "customer", "operation": "is", "value": "c1"}],
                "sort": "name",
                "rows": 1,
                "left_out": 0,
                "state": "done",
            },
        ),
        "admin",
    ),
    "export by command": (
        export_by_command,
        (
            "export",
            "customer",
            {
                "file": "customers.csv",
                "type": "csv",
                "sort": "-created_at",
                "rows": 4,
                "left_out": 8,
                "state": "done",
                "command_line": True,
            },
        ),
        "va",
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_deed_of_a_page_or_command_is_noted(
    app: Flask, session: Session, company: Company, client_as: Callable[[str], FlaskClient], name: str
) -> None:
    equip(session, company)
    do, (action, row, changes), login = PAGES[name]

    do(client_as("admin"), app, company)

    ((found_action, found_row, found, actor),) = entries(session, company)
    for term in found.get("filters", ()):
        if term["field"] == "customer":
            term["value"] = {company.c1.id: "c1"}[term["value"]]
    if "file" not in changes:
        assert found.pop("file", "").endswith(f".{changes.get('type', '')}") or "type" not in changes
    assert (found_action, found_row, found) == (action, row, changes)
    assert actor == (f"{login}-person ({login})" if login else "system")


def test_each_action_of_the_log_is_a_deed_above() -> None:
    noted = {action for _, _, expected in SERVICES.values() for action, _, _ in expected}
    noted |= {expected[0] for _, expected, _ in PAGES.values()}

    of_imports = {AuditAction.IMPORT_CREATE}  # in their tests, row by row
    of_values = {AuditAction.REPLACE_VALUE, AuditAction.MERGE_VALUES, AuditAction.LOAD_PRESET, AuditAction.UNDO}
    assert set(AuditAction) - noted == of_imports | of_values  # in the tests of dictionaries, deed by deed
