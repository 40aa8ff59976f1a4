"""Time the first page and the count of a large customer list for people who see much, little and next to nothing.

Each list is read with the visibility rule, by its actor, and without it, as the bare statement over all customers.
Prints milliseconds of SQL (executing and fetching, medians). The previews of who gains and loses sight follow, as whole
calls. Options: see ``--help``.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from sqlalchemy import Engine, create_engine, event, select, update
from sqlalchemy.orm import Session

import auth.guard  # noqa: F401 -- installs the visibility listeners
from auth.actor import load_actor, set_actor
from benchmarks import companies, databases
from models import Customer, Employee, Role
from models.base import reading_only
from models.enums import Visibility
from models.inspection import page_of
from models.scope import UnfilteredReason, unfiltered
from services import access, sight_changes
from services.list_order import sorted_statement
from services.listing import Listing, filtered_statement
from services.row_list import RowList, followers_of_all

EMPLOYEES = 1_001
PAGE_SIZE = 20
#: What the aims of the project say, in milliseconds of SQL.
PAGE_AIM, COUNT_AIM = 5, 40
#: Name -> (who, how many people stand below, role).
ACTORS = {
    "0 below": (214, 0, "own_only"),
    "10 below": (203, 10, "own_only"),
    "200 below": (2, 200, "own_only"),
    "999 below": (1, 999, "own_only"),
    "view-all holder": (EMPLOYEES - 1, 0, "employee"),
}

Call = Callable[[], Any]


def main() -> None:
    """Run on each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--co-followers", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    print(
        f"{options.customers:,} customers, {options.co_followers:,} co-followers, {EMPLOYEES - 1:,} employees, medians"
    )
    for database, opened in databases.DATABASES.items():
        with opened() as environment:
            reading_only.set(False)
            databases.upgrade(environment)
            url = environment["KEPEI_DATABASE_URL"]
            companies.build(url, customers=options.customers, employees=EMPLOYEES, co_followers=options.co_followers)
            engine = create_engine(url)
            _arrange(engine)
            reading_only.set(True)
            _report_lists(database, engine, options.runs)
            _report_previews(database, engine, options.runs)
            engine.dispose()


def _arrange(engine: Engine) -> None:
    """Give the actors their roles and as many people below as their names say."""
    with Session(engine) as session:
        for first, last, supervisor_id in ((2, EMPLOYEES - 1, 1), (3, 202, 2), (204, 213, 203)):
            below = update(Employee).where(Employee.id.between(first, last)).values(supervisor_id=supervisor_id)
            session.execute(below)
        for employee_id, _, role in ACTORS.values():
            role_id = session.scalar(select(Role.id).where(Role.code == role))
            session.execute(update(Employee).where(Employee.id == employee_id).values(role_id=role_id))
        session.commit()


def _report_lists(database: str, engine: Engine, runs: int) -> None:
    print(f"{database:<12}{'':<18}{'sees':>10}{'page':>9}{'bare':>8}{'count':>9}{'bare':>8}{'aims':>8}")
    with unfiltered(Session(engine), UnfilteredReason.COMMAND) as every:
        bare_count, bare_page = (_sql_ms(engine, part, runs) for part in _parts(every))
    for name, (employee_id, below, _) in ACTORS.items():
        with _acting(engine, employee_id) as session:
            if (team := len(session.info["actor"].team)) != below + 1:
                sys.exit(f"{name} has a team of {team}")
            count, page = (_sql_ms(engine, part, runs) for part in _parts(session))
            shown = _row_list(session).count
            sees = f"{shown.rows}{'+' if shown.is_capped else ''}"
        held = "held" if page <= PAGE_AIM and count <= COUNT_AIM else "missed"
        print(
            f"{database:<12}{name:<18}{sees:>10}{page:>9.2f}{bare_page:>8.2f}{count:>9.2f}{bare_count:>8.2f}{held:>8}",
            flush=True,
        )


def _parts(session: Session) -> tuple[Call, Call]:
    """Return what counts the list, and what reads its first page once it is counted, as a request does."""
    found = _row_list(session)
    shown = page_of(Customer).columns or ()
    return lambda: found.count, lambda: found.page(limit=PAGE_SIZE, offset=0, shown=shown)


def _row_list(session: Session) -> RowList:
    statement = sorted_statement(filtered_statement(session, Customer, Listing()), Customer, "")
    return RowList(session, Customer, statement, followers=followers_of_all(session, Customer), is_whole=True)


def _sql_ms(engine: Engine, part: Call, runs: int) -> float:
    """Return the milliseconds that the statements of a part take in the database and its driver."""
    statements: list[tuple[str, Any]] = []

    def note(*arguments: Any) -> None:
        if not arguments[2].startswith("BEGIN"):
            statements.append((arguments[2], arguments[3]))

    event.listen(engine, "before_cursor_execute", note)
    part()
    event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        reads = [lambda sent=sent: cursor.execute(*sent).fetchall() for sent in statements]
        return sum(_median_ms(read, runs) for read in reads)


def _median_ms(call: Call, runs: int) -> float:
    times = []
    for _ in range(runs + 1):
        begun = time.perf_counter()
        call()
        times.append((time.perf_counter() - begun) * 1000)
    return median(times[1:])  # the first one warms up


def _report_previews(database: str, engine: Engine, runs: int) -> None:
    """Time what the pages about sight ask for, as the company admin."""
    with _acting(engine, EMPLOYEES) as session:
        found = list(session.scalars(select(Customer).where(Customer.owner_id.is_not(None)).limit(1_000)))
        one = next(row for row in found if row.visibility == Visibility.PRIVATE)
        deeds: dict[str, Call] = {
            "who sees a customer": lambda: access.viewers(session, one),
            "why somebody sees it": lambda: access.explain(session, one, 214),
            "preview: visibility": lambda: sight_changes.of_visibility(session, one, Visibility.PUBLIC),
            "preview: transfer of 1,000": lambda: sight_changes.of_transfer(session, found, 214),
            "preview: supervisor": lambda: sight_changes.of_supervisor(session, 203, 2),
            "preview: company switch": lambda: sight_changes.of_switch(session, is_on=False),
        }
        for name, deed in deeds.items():
            print(f"{database:<12}{name:<28}{_median_ms(deed, min(runs, 5)):>9.1f}", flush=True)


@contextmanager
def _acting(engine: Engine, employee_id: int) -> Iterator[Session]:
    with Session(engine) as session:
        actor = load_actor(session, employee_id)
        if actor is None:
            sys.exit(f"nobody is employee {employee_id}")
        set_actor(session, actor)
        yield session


if __name__ == "__main__":
    main()
