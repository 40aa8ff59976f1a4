"""Imports files that name the prey, checked and confirmed: refused row by row, telling no more than that."""

import re
from datetime import timedelta
from typing import Any

from werkzeug.test import TestResponse

from auth.visibility import Outcome
from models import Customer, Visit
from models.types import utc_now
from services.exchange.fields import FileField
from services.exchange.instances import natural_keys
from services.exchange.resource import Resource, resource_of
from services.exchange.results import Mode
from tests.files import csv_bytes
from tests.functional.leak_hunt.answers import text_of
from tests.functional.leak_hunt.company import ADMIN, PREY, is_guarded
from tests.functional.leak_hunt.form_hunt import OWNERS
from tests.functional.leak_hunt.hunter import Hunter

_CONFIRM = re.compile(r'action="([^"]+/confirm/)".*?name="plan" value="(\d+)"', re.DOTALL)
_WRITTEN = "The import is done."
#: What else an import shows: each of its lists, its columns, its file of errors.
_VIEWS = ("?show=error", "?show=update", "?show=insert", "?show=skip", "columns/", "values/", "errors/")

Line = dict[str, str]


def hunt_import(hunter: Hunter, actor: str, view: Any, mode: Mode) -> int:
    """Upload a file about each of the prey, alone; then with a row that may be written, and confirm what is left.

    :returns: how often there was something to confirm
    """
    confirmed_count = 0
    resource = resource_of(view.model)
    url, form = f"{view.url}/import/", {"mode": mode.value}
    for name in PREY:
        hidden = list(_lines_about(hunter, resource, name))
        answer = hunter.ask(actor, url, "POST", file=_file(hidden), data=form)
        _expect_owner(hunter, actor, answer, name)
        file = _file([*hidden, _fine_line(hunter, actor, resource, f"{actor} {mode.value} {name}")])
        checked = hunter.ask(actor, url, "POST", file=file, data=form | {"partial": "1"})
        found = _CONFIRM.search(text_of(checked))
        if found is None:
            continue
        done = hunter.ask(actor, found[1], "POST", data={"plan": found[2]}, may_write=True, named_before=file.decode())
        hunter.expect(actor, f"POST {url}", _WRITTEN in text_of(done), True)  # noqa: FBT003 -- compared as any answer
        _expect_owner(hunter, actor, done, name)
        _look_around(hunter, actor, done, file.decode())
        confirmed_count += 1
    return confirmed_count


def _look_around(hunter: Hunter, actor: str, answer: TestResponse | None, file: str) -> None:
    """Open what else the page of an import leads to; nobody else but the admin finds any of it."""
    if answer is None or not re.search(r"/import/\d+/", answer.request.path):
        return
    page = answer.request.path.removesuffix("columns/")
    for place in _VIEWS:
        hunter.ask(actor, f"{page}{place}", named_before=file)
    for other in (other for other in hunter.world.people if other not in (actor, ADMIN)):
        found = hunter.ask(other, page)
        hunter.expect(other, f"GET {page}", found is not None and found.status_code == 200, False)  # noqa: FBT003
        break


def _lines_about(hunter: Hunter, resource: Resource, name: str) -> list[Line]:
    """Return lines that name a hidden customer or its rows in each column that can: by each key of the row meant."""
    customer_id, lines = hunter.world.customers[name], []
    for key in resource.keys:
        mark = hunter.world.book.mark(customer_id, resource.endpoint, key)
        lines.append(_filled(resource) | {key: mark.text})
    for field in resource.fields:
        if field.target is not None and is_guarded(field.target):
            for key in natural_keys(field.target) or ("name",):
                mark = hunter.world.book.mark(customer_id, field.target.__tablename__, key)
                lines.append(_filled(resource) | {field.name: mark.text})
    return lines


def _fine_line(hunter: Hunter, actor: str, resource: Resource, words: str) -> Line:
    """Return a line that the actor may write: about a customer that somebody of the actor's team follows."""
    world = hunter.world
    team = world.sight.team(world.people[actor])
    seen_id = min(record.id for record in world.sight.records.values() if record.followers & team)
    line = _filled(resource, words)
    for field in resource.fields:
        if field.target is Customer and field.is_required:
            line[field.name] = world.book.mark(seen_id, Customer.__tablename__, "name").text
    return line


def _filled(resource: Resource, words: str = "hunted") -> Line:
    """Return a line with words in every column of free text that a new row cannot be without."""
    day = (utc_now() + timedelta(days=1)).strftime("%Y-%m-%d %H:%M")
    planned = {"planned_at": day} if resource.model is Visit else {}  # the database would take one without
    return {name: words for name in resource.required_names() if _is_text(resource, name)} | planned


def _is_text(resource: Resource, name: str) -> bool:
    field: FileField = next(field for field in resource.fields if field.name == name)
    return field.target is None


def _file(lines: list[Line]) -> bytes:
    names = list(dict.fromkeys(name for line in lines for name in line))
    return csv_bytes(names, *([line.get(name, "") for name in names] for line in lines))


def _expect_owner(hunter: Hunter, actor: str, answer: TestResponse | None, name: str) -> None:
    """See to it that only who gets the notice learns whom to ask."""
    if answer is not None and hunter.world.outcome(actor, hunter.world.customers[name]) is Outcome.HIDDEN:
        hunter.expect(actor, f"POST an import about {name}", OWNERS[name] in answer.text, False)  # noqa: FBT003 -- as above
