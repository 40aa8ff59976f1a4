"""Key contacts of customers."""

from datetime import date
from typing import ClassVar

from sqlalchemy import Boolean, Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.enums import CONTACT_ROLE_LABELS, GENDER_LABELS, Permission, one_of
from models.meta import EVERYONE, TextFormat, field, label, page, section
from models.mixins import AuthoredMixin, NameMixin, VersionMixin
from models.scope import HangsOnCustomer


class Contact(HangsOnCustomer, AuthoredMixin, VersionMixin, NameMixin, Base):
    """A person at a customer. Seen exactly by those who see the customer."""

    name_limit: ClassVar[int] = 100

    __table_args__ = (
        one_of("role", CONTACT_ROLE_LABELS),
        one_of("gender", GENDER_LABELS),
        Index(None, "customer_id"),
        Index(
            "uq_contact_primary",
            "customer_id",
            unique=True,
            sqlite_where=text("is_primary"),
            postgresql_where=text("is_primary"),
        ),
    )
    __page__ = page(
        label(en="Key contact", zh="关键人"),
        title=label(en="Key contacts", zh="关键人"),
        menu="customers",
        menu_order=2,
        permission=EVERYONE,
        import_permission=Permission.IMPORT_CUSTOMERS,
        export_permission=Permission.EXPORT_CUSTOMERS,
        columns=("name", "customer", "role", "position", "mobile", "phone", "wechat", "is_primary"),
        form=(
            section(label(en="Person", zh="基本信息"), "customer", "name", "role", "position", "gender", "birthday"),
            section(label(en="Ways to reach", zh="联系方式"), "mobile", "phone", "wechat", "email", "is_primary"),
            section(label(en="Remark", zh="备注"), "remark"),
        ),
        search=("name", "mobile", "phone", "email"),
        filters=("customer", "role", "is_primary"),
        exchange=(
            "customer",
            "name",
            "role",
            "position",
            "is_primary",
            "mobile",
            "phone",
            "wechat",
            "email",
            "gender",
            "birthday",
            "remark",
        ),
        sort="name",
        add=label(en="Add contact", zh="新增关键人"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-100)
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id", ondelete="CASCADE"),
        info=field(label(en="Customer", zh="客户"), is_immutable=True),
        sort_order=-95,
    )
    name: Mapped[str] = mapped_column(String(100), info=field(label(en="Name", zh="姓名")), sort_order=-90)
    role: Mapped[str | None] = mapped_column(
        String(20), info=field(label(en="Role", zh="角色"), choices=CONTACT_ROLE_LABELS)
    )
    position: Mapped[str | None] = mapped_column(String(50), info=field(label(en="Position", zh="职位")))
    is_primary: Mapped[bool] = mapped_column(
        Boolean, default=False, info=field(label(en="Primary contact", zh="主要联系人"))
    )
    mobile: Mapped[str | None] = mapped_column(
        String(40), info=field(label(en="Mobile", zh="手机"), format=TextFormat.PHONE)
    )
    phone: Mapped[str | None] = mapped_column(
        String(40), info=field(label(en="Phone", zh="电话"), format=TextFormat.PHONE)
    )
    wechat: Mapped[str | None] = mapped_column(String(50), info=field(label(en="WeChat", zh="微信")))
    email: Mapped[str | None] = mapped_column(
        String(100), info=field(label(en="E-mail", zh="邮箱"), format=TextFormat.EMAIL)
    )
    gender: Mapped[str | None] = mapped_column(
        String(10), info=field(label(en="Gender", zh="性别"), choices=GENDER_LABELS)
    )
    birthday: Mapped[date | None] = mapped_column(Date, info=field(label(en="Birthday", zh="生日")))
    remark: Mapped[str | None] = mapped_column(Text, info=field(label(en="Remark", zh="备注"), is_long=True))

    customer = relationship("Customer", back_populates="contacts")
