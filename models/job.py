"""Imports and exports: who, which table, how far it is, how it went; what an import plans and what it wrote."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.base import Base
from models.enums import IMPORT_MODE_LABELS, IMPORT_PHASE_LABELS, JOB_STATE_LABELS, Permission, one_of
from models.meta import field, label, page
from models.types import UtcDateTime, utc_now


class JobMixin:
    """What an import and an export have in common.

    The row is the truth about a job; the queue only wakes a worker. Who begins a job raises ``attempt`` and ends it
    only while that number still stands, so that two workers never both write.
    """

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-100)
    endpoint: Mapped[str] = mapped_column(
        String(40), info=field(label(en="Table", zh="对象"), is_read_only=True), sort_order=-90
    )
    file_name: Mapped[str] = mapped_column(
        String(200), info=field(label(en="File", zh="文件"), is_read_only=True), sort_order=-80
    )
    state: Mapped[str] = mapped_column(
        String(10),
        default="running",
        info=field(label(en="State", zh="状态"), choices=JOB_STATE_LABELS, is_read_only=True),
        sort_order=-70,
    )
    row_count: Mapped[int] = mapped_column(
        Integer, default=0, info=field(label(en="Rows", zh="行数"), is_read_only=True), sort_order=10
    )
    created_at: Mapped[datetime] = mapped_column(
        UtcDateTime,
        default=utc_now,
        info=field(label(en="Started at", zh="开始时间"), is_read_only=True),
        sort_order=70,
    )
    finished_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, info=field(label(en="Finished at", zh="结束时间"), is_read_only=True), sort_order=71
    )

    #: Rows done; what was done in earlier batches is committed with it.
    position: Mapped[int] = mapped_column(Integer, default=0, sort_order=200)
    #: How often a worker has begun it.
    attempt: Mapped[int] = mapped_column(Integer, default=0, sort_order=201)
    #: The file in the storage: an import's upload, an export's result.
    file_key: Mapped[str | None] = mapped_column(String(100), sort_order=202)
    file_size: Mapped[int | None] = mapped_column(Integer, sort_order=203)
    #: When the file goes, and with it the plan and the undo.
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True, sort_order=204)
    #: Why it failed as a whole: {"code", "data"} of a FileError.
    fault: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), sort_order=205)
    #: How it was asked for; ``services.exchange`` knows the keys.
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, sort_order=206)

    @declared_attr
    @classmethod
    def owner_id(cls) -> Mapped[int | None]:
        """Return the column of the one who ran it; NULL is the operator's command line."""
        return mapped_column(
            ForeignKey("employee.id", ondelete="SET NULL"),
            info=field(label(en="Run by", zh="执行人"), is_read_only=True),
            index=True,
            sort_order=-95,
        )

    @declared_attr
    @classmethod
    def owner(cls):  # type: ignore[no-untyped-def]  # Mapped["Employee"] cannot be resolved inside a mixin
        """Return the relationship to the one who ran it."""
        return relationship("Employee")

    def __str__(self) -> str:
        """Return the file's name."""
        return self.file_name


class ImportJob(JobMixin, Base):
    """One run of an import."""

    __table_args__ = (
        one_of("state", JOB_STATE_LABELS),
        one_of("mode", IMPORT_MODE_LABELS),
        one_of("phase", IMPORT_PHASE_LABELS),
        Index(None, "created_at"),
    )
    __page__ = page(
        label(en="Import", zh="导入记录"),
        title=label(en="Imports", zh="导入记录"),
        menu="customer_import",
        menu_order=10,
        permission=Permission.IMPORT_CUSTOMERS,
        columns=(
            "created_at",
            "owner",
            "endpoint",
            "file_name",
            "mode",
            "state",
            "row_count",
            "inserted_count",
            "updated_count",
            "skipped_count",
            "error_count",
        ),
        filters=("endpoint", "state", "created_at"),
        exchange=(),
        sort="-created_at",
        actions=frozenset(),
    )

    mode: Mapped[str] = mapped_column(
        String(10),
        default="skip",
        info=field(label(en="Mode", zh="方式"), choices=IMPORT_MODE_LABELS, is_read_only=True),
    )
    inserted_count: Mapped[int] = mapped_column(
        Integer, default=0, info=field(label(en="Added", zh="新增"), is_read_only=True), sort_order=11
    )
    updated_count: Mapped[int] = mapped_column(
        Integer, default=0, info=field(label(en="Updated", zh="更新"), is_read_only=True), sort_order=12
    )
    skipped_count: Mapped[int] = mapped_column(
        Integer, default=0, info=field(label(en="Skipped", zh="跳过"), is_read_only=True), sort_order=13
    )
    error_count: Mapped[int] = mapped_column(
        Integer, default=0, info=field(label(en="Errors", zh="错误"), is_read_only=True), sort_order=14
    )
    #: The first errors: [{"row": 3, "field": "name", "reason": "..."}].
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, sort_order=15)
    phase: Mapped[str] = mapped_column(
        String(10),
        default="plan",
        info=field(label(en="Step", zh="步骤"), choices=IMPORT_PHASE_LABELS, is_read_only=True),
        sort_order=210,
    )
    #: Digest of the header, by which a person's last choice of columns is found again.
    header_hash: Mapped[str | None] = mapped_column(String(32), sort_order=211)
    #: What its plan found beside the rows: unknown and missing values, what becomes of a tree.
    summary: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), sort_order=212)


class ImportRow(Base):
    """What an import plans for one row of its file, and what became of it. Shown to those who see the row's target."""

    __table_args__ = (UniqueConstraint("job_id", "number"), Index(None, "job_id", "action", "number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("import_job.id", ondelete="CASCADE"))
    #: Number in the file, the header's row counted.
    number: Mapped[int] = mapped_column(Integer)
    #: insert, update, skip or error.
    action: Mapped[str] = mapped_column(String(10))
    #: The row of the table that it means; of a new one, once it is written.
    target_id: Mapped[int | None] = mapped_column(Integer)
    #: Field -> [text before, text after]; before is null for a new row.
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: Why it cannot be used, or was not touched: [{"field", "code", "data"}].
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    #: Digest of all that it would write and of the version that it read: what is written is what was shown.
    digest: Mapped[str | None] = mapped_column(String(32))
    #: Empty until the run comes to it; then written, left (its target changed meanwhile) or undone.
    outcome: Mapped[str | None] = mapped_column(String(10))


class ImportChange(Base):
    """One row of any table that an import wrote: what its undo restores, newest first."""

    __table_args__ = (Index(None, "job_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("import_job.id", ondelete="CASCADE"))
    #: The file's row that asked for it.
    number: Mapped[int] = mapped_column(Integer)
    table_name: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[int] = mapped_column(Integer)
    #: Column -> value; null if the import added the row.
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: Column -> value; null if the import deleted the row.
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class ExportJob(JobMixin, Base):
    """One run of an export."""

    __table_args__ = (one_of("state", JOB_STATE_LABELS), Index(None, "created_at"))
    __page__ = page(
        label(en="Export", zh="导出记录"),
        title=label(en="Exports", zh="导出记录"),
        menu="customer_import",
        menu_order=11,
        permission=Permission.EXPORT_CUSTOMERS,
        columns=("created_at", "owner", "endpoint", "file_name", "state", "row_count"),
        filters=("endpoint", "state", "created_at"),
        exchange=(),
        sort="-created_at",
        actions=frozenset(),
    )

    #: The filters of the exported list, as in its address.
    query: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
