"""Asks a picker of a page, for forms and for filters, with what the prey is called: no row that is not seen."""

from collections.abc import Iterator
from http import HTTPStatus

from models import Customer
from tests.functional.leak_hunt.company import PREY, is_guarded, marked_models
from tests.functional.leak_hunt.hunter import Hunter
from tests.functional.leak_hunt.listings import Picker

#: For what a picker is asked.
USES = ("form", "filter")


def hunt_picker(hunter: Hunter, actor: str, picker: Picker) -> None:
    """Ask for the rows that a picker offers: those of a marked table must be seen by the actor."""
    is_marked = is_guarded(picker.attribute.target)
    for use in USES:
        for asked in _asked(hunter) if is_marked else ({},):
            query = {"name": picker.attribute.name, "for": use, "limit": "100000"} | asked
            answer = hunter.ask(actor, picker.url, query=query)
            if answer is None or answer.status_code != HTTPStatus.OK:
                break
            if is_marked:
                offered = {row["id"] for row in answer.get_json()}
                hidden = offered - hunter.world.seen_rows(actor, picker.attribute.target.__tablename__)
                hunter.expect(actor, f"GET {picker.url}?{query}", sorted(hidden), [])


def _asked(hunter: Hunter) -> Iterator[dict[str, str]]:
    """Yield what is asked of a picker: anything, what hangs on the prey, and what the prey is called."""
    yield {}
    for name in PREY:
        customer_id = hunter.world.customers[name]
        yield {f"{model.__tablename__}_id": str(customer_id) for model in marked_models()}
        for column in ("name", "phone"):
            yield {"query": hunter.world.book.mark(customer_id, Customer.__tablename__, column).piece}
