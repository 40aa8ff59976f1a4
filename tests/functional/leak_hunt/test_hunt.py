"""The hunt itself: it catches leaks in pages that it has never seen, and on every list once the listener is off."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from auth import guard, raw_sql
from tests.functional.leak_hunt import leaky
from tests.functional.leak_hunt.company import PREY, World, is_guarded, marked_models
from tests.functional.leak_hunt.export_hunt import hunt_export
from tests.functional.leak_hunt.hunter import Hunter, summary
from tests.functional.leak_hunt.list_hunt import expect_rows
from tests.functional.leak_hunt.listings import marked_views, pickers
from tests.functional.leak_hunt.marks import markable_columns
from tests.functional.leak_hunt.picker_hunt import hunt_picker
from tests.functional.leak_hunt.questions import rules_of
from tests.functional.leak_hunt.rule_hunt import ask_about_rows
from tests.functional.leak_hunt.twin_hunt import hunt_differences

#: Sees few customers, may export and import.
ACTOR = "exchanger-co_follower"
#: Hold view-all. A list of who does not may start from the followed customers, so it holds no others by itself.
READER, EXPORTER = "employee-peer", "manager-leader"


def test_every_column_of_a_marked_table_is_marked(world: World) -> None:
    """A table that is added is marked without a change here, and so is a column."""
    customer_id = world.customers["c1"]

    for model in marked_models():
        marked = {mark.column for mark in world.book.of(customer_id, model.__tablename__)}

        assert marked == {column.key for column in markable_columns(model)}, model


def test_leaky_page_is_caught_without_telling_the_hunt(app_maker: Callable[..., Flask], world: World) -> None:
    app = app_maker()
    app.register_blueprint(leaky.blueprint)
    hunter = Hunter(app, world)
    rules = [rule for rule in rules_of(app) if rule.endpoint.startswith("leaky.")]

    with hunter.watching():
        hunt_differences(hunter, ACTOR, rules)
        for rule in rules:
            ask_about_rows(hunter, ACTOR, rule)

    assert {finding.endpoint for finding in hunter.findings} - {""} == {rule.endpoint for rule in rules} | {
        "root.start"
    }


def test_every_guarded_route_is_caught_with_the_listener_off(app: Flask, world: World) -> None:
    hunter = Hunter(app, world)
    with hunter.watching():
        honest = {route: _findings(hunter, hunt) for route, hunt in _guarded_routes(hunter).items()}
        with _listener_off():
            caught = {route: _findings(hunter, hunt) for route, hunt in _guarded_routes(hunter).items()}

    assert {route for route, count in honest.items() if count} == set()
    assert {route for route, count in caught.items() if not count} == set(), summary(hunter.findings)


def _guarded_routes(hunter: Hunter) -> dict[str, Callable[[], object]]:
    """Return what asks each list, details page, export and picker of marked rows, by what it is."""
    routes: dict[str, Callable[[], object]] = {}
    for view in marked_views(hunter.app):
        routes[f"list {view.url}/"] = partial(expect_rows, hunter, READER, view)
        routes[f"details {view.url}/"] = partial(_ask_details, hunter, view)
        for kind in view.export_formats():
            routes[f"export {view.url}/ {kind}"] = partial(hunt_export, hunter, EXPORTER, view, kind)
    for picker in pickers(hunter.app):
        if is_guarded(picker.attribute.target):
            route = f"picker {picker.url} {picker.attribute.name}"
            routes[route] = partial(hunt_picker, hunter, ACTOR, picker)
    return routes


def _ask_details(hunter: Hunter, view: Any) -> None:
    for name in PREY:
        hunter.ask(ACTOR, f"{view.url}/details/?id={hunter.world.customers[name]}")


def _findings(hunter: Hunter, hunt: Callable[[], object]) -> int:
    """Return how many findings a hunt adds."""
    before = len(hunter.findings)
    hunt()
    return len(hunter.findings) - before


@contextmanager
def _listener_off() -> Iterator[None]:
    """Switch the rule off: for statements of sessions, and for what the driver reads past them."""
    event.remove(Session, "do_orm_execute", guard._guard_statement)
    visible, raw_sql.visible = raw_sql.visible, lambda _session, statement: statement
    try:
        yield
    finally:
        raw_sql.visible = visible
        event.listen(Session, "do_orm_execute", guard._guard_statement)
