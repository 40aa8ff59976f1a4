"""Time the pages on which a phone begins, for somebody who follows a fiftieth of the company's customers.

Prints for each page the median of the server's time in milliseconds, the number of SQL statements (two of them are the
log-in's), and the kilobytes sent. Every customer has a visit and a follow-up, every tenth of which is due.
Options: see ``--help``.
"""

import argparse
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, event, insert, select

from app import create_app
from benchmarks import companies, databases
from models import Customer, Employee, FollowUp, Visit, db
from models.types import utc_now
from tests.conftest import log_in

PAGES = {
    "today": "/m/",
    "customers": "/m/customers/",
    "search": "/m/customers/?search=cd",
    "near": "/m/customers/?near=30.6575,104.0808",
    "pick": "/m/visit/pick/",
    "visits": "/m/visits/",
}
EMPLOYEES = 50
#: One record in so many is due.
DUE_EVERY = 10
WARM_UP, REQUESTS = 3, 15
BATCH = 10_000
HEADERS = {"Accept-Encoding": "gzip, deflate, br, zstd", "Accept-Language": "zh-CN"}


def main() -> None:
    """Build the company on each database, ask for each page, print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--customers", type=int, default=100_000)
    customers = parser.parse_args().customers
    for name, opened in databases.DATABASES.items():
        with opened() as environment:
            databases.upgrade(environment)
            os.environ.update(environment)
            companies.build(environment["KEPEI_DATABASE_URL"], customers=customers, employees=EMPLOYEES)
            _add_records(environment["KEPEI_DATABASE_URL"])
            _ask(name, create_app({"SECRET_KEY": "for benchmarks", "WTF_CSRF_ENABLED": False}))


def _add_records(url: str) -> None:
    """Give every customer a visit and a follow-up of its owner's."""
    engine = create_engine(url)
    with engine.begin() as connection:
        owners = connection.execute(select(Customer.id, Customer.owner_id).order_by(Customer.id)).all()
        for model, rows in ((Visit, _visits(owners)), (FollowUp, _follow_ups(owners))):
            while batch := list(islice(rows, BATCH)):
                connection.execute(insert(model), batch)
    engine.dispose()


def _visits(owners: Any) -> Iterator[dict[str, Any]]:
    now = utc_now()
    for customer_id, owner_id in owners:
        if owner_id is not None:
            is_due = customer_id % DUE_EVERY == 0
            planned_at = now + timedelta(days=0 if is_due else 30)
            yield {"customer_id": customer_id, "user_id": owner_id, "planned_at": planned_at}


def _follow_ups(owners: Any) -> Iterator[dict[str, Any]]:
    now = utc_now()
    for customer_id, owner_id in owners:
        next_follow_at = now if customer_id % DUE_EVERY == 1 else None
        yield {
            "customer_id": customer_id,
            "author_id": owner_id,
            "content": "benchmark",
            "next_follow_at": next_follow_at,
        }


def _ask(name: str, app: Flask) -> None:
    with app.app_context():
        employee, engine = db.session.get_one(Employee, EMPLOYEES - 1), db.engine
    client, statements = log_in(app.test_client(), employee), [0]
    event.listen(engine, "before_cursor_execute", lambda *_: statements.__setitem__(0, statements[0] + 1))
    print(f"{name:<12}{'page':<12}{'ms':>8}{'statements':>12}{'KB sent':>9}")
    for page, address in PAGES.items():
        times, sent = [], 0
        for _ in range(WARM_UP + REQUESTS):
            statements[0], begun = 0, time.perf_counter()
            answer = client.get(address, headers=HEADERS)
            times.append((time.perf_counter() - begun) * 1000)
            sent = len(answer.data)
        print(f"{name:<12}{page:<12}{median(times[WARM_UP:]):>8.1f}{statements[0]:>12}{sent / 1000:>9.1f}", flush=True)
    with app.app_context():
        engine.dispose()


if __name__ == "__main__":
    main()
