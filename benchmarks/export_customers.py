"""Time the export of customers beside the bare writers, stock Flask-Admin, and Django admin with django-import-export.

CSV of a million customers in 12 columns with related names: the csv module over a raw cursor on SQLite, psql with COPY
on PostgreSQL. XLSX of 100,000: the library alone. The peers get fewer rows, or they would take all night; what a row
takes is compared. Contestants take turns, each in a process of its own; medians. Options: see ``--help``.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import companies, databases, export_contestants

HERE = Path(__file__).parent
DJANGO = ("django~=6.0", "django-import-export[xlsx]~=4.3", "psycopg[binary]~=3.2")
DJANGO_FOR_OLD_PYTHON = ("django~=5.2", *DJANGO[1:])
_FIRST_PYTHON_OF_DJANGO_6 = (3, 12)


@dataclass(frozen=True, slots=True)
class Race:
    """What is written, by whom, and how many rows each writes."""

    title: str
    #: Contestant -> rows; the first is the bare writer, the second Kepei.
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class Course:
    """Where and how often the contestants run."""

    folder: Path
    #: Has Django; None where it could not be installed.
    python: Path | None
    rounds: int


def main() -> None:
    """Run on each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--csv-rows", type=int, default=1_000_000)
    parser.add_argument("--xlsx-rows", type=int, default=100_000)
    parser.add_argument("--peer-rows", type=int, default=20_000, help="rows of the peers' files")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--databases", nargs="+", choices=databases.DATABASES, default=list(databases.DATABASES))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder), _django(Path(folder)), options.rounds)
        for database in options.databases:
            opened = databases.DATABASES[database]
            for race in _races(options, has_django=course.python is not None):
                with opened() as environment:
                    _run(database, race, environment, course)


def _races(options: argparse.Namespace, *, has_django: bool) -> list[Race]:
    peers = ["Flask-Admin", *(["Django"] if has_django else [])]
    return [
        Race(
            f"{kind.upper()} of {rows:,}",
            {f"bare {kind}": rows, f"Kepei {kind}": rows} | {f"{peer} {kind}": options.peer_rows for peer in peers},
        )
        for kind, rows in {"csv": options.csv_rows, "xlsx": options.xlsx_rows}.items()
    ]


def _run(database: str, race: Race, environment: databases.Environment, course: Course) -> None:
    databases.upgrade(environment)
    rows = next(iter(race.rows.values()))
    url = environment["KEPEI_DATABASE_URL"]
    company = companies.build(url, customers=rows, co_followers=rows // 5)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in race.rows}
    for _ in range(course.rounds):
        for name, count in race.rows.items():
            path = course.folder / "file"
            if name.startswith("Django"):
                found[name].append(_measure_django(course.python, url, name.rpartition(" ")[2], count, path))
            else:
                found[name].append(export_contestants.measure(name, environment, company.admin_id, count, path))
    _report(f"{database}, {race.title}", race, found)


def _report(title: str, race: Race, found: dict[str, list[dict[str, float]]]) -> None:
    """Print for each contestant seconds, rows a second, MiB, and how many times as long a row takes as another's."""
    print(f"{title:<34}{'rows':>11}{'seconds':>9}{'rows/s':>10}{'MiB':>7}{'× bare':>8}{'× Kepei':>9}")
    per_row = {
        name: median(sample["seconds"] for sample in samples) / race.rows[name] for name, samples in found.items()
    }
    bare, kepei = list(per_row.values())[:2]
    for name, rate in per_row.items():
        mib = max(sample["mib"] for sample in found[name])
        seconds = rate * race.rows[name]
        print(
            f"  {name:<32}{race.rows[name]:>11,}{seconds:>9.2f}{1 / rate:>10,.0f}{mib:>7.0f}"
            f"{rate / bare:>8.2f}{rate / kepei:>9.2f}",
            flush=True,
        )


def _django(folder: Path) -> Path | None:
    """Return a Python that has Django and django-import-export, in a folder that is thrown away; None without PyPI."""
    packages = DJANGO if sys.version_info >= _FIRST_PYTHON_OF_DJANGO_6 else DJANGO_FOR_OLD_PYTHON
    subprocess.run([sys.executable, "-m", "venv", str(folder / "django")], check=True)
    python = folder / "django" / "bin" / "python"
    done = subprocess.run(
        [python, "-m", "pip", "install", "-q", *packages], check=False, capture_output=True, text=True
    )
    if done.returncode:
        print(f"without Django, which could not be installed: {done.stderr.strip().splitlines()[-1]}")
        return None
    return python


def _measure_django(python: Path | None, url: str, kind: str, rows: int, path: Path) -> dict[str, float]:
    command = [str(python), str(HERE / "django_peer.py"), url, kind, str(rows), str(path)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
