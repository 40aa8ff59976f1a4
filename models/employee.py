"""Employees: the person and the log-in in one table (DOMAIN 1)."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.enums import LANGUAGES, Permission, one_of
from models.meta import TextFormat, field, label, page, section
from models.mixins import ActiveMixin, NameMixin, TimestampMixin, VersionMixin
from models.types import UtcDateTime


class Employee(TimestampMixin, ActiveMixin, VersionMixin, NameMixin, Base):
    """A person of the company. The reporting line is ``supervisor_id`` and nothing else."""

    name_limit: ClassVar[int] = 100
    shown_columns: ClassVar[tuple[str, ...]] = ("name", "login", "is_active")

    __table_args__ = (
        one_of("language", LANGUAGES),
        CheckConstraint("supervisor_id <> id", name="not_own_supervisor"),
        Index(None, "supervisor_id"),
        Index(None, "department_id"),
    )
    __page__ = page(
        label(en="Employee", zh="员工"),
        title=label(en="Employees", zh="员工管理"),
        menu="organisation",
        menu_order=2,
        permission=Permission.MANAGE_EMPLOYEES,
        columns=("login", "name", "title", "department", "supervisor", "role", "phone", "is_active"),
        form=(
            section(label(en="Person", zh="基本信息"), "login", "name", "title", "phone"),
            section(label(en="Place in the company", zh="组织与权限"), "department", "supervisor", "role", "is_active"),
        ),
        search=("login", "name", "phone"),
        filters=("role", "department", "supervisor", "is_active"),
        exchange=("login", "name", "title", "phone", "supervisor", "department", "role"),
        sort="name",
        add=label(en="Add employee", zh="新增员工"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-100)
    name: Mapped[str] = mapped_column(String(100), info=field(label(en="Name", zh="姓名")), sort_order=-90)
    login: Mapped[str] = mapped_column(
        String(64), unique=True, info=field(label(en="Log-in", zh="账号")), sort_order=-95
    )
    title: Mapped[str | None] = mapped_column(String(100), info=field(label(en="Title", zh="职务")))
    phone: Mapped[str | None] = mapped_column(
        String(40), info=field(label(en="Phone", zh="电话"), format=TextFormat.PHONE)
    )
    department_id: Mapped[int | None] = mapped_column(
        ForeignKey("department.id", ondelete="RESTRICT"), info=field(label(en="Department", zh="部门"))
    )
    supervisor_id: Mapped[int | None] = mapped_column(
        ForeignKey("employee.id", ondelete="RESTRICT"),
        info=field(
            label(en="Supervisor", zh="直属上级"),
            help=label(
                en="Everyone above sees the customers of those below, private ones included.",
                zh="上级可查看下级跟进的全部客户，包括私密客户。",
            ),
        ),
    )
    role_id: Mapped[int] = mapped_column(
        ForeignKey("role.id", ondelete="RESTRICT"), index=True, info=field(label(en="Role", zh="角色"))
    )
    #: Argon2 hash; without one there is no log-in.
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    #: Part of every session cookie: raising it ends all sessions.
    session_epoch: Mapped[int] = mapped_column(Integer, default=1)
    left_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, info=field(label(en="Left at", zh="离职时间"), is_read_only=True)
    )

    #: What the person chose in the menu; none yet follows the browser.
    language: Mapped[str | None] = mapped_column(String(10), sort_order=200)

    department = relationship("Department", foreign_keys=[department_id])
    supervisor = relationship("Employee", remote_side=[id], foreign_keys=[supervisor_id])
    role = relationship("Role")

    def __str__(self) -> str:
        """Return the name with the log-in, since names repeat."""
        return f"{self.name} ({self.login})"
