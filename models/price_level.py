"""Price levels of dealers (DOMAIN 7)."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.enums import COLOUR_LABELS, Permission, one_of
from models.meta import CUSTOMER_COUNT, field, label, page
from models.mixins import DictionaryMixin


class PriceLevel(DictionaryMixin, Base):
    """A discount that grades and customers may carry."""

    __table_args__ = (
        UniqueConstraint("name_key"),
        Index(None, "sort_order"),
        one_of("colour", COLOUR_LABELS),
        CheckConstraint("discount > 0 AND discount <= 9.9999", name="discount_range"),
    )
    __page__ = page(
        label(en="Price level", zh="价格级别"),
        title=label(en="Price levels", zh="价格级别"),
        menu="prices",
        menu_order=50,
        permission=Permission.MANAGE_CUSTOMER_CONFIG,
        columns=("name", "discount", CUSTOMER_COUNT, "description", "is_active"),
        form=("name", "discount", "description", "colour", "is_active"),
        search=("name",),
        filters=("is_active",),
        exchange=("name", "discount", "description", "colour", "is_active"),
        sort="sort_order",
        add=label(en="Add price level", zh="新增价格级别"),
    )

    discount: Mapped[Decimal] = mapped_column(
        Numeric(5, 4),
        info=field(
            label(en="Discount", zh="折扣"),
            help=label(en="Factor on the base price: 0.8 is eighty per cent of it.", zh="基础价的系数，0.8 即八折。"),
        ),
    )
