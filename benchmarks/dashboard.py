"""Time the dashboard for the company admin, a manager and a leader of few.

Prints for each the median of the server's time in milliseconds, the part that SQL takes to its last row, and the
number of SQL statements (two of them are the log-in's). Every customer has a visit and a follow-up within the last
year.
Options: see ``--help``.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, insert, select

from app import create_app
from benchmarks import companies, databases
from benchmarks.stop_watch import StopWatch
from models import Customer, Employee, FollowUp, Visit, db
from models.types import utc_now
from tests.conftest import log_in

PAGES = {
    "all time": "/admin/",
    "a year": "/admin/?from={start}&to={end}",
    "a file": "/admin/dashboard/csv/?chart=status",
}
WARM_UP, REQUESTS = 2, 9
BATCH = 10_000
DAYS = 360
OK = 200


def main() -> None:
    """Build the company on each database, ask for each page as each person, print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--customers", type=int, default=100_000)
    customers = parser.parse_args().customers
    print(f"{'database':<12}{'actor':<10}{'page':<10}{'ms':>8}{'SQL':>8}{'statements':>12}")
    for name, opened in databases.DATABASES.items():
        with opened() as environment:
            databases.upgrade(environment)
            os.environ.update(environment)
            url = environment["KEPEI_DATABASE_URL"]
            company = companies.build(url, customers=customers, co_followers=customers // 2)
            _add_records(url)
            app = create_app({"SECRET_KEY": "for benchmarks", "WTF_CSRF_ENABLED": False})
            people = {"admin": company.admin_id, "manager": company.leads[1], "leader": company.leads[-1]}
            for actor, employee_id in people.items():
                _ask(app, f"{name:<12}{actor:<10}", employee_id)
            with app.app_context():
                db.engine.dispose()


def _add_records(url: str) -> None:
    """Give every customer a visit and a follow-up of its owner's."""
    engine, now = create_engine(url), utc_now()
    with engine.begin() as connection:
        owned = select(Customer.id, Customer.owner_id).where(Customer.owner_id.is_not(None)).order_by(Customer.id)
        owners = connection.execute(owned).all()
        for model, rows in ((Visit, _visits(owners, now)), (FollowUp, _follow_ups(owners, now))):
            while batch := list(islice(rows, BATCH)):
                connection.execute(insert(model), batch)
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _visits(owners: Any, now: datetime) -> Iterator[dict[str, Any]]:
    for customer_id, owner_id in owners:
        begun = now - timedelta(days=customer_id % DAYS)
        yield {"customer_id": customer_id, "user_id": owner_id, "status": "done", "check_in_at": begun}


def _follow_ups(owners: Any, now: datetime) -> Iterator[dict[str, Any]]:
    for customer_id, owner_id in owners:
        written = now - timedelta(days=customer_id % DAYS)
        yield {"customer_id": customer_id, "author_id": owner_id, "content": "benchmark", "created_at": written}


def _ask(app: Flask, title: str, employee_id: int) -> None:
    with app.app_context():
        client = log_in(app.test_client(), db.session.get_one(Employee, employee_id))
        watch = StopWatch(app, db.engine)
    today = utc_now().date()
    for page, address in PAGES.items():
        times, parts = [], []
        for _ in range(WARM_UP + REQUESTS):
            watch.reset()
            begun = time.perf_counter()
            answer = client.get(address.format(start=today - timedelta(days=DAYS), end=today))
            times.append((time.perf_counter() - begun) * 1000)
            parts.append(watch.sql * 1000)
            if answer.status_code != OK:
                sys.exit(f"{address} answered {answer.status}")
        figures = f"{median(times[WARM_UP:]):>8.0f}{median(parts[WARM_UP:]):>8.0f}{watch.statements:>12}"
        print(f"{title}{page:<10}{figures}", flush=True)


if __name__ == "__main__":
    main()
