"""Imports and exports that were run: who, which table, how it went."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.base import Base
from models.enums import IMPORT_MODE_LABELS, JOB_STATE_LABELS, Permission, one_of
from models.meta import field, label, page
from models.types import UtcDateTime, utc_now


class JobMixin:
    """What an import and an export have in common."""

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
