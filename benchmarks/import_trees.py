"""Time the import of real trees and people through the command line, beside a plain loop of ORM rows.

Prints, for each database and file: rows, seconds and peak memory of the whole process, and the ratio to the loop.
Reads ../shared/data (or ``KEPEI_SHARED_DATA``); the PostgreSQL is that of the tests.
"""

import csv
import os
import sys
from pathlib import Path

from benchmarks.databases import DATABASES, FLASK, ROOT, upgrade
from benchmarks.processes import run

DATA = Path(os.environ.get("KEPEI_SHARED_DATA") or ROOT.parent / "shared" / "data")
#: Endpoint, file, more options.
IMPORTS = (
    ("region", "regions_4level.csv", []),
    ("industry", "industries.csv", []),
    ("employee", "org.csv", ["--map", "employee_id=login", "--map", "manager_id=supervisor"]),
)
#: What one would write without the engine: a row at a time, parents from a dict, keys by the mapper's event.
LOOP = """
import csv, sys
from app import create_app
from models import Region, db
with create_app().app_context():
    nodes = {}
    for row in csv.DictReader(open(sys.argv[1], encoding="utf-8-sig")):
        node = Region(code=row["code"], name=row["name"], parent=nodes.get(row["parent_code"]))
        nodes[row["code"]] = node
        db.session.add(node)
        db.session.flush()
    db.session.commit()
"""


def main() -> None:
    """Run all."""
    if not DATA.is_dir():
        sys.exit(f"{DATA} is not there")
    print(f"{'database':<12}{'file':<22}{'rows':>8}{'seconds':>10}{'peak MiB':>10}")
    for name, opened in DATABASES.items():
        with opened() as environment:
            upgrade(environment)
            times = {}
            for endpoint, file, options in IMPORTS:
                command = [*FLASK, "exchange", "import", endpoint, str(DATA / file), *options]
                times[file] = _report(name, file, command, environment)
        with opened() as environment:
            upgrade(environment)
            command = [sys.executable, "-c", LOOP, str(DATA / IMPORTS[0][1])]
            loop = _report(name, "… by an ORM loop", command, environment)
            print(f"{'':<12}the loop takes {loop / times[IMPORTS[0][1]]:.1f} times as long")


def _report(name: str, file: str, command: list[str], environment: dict[str, str]) -> float:
    seconds, peak, _ = run(command, environment)
    path = DATA / file
    count = sum(1 for _ in csv.reader(path.open(encoding="utf-8-sig"))) - 1 if path.is_file() else ""
    print(f"{name:<12}{file:<22}{count:>8}{seconds:>10.1f}{peak:>10.0f}", flush=True)
    return seconds


if __name__ == "__main__":
    main()
