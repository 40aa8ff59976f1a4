"""Follow-ups: what was said and done with a customer."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.enums import FOLLOW_UP_METHOD_LABELS, Permission, one_of
from models.meta import EVERYONE, field, label, page
from models.mixins import AuthoredMixin, VersionMixin
from models.scope import HangsOnCustomer
from models.types import UtcDateTime


class FollowUp(HangsOnCustomer, AuthoredMixin, VersionMixin, Base):
    """One follow-up. ``progress_after`` moves the customer's progress; the last record wins."""

    __table_args__ = (
        one_of("method", FOLLOW_UP_METHOD_LABELS),
        Index(None, "customer_id", "created_at"),
        Index(None, "author_id", "created_at"),
        Index("ix_follow_up_counted", "created_at", "id", "author_id", "customer_id"),
    )
    __page__ = page(
        label(en="Follow-up", zh="跟进记录"),
        title=label(en="Follow-ups", zh="跟进记录"),
        menu="customers",
        menu_order=3,
        permission=EVERYONE,
        import_permission=Permission.IMPORT_CUSTOMERS,
        export_permission=Permission.EXPORT_CUSTOMERS,
        columns=(
            "customer",
            "author",
            "method",
            "contact",
            "content",
            "progress_after",
            "next_follow_at",
            "created_at",
        ),
        form=("customer", "method", "contact", "content", "progress_after", "next_follow_at"),
        search=("content",),
        filters=("customer", "author", "method", "progress_after", "created_at"),
        exchange=(
            "customer",
            "author",
            "method",
            "contact",
            "content",
            "progress_after",
            "next_follow_at",
            "created_at",
        ),
        sort="-created_at",
        add=label(en="Add follow-up", zh="新增跟进"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-100)
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id", ondelete="CASCADE"),
        info=field(label(en="Customer", zh="客户"), is_immutable=True),
        sort_order=-95,
    )
    author_id: Mapped[int | None] = mapped_column(
        ForeignKey("employee.id", ondelete="RESTRICT"),
        info=field(label(en="Author", zh="跟进人"), is_read_only=True),
        sort_order=-90,
    )
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id", ondelete="SET NULL"), info=field(label(en="Contact", zh="联系人")), index=True
    )
    method: Mapped[str] = mapped_column(
        String(20),
        default="phone",
        info=field(label(en="Method", zh="方式"), choices=FOLLOW_UP_METHOD_LABELS),
    )
    content: Mapped[str] = mapped_column(Text, info=field(label(en="Content", zh="内容"), is_long=True))
    progress_after_id: Mapped[int | None] = mapped_column(
        ForeignKey("follow_up_progress.id", ondelete="RESTRICT"),
        index=True,
        info=field(label(en="Progress after", zh="跟进后进度")),
    )
    #: What the customer had before; None for none, for the same, and for rows older than the column.
    progress_before_id: Mapped[int | None] = mapped_column(
        ForeignKey("follow_up_progress.id", ondelete="RESTRICT"), index=True, sort_order=200
    )
    next_follow_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, info=field(label(en="Next follow-up", zh="下次跟进时间"))
    )
    #: Keys of stored files, in the order they were added.
    attachments: Mapped[list["FollowUpAttachment"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="FollowUpAttachment.id"
    )

    customer = relationship("Customer", back_populates="follow_ups")
    author = relationship("Employee", foreign_keys=[author_id])
    contact = relationship("Contact")
    progress_after = relationship("FollowUpProgress", foreign_keys=[progress_after_id])

    def __str__(self) -> str:
        """Return the beginning of the content."""
        return self.content[:40]


class FollowUpAttachment(HangsOnCustomer, Base):
    """A stored file of a follow-up. Repeats the customer so that visibility reaches it by itself."""

    __table_args__ = (Index(None, "customer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"))
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id", ondelete="CASCADE"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    storage_key: Mapped[str] = mapped_column(String(200), unique=True)
