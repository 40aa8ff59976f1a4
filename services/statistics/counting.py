"""Counting rows by several keys at once: the visibility rule is asked once a row, however many keys there are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, null, or_, select, union_all

from auth.actor import AnySession

#: Key of the rows -> how many there are; None for rows that have no value.
Counts = dict[int | None, int]


def counted_by(session: AnySession, rows: Select[Any]) -> dict[str, Counts]:
    """Return, for each column of a SELECT of whole numbers, how many rows there are of each value. One statement.

    :param rows: a SELECT on mapped classes, so that the session's listener adds what the actor may see
    """
    seen = rows.cte("seen")
    keys = seen.c.keys()
    counts: dict[str, Counts] = {name: {} for name in keys}
    parts = [select(literal(name), seen.c[name], func.count()).group_by(seen.c[name]) for name in keys]
    for name, value, count in session.execute(union_all(*parts)):
        counts[name][value] = count
    return counts


def span_number(column: Any, bounds: Sequence[datetime]) -> ColumnElement[int | None]:
    """Return the number of the span in which a moment lies, from 0; NULL outside of all.

    Halves the spans again and again: six comparisons for a year of weeks. Bounds are moments, so that the change to
    summer time moves them as the company's clock does, on any database.

    :param bounds: the beginnings of the spans, and the end of the last
    """
    outside = or_(column < bounds[0], column >= bounds[-1])
    return case((outside, null()), else_=_halved(column, bounds, 0, len(bounds) - 1))


def _halved(column: Any, bounds: Sequence[datetime], first: int, end: int) -> ColumnElement[int]:
    if end - first == 1:
        return literal(first)
    middle = (first + end) // 2
    return case(
        (column < bounds[middle], _halved(column, bounds, first, middle)),
        else_=_halved(column, bounds, middle, end),
    )


def rolled_up(counts: Counts, parents: Mapping[int, int | None]) -> Counts:
    """Return counts of tree nodes with what stands below each added; a loop in a damaged tree ends.

    :param parents: node -> the node above it
    """
    totals: Counts = {}
    for node, count in counts.items():
        visited: set[int] = set()
        above = node
        while above is not None and above not in visited:
            visited.add(above)
            totals[above] = totals.get(above, 0) + count
            above = parents.get(above)
    return totals
