"""What takes a deed on a value of a dictionary back. Written and read by ``services.dictionaries`` alone."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.types import UtcDateTime


class UndoEntry(Base):
    """What was before a deed, beside the deed's entry in the audit log, which nobody changes."""

    audit_entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id", ondelete="CASCADE"), primary_key=True)
    #: The dictionary.
    table_name: Mapped[str] = mapped_column(String(40))
    #: What the value was called.
    name: Mapped[str] = mapped_column(String(100))
    #: The columns of the value that the deed deleted; none if it deleted nothing.
    deleted: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: The fields that the deed wrote, in its order: [{"table", "column", "ids", "before", "after"}].
    written: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    audit_entry = relationship("AuditEntry")
