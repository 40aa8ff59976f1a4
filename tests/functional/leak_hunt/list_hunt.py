"""Asks a list with every filter, sort, part and search: rows and totals are those that the oracle gives, no more."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from auth.visibility import Outcome
from models import Customer
from tests.functional.leak_hunt.answers import Listed, listed, text_of
from tests.functional.leak_hunt.company import ADMIN, PREY
from tests.functional.leak_hunt.hunter import Hunter
from tests.functional.leak_hunt.listings import WHOLE, Query, queries

#: Filters of customers by the dealer above them.
_BY_DEALER = frozenset({"parent_customer__is", "parent_customer__named"})
_SCOPE = re.compile(r"[?&;]scope=(\w+)")


def ask_list(hunter: Hunter, actor: str, view: Any, query: Query) -> Listed:
    """Ask a list and read it."""
    return listed(text_of(hunter.ask(actor, f"{view.url}/", query=query)))


def expect_rows(hunter: Hunter, actor: str, view: Any) -> None:
    """Ask a list of marked rows for all of them."""
    answer = ask_list(hunter, actor, view, WHOLE)
    seen = hunter.world.seen_rows(actor, view.model.__tablename__)
    hunter.expect(actor, f"GET {view.url}/", (answer.total, sorted(answer.ids)), (len(seen), sorted(seen)))


def hunt_list(hunter: Hunter, actors: Sequence[str], view: Any) -> None:
    """Ask a list of marked rows: whatever is asked, an actor gets of the matching rows those that the oracle gives.

    The admin, who sees everything, says which rows match.
    """
    for query in queries(hunter.world, view.model):
        matching = set(ask_list(hunter, ADMIN, view, query).ids)
        for actor in actors:
            answer = ask_list(hunter, actor, view, query)
            told = (answer.total, sorted(answer.ids), sorted(answer.stub_ids))
            rows = matching & hunter.world.seen_rows(actor, view.model.__tablename__)
            if _BY_DEALER & query.keys():
                rows = {row_id for row_id in rows if _sees_dealer(hunter, actor, row_id)}
            stubs = _stubs(hunter, actor, query) if view.model is Customer else []
            hunter.expect(actor, f"GET {view.url}/?{query}", told, (len(rows), sorted(rows), stubs))


def hunt_scopes(hunter: Hunter, actor: str, view: Any) -> None:
    """Ask each part of a list that its page offers, alone and searched: nobody's rows but those of the list."""
    scopes = sorted(set(_SCOPE.findall(text_of(hunter.ask(actor, f"{view.url}/")))))
    mark = hunter.world.book.mark(hunter.world.customers[PREY[0]], Customer.__tablename__, "name")
    for scope in scopes:
        for query in (WHOLE | {"scope": scope}, WHOLE | {"scope": scope, "search": mark.piece}):
            answer = ask_list(hunter, actor, view, query)
            rows = sorted(set(answer.ids) & hunter.world.seen_rows(actor, view.model.__tablename__))
            hunter.expect(actor, f"GET {view.url}/?{query}", (answer.total, sorted(answer.ids)), (len(rows), rows))


def hunt_other_list(hunter: Hunter, actor: str, view: Any) -> None:
    """Ask a list of rows that hang on no customer, if it can be opened at all."""
    answer = hunter.ask(actor, f"{view.url}/")
    if answer is None or answer.status_code != HTTPStatus.OK:
        return
    for query in queries(hunter.world, view.model):
        found = ask_list(hunter, actor, view, query)
        hunter.expect(actor, f"GET {view.url}/?{query}", len(found.ids), found.total or 0)


def _sees_dealer(hunter: Hunter, actor: str, customer_id: int) -> bool:
    """Tell whether an actor sees who stands above a customer: only then is the customer found by that one."""
    row = hunter.world.rows[Customer.__tablename__, customer_id]
    return row["parent_customer_id"] in hunter.world.seen_rows(actor, Customer.__tablename__)


def _stubs(hunter: Hunter, actor: str, query: Query) -> list[int]:
    """Return the customers whose stub a search gives."""
    world, search = hunter.world, query.get("search", "")
    noticed = sorted(world.seen(actor, Outcome.NOTICE)) if search else []
    return [found for found in noticed if search in world.book.mark(found, Customer.__tablename__, "name").text]
