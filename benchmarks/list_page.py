"""Time Kepei's customer list beside stock Flask-Admin's: the same rows and columns, of the same database, in turns.

Both pages stand behind the same visibility listener with the same actor. Prints for each: the median of the server's
time in milliseconds with the parts that SQL and templates take, the number of SQL statements, the size of the page
before and after compression; then the ratio of the times. Options: see ``--help``.
"""

import argparse
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from statistics import median

from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from benchmarks import companies, databases, stock
from benchmarks.stop_watch import StopWatch
from models import Employee, db
from tests.conftest import log_in

ADDRESS = "/admin/customer/?page_size=50"
ROWS = 50
#: What a browser of today sends.
HEADERS = {"Accept-Encoding": "gzip, deflate, br, zstd", "Accept-Language": "zh-CN"}
WARM_UP = 5
#: What is printed of each page, and how wide.
COLUMNS = {"ms": 8, "SQL": 8, "templates": 11, "statements": 12, "KB": 8, "KB sent": 9}


@dataclass(frozen=True, slots=True)
class Sample:
    """What one request took. Times in milliseconds."""

    total: float
    sql: float
    templates: float
    statements: int


@dataclass(slots=True)
class Contestant:
    """One of the two list pages."""

    name: str
    client: FlaskClient
    stop_watch: StopWatch
    html: str = ""
    wire_bytes: int = 0
    samples: list[Sample] = field(default_factory=list)

    def ask(self) -> None:
        """Ask for the page once, and note what it took."""
        self.stop_watch.reset()
        begun = time.perf_counter()
        response = self.client.get(ADDRESS, headers=HEADERS, buffered=True)
        total = time.perf_counter() - begun
        if response.status_code != 200:  # noqa: PLR2004 -- OK
            sys.exit(f"{self.name} answered {response.status}")
        watch = self.stop_watch
        self.samples.append(Sample(total * 1000, watch.sql * 1000, watch.templates * 1000, watch.statements))
        self.wire_bytes = len(response.data)

    def read(self) -> None:
        """Ask for the page without compression, to look at it."""
        self.html = self.client.get(ADDRESS, headers=HEADERS | {"Accept-Encoding": "identity"}).text

    def typical(self) -> Sample:
        """Return the medians."""
        return Sample(*(median(getattr(sample, part.name) for sample in self.samples) for part in fields(Sample)))


def main() -> None:
    """Run on each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=60, help="of each page")
    options = parser.parse_args()
    print(f"{options.customers:,} customers, {ROWS} rows, {options.requests} requests each, medians")
    print(f"{'database, actor':<22}{'page':<14}" + "".join(f"{title:>{width}}" for title, width in COLUMNS.items()))
    for database, opened in databases.DATABASES.items():
        with opened() as environment:
            databases.upgrade(environment)
            url = environment["KEPEI_DATABASE_URL"]
            company = companies.build(url, customers=options.customers, co_followers=options.customers // 2)
            for actor, actor_id in {"admin": company.admin_id, "manager": company.leads[2]}.items():
                with contestants(environment, actor_id) as both:
                    _compete(both, options.requests)
                    _report(f"{database}, {actor}", both)


@contextmanager
def contestants(environment: databases.Environment, actor_id: int) -> Iterator[tuple[Contestant, Contestant]]:
    """Yield Kepei and stock Flask-Admin, both used by one employee."""
    url, folder = environment["KEPEI_DATABASE_URL"], environment["KEPEI_INSTANCE"]
    makers: dict[str, Callable[[], Flask]] = {
        "Kepei": lambda: create_app({"SQLALCHEMY_DATABASE_URI": url, "INSTANCE": folder}),
        "Flask-Admin": lambda: stock.create_app(url, actor_id),
    }
    apps = {name: make() for name, make in makers.items()}
    kepei, other = (_contestant(name, app) for name, app in apps.items())
    _log_in(kepei.client, apps["Kepei"], actor_id)
    try:
        yield kepei, other
    finally:
        for app in apps.values():
            with app.app_context():
                db.engine.dispose()


def _contestant(name: str, app: Flask) -> Contestant:
    with app.app_context():
        return Contestant(name, app.test_client(), StopWatch(app, db.engine))


def _log_in(client: FlaskClient, app: Flask, employee_id: int) -> None:
    """Put the log-in into the cookie, past the form."""
    with app.app_context():
        employee = db.session.get_one(Employee, employee_id)
    log_in(client, employee)


def _compete(both: tuple[Contestant, Contestant], requests: int) -> None:
    for number in range(WARM_UP + requests):
        for contestant in both:
            if number == WARM_UP:
                contestant.samples.clear()
            contestant.ask()
    for contestant in both:
        contestant.read()
    shown = [set(re.findall(r"\bKH\d{6,}\b", contestant.html)) for contestant in both]
    if shown[0] != shown[1] or len(shown[0]) != ROWS:
        sys.exit(f"the pages show different rows: {len(shown[0])} and {len(shown[1])}")


def _report(title: str, both: tuple[Contestant, Contestant]) -> None:
    for contestant in both:
        typical, size = contestant.typical(), len(contestant.html.encode())
        times = (f"{part:.1f}" for part in (typical.total, typical.sql, typical.templates))
        sizes = (f"{part / 1000:.1f}" for part in (size, contestant.wire_bytes))
        cells = zip((*times, f"{typical.statements:.0f}", *sizes), COLUMNS.values(), strict=True)
        print(f"{title:<22}{contestant.name:<14}" + "".join(f"{cell:>{width}}" for cell, width in cells))
    ours, theirs = (contestant.typical().total for contestant in both)
    print(f"{title:<22}{'ratio':<14}{ours / theirs:>8.2f}", flush=True)


if __name__ == "__main__":
    main()
