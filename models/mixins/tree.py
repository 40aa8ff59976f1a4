"""Adjacency-list trees."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.meta import CUSTOMER_COUNT, Field, field, label
from models.mixins.named import ActiveMixin, NameMixin
from models.mixins.sortable import SortableMixin
from models.mixins.versioned import VersionMixin


class TreeMixin(SortableMixin, ActiveMixin, VersionMixin, NameMixin):
    """A node under a parent, in a place among its siblings. Names are unique among siblings.

    Cycles and depth are the tree service's to refuse; the database refuses a node that is its own parent.
    """

    #: Greatest number of levels, a root being level 1.
    max_depth: ClassVar[int] = 6
    is_path_segment: ClassVar[bool] = True
    shown_columns: ClassVar[tuple[str, ...]] = ("name", "is_active")
    __computed__: ClassVar[Mapping[str, Field]] = {CUSTOMER_COUNT: Field(label(en="Customers", zh="客户数"))}

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-100)
    code: Mapped[str | None] = mapped_column(
        String(32),
        unique=True,
        info=field(
            label(en="Code", zh="编码"),
            help=label(en="Optional; a key for imports.", zh="可选，用于导入时识别。"),
        ),
        sort_order=-80,
    )

    @declared_attr
    @classmethod
    def parent_id(cls) -> Mapped[int | None]:
        """Return the column of the node above; NULL is a root."""
        return mapped_column(
            ForeignKey(f"{cls.__tablename__}.id", ondelete="RESTRICT"),  # type: ignore[attr-defined]
            info=field(label(en="Parent", zh="上级")),
            sort_order=-70,
        )

    @declared_attr
    @classmethod
    def parent(cls):  # type: ignore[no-untyped-def]  # the mixin cannot name the concrete class
        """Return the relationship to the node above."""
        return relationship(cls, remote_side=[cls.id], foreign_keys=[cls.parent_id])

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        """Guard names among siblings, roots included, and the shortest cycle."""
        table = cls.__tablename__  # type: ignore[attr-defined]
        return (
            UniqueConstraint("parent_id", "name_key"),
            Index(
                f"uq_{table}_root_name_key",
                "name_key",
                unique=True,
                sqlite_where=text("parent_id IS NULL"),
                postgresql_where=text("parent_id IS NULL"),
            ),
            Index(None, "parent_id", "sort_order"),
            CheckConstraint("parent_id <> id", name="not_own_parent"),
        )
