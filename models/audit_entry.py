"""Who did what, when. Written by the services, read by those who hold ``view_audit``, changed by nobody."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.enums import Permission
from models.meta import field, label, page
from models.types import UtcDateTime, utc_now


class AuditEntry(Base):
    """One deed. The actor's name is kept as it was."""

    __table_args__ = (Index(None, "at"), Index(None, "table_name", "row_id"), Index(None, "actor_id"))
    __page__ = page(
        label(en="Audit entry", zh="审计记录"),
        title=label(en="Audit log", zh="审计日志"),
        menu="system",
        menu_order=2,
        permission=Permission.VIEW_AUDIT,
        columns=("at", "actor_name", "action", "table_name", "row_id", "changes"),
        search=("actor_name", "action"),
        filters=("at", "action", "table_name", "row_id"),
        exchange=("at", "actor_name", "action", "table_name", "row_id", "changes"),
        sort="-at",
        actions=frozenset(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=utc_now, info=field(label(en="At", zh="时间"), is_read_only=True)
    )
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id", ondelete="SET NULL"))
    actor_name: Mapped[str] = mapped_column(String(200), info=field(label(en="Actor", zh="操作人"), is_read_only=True))
    action: Mapped[str] = mapped_column(String(40), info=field(label(en="Action", zh="操作"), is_read_only=True))
    table_name: Mapped[str] = mapped_column(String(40), info=field(label(en="Table", zh="对象"), is_read_only=True))
    row_id: Mapped[int | None] = mapped_column(Integer, info=field(label(en="Row", zh="编号"), is_read_only=True))
    #: Field name -> [old, new], or facts of the deed such as counts.
    changes: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict, info=field(label(en="Changes", zh="内容"), is_read_only=True)
    )

    actor = relationship("Employee")

    def __str__(self) -> str:
        """Return the deed and its number."""
        return f"{self.action} #{self.id}"
