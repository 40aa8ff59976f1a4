"""Rows that refuse a stale edit."""

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, declared_attr, mapped_column


class VersionMixin:
    """Optimistic locking: an UPDATE names the version it read, a second writer gets ``StaleDataError``."""

    version: Mapped[int] = mapped_column(Integer, default=1, sort_order=95)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """Let the mapper check and count the version."""
        return {"version_id_col": cls.version}
