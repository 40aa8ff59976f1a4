"""Posts what is done to customers and people through their pages, and reads the database behind the rule."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import AuditEntry, Customer, Employee
from models.scope import UnfilteredReason, unfiltered

CUSTOMERS = "/admin/customer"


def transfer(client: FlaskClient, rows: list[Customer], owner: Employee | None, **ticks: str) -> TestResponse:
    """Give customers to somebody, or to the pool."""
    data = {"id": [row.id for row in rows], "owner": owner.id if owner is not None else "pool", **ticks}
    return client.post(f"{CUSTOMERS}/transfer/", data=data)


def change_follower(client: FlaskClient, row: Customer, person: Employee, action: str) -> TestResponse:
    """Add or remove a co-follower."""
    data = {"id": row.id, "employee": person.id, "action": action}
    return client.post(f"{CUSTOMERS}/co_followers/", data=data)


def mark(client: FlaskClient, row: Customer, visibility: str) -> TestResponse:
    """Make a customer private or public."""
    return client.post(f"{CUSTOMERS}/visibility/", data={"id": row.id, "visibility": visibility})


def edit(client: FlaskClient, session: Session, row: Customer, **changes: Any) -> TestResponse:
    """Save the edit form of a customer with some fields changed; None leaves a field out, as an unticked box does."""
    version = customer_row(session, row).version
    data = {"name": row.name, "is_active": "y", "version": version} | changes
    sent = {name: value for name, value in data.items() if value is not None}
    return client.post(f"{CUSTOMERS}/edit/?id={row.id}", data=sent)


def edit_person(client: FlaskClient, session: Session, person: Employee, **changes: Any) -> TestResponse:
    """Save the edit form of an employee with some fields changed; None leaves a field out."""
    session.rollback()
    row = session.get_one(Employee, person.id, populate_existing=True)
    data = {
        "login": row.login,
        "name": row.name,
        "role": row.role_id,
        "supervisor": row.supervisor_id or "",
        "is_active": "y" if row.is_active else None,
        "version": row.version,
    } | changes
    session.rollback()
    sent = {name: value for name, value in data.items() if value is not None}
    return client.post(f"/admin/employee/edit/?id={person.id}", data=sent)


def customer_row(session: Session, row: Customer) -> Customer:
    """Return a customer with its co-followers as they stand in the database."""
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        found = every.get_one(Customer, row.id)
        _ = found.co_followers
    session.rollback()
    return found


def followers(session: Session, row: Customer) -> tuple[int | None, set[int], str]:
    """Return owner, co-followers and visibility as they stand in the database."""
    found = customer_row(session, row)
    return found.owner_id, {follower.employee_id for follower in found.co_followers}, found.visibility


def supervisor_ids(session: Session) -> dict[str, int | None]:
    """Return the reporting line as it stands in the database, by log-in."""
    session.rollback()
    found = {row.login: row.supervisor_id for row in session.execute(select(Employee.login, Employee.supervisor_id))}
    session.rollback()
    return found


def audited(session: Session, *actions: str) -> list[tuple[str, int | None, int | None, dict[str, Any]]]:
    """Return (action, actor, row, changes) of the entries with some actions, oldest first."""
    session.rollback()
    rows = session.scalars(select(AuditEntry).where(AuditEntry.action.in_(actions)).order_by(AuditEntry.id))
    found = [(row.action, row.actor_id, row.row_id, row.changes) for row in rows]
    session.rollback()
    return found
