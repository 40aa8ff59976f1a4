"""Who writes customers to a file in ``export_customers``: each in a process of its own, to tell their memory apart.

``run`` is what such a process does: it takes the name of a contestant and its arguments, and prints what it took.
"""

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from rustpy_xlsxwriter import FastExcel
from sqlalchemy import make_url, select
from sqlalchemy.pool import NullPool

from app import create_app
from benchmarks import stock
from models import Employee, ExportJob, db
from services import jobs
from tests.conftest import log_in

#: What Kepei is asked for; related rows by name, trees by path.
COLUMNS = (
    "code",
    "name",
    "industry",
    "region",
    "channel_type",
    "grade",
    "status",
    "progress",
    "owner",
    "phone",
    "address",
    "created_at",
)
#: The same, as somebody would write it who needs no more than names.
BARE_SQL = """
SELECT customer.code, customer.name, industry.name, region.name, channel_type.name, customer_grade.name,
  customer_status.name, follow_up_progress.name, employee.login, customer.phone, customer.address, customer.created_at
FROM customer
LEFT JOIN industry ON industry.id = customer.industry_id
LEFT JOIN region ON region.id = customer.region_id
LEFT JOIN channel_type ON channel_type.id = customer.channel_type_id
LEFT JOIN customer_grade ON customer_grade.id = customer.grade_id
LEFT JOIN customer_status ON customer_status.id = customer.status_id
LEFT JOIN follow_up_progress ON follow_up_progress.id = customer.progress_id
LEFT JOIN employee ON employee.id = customer.owner_id
ORDER BY customer.created_at DESC, customer.id DESC LIMIT {rows}
"""
#: Asked of a server before it is timed, which has mapped its tables by then.
_WARM_UP = "/admin/customer/?page_size=1"


def run(arguments: list[str]) -> None:
    """Let a contestant write a file, and print seconds, rows and how much memory it took at most above before.

    :param arguments: name, address of the database, instance folder, id of who acts, number of rows, file
    """
    name, url, folder, actor_id, rows, path = arguments
    write = CONTESTANTS[name](url, folder, int(actor_id), int(rows), Path(path))
    before, begun = _peak_mib(anew=True), time.perf_counter()
    write()
    print(json.dumps({"seconds": time.perf_counter() - begun, "mib": _peak_mib() - before}))


def _peak_mib(*, anew: bool = False) -> float:
    """Return the most memory that the process has had, in MiB; what ``getrusage`` tells includes the parent's.

    :param anew: forget the peak, and return what it has now
    """
    if anew:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


Write = Callable[[], object]


def _bare_csv(url: str, _folder: str, _actor_id: int, rows: int, path: Path) -> Write:
    """Return the csv module over a raw cursor; on PostgreSQL psql with COPY, or psycopg's where there is no psql."""
    sql = BARE_SQL.format(rows=rows)
    if not url.startswith("sqlite"):
        return lambda: _copy(url, sql, path)

    def write() -> None:
        with closing(sqlite3.connect(make_url(url).database or "")) as connection, path.open("w", newline="") as file:
            csv.writer(file).writerows(connection.execute(sql))

    return write


def _copy(url: str, sql: str, path: Path) -> None:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    statement = f"COPY ({sql}) TO STDOUT (FORMAT csv)"
    psql = shutil.which("psql")
    with path.open("wb") as file:
        if psql is not None:
            subprocess.run([psql, "-qXc", statement, address], stdout=file, check=True)
            return
        with psycopg.connect(address) as connection, connection.cursor().copy(statement.encode()) as copy:
            file.writelines(copy)


def _bare_xlsx(url: str, _folder: str, _actor_id: int, rows: int, path: Path) -> Write:
    """Return the library alone: a generator over a raw cursor."""
    sql, header = BARE_SQL.format(rows=rows), COLUMNS

    def write() -> None:
        with _raw_cursor(url, sql) as cursor:
            FastExcel(str(path)).sheet("x", (dict(zip(header, row, strict=True)) for row in cursor)).save()

    return write


@contextmanager
def _raw_cursor(url: str, sql: str) -> Iterator[Any]:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(make_url(url).database or "")) as connection:
            yield connection.execute(sql)
        return
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    # The library writes no moments with a zone.
    naive = sql.replace("customer.created_at\n", "customer.created_at AT TIME ZONE 'UTC'\n")
    with psycopg.connect(address) as connection, connection.cursor(name="bare") as cursor:
        cursor.itersize = 1_000
        yield cursor.execute(naive.encode())


def _kepei_csv(url: str, folder: str, actor_id: int, _rows: int, path: Path) -> Write:
    """Return Kepei's download, as a browser takes it."""
    app = _kepei(url, folder)
    client = _client(app, actor_id)
    client.get(_WARM_UP)
    return lambda: _save(client, f"/admin/customer/export/csv/?columns={','.join(COLUMNS)}", path)


def _kepei_xlsx(url: str, folder: str, actor_id: int, _rows: int, path: Path) -> Write:
    """Return what a worker does with Kepei's job: the rows, the second sheet, the log."""
    app = _kepei(url, folder)
    client = _client(app, actor_id)
    client.get(f"/admin/customer/export/xlsx/?columns={','.join(COLUMNS)}")

    def write() -> None:
        with app.app_context():
            job_id = db.session.scalars(select(ExportJob.id).where(ExportJob.state == "waiting")).one()
            db.session.remove()
            if jobs.perform("export", job_id) != "done":
                sys.exit("the export failed")

    return write


def _kepei(url: str, folder: str) -> Flask:
    return create_app(
        {"SQLALCHEMY_DATABASE_URI": url, "INSTANCE": folder, "SQLALCHEMY_ENGINE_OPTIONS": {"poolclass": NullPool}}
    )


def _client(app: Flask, actor_id: int) -> FlaskClient:
    """Return a client that is logged in, past the form."""
    with app.app_context():
        employee = db.session.get_one(Employee, actor_id)
    return log_in(app.test_client(), employee)


def _stock(export_type: str) -> Callable[[str, str, int, int, Path], Write]:
    """Return stock Flask-Admin's own export, through tablib where it is no CSV."""

    def prepare(url: str, _folder: str, actor_id: int, rows: int, path: Path) -> Write:
        stock.CustomerList.export_types = ["csv", "xlsx"]
        stock.CustomerList.export_max_rows = rows
        client = stock.create_app(url, actor_id).test_client()
        client.get(_WARM_UP)
        return lambda: _save(client, f"/admin/customer/export/{export_type}/", path)

    return prepare


def _save(client: FlaskClient, address: str, path: Path) -> None:
    """Save a download chunk by chunk, as it comes."""
    answer = client.get(address, headers={"Accept-Encoding": "identity"}, buffered=False)
    if answer.status_code != 200:  # noqa: PLR2004 -- OK
        sys.exit(f"{address} answered {answer.status}")
    with path.open("wb") as file:
        file.writelines(answer.iter_encoded())
    answer.close()


def measure(name: str, environment: dict[str, str], actor_id: int, rows: int, path: Path) -> dict[str, float]:
    """Run a contestant in a process of its own; return its seconds and MiB."""
    start = "import sys; from benchmarks import export_contestants; export_contestants.run(sys.argv[1:])"
    url, folder = environment["KEPEI_DATABASE_URL"], environment["KEPEI_INSTANCE"]
    command = [sys.executable, "-c", start, name, url, folder, str(actor_id), str(rows), str(path)]
    done = subprocess.run(command, env=os.environ | environment, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


CONTESTANTS: dict[str, Callable[[str, str, int, int, Path], Write]] = {
    "bare csv": _bare_csv,
    "Kepei csv": _kepei_csv,
    "Flask-Admin csv": _stock("csv"),
    "bare xlsx": _bare_xlsx,
    "Kepei xlsx": _kepei_xlsx,
    "Flask-Admin xlsx": _stock("xlsx"),
}
