"""An import turns any tree into any other with the same codes: names swapped, parents put below their children."""

from hypothesis import HealthCheck, given, settings, strategies
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Region
from tests.files import csv_bytes, do_import, exported, faults, rows_import

HEADER = ("code", "name", "parent_code")
NAMES = "甲乙丙"
Lines = list[tuple[str, str, str]]


@strategies.composite
def trees(draw: strategies.DrawFn) -> Lines:
    """Return the lines of a tree of at most seven nodes, parents first, at most five levels."""
    lines: Lines = []
    levels = {"": 0}
    taken: set[tuple[str, str]] = set()
    for code in draw(strategies.permutations("1234567"))[: draw(strategies.integers(1, 7))]:
        parent = draw(strategies.sampled_from([above for above in levels if levels[above] < 5]))
        name = draw(strategies.sampled_from(NAMES))
        if (parent, name) in taken:
            name = f"{name}{code}"
        taken.add((parent, name))
        levels[code] = levels[parent] + 1
        lines.append((code, name, parent))
    return lines


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=trees(), after=trees())
def test_any_tree_becomes_any_other(session: Session, before: Lines, after: Lines) -> None:
    kept = {code for code, _, _ in before} - {code for code, _, _ in after}
    session.rollback()
    rows_import(session, "region", HEADER, *before)
    rows_import(session, "industry", HEADER, *after, *((code, f"kept {code}", "") for code in sorted(kept)))
    wanted = exported(session, "industry")

    result = do_import(session, "region", wanted, "update")
    again = do_import(session, "region", wanted, "update")

    whole = exported(session, "region")
    session.rollback()
    assert faults(result) == []
    assert whole == wanted
    assert (again.inserted_count, again.updated_count) == (0, 0)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=trees(), rows=strategies.lists(strategies.tuples(*[strategies.sampled_from(("", *"12345678"))] * 3)))
def test_any_lines_leave_a_whole_tree(session: Session, before: Lines, rows: list[tuple[str, str, str]]) -> None:
    session.rollback()
    rows_import(session, "region", HEADER, *before)
    lines = csv_bytes(HEADER, *(line for line in rows if any(line)), ("9", "last", ""))

    result = do_import(session, "region", lines, "update", is_partial=True)

    found = session.execute(select(Region.id, Region.parent_id, Region.sort_order)).all()
    session.rollback()
    assert result.is_written
    parents = {row.id: row.parent_id for row in found}
    for start in parents:
        at: int | None = start
        for _ in range(6):
            at = parents[at] if at is not None else None
        assert at is None, "a circle, or too deep"
    places: dict[int | None, list[int]] = {}
    for row in found:
        places.setdefault(row.parent_id, []).append(row.sort_order)
    assert all(sorted(group) == list(range(1, len(group) + 1)) for group in places.values())
