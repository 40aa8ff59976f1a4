"""Who made a row, and when."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.meta import field, label
from models.types import UtcDateTime, utc_now


class TimestampMixin:
    """When a row was made and last changed, in UTC."""

    created_at: Mapped[datetime] = mapped_column(
        UtcDateTime,
        default=utc_now,
        info=field(label(en="Created at", zh="创建时间"), is_read_only=True),
        sort_order=70,
    )
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime,
        default=utc_now,
        onupdate=utc_now,
        info=field(label(en="Updated at", zh="更新时间"), is_read_only=True),
        sort_order=71,
    )


class AuthoredMixin(TimestampMixin):
    """Who made and last changed a row; written by the flush listener from the session's actor."""

    @declared_attr
    @classmethod
    def created_by_id(cls) -> Mapped[int | None]:
        """Return the column of the row's maker."""
        return mapped_column(
            ForeignKey("employee.id", ondelete="SET NULL"),
            info=field(label(en="Created by", zh="创建人"), is_read_only=True),
            sort_order=72,
        )

    @declared_attr
    @classmethod
    def updated_by_id(cls) -> Mapped[int | None]:
        """Return the column of the row's last editor."""
        return mapped_column(
            ForeignKey("employee.id", ondelete="SET NULL"),
            info=field(label(en="Updated by", zh="更新人"), is_read_only=True),
            sort_order=73,
        )

    @declared_attr
    @classmethod
    def created_by(cls):  # type: ignore[no-untyped-def]  # Mapped["Employee"] cannot be resolved inside a mixin
        """Return the relationship to the row's maker."""
        return relationship("Employee", foreign_keys=[cls.created_by_id])

    @declared_attr
    @classmethod
    def updated_by(cls):  # type: ignore[no-untyped-def]  # as created_by
        """Return the relationship to the row's last editor."""
        return relationship("Employee", foreign_keys=[cls.updated_by_id])
