"""Counting rows by several keys at once: the rows are read once, however many keys there are."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, null, or_, select, tuple_

from auth.actor import AnySession
from auth.gathering import WHOLE_TABLES
from auth.visibility import dialect_of

#: Key of the rows -> how many there are; None for rows that have no value.
Counts = dict[int | None, int]

#: The visibility rule gathers what decides, once.
_WHOLE = {WHOLE_TABLES: True}


def counted_by(session: AnySession, rows: Select[Any]) -> dict[str, Counts]:
    """Return, for each column of a SELECT of whole numbers, how many rows there are of each value. One statement.

    :param rows: a SELECT on mapped classes, so that the session's listener adds what the actor may see
    """
    count = _by_grouping_sets if dialect_of(session) == "postgresql" else _by_arrays
    return count(session, rows)


def _by_grouping_sets(session: AnySession, rows: Select[Any]) -> dict[str, Counts]:
    """Let PostgreSQL count by each column, with a hash table for each and one pass over the rows.

    The OFFSET keeps the planner from taking a span of moments for as many groups as there are moments, for which it
    would sort all rows.
    """
    columns = rows.offset(0).subquery("seen").c
    names = columns.keys()
    counts: dict[str, Counts] = {name: {} for name in names}
    #: GROUPING says with a bit for each column, the last one lowest, whether a line is not of its set.
    every = 2 ** len(names) - 1
    place_of = {every - 2**place: len(names) - 1 - place for place in range(len(names))}
    sets = func.grouping_sets(*(tuple_(column) for column in columns))
    lines = select(func.grouping(*columns), func.count(), *columns).group_by(sets)
    for mask, count, *values in session.execute(lines, execution_options=_WHOLE):
        place = place_of[mask]
        counts[names[place]][values[place]] = count
    return counts


def _by_arrays(session: AnySession, rows: Select[Any]) -> dict[str, Counts]:
    """Let SQLite write each column as one array, and count here.

    SQLite knows no hash tables: it sorts the rows for each GROUP BY, which takes several times as long.
    """
    columns = rows.subquery("seen").c
    arrays = session.execute(select(*(func.json_group_array(column) for column in columns)), execution_options=_WHOLE)
    return {name: dict(Counter(json.loads(array))) for name, array in zip(columns.keys(), arrays.one(), strict=True)}


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
