"""Visits to customers."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Numeric, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.enums import VISIT_STATUS_LABELS, VISIT_TYPE_LABELS, Permission, one_of
from models.meta import EVERYONE, field, label, page
from models.mixins import AuthoredMixin, VersionMixin
from models.scope import HangsOnCustomer
from models.types import UtcDateTime


class Visit(HangsOnCustomer, AuthoredMixin, VersionMixin, Base):
    """One visit by one employee. At most one visit of an employee is open."""

    __table_args__ = (
        one_of("type", VISIT_TYPE_LABELS),
        one_of("status", VISIT_STATUS_LABELS),
        CheckConstraint("check_out_at IS NULL OR check_out_at >= check_in_at", name="check_out_after_check_in"),
        CheckConstraint("(check_in_lat IS NULL) = (check_in_lng IS NULL)", name="check_in_position_whole"),
        CheckConstraint("(check_out_lat IS NULL) = (check_out_lng IS NULL)", name="check_out_position_whole"),
        Index(None, "customer_id", "check_in_at"),
        Index(None, "user_id", "check_in_at"),
        Index("ix_visit_counted", "check_in_at", "id", "user_id", "customer_id"),
        Index(
            "ix_visit_planned",
            "created_at",
            "id",
            sqlite_where=text("check_in_at IS NULL"),
            postgresql_where=text("check_in_at IS NULL"),
        ),
        Index(
            "uq_visit_open",
            "user_id",
            unique=True,
            sqlite_where=text("status = 'visiting'"),
            postgresql_where=text("status = 'visiting'"),
        ),
    )
    __page__ = page(
        label(en="Visit", zh="拜访记录"),
        title=label(en="Visits", zh="拜访记录"),
        menu="customers",
        menu_order=4,
        permission=EVERYONE,
        import_permission=Permission.IMPORT_CUSTOMERS,
        export_permission=Permission.EXPORT_CUSTOMERS,
        columns=(
            "customer",
            "user",
            "type",
            "status",
            "planned_at",
            "check_in_at",
            "check_out_at",
            "duration_s",
            "distance_m",
            "summary",
        ),
        form=("customer", "planned_at", "summary", "progress_after"),
        search=("summary",),
        filters=("customer", "user", "type", "status", "check_in_at"),
        exchange=(
            "customer",
            "user",
            "type",
            "status",
            "planned_at",
            "check_in_at",
            "check_in_address",
            "distance_m",
            "check_out_at",
            "duration_s",
            "summary",
            "progress_after",
        ),
        sort="-created_at",
        add=label(en="Add visit", zh="新增拜访"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-100)
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id", ondelete="CASCADE"),
        info=field(label(en="Customer", zh="客户"), is_immutable=True),
        sort_order=-95,
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("employee.id", ondelete="RESTRICT"),
        info=field(label(en="Visitor", zh="拜访人"), is_read_only=True),
        sort_order=-90,
    )
    type: Mapped[str] = mapped_column(
        String(10), default="planned", info=field(label(en="Type", zh="类型"), choices=VISIT_TYPE_LABELS)
    )
    status: Mapped[str] = mapped_column(
        String(10), default="to_visit", info=field(label(en="Status", zh="状态"), choices=VISIT_STATUS_LABELS)
    )
    planned_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=field(label(en="Planned at", zh="计划时间")))
    check_in_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, info=field(label(en="Check-in", zh="签到时间"), is_read_only=True)
    )
    check_in_lat: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    check_in_lng: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    check_in_address: Mapped[str | None] = mapped_column(
        String(200), info=field(label(en="Check-in address", zh="签到地址"), is_read_only=True)
    )
    distance_m: Mapped[int | None] = mapped_column(
        Integer,
        info=field(
            label(en="Distance (m)", zh="偏差（米）"),
            help=label(en="From the customer's position.", zh="与客户位置的距离。"),
            is_read_only=True,
        ),
    )
    check_out_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, info=field(label(en="Check-out", zh="签退时间"), is_read_only=True)
    )
    check_out_lat: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    check_out_lng: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    duration_s: Mapped[int | None] = mapped_column(
        Integer, info=field(label(en="Duration (s)", zh="时长（秒）"), is_read_only=True)
    )
    summary: Mapped[str | None] = mapped_column(Text, info=field(label(en="Summary", zh="拜访总结"), is_long=True))
    progress_after_id: Mapped[int | None] = mapped_column(
        ForeignKey("follow_up_progress.id", ondelete="RESTRICT"),
        index=True,
        info=field(label(en="Progress after", zh="拜访后进度")),
    )
    #: What the customer had before; None for none, for the same, and for rows older than the column.
    progress_before_id: Mapped[int | None] = mapped_column(
        ForeignKey("follow_up_progress.id", ondelete="RESTRICT"), index=True, sort_order=200
    )
    photos: Mapped[list["VisitPhoto"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="VisitPhoto.id"
    )

    customer = relationship("Customer", back_populates="visits")
    user = relationship("Employee", foreign_keys=[user_id])
    progress_after = relationship("FollowUpProgress", foreign_keys=[progress_after_id])

    def __str__(self) -> str:
        """Return the visit's number; its other fields may be hidden."""
        return f"#{self.id}"


class VisitPhoto(HangsOnCustomer, Base):
    """A stored photo of a visit. Repeats the customer so that visibility reaches it by itself."""

    __table_args__ = (Index(None, "customer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"))
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    storage_key: Mapped[str] = mapped_column(String(200), unique=True)
    #: The same photo as lists show it.
    thumbnail_key: Mapped[str | None] = mapped_column(String(200), unique=True)
