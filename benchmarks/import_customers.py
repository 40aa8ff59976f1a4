"""Time the import of many customers through the command line, beside a plain loop of ORM rows.

Each customer has an industry, a region by its path, a grade, an owner and a contact; every fifth a co-follower. Prints,
for each database: seconds, those of the processor, and peak memory of the whole process, for planning and writing them,
for updating all, for taking the first import back, and for the loop. ``KEPEI_BENCH_CUSTOMERS`` says how many (50,000).
"""

import csv
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.databases import DATABASES, FLASK, upgrade
from benchmarks.processes import run

COUNT = int(os.environ.get("KEPEI_BENCH_CUSTOMERS", "50000"))
PEOPLE, PROVINCES, CITIES, DISTRICTS = 200, 20, 10, 15
HEADER = [
    "code",
    "name",
    "short_name",
    "industry",
    "region",
    "grade",
    "address",
    "lat",
    "lng",
    "phone",
    "owner",
    "co_followers",
    "remark",
    "contact_name",
    "contact_role",
    "contact_mobile",
]
#: What one would write without the engine: a row at a time, related rows from dicts, keys by the mapper's event.
LOOP = """
import csv, sys
from decimal import Decimal
from app import create_app
from models import Contact, Customer, CustomerFollower, CustomerGrade, Employee, Industry, Region, db
from models.scope import UnfilteredReason, unfiltered
with create_app().app_context(), unfiltered(db.session, UnfilteredReason.COMMAND) as every:
    people = {row.login: row.id for row in every.query(Employee)}
    grades = {row.name: row.id for row in every.query(CustomerGrade)}
    industries = {row.name: row.id for row in every.query(Industry)}
    regions = {}
    for row in every.query(Region).order_by(Region.id):
        path = [row.name]
        while row.parent is not None:
            row = row.parent
            path.append(row.name)
        regions["/".join(reversed(path))] = row.id
    for row in csv.DictReader(open(sys.argv[1], encoding="utf-8-sig")):
        customer = Customer(
            code=row["code"], name=row["name"], short_name=row["short_name"], address=row["address"],
            lat=Decimal(row["lat"]), lng=Decimal(row["lng"]), phone=row["phone"], remark=row["remark"],
            industry_id=industries[row["industry"]], region_id=regions[row["region"]], grade_id=grades[row["grade"]],
            owner_id=people[row["owner"]],
        )
        if row["co_followers"]:
            customer.co_followers.append(CustomerFollower(employee_id=people[row["co_followers"]]))
        every.add(customer)
        every.flush()
        every.add(Contact(customer_id=customer.id, name=row["contact_name"], mobile=row["contact_mobile"],
                          role=row["contact_role"], is_primary=True))
    every.flush()
    db.session.commit()
"""


def main() -> None:
    """Run all."""
    print(f"{COUNT} customers")
    print(f"{'database':<12}{'what':<22}{'seconds':>10}{'CPU':>10}{'peak MiB':>10}")
    with tempfile.TemporaryDirectory() as folder:
        files = _write_files(Path(folder))
        for name, opened in DATABASES.items():
            with opened() as environment:
                _prepare(environment, files)
                new = [*FLASK, "exchange", "import", "customer", str(files["new"])]
                seconds = _report(name, "planned and written", new, environment)
                changed = [*FLASK, "exchange", "import", "customer", str(files["changed"]), "--mode", "update"]
                _report(name, "planned and updated", changed, environment)
            with opened() as environment:
                _prepare(environment, files)
                run(new, environment)
                _report(name, "taken back", [*FLASK, "exchange", "undo", "3"], environment)
            with opened() as environment:
                _prepare(environment, files)
                loop = _report(name, "by an ORM loop", [sys.executable, "-c", LOOP, str(files["new"])], environment)
                print(f"{'':<12}the loop takes {loop / seconds:.1f} times the processor")


def _report(name: str, what: str, command: list[str], environment: dict[str, str]) -> float:
    cost = run(command, environment)
    print(f"{name:<12}{what:<22}{cost.seconds:>10.1f}{cost.cpu_seconds:>10.1f}{cost.peak_mib:>10.0f}", flush=True)
    return cost.cpu_seconds


def _prepare(environment: dict[str, str], files: dict[str, Path]) -> None:
    """Create the tables and import what customers point at: jobs 1 and 2."""
    upgrade(environment)
    run([*FLASK, "seed", "defaults"], environment)
    for endpoint in ("region", "employee"):
        run([*FLASK, "exchange", "import", endpoint, str(files[endpoint])], environment)


def _write_files(folder: Path) -> dict[str, Path]:
    regions = [
        (f"省{province}/市{city}/区{district}",)
        for province in range(PROVINCES)
        for city in range(CITIES)
        for district in range(DISTRICTS)
    ]
    people = [(f"p{number}", f"员工{number}") for number in range(PEOPLE)]
    tables = {
        "region": (("path",), iter(regions)),
        "employee": (("login", "name"), iter(people)),
        "new": (HEADER, _customers(regions, remark="")),
        "changed": (HEADER, _customers(regions, remark="改")),
    }
    files = {}
    for name, (header, rows) in tables.items():
        files[name] = folder / f"{name}.csv"
        with files[name].open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)
    return files


def _customers(regions: list[tuple[str]], *, remark: str) -> Iterator[tuple[str, ...]]:
    industries, grades, roles = ("科技", "贸易", "物流", "食品"), "ABCDE", ("decision_maker", "purchasing", "finance")
    for number in range(COUNT):
        yield (
            f"B{number:07d}",
            f"成都第{number}贸易有限公司",
            f"成贸{number}",
            industries[number % len(industries)],
            regions[number * 7 % len(regions)][0],
            grades[number % len(grades)],
            f"人民南路{number % 900}号",
            f"30.{number % 9000 + 1000}",
            f"104.{number % 9000 + 1000}",
            f"028{number:08d}",
            f"p{number % PEOPLE}",
            f"p{(number + 1) % PEOPLE}" if number % 5 == 0 else "",
            f"第{number}行{remark}",
            f"王{number}",
            roles[number % len(roles)],
            f"138{number:08d}",
        )


if __name__ == "__main__":
    main()
