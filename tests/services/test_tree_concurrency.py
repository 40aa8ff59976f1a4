"""Trees under two movers at once, and under any moves: dense order, no cycle, nobody lost."""

import threading
from collections.abc import Callable

from flask import Flask
from hypothesis import HealthCheck, given, settings, strategies
from sqlalchemy.orm import Session

from models import Region, db
from services.ordering import StaleVersionError, UnknownRowError
from services.tree_queries import children, subtree_ids
from services.trees import TreeCycleError, TreeDepthError, add_node, move_node
from tests.trees import outline, version_of


def test_mover_waits_for_the_other_and_then_sees_the_cycle(app: Flask) -> None:
    with app.app_context():
        first, second = (add_node(db.session, Region, name=name, parent_id=None).id for name in "ab")
        db.session.commit()
    refused: list[Exception] = []

    def move_second_under_first() -> None:
        with app.app_context():
            try:
                move_node(db.session, Region, second, parent_id=first, version=1)
            except TreeCycleError as error:
                refused.append(error)

    other = threading.Thread(target=move_second_under_first)
    with app.app_context():
        move_node(db.session, Region, first, parent_id=second, version=1)
        other.start()
        other.join(0.4)
        was_waiting = other.is_alive()
        db.session.commit()
    other.join(15)

    assert was_waiting
    assert len(refused) == 1


def test_two_movers_at_once_leave_dense_order_and_no_cycle(app: Flask) -> None:
    with app.app_context():
        nodes = [add_node(db.session, Region, name=f"n{n}", parent_id=None).id for n in range(6)]
        db.session.commit()
    refused: list[Exception] = []

    def mover(plan: Callable[[int], tuple[int, int | None]]) -> None:
        with app.app_context():
            for step in range(12):
                node_id, parent_id = plan(step)
                try:
                    move_node(db.session, Region, node_id, parent_id=parent_id, version=version_of(db.session, node_id))
                    db.session.commit()
                except (StaleVersionError, TreeCycleError) as error:
                    refused.append(error)
                    db.session.rollback()

    # Each puts its node under the other's: without the lock both would pass the check and close a loop.
    first = threading.Thread(target=mover, args=(lambda step: (nodes[0], nodes[1] if step % 2 else None),))
    second = threading.Thread(target=mover, args=(lambda step: (nodes[1], nodes[0] if step % 2 else None),))
    for thread in (first, second):
        thread.start()
    for thread in (first, second):
        thread.join(60)

    with app.app_context():
        found = outline(db.session)
        assert sum(len(rows) for rows in found.values()) == 6
        assert all([place for _, place in rows] == list(range(1, len(rows) + 1)) for rows in found.values())
        reached = [
            row_id for row in children(db.session, Region, None) for row_id in subtree_ids(db.session, Region, row.id)
        ]
        assert sorted(reached) == nodes


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(strategies.lists(strategies.tuples(*[strategies.integers(0, 7)] * 3), min_size=1, max_size=15))
def test_any_moves_keep_a_dense_forest(session: Session, moves: list[tuple[int, int, int]]) -> None:
    nodes = [add_node(session, Region, name=f"n{n}", parent_id=None).id for n in range(7)]
    for node, parent, before in moves:
        try:
            move_node(
                session,
                Region,
                nodes[node % 7],
                parent_id=nodes[parent] if parent < 7 else None,
                before_id=nodes[before] if before < 7 else None,
                version=version_of(session, nodes[node % 7]),
            )
        except (TreeCycleError, TreeDepthError, UnknownRowError):
            continue

    found = outline(session)
    reached = [row_id for row in children(session, Region, None) for row_id in subtree_ids(session, Region, row.id)]
    session.rollback()
    assert sorted(reached) == nodes
    assert all([place for _, place in rows] == list(range(1, len(rows) + 1)) for rows in found.values())
