"""Columns of files that are no columns of the table (DESIGN 8), by model.

Reading them stands in ``tree_lines`` and ``tables.customers``, writing them in ``readers``.
"""

from collections.abc import Mapping
from typing import Any

from models import AuditEntry, Contact, Customer
from models.inspection import Kind, attribute_of
from models.meta import Field, label
from models.mixins import TreeMixin
from services.exchange.fields import FileField

_TREE: tuple[FileField, ...] = (
    FileField(
        "parent_code",
        Field(label(en="Parent code", zh="上级编码"), help=label(en="Code of the node above.", zh="上级节点的编码。")),
        Kind.TEXT,
        limit=32,
    ),
    FileField(
        "path",
        Field(
            label(en="Path", zh="路径"),
            help=label(
                en="From the root, as 四川/成都/武侯区; missing nodes are added.",
                zh="从根节点起，如 四川/成都/武侯区；缺少的节点会自动新增。",
            ),
        ),
        Kind.TEXT,
        aliases=("区域路径", "行业路径", "部门路径"),
    ),
    FileField(
        "sort_order",
        Field(
            label(en="Order", zh="排序"),
            help=label(
                en="Place among the siblings, from 1; blank: new nodes go last, the others stay.",
                zh="在同级中的位置，从 1 起；留空时新节点排在最后，其他节点不变。",
            ),
        ),
        Kind.INTEGER,
        key="sort_order",
    ),
)
#: What a file may name the levels of its nodes by; more than a tree may have, so that what is too deep is told by row.
_LEVEL_WORDS = "一二三四五六七八九十"
LEVEL_FIELDS: tuple[FileField, ...] = tuple(
    FileField(
        f"level{number}",
        Field(label(en=f"Level {number}", zh=f"{word}级")),
        Kind.TEXT,
        is_name=True,
        aliases=(f"{number}级", f"{word}级区域", f"{word}级行业", f"{word}级部门"),
    )
    for number, word in enumerate(_LEVEL_WORDS, start=1)
)
LEVEL_NAMES: tuple[str, ...] = tuple(field.name for field in LEVEL_FIELDS)


def _contact_field(name: str, zh: str, en: str) -> FileField:
    attribute = attribute_of(Contact, name)
    column: Any = attribute.column
    return FileField(
        f"contact_{name}",
        Field(label(en=en, zh=zh), choices=attribute.field.choices),
        attribute.kind,
        column=column,
        limit=getattr(column.type, "length", None),
    )


_CUSTOMER: tuple[FileField, ...] = (
    FileField(
        "co_followers",
        Field(
            label(en="Co-followers", zh="协作人账号"),
            help=label(en="Log-ins, separated by ;", zh="员工账号，以英文分号（;）分隔。"),
        ),
        Kind.TEXT,
    ),
    _contact_field("name", "关键人姓名", "Contact name"),
    _contact_field("role", "关键人角色", "Contact role"),
    _contact_field("mobile", "关键人手机", "Contact mobile"),
    _contact_field("birthday", "关键人生日", "Contact birthday"),
)


def _words_of_entry(name: str) -> FileField:
    """Return a column that says in words what the log's page says there."""
    return FileField(name, attribute_of(AuditEntry, name).field, Kind.TEXT)


_AUDIT_ENTRY: tuple[FileField, ...] = (
    _words_of_entry("action"),
    _words_of_entry("object"),
    _words_of_entry("changes"),
    FileField("action_code", Field(label(en="Action code", zh="操作代码")), Kind.TEXT, key="action"),
)

#: Base class of the model -> its special fields.
_SPECIAL: tuple[tuple[type[Any], tuple[FileField, ...]], ...] = (
    (TreeMixin, _TREE),
    (Customer, _CUSTOMER),
    (AuditEntry, _AUDIT_ENTRY),
)


def special_fields(model: type[Any]) -> Mapping[str, FileField]:
    """Return the special fields of a model by name."""
    return {field.name: field for base, fields in _SPECIAL if issubclass(model, base) for field in fields}
