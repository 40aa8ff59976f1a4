"""Exports a list in every type: its rows, no more, and the right number of those left out."""

import re
from http import HTTPStatus
from typing import Any

from auth.visibility import Outcome
from models import Customer
from services.audit_words import FACT_LABELS
from tests.functional.leak_hunt.answers import file_rows, listed, notes, text_of
from tests.functional.leak_hunt.company import ADMIN, PREY, is_guarded
from tests.functional.leak_hunt.hunter import Hunter
from tests.functional.leak_hunt.listings import WHOLE, Query, queries

#: A CSV is made by the database, a workbook of values, as are the other types.
STREAMED = ("csv", "xlsx")
_LEFT_OUT = re.compile(r'id="left-out">(\d+)')


def hunt_exports(hunter: Hunter, actor: str, view: Any) -> None:
    """Export a list with each of the queries, and the first in every type; stop where the actor may not."""
    for number, query in enumerate(_queries(hunter, view)):
        matching = _matching(hunter, view, query)
        for export_type in view.export_formats() if number == 0 else STREAMED:
            if not hunt_export(hunter, actor, view, export_type, query=query, matching=matching):
                return


def hunt_export(
    hunter: Hunter, actor: str, view: Any, export_type: str, *, query: Query = WHOLE, matching: set[int] | None = None
) -> bool:
    """Export a list; tell whether the actor may.

    :param matching: the ids of all rows that the query means; None: they are not counted
    """
    world, url = hunter.world, f"{view.url}/export/{export_type}/"
    answer = hunter.ask(actor, url, query=query)
    if answer is None or answer.status_code != HTTPStatus.OK:
        return False
    if matching is not None:
        seen = matching & world.seen_rows(actor, view.model.__tablename__)
        hunter.expect(actor, f"GET {url}?{query}", len(file_rows(answer)), len(seen))
    left_out = _left_out(hunter, actor, view) if export_type == "xlsx" else 0
    words = FACT_LABELS["left_out"]
    told = sum(int(line[1]) for line in notes(answer) if line[0] in {words.en, words.zh})
    hunter.expect(actor, f"GET {url}?{query}", told, left_out)
    return True


def hunt_export_page(hunter: Hunter, actor: str, view: Any) -> None:
    """Open the page that leads to the files: it counts those left out."""
    page = hunter.ask(actor, f"{view.url}/export/")
    if page is not None and page.status_code == HTTPStatus.OK:
        told = _LEFT_OUT.search(page.text)
        hunter.expect(actor, f"GET {view.url}/export/", int(told[1]) if told else 0, _left_out(hunter, actor, view))


def _left_out(hunter: Hunter, actor: str, view: Any) -> int:
    return len(hunter.world.seen(actor, Outcome.NOTICE)) if view.model is Customer else 0


def _queries(hunter: Hunter, view: Any) -> list[Query]:
    """Return with which queries a list is exported: whole, filtered by what the prey holds, searched for the prey."""
    asked = queries(hunter.world, view.model)
    if not is_guarded(view.model):
        return asked[:1]
    name = hunter.world.book.mark(hunter.world.customers[PREY[0]], Customer.__tablename__, "name")
    return [*asked[:2], {"search": name.piece, "names": "field"}]


def _matching(hunter: Hunter, view: Any, query: Query) -> set[int] | None:
    """Return the ids of all rows that a query means; None for rows that hang on no customer."""
    if not is_guarded(view.model):
        return None
    return set(listed(text_of(hunter.ask(ADMIN, f"{view.url}/", query=WHOLE | query))).ids)
