"""Rows that a person puts in order."""

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from models.meta import field, label


class SortableMixin:
    """A place among the rows of a list, or among siblings of a tree: 1..n without gaps.

    Only ``services.ordering`` and ``services.trees`` write it.
    """

    sort_order: Mapped[int] = mapped_column(
        Integer, default=0, info=field(label(en="Order", zh="排序"), is_read_only=True), sort_order=85
    )
