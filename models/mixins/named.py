"""Rows that carry a name, and the flat dictionaries made of them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import Boolean, Index, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, Mapper, declared_attr, mapped_column

from models.enums import COLOUR_LABELS, one_of
from models.meta import CUSTOMER_COUNT, Field, field, label
from models.mixins.sortable import SortableMixin
from models.mixins.versioned import VersionMixin
from models.names import (
    NAME_INITIALS_LENGTH,
    NAME_KEY_LENGTH,
    NAME_SORT_LENGTH,
    clean_name,
    name_initials,
    name_key,
    name_sort,
)


class NameMixin:
    """A name with the keys that compare, sort and find it.

    The keys are written by one event below, and by the bulk writers through :meth:`name_columns`.
    """

    #: Longest name in signs; the column is as wide as the longest of all tables, the rule is this number.
    name_limit: ClassVar[int] = 50
    #: Whether the name stands in paths such as 四川/成都, so that it may hold no "/".
    is_path_segment: ClassVar[bool] = False
    #: What a row is shown by where others point at it: what ``str`` reads, and how it is drawn. Lists load no more.
    shown_columns: ClassVar[tuple[str, ...]] = ("name",)

    name: Mapped[str] = mapped_column(String(100), info=field(label(en="Name", zh="名称")), sort_order=-90)
    name_key: Mapped[str] = mapped_column(String(NAME_KEY_LENGTH), sort_order=90)
    name_sort: Mapped[str] = mapped_column(String(NAME_SORT_LENGTH), index=True, sort_order=91)
    name_initials: Mapped[str] = mapped_column(String(NAME_INITIALS_LENGTH), index=True, sort_order=92)

    @classmethod
    def name_columns(cls, name: str) -> dict[str, str]:
        """Return name, name_key, name_sort and name_initials for a bulk insert or update.

        :raises InvalidNameError: if the name cannot be used in this table
        """
        cleaned = clean_name(name, limit=cls.name_limit, is_path_segment=cls.is_path_segment)
        return {
            "name": cleaned,
            "name_key": name_key(cleaned),
            "name_sort": name_sort(cleaned),
            "name_initials": name_initials(cleaned),
        }

    def __str__(self) -> str:
        """Return the name."""
        return self.name


@event.listens_for(NameMixin, "before_insert", propagate=True)
@event.listens_for(NameMixin, "before_update", propagate=True)
def _write_name_columns(mapper: Mapper[Any], connection: Any, target: NameMixin) -> None:
    """Keep the keys in step with the name."""
    for attribute, value in target.name_columns(target.name).items():
        if getattr(target, attribute) != value:
            setattr(target, attribute, value)


class ActiveMixin:
    """A row that can be retired: it leaves the pickers, what points at it keeps showing it."""

    is_active: Mapped[bool] = mapped_column(
        Boolean, default=True, info=field(label(en="Active", zh="启用")), sort_order=80
    )


class DictionaryMixin(SortableMixin, ActiveMixin, VersionMixin, NameMixin):
    """A flat list of values that a company shapes for itself. Names are unique in the list."""

    shown_columns: ClassVar[tuple[str, ...]] = ("name", "colour", "is_active")
    __computed__: ClassVar[Mapping[str, Field]] = {CUSTOMER_COUNT: Field(label(en="Customers", zh="客户数"))}

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-100)
    description: Mapped[str | None] = mapped_column(
        Text,
        info=field(
            label(en="Description", zh="说明"),
            help=label(en="How to treat such customers; shown as a hint.", zh="如何对待这类客户，作为提示显示。"),
            is_long=True,
        ),
    )

    #: Name of a colour of the palette; without one the value is plain text.
    colour: Mapped[str | None] = mapped_column(
        String(10),
        info=field(
            label(en="Colour", zh="颜色"),
            help=label(en="How the value looks in lists and on pages.", zh="该值在列表和页面中的显示颜色。"),
            choices=COLOUR_LABELS,
            is_palette=True,
        ),
        sort_order=200,
    )

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        """Names are unique as compared; rows are read in their order; colours are the palette's."""
        return (UniqueConstraint("name_key"), Index(None, "sort_order"), one_of("colour", COLOUR_LABELS))
