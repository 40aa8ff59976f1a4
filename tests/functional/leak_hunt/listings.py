"""What lists are asked: every filter, sort and scope that their tables declare, and searches for what rows hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask

from admin_views.listing_args import filter_attributes, known_args, sortable_names
from models import Customer, Employee
from models.inspection import Attribute, Kind, attributes_of, page_of
from services.listing import OPERATIONS
from tests.functional.leak_hunt.company import PREY, World, is_guarded
from tests.functional.leak_hunt.marks import Mark

#: A page that holds every row.
WHOLE = {"page_size": "200"}

Query = dict[str, str]


@dataclass(frozen=True, slots=True)
class Picker:
    """A related row that a page lets people pick."""

    view: Any
    attribute: Attribute

    @property
    def url(self) -> str:
        """Return where its rows are looked up."""
        return f"{self.view.url}/ajax/lookup/"


def list_views(app: Flask) -> list[Any]:
    """Return the generated views: each has a list."""
    return [view for view in app.extensions["admin"][0]._views if hasattr(view, "page")]


def marked_views(app: Flask) -> list[Any]:
    """Return the views of marked tables."""
    return [view for view in list_views(app) if is_guarded(view.model)]


def pickers(app: Flask) -> Iterator[Picker]:
    """Yield every relationship of every table with pages, also those that no form or filter offers."""
    for view in list_views(app):
        yield from (Picker(view, found) for found in attributes_of(view.model).values() if found.target is not None)


def queries(world: World, model: Any) -> list[Query]:
    """Return what a list is asked: every filter, by what the prey holds, every sort, and searches for what it holds."""
    rows = [world.rows.get((model.__tablename__, world.customers[name]), {}) for name in PREY]
    filters = list(_filters(world, model, rows))
    sorts = [f"{sign}{name}" for name in sortable_names(model) for sign in ("", "-")] or [""]
    names = list(dict.fromkeys(next(iter(found)) for found in filters))
    asked = [WHOLE]  # each filter with an order of its own, so that both are asked at once
    asked += [WHOLE | found | {"sort": sorts[names.index(next(iter(found))) % len(sorts)]} for found in filters]
    asked += [WHOLE | {"sort": sort} for sort in sorts[len(names) :]]
    asked += [WHOLE | {"search": mark.piece} for mark in searched(world, model)]
    return asked


def searched(world: World, model: Any) -> list[Mark]:
    """Return the marks that a list is searched for: each text of the prey's first, what is searched of the others."""
    table = model.__tablename__ if is_guarded(model) else Customer.__tablename__
    found = []
    for name in PREY:
        columns = page_of(model).search if name != PREY[0] else None
        marks = (mark for mark in world.book.of(world.customers[name], table) if mark.row_id == mark.customer_id)
        found += [mark for mark in marks if mark.piece.isalnum() and (columns is None or mark.column in columns)]
    return found if is_guarded(model) else [mark for mark in found if mark.column in ("name", "phone")]


def _filters(world: World, model: Any, rows: list[dict[str, Any]]) -> Iterator[Query]:
    """Yield each filter by itself, with each of the values that the prey's rows give it."""
    known = known_args(model)
    for attribute in filter_attributes(model):
        for operation in OPERATIONS[attribute.kind]:
            name = f"{attribute.name}__{operation}"
            assert name in known
            values = (_value(world, attribute, operation, row) for row in rows)
            yield from ({name: value} for value in dict.fromkeys(values))
            if operation == "empty":
                yield {name: "0"}


def _value(world: World, attribute: Attribute, operation: str, row: Mapping[str, Any]) -> str:
    """Return what a filter is given so that it matches a row; of a row without such a value, something of the prey."""
    prey = world.customers[PREY[0]]
    value = row.get(attribute.key)
    if operation == "empty":
        return "1"
    if operation == "named":
        return _name(world, attribute.target, value or prey)
    if value is None:
        return "2026-01-01" if attribute.kind in {Kind.DATE, Kind.MOMENT} else str(prey)
    return str(value)[8:] if operation == "contains" else _typed(value)


def _typed(value: Any) -> str:
    """Return a value as it is typed into a filter."""
    match value:
        case bool():
            return str(int(value))
        case datetime():
            return value.date().isoformat()
    return str(value)


def _name(world: World, target: Any, row_id: int) -> str:
    """Return the name of a related row, or a part of it that is no mark."""
    if target is Employee:
        return next(name for name, person_id in world.people.items() if person_id in (row_id, world.people["a1"]))
    if target.__tablename__ in world.values and row_id in world.values[target.__tablename__]:
        return f"{target.__tablename__} {world.values[target.__tablename__].index(row_id) + 1}"
    marks = [mark for mark in world.book.of(row_id, target.__tablename__) if mark.column == "name"]
    return marks[0].piece if marks else str(target.__tablename__)
