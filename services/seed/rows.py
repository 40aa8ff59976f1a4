"""Rows of seed data on their way into the database."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.exchange.bulk import take_ids


def insert_rows(session: Session, model: type[Any], rows: list[dict[str, Any]]) -> list[int]:
    """Insert the rows, all with the same keys, by one statement. Each gets its ``id``; return the ids in order.

    :param session: an unfiltered session
    """
    if not rows:
        return []
    ids = take_ids(session, model, len(rows))
    for row, row_id in zip(rows, ids, strict=True):
        row["id"] = row_id
    # Without render_nulls the rows are parted by which of their values are None: a statement for each few.
    session.execute(insert(model).execution_options(render_nulls=True), rows)
    return ids
