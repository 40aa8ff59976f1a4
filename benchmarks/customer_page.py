"""Time the page of a customer among many: a usual one, and one with a long history.

Prints for each the medians in milliseconds of the server's time, of its processor's time (SQLite's included,
PostgreSQL's server not) and of the part that SQL takes, the number of SQL statements (two of them are the log-in's),
and the kilobytes sent. Every customer has a visit, a follow-up and an
entry of the audit log; the one with the long history 2,000 of each, 50 contacts, 20 co-followers, five dealers above it
and 200 customers below. Also the newest events of the whole company, as the activity feed reads them.
Options: see ``--help``.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice, pairwise
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, insert, select, update

from app import create_app
from auth.actor import load_actor, set_actor
from benchmarks import companies, databases
from benchmarks.list_page import StopWatch
from models import AuditEntry, Contact, Customer, CustomerFollower, Employee, FollowUp, Visit, db
from models.types import utc_now
from services.events import EventQuery, read_events
from tests.conftest import log_in

WARM_UP, REQUESTS = 3, 15
BATCH = 10_000
DAYS = 360
LONG, CONTACTS, CO_FOLLOWERS, DEALERS, BELOW = 2_000, 50, 20, 5, 200
OK = 200
HEADERS = {"Accept-Encoding": "gzip, deflate, br, zstd", "Accept-Language": "zh-CN"}


def main() -> None:
    """Build the company on each database, ask for each page as each person, print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--customers", type=int, default=100_000)
    customers = parser.parse_args().customers
    print(f"{'database':<12}{'actor':<10}{'page':<20}{'ms':>8}{'CPU':>8}{'SQL':>8}{'statements':>12}{'KB sent':>9}")
    for name, opened in databases.DATABASES.items():
        with opened() as environment:
            databases.upgrade(environment)
            os.environ.update(environment)
            company = companies.build(environment["KEPEI_DATABASE_URL"], customers=customers)
            usual, long = _add_history(environment["KEPEI_DATABASE_URL"], company.leads[-1])
            app = create_app({"SECRET_KEY": "for benchmarks", "WTF_CSRF_ENABLED": False})
            for actor, employee_id in {"admin": company.admin_id, "owner": company.leads[-1]}.items():
                for page, customer_id in {"usual": usual, "long history": long}.items():
                    _ask(app, f"{name:<12}{actor:<10}{page:<20}", employee_id, customer_id)
            for actor, employee_id in {"admin": company.admin_id, "manager": company.leads[1]}.items():
                _read(app, f"{name:<12}{actor:<10}{'newest events':<20}", employee_id)
            with app.app_context():
                db.engine.dispose()


def _add_history(url: str, owner_id: int) -> tuple[int, int]:
    """Give every customer something that happened; return the ids of two public ones of an owner, one with a lot."""
    engine, now = create_engine(url), utc_now()
    with engine.begin() as connection:
        owned = select(Customer.id, Customer.owner_id).where(Customer.owner_id.is_not(None)).order_by(Customer.id)
        owners = [tuple(row) for row in connection.execute(owned)]
        own = select(Customer.id).where(Customer.owner_id == owner_id, Customer.visibility == "public")
        usual, long = connection.scalars(own.order_by(Customer.id).limit(2))
        happened = [*owners, *((long, owner_id) for _ in range(LONG))]
        for model, made in _records(happened, now).items():
            rows = iter(made)
            while batch := list(islice(rows, BATCH)):
                connection.execute(insert(model), batch)
        _add_people(connection, long)
        _add_chain(connection, [customer_id for customer_id, _ in owners if customer_id not in (usual, long)], long)
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()
    return usual, long


def _records(happened: list[Any], now: datetime) -> dict[Any, Iterable[dict[str, Any]]]:
    def moments() -> Iterator[tuple[int, int, datetime]]:
        for number, (customer_id, owner_id) in enumerate(happened):
            yield customer_id, owner_id, now - timedelta(days=number % DAYS, seconds=number)

    return {
        FollowUp: (
            {"customer_id": of, "author_id": by, "content": "benchmark", "created_at": at, "progress_after_id": 1}
            for of, by, at in moments()
        ),
        Visit: (
            {"customer_id": of, "user_id": by, "status": "done", "check_in_at": at, "progress_after_id": 2}
            for of, by, at in moments()
        ),
        AuditEntry: (
            {
                "table_name": "customer",
                "row_id": of,
                "actor_id": by,
                "actor_name": "x",
                "at": at,
                "action": "edit",
                "changes": {"phone": ["1", "2"]},
            }
            for of, by, at in moments()
        ),
    }


def _add_people(connection: Any, customer_id: int) -> None:
    contacts = ({"customer_id": customer_id, **Contact.name_columns(f"contact {one}")} for one in range(CONTACTS))
    connection.execute(insert(Contact), list(contacts))
    followers = range(100, 100 + CO_FOLLOWERS)
    connection.execute(
        insert(CustomerFollower), [{"customer_id": customer_id, "employee_id": one} for one in followers]
    )


def _add_chain(connection: Any, others: list[int], customer_id: int) -> None:
    """Put a customer below a chain of dealers and above others."""
    chain = [*others[:DEALERS], customer_id]
    for upper, lower in pairwise(chain):
        connection.execute(update(Customer).where(Customer.id == lower).values(parent_customer_id=upper))
    below = others[DEALERS : DEALERS + BELOW]
    connection.execute(update(Customer).where(Customer.id.in_(below)).values(parent_customer_id=customer_id))


def _ask(app: Flask, title: str, employee_id: int, customer_id: int) -> None:
    with app.app_context():
        client = log_in(app.test_client(), db.session.get_one(Employee, employee_id))
        watch = StopWatch(app, db.engine)
    sent = 0

    def ask() -> None:
        nonlocal sent
        answer = client.get(f"/admin/customer/details/?id={customer_id}", headers=HEADERS)
        sent = len(answer.data)
        if answer.status_code != OK:
            sys.exit(f"the page answered {answer.status}")

    print(f"{title}{_timed(watch, ask)}{sent / 1000:>9.1f}", flush=True)


def _read(app: Flask, title: str, employee_id: int) -> None:
    """Time the stream by itself."""

    def read() -> None:
        db.session.remove()
        actor = load_actor(db.session, employee_id)
        if actor is None:
            sys.exit(f"nobody is employee {employee_id}")
        set_actor(db.session, actor)
        read_events(db.session, EventQuery(), language="en")

    with app.app_context():
        print(f"{title}{_timed(StopWatch(app, db.engine), read)}", flush=True)
        db.session.remove()


def _timed(watch: StopWatch, do: Callable[[], None]) -> str:
    """Return the figures of something that is done again and again."""
    samples = []
    for _ in range(WARM_UP + REQUESTS):
        watch.reset()
        begun, begun_cpu = time.perf_counter(), time.process_time()
        do()
        samples.append((time.perf_counter() - begun, time.process_time() - begun_cpu, watch.sql))
    medians = (f"{median(part) * 1000:>8.0f}" for part in zip(*samples[WARM_UP:], strict=True))
    return "".join(medians) + f"{watch.statements:>12}"


if __name__ == "__main__":
    main()
