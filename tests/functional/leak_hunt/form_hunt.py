"""Fills in the forms of marked tables: what the actor does not see is refused, and nothing is told of it."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from auth.visibility import Outcome
from models import Customer
from models.inspection import Attribute, attributes_of
from models.types import utc_now
from tests.functional.leak_hunt.answers import text_of
from tests.functional.leak_hunt.company import PREY, is_guarded
from tests.functional.leak_hunt.forms import read_form
from tests.functional.leak_hunt.hunter import Hunter

#: Names of those who own the prey: who may not know of it must not learn them by it.
OWNERS = {"c1": "a1-person", "c4": "solo-person"}


def hunt_forms(hunter: Hunter, actor: str, view: Any) -> None:
    """Fill in the forms of a new row and of one that is seen, then let one field after the other point at the prey.

    A field that the form does not have is passed over: then the actor may save what was there.
    """
    for page in ("new/", *(f"edit/?id={row_id}" for row_id in rows_seen(hunter, actor, view)[:1])):
        url = f"{view.url}/{page}"
        given = read_form(text_of(hunter.ask(actor, url)))
        for attribute in _pointing(view) if given else ():
            for name in PREY:
                data = _filled(hunter, actor, view, given) | {attribute.name: str(hunter.world.customers[name])}
                hunter.ask(actor, url, "POST", data=data, may_write=attribute.name not in given)


def is_taken_if_seen(hunter: Hunter, actor: str, view: Any) -> bool:
    """Tell whether a form filled in as :func:`hunt_forms` does is taken where it points at rows that are seen."""
    url, seen = f"{view.url}/new/", rows_seen(hunter, actor, view)
    data = _filled(hunter, actor, view, read_form(text_of(hunter.ask(actor, url))))
    data |= {attribute.name: str(seen[0]) for attribute in _pointing(view)}
    hunter.ask(actor, url, "POST", data=data, may_write=True)
    return hunter.has_written


def hunt_taken_values(hunter: Hunter, actor: str) -> None:
    """Give a new customer the prey's name or code: who gets the notice learns the owner, others that it is taken."""
    for name, owner in OWNERS.items():
        for column in ("name", "code"):
            mark = hunter.world.book.mark(hunter.world.customers[name], Customer.__tablename__, column)
            given = {"name": "hunted", "is_active": "y", "visibility": "public"} | {column: mark.text}
            answer = hunter.ask(actor, "/admin/customer/new/", "POST", data=given)
            if answer is not None and answer.status_code == HTTPStatus.OK:
                may_know = hunter.world.outcome(actor, mark.customer_id) is Outcome.NOTICE and column == "name"
                hunter.expect(actor, f"POST /admin/customer/new/ {given}", owner in answer.text, may_know)


def rows_seen(hunter: Hunter, actor: str, view: Any) -> list[int]:
    """Return the rows of a table that an actor sees, those that the actor's team follows first."""
    world, table = hunter.world, view.model.__tablename__
    team = world.sight.team(world.people[actor])

    def is_foreign(row_id: int) -> bool:
        customer_id = world.rows[table, row_id].get("customer_id", row_id)
        return not team & world.sight.records[customer_id].followers

    return sorted(world.seen_rows(actor, table), key=is_foreign)


def _pointing(view: Any) -> list[Attribute]:
    """Return what of a form points at marked tables."""
    return [found for found in attributes_of(view.model).values() if is_guarded(found.target)]


def _filled(hunter: Hunter, actor: str, view: Any, given: dict[str, str]) -> dict[str, str]:
    """Return the values of a form with something in every field that was left blank and must not be."""
    seen = rows_seen(hunter, actor, view)
    values = dict(given)
    for name, attribute in attributes_of(view.model).items():
        if values.get(name) == "" and attribute.is_required:
            values[name] = str(seen[0]) if is_guarded(attribute.target) and seen else "hunted"
    if values.get("planned_at") == "":
        values["planned_at"] = (utc_now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    return values
