"""The settings of the one company of an installation."""

from sqlalchemy import CheckConstraint, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.enums import Permission
from models.meta import TextFormat, field, label, page, section
from models.mixins import VersionMixin


class CompanySetting(VersionMixin, Base):
    """A single row."""

    __table_args__ = (
        CheckConstraint("id = 1", name="single_row"),
        CheckConstraint("visit_error_m BETWEEN 1 AND 100000", name="visit_error_m"),
    )
    __page__ = page(
        label(en="Company settings", zh="公司设置"),
        menu="system",
        menu_order=1,
        permission=Permission.MANAGE_SETTINGS,
        form=(
            section(label(en="Company", zh="公司"), "company_name", "colour", "time_zone"),
            section(label(en="Customers", zh="客户"), "private_customer_enabled"),
            section(label(en="Visits", zh="拜访"), "visit_error_m"),
        ),
        exchange=(),
        actions=frozenset({"edit"}),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    company_name: Mapped[str] = mapped_column(
        String(100),
        default="",
        info=field(
            label(en="Company name", zh="公司名称"),
            help=label(en="Stands above the menu of every page.", zh="显示在每个页面的菜单上方。"),
        ),
    )
    colour: Mapped[str] = mapped_column(
        String(7),
        default="#206bc4",
        info=field(
            label(en="Colour", zh="主题色"),
            help=label(
                en="For buttons and what is chosen; texts stay readable.", zh="用于按钮和选中项，文字始终清晰可读。"
            ),
            format=TextFormat.COLOUR,
        ),
    )
    time_zone: Mapped[str] = mapped_column(
        String(64),
        default="Asia/Shanghai",
        info=field(
            label(en="Time zone", zh="时区"),
            help=label(en="In which times are shown and entered.", zh="时间按此时区显示和填写。"),
        ),
    )
    private_customer_enabled: Mapped[bool] = mapped_column(
        default=False,
        info=field(
            label(en="Enable private customers", zh="启用私密客户"),
            help=label(
                en="Employees may make customers they follow private: only followers and their supervisors see them.",
                zh="员工可将自己跟进的客户设为私密，仅跟进人及其直系领导可查看。",
            ),
        ),
    )

    visit_error_m: Mapped[int] = mapped_column(
        Integer,
        default=500,
        info=field(
            label(en="Allowed distance at check-in (m)", zh="签到允许误差（米）"),
            help=label(
                en="Who checks in farther from the customer is warned, and the visit shows it.",
                zh="签到位置与客户位置的距离超过此值时会提醒，并在拜访记录中标出。",
            ),
        ),
        sort_order=96,
    )

    def __str__(self) -> str:
        """Return the company's name."""
        return self.company_name
