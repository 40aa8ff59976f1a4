"""Customers and their followers."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.enums import VISIBILITY_LABELS, Permission, Visibility, one_of
from models.meta import EVERYONE, TextFormat, field, label, page, section
from models.mixins import ActiveMixin, AuthoredMixin, NameMixin, VersionMixin
from models.scope import HangsOnCustomer
from models.types import UtcDateTime, utc_now


class Customer(AuthoredMixin, ActiveMixin, VersionMixin, NameMixin, Base):
    """A customer. ``owner_id`` alone says who owns it; none is the pool."""

    name_limit: ClassVar[int] = 100
    shown_columns: ClassVar[tuple[str, ...]] = ("name", "is_active")

    __table_args__ = (
        UniqueConstraint("name_key"),
        one_of("visibility", Visibility),
        CheckConstraint("(lat IS NULL) = (lng IS NULL)", name="position_whole"),
        CheckConstraint("lat BETWEEN -90 AND 90 AND lng BETWEEN -180 AND 180", name="position_range"),
        CheckConstraint("visibility = 'public' OR owner_id IS NOT NULL", name="private_has_owner"),
        CheckConstraint("parent_customer_id <> id", name="not_own_parent"),
        Index(None, "owner_id", "created_at", "id"),
        # The order of the list, and all that customers are counted by.
        Index(
            "ix_customer_counted",
            "created_at",
            "id",
            "owner_id",
            "visibility",
            "progress_id",
            "status_id",
            "grade_id",
            "source_id",
            "channel_type_id",
            "industry_id",
            "region_id",
        ),
        # By which stored files are found to be named; few customers have a photo.
        *(
            Index(f"ix_customer_{name}", name, sqlite_where=text(given), postgresql_where=text(given))
            for name, given in (
                ("storefront_photo", "storefront_photo IS NOT NULL"),
                ("storefront_thumbnail", "storefront_thumbnail IS NOT NULL"),
            )
        ),
    )
    __page__ = page(
        label(en="Customer", zh="客户"),
        title=label(en="Customers", zh="客户列表"),
        menu="customers",
        menu_order=1,
        permission=EVERYONE,
        create_permission=Permission.CREATE_CUSTOMERS,
        import_permission=Permission.IMPORT_CUSTOMERS,
        export_permission=Permission.EXPORT_CUSTOMERS,
        columns=(
            "code",
            "name",
            "region",
            "industry",
            "channel_type",
            "grade",
            "status",
            "progress",
            "owner",
            "phone",
            "visibility",
            "created_at",
        ),
        form=(
            section(label(en="Basics", zh="基本信息"), "code", "name", "short_name", "parent_customer"),
            section(
                label(en="Classification", zh="客户分类"),
                "industry",
                "region",
                "channel_type",
                "grade",
                "status",
                "source",
                "progress",
                "price_level",
            ),
            section(
                label(en="Address and position", zh="地址与位置"),
                "province",
                "city",
                "district",
                "address",
                "lat",
                "lng",
            ),
            section(label(en="Contact", zh="联系方式"), "phone", "website"),
            section(label(en="Responsibility", zh="归属与可见范围"), "owner", "department", "visibility"),
            section(label(en="Remark", zh="备注"), "remark", "is_active"),
        ),
        search=("code", "name", "short_name", "phone"),
        filters=(
            "industry",
            "region",
            "channel_type",
            "grade",
            "status",
            "source",
            "progress",
            "price_level",
            "owner",
            "parent_customer",
            "visibility",
            "is_active",
            "created_at",
        ),
        exchange=(
            "code",
            "name",
            "short_name",
            "industry",
            "region",
            "channel_type",
            "grade",
            "status",
            "source",
            "progress",
            "address",
            "lat",
            "lng",
            "phone",
            "owner",
            "co_followers",
            "visibility",
            "price_level",
            "remark",
            "contact_name",
            "contact_role",
            "contact_mobile",
            "contact_birthday",
        ),
        sort="-created_at",
        add=label(en="Add customer", zh="新增客户"),
        empty=label(
            en="No customers yet. Add your first one, or import a list.", zh="还没有客户。新增一个，或批量导入。"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-100)
    code: Mapped[str] = mapped_column(
        String(32),
        unique=True,
        info=field(
            label(en="Customer code", zh="客户编码"),
            help=label(en="Left blank, a number is given.", zh="留空则自动编号。"),
            is_immutable=True,
        ),
        sort_order=-95,
    )
    name: Mapped[str] = mapped_column(String(100), info=field(label(en="Customer name", zh="客户名称")), sort_order=-90)
    short_name: Mapped[str | None] = mapped_column(String(50), info=field(label(en="Short name", zh="简称")))
    industry_id: Mapped[int | None] = mapped_column(
        ForeignKey("industry.id", ondelete="RESTRICT"), index=True, info=field(label(en="Industry", zh="行业类型"))
    )
    region_id: Mapped[int | None] = mapped_column(
        ForeignKey("region.id", ondelete="RESTRICT"), index=True, info=field(label(en="Region", zh="客户区域"))
    )
    channel_type_id: Mapped[int | None] = mapped_column(
        ForeignKey("channel_type.id", ondelete="RESTRICT"),
        index=True,
        info=field(label(en="Channel type", zh="通路类型")),
    )
    grade_id: Mapped[int | None] = mapped_column(
        ForeignKey("customer_grade.id", ondelete="RESTRICT"), index=True, info=field(label(en="Grade", zh="客户等级"))
    )
    status_id: Mapped[int | None] = mapped_column(
        ForeignKey("customer_status.id", ondelete="RESTRICT"),
        index=True,
        info=field(label(en="Status", zh="客户状态"), help=label(en="(customer type)", zh="（客户类型）")),
    )
    source_id: Mapped[int | None] = mapped_column(
        ForeignKey("customer_source.id", ondelete="RESTRICT"),
        index=True,
        info=field(label(en="Source", zh="客户来源")),
    )
    progress_id: Mapped[int | None] = mapped_column(
        ForeignKey("follow_up_progress.id", ondelete="RESTRICT"),
        index=True,
        info=field(label(en="Progress", zh="跟进进度")),
    )
    province: Mapped[str | None] = mapped_column(String(50), info=field(label(en="Province", zh="省")))
    city: Mapped[str | None] = mapped_column(String(50), info=field(label(en="City", zh="市")))
    district: Mapped[str | None] = mapped_column(String(50), info=field(label(en="District", zh="区县")))
    address: Mapped[str | None] = mapped_column(String(200), info=field(label(en="Address", zh="地址")))
    #: WGS84, as browsers report it.
    lat: Mapped[Decimal | None] = mapped_column(
        Numeric(9, 6), info=field(label(en="Latitude", zh="纬度"), help=label(en="WGS84", zh="WGS84 坐标"))
    )
    lng: Mapped[Decimal | None] = mapped_column(
        Numeric(9, 6), info=field(label(en="Longitude", zh="经度"), help=label(en="WGS84", zh="WGS84 坐标"))
    )
    geocoded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    phone: Mapped[str | None] = mapped_column(
        String(40), info=field(label(en="Phone", zh="电话"), format=TextFormat.PHONE)
    )
    website: Mapped[str | None] = mapped_column(
        String(200), info=field(label(en="Website", zh="网址"), format=TextFormat.WEBSITE)
    )
    #: Keys of the stored storefront photo 门头照 and its small copy; both or neither.
    storefront_photo: Mapped[str | None] = mapped_column(String(200))
    storefront_thumbnail: Mapped[str | None] = mapped_column(String(200), sort_order=200)
    owner_id: Mapped[int | None] = mapped_column(
        ForeignKey("employee.id", ondelete="RESTRICT"),
        info=field(
            label(en="Owner", zh="负责人"),
            help=label(en="Left blank, the customer stands in the pool.", zh="留空则进入公海。"),
            is_immutable=True,
        ),
    )
    department_id: Mapped[int | None] = mapped_column(
        ForeignKey("department.id", ondelete="RESTRICT"),
        index=True,
        info=field(
            label(en="Department", zh="归属部门"),
            help=label(en="For information; gives no right.", zh="仅作信息，不影响权限。"),
        ),
    )
    visibility: Mapped[str] = mapped_column(
        String(10),
        default=Visibility.PUBLIC.value,
        info=field(
            label(en="Visibility", zh="可见范围"),
            choices=VISIBILITY_LABELS,
            help=label(
                en="A private customer is seen by its followers and their supervisors alone.",
                zh="私密客户仅跟进人及其直系领导可查看。",
            ),
        ),
    )
    parent_customer_id: Mapped[int | None] = mapped_column(
        ForeignKey("customer.id", ondelete="RESTRICT"),
        index=True,
        info=field(label(en="Upper dealer", zh="上级经销商")),
    )
    price_level_id: Mapped[int | None] = mapped_column(
        ForeignKey("price_level.id", ondelete="RESTRICT"),
        index=True,
        info=field(
            label(en="Price level", zh="价格级别"),
            help=label(en="A special deal; else the grade's level holds.", zh="单独约定；留空则按客户等级。"),
        ),
    )
    remark: Mapped[str | None] = mapped_column(Text, info=field(label(en="Remark", zh="备注"), is_long=True))
    last_followed_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, info=field(label(en="Last follow-up", zh="最近跟进"), is_read_only=True)
    )
    last_visited_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, info=field(label(en="Last visit", zh="最近拜访"), is_read_only=True)
    )

    industry = relationship("Industry")
    region = relationship("Region")
    channel_type = relationship("ChannelType")
    grade = relationship("CustomerGrade")
    status = relationship("CustomerStatus")
    source = relationship("CustomerSource")
    progress = relationship("FollowUpProgress")
    owner = relationship("Employee", foreign_keys=[owner_id])
    department = relationship("Department")
    price_level = relationship("PriceLevel")
    parent_customer = relationship("Customer", remote_side=[id], foreign_keys=[parent_customer_id])
    co_followers: Mapped[list["CustomerFollower"]] = relationship(
        back_populates="customer", cascade="all, delete-orphan", passive_deletes=True
    )
    contacts = relationship("Contact", back_populates="customer", cascade="all, delete-orphan", passive_deletes=True)
    follow_ups = relationship("FollowUp", back_populates="customer", cascade="all, delete-orphan", passive_deletes=True)
    visits = relationship("Visit", back_populates="customer", cascade="all, delete-orphan", passive_deletes=True)


class CustomerFollower(HangsOnCustomer, Base):
    """A co-follower 协作人. Never the owner; that is the service's rule."""

    __table_args__ = (UniqueConstraint("customer_id", "employee_id"), Index(None, "employee_id", "customer_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id", ondelete="RESTRICT"))
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id", ondelete="SET NULL"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    customer: Mapped[Customer] = relationship(back_populates="co_followers")
    employee = relationship("Employee", foreign_keys=[employee_id])
