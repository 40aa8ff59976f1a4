"""The dictionaries that describe customers: two trees and five flat lists (DOMAIN 2)."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.enums import Permission
from models.meta import CUSTOMER_COUNT, Label, Page, field, label, page
from models.mixins import DictionaryMixin, TreeMixin

_MENU = "customer_settings"


def _tree_page(name: Label, title: Label, *, order: int) -> Page:
    return page(
        name,
        title=title,
        menu=_MENU,
        menu_order=order,
        permission=Permission.MANAGE_CUSTOMER_CONFIG,
        columns=("name", "code", "parent", CUSTOMER_COUNT, "is_active"),
        form=("name", "code", "is_active"),
        search=("name", "code"),
        filters=("is_active",),
        exchange=("code", "name", "parent_code", "path", "is_active", "sort_order"),
        sort="sort_order",
    )


def _list_page(name: Label, title: Label, *, order: int, add: Label, extra: tuple[str, ...] = ()) -> Page:
    return page(
        name,
        title=title,
        menu=_MENU,
        menu_order=order,
        permission=Permission.MANAGE_CUSTOMER_CONFIG,
        columns=("name", CUSTOMER_COUNT, "description", *extra, "is_active"),
        form=("name", "description", *extra, "colour", "is_active"),
        search=("name",),
        filters=("is_active",),
        exchange=("name", "description", *extra, "colour", "is_active"),
        sort="sort_order",
        add=add,
    )


class Industry(TreeMixin, Base):
    """A line of business."""

    __page__ = _tree_page(label(en="Industry", zh="行业类型"), label(en="Industries", zh="客户行业设置"), order=1)


class Region(TreeMixin, Base):
    """A sales region."""

    __page__ = _tree_page(label(en="Region", zh="客户区域"), label(en="Regions", zh="客户区域设置"), order=2)


class ChannelType(DictionaryMixin, Base):
    """The channel a customer sells through."""

    __page__ = _list_page(
        label(en="Channel type", zh="通路类型"),
        label(en="Channel types", zh="通路类型设置"),
        order=3,
        add=label(en="Add channel type", zh="新增通路类型"),
    )


class CustomerGrade(DictionaryMixin, Base):
    """How much a customer matters. The order is no rank: A is best, but 小型 comes first."""

    __page__ = _list_page(
        label(en="Grade", zh="客户等级"),
        label(en="Grades", zh="客户等级设置"),
        order=4,
        add=label(en="Add grade", zh="新增客户等级"),
        extra=("price_level",),
    )

    price_level_id: Mapped[int | None] = mapped_column(
        ForeignKey("price_level.id", ondelete="RESTRICT"),
        index=True,
        info=field(
            label(en="Price level", zh="价格级别"),
            help=label(en="The price level of customers of this grade.", zh="该等级客户适用的价格级别。"),
        ),
    )
    price_level = relationship("PriceLevel")


class CustomerStatus(DictionaryMixin, Base):
    """Where a customer stands; also called 客户类型."""

    __page__ = _list_page(
        label(en="Status", zh="客户状态"),
        label(en="Statuses", zh="客户状态设置"),
        order=5,
        add=label(en="Add status", zh="新增类型"),
    )


class CustomerSource(DictionaryMixin, Base):
    """Where a customer came from."""

    __page__ = _list_page(
        label(en="Source", zh="客户来源"),
        label(en="Sources", zh="客户来源设置"),
        order=6,
        add=label(en="Add source", zh="新增来源"),
    )


class FollowUpProgress(DictionaryMixin, Base):
    """How far the work with a customer has come."""

    __page__ = _list_page(
        label(en="Progress", zh="跟进进度"),
        label(en="Follow-up progress", zh="跟进进度设置"),
        order=7,
        add=label(en="Add progress", zh="新增进度"),
    )
