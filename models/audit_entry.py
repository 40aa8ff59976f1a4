"""Who did what, when. Written by the services, read by those who hold ``view_audit``, changed by nobody."""

import re
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Engine, ForeignKey, Index, Integer, String, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.audit_action import AUDIT_ACTION_LABELS
from models.base import Base
from models.enums import Permission
from models.inspection import TABLE_LABELS
from models.meta import Field, field, label, page
from models.types import UtcDateTime, utc_now


class AuditEntryFixedError(RuntimeError):
    """A statement would change or delete entries of the audit log."""


class AuditEntry(Base):
    """One deed. The actor's name is kept as it was.

    An entry names its row by number: whoever reads the log may not see the customer. What it says in words is
    ``services.audit_words``'s.
    """

    __table_args__ = (Index(None, "at"), Index(None, "table_name", "row_id", "at"), Index(None, "actor_id"))
    __page__ = page(
        label(en="Audit entry", zh="审计记录"),
        title=label(en="Audit log", zh="审计日志"),
        menu="system",
        menu_order=2,
        permission=Permission.VIEW_AUDIT,
        columns=("at", "actor_name", "action", "object", "changes"),
        search=("actor_name",),
        filters=("at", "actor", "action", "table_name", "row_id"),
        exchange=("at", "actor_name", "action", "object", "changes", "action_code", "table_name", "row_id"),
        sort="-at",
        empty=label(en="Nothing was done yet.", zh="还没有记录。"),
        actions=frozenset({"export"}),
    )
    __computed__: ClassVar = {"object": Field(label(en="Object", zh="对象"))}

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=utc_now, info=field(label(en="Time", zh="时间"), is_read_only=True)
    )
    actor_id: Mapped[int | None] = mapped_column(
        ForeignKey("employee.id", ondelete="SET NULL"),
        info=field(label(en="Person", zh="操作人"), is_read_only=True),
    )
    actor_name: Mapped[str] = mapped_column(String(200), info=field(label(en="Person", zh="操作人"), is_read_only=True))
    action: Mapped[str] = mapped_column(
        String(40), info=field(label(en="Action", zh="操作"), choices=AUDIT_ACTION_LABELS, is_read_only=True)
    )
    table_name: Mapped[str] = mapped_column(
        String(40), info=field(label(en="Table", zh="对象类型"), choices=TABLE_LABELS, is_read_only=True)
    )
    #: Of the row, in its table; NULL for a deed on the whole table, such as an export.
    row_id: Mapped[int | None] = mapped_column(
        Integer, info=field(label(en="Number", zh="对象编号"), is_read_only=True)
    )
    #: Field name -> [old, new], or facts of the deed such as counts.
    changes: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict, info=field(label(en="Details", zh="内容"), is_read_only=True)
    )

    actor = relationship("Employee")

    def __str__(self) -> str:
        """Return the deed's code and the entry's number."""
        return f"{self.action} #{self.id}"


_CHANGING = re.compile(rf'\b(?:UPDATE|DELETE\s+FROM)\s+(?:ONLY\s+)?"?{AuditEntry.__tablename__}\b', re.IGNORECASE)


@event.listens_for(Engine, "before_cursor_execute")
def _refuse_changes(*arguments: Any) -> None:
    """Let entries be added and read alone, whoever sends the statement: a flush, the ORM in bulk, or Core.

    What is handed to the driver as it is passes: no code of ours may, and an operator could at the database too.

    :raises AuditEntryFixedError: if the statement would change or delete entries
    """
    statement, context = arguments[2], arguments[4]
    if context is None or context.compiled is None or AuditEntry.__tablename__ not in statement:
        return
    if _CHANGING.search(statement):
        raise AuditEntryFixedError("entries of the audit log are neither changed nor deleted")
