"""The company and its twin without the hidden customers look alike: no number, order or word depends on what is hidden.

This needs to know of no total, chart or count: whatever a page tells, it tells the same in both.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from sqlalchemy import delete, insert, select
from werkzeug.routing import Rule

from auth.visibility import Outcome
from models import Customer, CustomerFollower, db
from tests.functional.leak_hunt.answers import steady, text_of
from tests.functional.leak_hunt.company import World, marked_models
from tests.functional.leak_hunt.exemptions import may_count_hidden_rows
from tests.functional.leak_hunt.hunter import Hunter
from tests.functional.leak_hunt.listings import WHOLE
from tests.functional.leak_hunt.questions import model_of, urls_of


def hunt_differences(hunter: Hunter, actor: str, rules: list[Rule]) -> None:
    """Ask every page that the actor may open twice, lists in full: with the hidden customers and without them."""
    pages = [rule for rule in rules if "GET" in (rule.methods or ()) and not rule.arguments]
    urls = [url for rule in pages if not _is_exempt(hunter, actor, rule.endpoint) for url in urls_of(rule)]
    before = _texts(hunter, actor, urls)
    with _without(hunter.world, _removable(hunter.world, actor)):
        for url, text in _texts(hunter, actor, before).items():
            if text != before[url]:
                lines = zip(before[url].splitlines(), text.splitlines(), strict=False)
                first = next((f"{one.strip()!r} for {other.strip()!r}" for one, other in lines if one != other), "")
                hunter.report(actor, f"GET {url}", f"tells of hidden customers: {first[:200]}")


def _texts(hunter: Hunter, actor: str, urls: Iterable[str]) -> dict[str, str]:
    """Return the text of each page that can be opened, by address."""
    answers = {url: hunter.ask(actor, url, query=WHOLE) for url in urls}
    return {
        url: steady(text_of(answer))
        for url, answer in answers.items()
        if answer is not None and answer.status_code == HTTPStatus.OK
    }


def _is_exempt(hunter: Hunter, actor: str, endpoint: str) -> bool:
    holder = hunter.world.sight.people[hunter.world.people[actor]]
    return may_count_hidden_rows(endpoint, model_of(hunter.app, endpoint), holder)


def _removable(world: World, actor: str) -> set[int]:
    """Return the hidden customers of whom the actor may know nothing: not those above one that the actor sees.

    Nor those of a visit of the actor's own or of the team.
    """
    team = world.sight.team(world.people[actor])
    above = {row["parent_customer_id"] for (table, _), row in world.rows.items() if table == Customer.__tablename__}
    visited = {
        row["customer_id"] for (table, _), row in world.rows.items() if table == "visit" and row["user_id"] in team
    }
    return world.seen(actor, Outcome.HIDDEN) - above - visited


@contextmanager
def _without(world: World, customer_ids: set[int]) -> Iterator[None]:
    """Take customers and all that hangs on them out of the database, and put them back."""
    tables: list[Any] = [model.__table__ for model in (*marked_models(), CustomerFollower)]
    criteria = {
        table: table.c["id" if table is Customer.__table__ else "customer_id"].in_(customer_ids) for table in tables
    }
    with world.app.app_context():
        engine = db.engine
    with engine.begin() as connection:
        taken = {
            table: [dict(row) for row in connection.execute(select(table).where(criteria[table])).mappings()]
            for table in tables
        }
        for table in reversed(tables):
            connection.execute(delete(table).where(criteria[table]))
    try:
        yield
    finally:
        with engine.begin() as connection:
            for table, rows in taken.items():
                if rows:
                    connection.execute(insert(table), rows)
