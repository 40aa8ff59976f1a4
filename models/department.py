"""The departments of the company. They give no right; only the reporting line does (DOMAIN 3.1)."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.enums import Permission
from models.meta import field, label, page
from models.mixins import TreeMixin


class Department(TreeMixin, Base):
    """A department, under another or at the root."""

    __page__ = page(
        label(en="Department", zh="部门"),
        title=label(en="Departments", zh="部门管理"),
        menu="organisation",
        menu_order=1,
        permission=Permission.MANAGE_EMPLOYEES,
        columns=("name", "code", "parent", "head", "is_active"),
        form=("name", "code", "head", "is_active"),
        search=("name", "code"),
        filters=("is_active",),
        exchange=("code", "name", "parent_code", "path", "is_active", "sort_order"),
        sort="sort_order",
    )

    head_id: Mapped[int | None] = mapped_column(
        ForeignKey("employee.id", ondelete="SET NULL", use_alter=True),
        info=field(
            label(en="Head", zh="负责人"),
            help=label(
                en="Proposed as supervisor to new members of the department.", zh="新成员的直属上级默认为部门负责人。"
            ),
        ),
    )
    head = relationship("Employee", foreign_keys=[head_id])
