"""Time the work with large trees beside what one would write without: all siblings numbered anew, or node by node.

Each round gives every contestant a task of its own of the same kind, in turns, on the same tree. Prints medians of the
server's time in milliseconds, commit included, the time of Kepei's whole request, and how many times as long the others
take. Options: see ``--help``.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from benchmarks import databases
from benchmarks.plain_trees import (
    HITS,
    SEARCHED,
    Task,
    find_by_nodes,
    move_by_nodes,
    open_by_nodes,
    renumber_all,
)
from models import Employee, Industry, Region, Role, db
from models.base import reading_only
from services.exchange.bulk import insert_rows, take_ids
from services.seed.defaults import seed_defaults
from services.tree_queries import children, find_nodes, paths_of
from services.trees import add_node, move_node

SIGNS = "东南西北中上下新长安和平永兴大石白青金龙凤虎马河江湖海山林城关桥水云天光华文德清"
#: Rounds before those that count.
WARM_UP = 2


@dataclass(frozen=True, slots=True)
class Trees:
    """The trees that are worked on."""

    #: Industry with very many children.
    wide: int
    siblings: tuple[int, ...]
    #: Regions with children on the last level but one, and those above them.
    towns: tuple[int, ...]
    cities: tuple[int, ...]


#: Does a task; returns what it found, for comparison.
Contestant = Callable[[Session, Task], Any]


@dataclass(frozen=True, slots=True)
class Contest:
    """One kind of task."""

    title: str
    make_task: Callable[[Session, Trees, random.Random], Task]
    request: Callable[[FlaskClient, Task], Any]
    kepei: Contestant
    others: dict[str, Contestant]


def main() -> None:
    """Run on each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=44_703)
    parser.add_argument("--siblings", type=int, default=3_400)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    print(
        f"{options.nodes:,} regions; an industry with {options.siblings:,} children; {options.rounds} rounds, medians"
    )
    print(f"{'database':<12}{'task':<30}{'Kepei ms':>10}{'request ms':>12}  others: ms, times as long as Kepei")
    for database, opened in databases.DATABASES.items():
        with opened() as environment, _application(environment) as app:
            with app.app_context():
                trees = _plant(db.session, options.nodes, options.siblings)
            client = _client(app)
            for contest in CONTESTS:
                _report(database, contest, _compete(app, client, contest, trees, options.rounds))


@contextmanager
def _application(environment: databases.Environment) -> Iterator[Flask]:
    databases.upgrade(environment)
    settings = {
        "SQLALCHEMY_DATABASE_URI": environment["KEPEI_DATABASE_URL"],
        "INSTANCE": environment["KEPEI_INSTANCE"],
        "WTF_CSRF_ENABLED": False,
    }
    app = create_app(settings)
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def _client(app: Flask) -> FlaskClient:
    """Return a client in which a company admin has logged in."""
    client = app.test_client()
    with app.app_context():
        role = db.session.scalars(select(Role).where(Role.code == "company_admin")).one()
        admin = Employee(login="admin", name="admin", role=role)
        db.session.add(admin)
        db.session.commit()
        identity = f"{admin.id}:{admin.session_epoch}"
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = identity, True
    return client


def _plant(session: Any, nodes: int, siblings: int) -> Trees:
    """Store the trees: regions on four levels as in China, and one industry with many children."""
    seed_defaults(session)
    names = _names(random.Random(1))
    count = nodes - (session.scalar(select(func.count(Region.id))) or 0)
    provinces = _insert(session, names, [None] * 31)
    cities = _insert(session, names, [parent for parent in provinces for _ in range(11)])
    towns = _insert(session, names, [parent for parent in cities for _ in range(9)])
    rest = count - len(provinces) - len(cities) - len(towns)
    _insert(session, names, sorted(towns[number % len(towns)] for number in range(rest)))
    wide = add_node(session, Industry, name="wide", parent_id=None).id
    rows = [{"name": next(names), "parent_id": wide, "sort_order": place} for place in range(1, siblings + 1)]
    children_of_wide = insert_rows(session, Industry, rows, None)
    session.commit()
    session.connection().exec_driver_sql("ANALYZE")
    session.commit()
    return Trees(wide, tuple(children_of_wide), tuple(towns), tuple(cities))


def _insert(session: Any, names: Iterator[str], parents: list[int | None]) -> list[int]:
    """Store a region under each parent; the same parents stand together."""
    present = session.scalar(select(func.count(Region.id)).where(Region.parent_id.is_(None))) or 0
    last: dict[int | None, int] = {None: present}
    rows = []
    for row_id, parent in zip(take_ids(session, Region, len(parents)), parents, strict=True):
        last[parent] = last.get(parent, 0) + 1
        rows.append({"id": row_id, "name": next(names), "parent_id": parent, "sort_order": last[parent]})
    return insert_rows(session, Region, rows, None)


def _names(chance: random.Random) -> Iterator[str]:
    """Yield names without end, no two alike."""
    seen: set[str] = set()
    while True:
        name = "".join(chance.choices(SIGNS, k=3)) + chance.choice(("镇", "乡", "街道"))
        if name not in seen:
            seen.add(name)
            yield name


def _compete(app: Flask, client: FlaskClient, contest: Contest, trees: Trees, rounds: int) -> dict[str, float]:
    """Return the median time of each contestant in milliseconds, with that of the request."""
    chance = random.Random(2)
    times: dict[str, list[float]] = {}
    for number in range(WARM_UP + rounds):
        if number == WARM_UP:
            times.clear()
        for name, contestant in {"Kepei": contest.kepei, **contest.others}.items():
            task = _task(app, contest, trees, chance)
            seconds, _ = _timed(app, contestant, task)
            times.setdefault(name, []).append(seconds)
        task = _task(app, contest, trees, chance)
        begun = time.perf_counter()
        answer = contest.request(client, task)
        times.setdefault("request", []).append(time.perf_counter() - begun)
        if answer.status_code != 200:  # noqa: PLR2004 -- OK
            sys.exit(f"{contest.title}: {answer.status} {answer.text[:200]}")
    _compare(app, contest, _task(app, contest, trees, chance))
    return {name: median(found) * 1000 for name, found in times.items()}


def _task(app: Flask, contest: Contest, trees: Trees, chance: random.Random) -> Task:
    with app.app_context():
        return contest.make_task(db.session, trees, chance)


def _timed(app: Flask, contestant: Contestant, task: Task) -> tuple[float, Any]:
    """Do a task in a session of its own; return the seconds and what was found."""
    with app.app_context():
        token = reading_only.set(task.version == 0)
        begun = time.perf_counter()
        found = contestant(db.session, task)
        db.session.commit()
        seconds = time.perf_counter() - begun
        reading_only.reset(token)
    return seconds, found


def _compare(app: Flask, contest: Contest, task: Task) -> None:
    """Stop if a contestant does something else than Kepei. Each moves the node to the same place."""
    results = []
    for contestant in (contest.kepei, *contest.others.values()):
        if task.version:
            with app.app_context():
                version = db.session.scalar(select(task.model.version).where(task.model.id == task.node_id)) or 0
            task = Task(task.model, task.node_id, version, task.parent_id, task.before_id)
        results.append(_timed(app, contestant, task)[1])
    if any(result != results[0] for result in results):
        sys.exit(f"{contest.title}: the results differ")


def _report(database: str, contest: Contest, times: dict[str, float]) -> None:
    others = (f"{name} {times[name]:.1f}, × {times[name] / times['Kepei']:.1f}" for name in contest.others)
    figures = f"{times['Kepei']:>10.1f}{times['request']:>12.1f}"
    print(f"{database:<12}{contest.title:<30}{figures}  {'; '.join(others)}", flush=True)


# Tasks.


def _move_among_siblings(session: Session, trees: Trees, chance: random.Random) -> Task:
    node_id, before_id = chance.sample(trees.siblings, 2)
    return Task(Industry, node_id, _version(session, Industry, node_id), trees.wide, before_id)


def _move_subtree(session: Session, trees: Trees, chance: random.Random) -> Task:
    node_id, parent_id = chance.choice(trees.towns), chance.choice(trees.cities)
    return Task(Region, node_id, _version(session, Region, node_id), parent_id)


def _open_wide(_session: Session, trees: Trees, _chance: random.Random) -> Task:
    return Task(Industry, trees.wide)


def _open_town(_session: Session, trees: Trees, chance: random.Random) -> Task:
    return Task(Region, chance.choice(trees.towns))


def _search(_session: Session, _trees: Trees, _chance: random.Random) -> Task:
    return Task(Region)


def _version(session: Session, model: Any, node_id: int) -> int:
    return session.scalars(select(model.version).where(model.id == node_id)).one()


# Requests.


def _ask_move(client: FlaskClient, task: Task) -> Any:
    body = {"id": task.node_id, "parent_id": task.parent_id, "version": task.version}
    body |= {"before_id": task.before_id} if task.before_id is not None else {}
    return client.post(f"/admin/{task.model.__tablename__}/move/", json=body, buffered=True)


def _ask_children(client: FlaskClient, task: Task) -> Any:
    return client.get(f"/admin/{task.model.__tablename__}/children/?parent_id={task.node_id}", buffered=True)


def _ask_search(client: FlaskClient, task: Task) -> Any:
    return client.get(f"/admin/{task.model.__tablename__}/find/?q={SEARCHED}", buffered=True)


# Kepei.


def _move(session: Session, task: Task) -> Any:
    return move_node(
        session, task.model, task.node_id, parent_id=task.parent_id, before_id=task.before_id, version=task.version
    ).order


def _open(session: Session, task: Task) -> Any:
    return [(row.id, row.name, bool(row.has_children)) for row in children(session, task.model, task.node_id)]


def _find(session: Session, task: Task) -> Any:
    hits = [row.id for row in find_nodes(session, task.model, SEARCHED, limit=HITS)]
    paths = paths_of(session, task.model, hits)
    return {row_id: [name for _, name in paths[row_id]] for row_id in hits}


_MOVERS: dict[str, Contestant] = {"all siblings in one UPDATE": renumber_all, "node by node": move_by_nodes}
_OPENERS: dict[str, Contestant] = {"node by node": open_by_nodes}
CONTESTS = (
    Contest("move among all siblings", _move_among_siblings, _ask_move, _move, _MOVERS),
    Contest("move a subtree of a region", _move_subtree, _ask_move, _move, _MOVERS),
    Contest("open the wide node", _open_wide, _ask_children, _open, _OPENERS),
    Contest("open a region", _open_town, _ask_children, _open, _OPENERS),
    Contest("search", _search, _ask_search, _find, {"node by node": find_by_nodes}),
)


if __name__ == "__main__":
    main()
