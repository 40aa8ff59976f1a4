"""What entries of the audit log say, in words, to one reader. The log's page and its export both ask here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from auth.actor import AnySession
from auth.permissions import PERMISSION_LABELS
from models import Customer
from models.audit_action import AUDIT_ACTION_LABELS, AuditAction
from models.enums import IMPORT_MODE_LABELS, JOB_STATE_LABELS, PHOTO_CHANGE_LABELS
from models.inspection import Attribute, Kind
from models.meta import Label, label, listed
from services.audit_reader import Reader, attribute_or_none, model_of, reader_of
from services.customers.scopes import SCOPES

#: What everybody who reads the log may know of a customer: who follows it and who sees it. All else is its content.
_OPEN = frozenset({"owner", "co_followers", "visibility"})
#: Facts that say what stands in a customer, or name what hangs on it.
_CONTENT_FACTS = frozenset({"contact", "follow_up", "visit", "planned_visits", "attachment", "storefront_photo"})
#: Filters whose value somebody typed freely.
_TYPED = frozenset({"contains", "named"})
#: Deeds by which something came into being: what was before needs no words.
_COMING = frozenset({AuditAction.CREATE, AuditAction.CREATE_ADMIN, AuditAction.IMPORT_CREATE, AuditAction.ADD_CONTACT})
#: Facts that say nothing where they are as they should be.
_UNREMARKABLE: Mapping[str, Any] = {"added": 0, "updated": 0, "skipped": 0, "errors": 0, "left_out": 0, "state": "done"}
_HIDDEN = label(en="not visible to you", zh="无权查看")
_PRIVATE = label(en="Private customer", zh="私密客户")
_NOTHING = "—"
_TOLD = label(en="%s: %s", zh="%s：%s")
_YES, _NO = label(en="Yes", zh="是"), label(en="No", zh="否")
_ADDED, _REMOVED = label(en="added %s", zh="新增 %s"), label(en="removed %s", zh="移除 %s")
_PART = label(en="; ", zh="；")
_DESCENDING = label(en="%s, descending", zh="%s 倒序")
_EMPTY, _NOT_EMPTY = label(en="%s is empty", zh="%s 为空"), label(en="%s is not empty", zh="%s 不为空")
#: Operation of a filter -> how it is told with field and value; others as :data:`_TOLD`.
_OPERATIONS: Mapping[str, Label] = {
    "contains": label(en="%s contains “%s”", zh="%s 包含“%s”"),
    "named": label(en="%s contains “%s”", zh="%s 包含“%s”"),
    "from": label(en="%s from %s", zh="%s 从 %s"),
    "to": label(en="%s to %s", zh="%s 到 %s"),
}
#: Names in ``changes`` that are no attributes of the table -> what they are called.
FACT_LABELS: Mapping[str, Label] = {
    "co_followers": label(en="Co-followers", zh="协作人"),
    "contact": label(en="Key contact", zh="关键人"),
    "storefront_photo": label(en="Storefront photo", zh="门头照"),
    "follow_up": label(en="Follow-up", zh="跟进记录"),
    "visit": label(en="Visit", zh="拜访记录"),
    "attachment": label(en="File", zh="文件"),
    "planned_visits": label(en="Planned visits taken over", zh="接手的计划拜访数"),
    "record": label(en="Through", zh="经由"),
    "file": label(en="File", zh="文件"),
    "type": label(en="File type", zh="文件类型"),
    "mode": label(en="Mode", zh="方式"),
    "state": label(en="State", zh="状态"),
    "scope": label(en="Part", zh="范围"),
    "search": label(en="Search", zh="搜索"),
    "filters": label(en="Filters", zh="筛选"),
    "sort": label(en="Order", zh="排序"),
    "chosen": label(en="Chosen rows", zh="所选行数"),
    "rows": label(en="Rows", zh="行数"),
    "added": label(en="Added", zh="新增"),
    "updated": label(en="Updated", zh="更新"),
    "skipped": label(en="Skipped", zh="跳过"),
    "errors": label(en="Errors", zh="错误"),
    "left_out": label(en="Private customers left out", zh="未导出的私密客户数"),
    "values": label(en="Values", zh="取值"),
    "moved": label(en="Moved", zh="随之变更"),
    "undone": label(en="What was undone", zh="被撤销的操作"),
    "command_line": label(en="By command line", zh="命令行"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field or fact of an entry, in words."""

    called: str
    #: What was before; None where that needs no words.
    old: str | None
    new: str


@dataclass(frozen=True, slots=True)
class Description:
    """An entry as one reader may read it."""

    action: str
    #: The row by name or number, 客户 成都科技 or 客户 #12; for a deed on a whole table its title.
    object: str
    #: Whether the object is a row that the reader finds, so that pages may link to it.
    is_found: bool
    #: One line for each change or fact.
    lines: tuple[str, ...]


def describe(session: AnySession, entries: Iterable[Any], *, language: str) -> dict[int, Description]:
    """Return what entries say to the session's actor, by id. One query for each table that they name rows of.

    :param entries: rows with the columns of ``AuditEntry``
    :param language: ``en`` or ``zh_Hans_CN``
    """
    found = list(entries)
    reader = reader_of(session, found, language=language)
    return {entry.id: _describe(reader, entry) for entry in found}


def _describe(reader: Reader, entry: Any) -> Description:
    action = AUDIT_ACTION_LABELS.get(entry.action)
    return Description(
        action=reader.text(action) if action is not None else entry.action,
        object=reader.row(entry.table_name, entry.row_id),
        is_found=reader.finds(entry.table_name, entry.row_id),
        lines=_lines(reader, entry),
    )


def _lines(reader: Reader, entry: Any) -> tuple[str, ...]:
    return tuple(
        reader.text(_TOLD) % (_called(reader, entry, name), _told(reader, entry, name, value))
        for name, value in entry.changes.items()
        if name not in _UNREMARKABLE or _UNREMARKABLE[name] != value
    )


def told_facts(session: AnySession, entry: Any, *, language: str) -> list[tuple[str, str]]:
    """Return what an entry holds as (what it is called, what it says), to the session's actor.

    :param entry: has the columns of ``AuditEntry`` but its own id and time
    """
    reader = reader_of(session, [entry], language=language)
    return [(_called(reader, entry, name), _told(reader, entry, name, value)) for name, value in entry.changes.items()]


def _called(reader: Reader, entry: Any, name: str) -> str:
    """Return what a name in ``changes`` is called."""
    attribute = attribute_or_none(entry.table_name, name)
    words = FACT_LABELS.get(name) or (attribute.field.label if attribute is not None else None)
    return reader.text(words) if words is not None else name


def changes_of(reader: Reader, entry: Any) -> list[Change]:
    """Return what an entry holds, change by change."""
    return [_change(reader, entry, name, value) for name, value in entry.changes.items()]


def _told(reader: Reader, entry: Any, name: str, value: Any) -> str:
    """Return what happened to one field, or one fact."""
    change = _change(reader, entry, name, value)
    return change.new if change.old is None else f"{change.old} → {change.new}"


def _change(reader: Reader, entry: Any, name: str, value: Any) -> Change:
    called = _called(reader, entry, name)
    if _is_content(entry, name) and not reader.may_read_content(entry):
        return Change(called, None, reader.text(_HIDDEN))
    if name in _FACTS:
        return Change(called, None, _FACTS[name](reader, entry, value))
    attribute = attribute_or_none(entry.table_name, name)
    is_coming = entry.action in _COMING
    match value:
        case [list() as before, list() as after]:
            sides = [[_shown(reader, attribute, item) for item in side] for side in (before, after)]
            return Change(called, None, _told_lists(reader, *sides, is_coming=is_coming))
        case [before, after]:
            old = None if is_coming else _shown(reader, attribute, before)
            return Change(called, old, _shown(reader, attribute, after))
    return Change(called, None, _shown(reader, attribute, value))


def _is_content(entry: Any, name: str) -> bool:
    """Tell whether a change says what stands in a customer, or in what hangs on it."""
    is_fact = name in FACT_LABELS and name not in _CONTENT_FACTS
    return model_of(entry.table_name) is Customer and not is_fact and name not in _OPEN


def _told_lists(reader: Reader, before: list[str], after: list[str], *, is_coming: bool) -> str:
    """Return which of several came and which went."""
    if is_coming:
        return listed(after, reader.language) or _NOTHING
    changes = (
        (_ADDED, [item for item in after if item not in before]),
        (_REMOVED, [item for item in before if item not in after]),
    )
    parts = [reader.text(words) % listed(items, reader.language) for words, items in changes if items]
    return reader.text(_PART).join(parts) or _NOTHING


def _shown(reader: Reader, attribute: Attribute | None, value: Any) -> str:
    """Return how a value of an attribute reads."""
    if value is None or value == "":
        return _NOTHING
    if isinstance(value, bool):
        return reader.text(_YES if value else _NO)
    choices: Mapping[Any, Label] = {}
    if attribute is not None and attribute.target is Customer and isinstance(value, int):
        return reader.names.get(Customer.__tablename__, {}).get(value) or reader.text(_PRIVATE)
    if attribute is not None:
        choices = PERMISSION_LABELS if attribute.name == "permission_codes" else attribute.field.choices or {}
    return reader.text(choices[value]) if value in choices else str(value)


# Facts


def _search(reader: Reader, entry: Any, value: Any) -> str:
    return str(value) if reader.may_read_typed(entry) else reader.text(_HIDDEN)


def _filters(reader: Reader, entry: Any, value: Any) -> str:
    return reader.text(_PART).join(_filter(reader, entry, term) for term in value)


def _filter(reader: Reader, entry: Any, term: Mapping[str, Any]) -> str:
    operation, value = term["operation"], term["value"]
    attribute = attribute_or_none(entry.table_name, term["field"])
    field = reader.text(attribute.field.label) if attribute is not None else term["field"]
    if operation == "empty":
        return reader.text(_EMPTY if value == "1" else _NOT_EMPTY) % field
    is_typed = operation in _TYPED or (attribute is not None and attribute.kind is Kind.TEXT)
    if is_typed and not reader.may_read_typed(entry):
        return reader.text(_TOLD) % (field, reader.text(_HIDDEN))
    if attribute is not None and attribute.target is not None and isinstance(value, int):
        shown = reader.row(attribute.target.__tablename__, value)
    elif attribute is not None and attribute.kind is Kind.BOOLEAN:
        shown = reader.text(_YES if value == "1" else _NO)
    else:
        shown = _shown(reader, attribute, value)
    return reader.text(_OPERATIONS.get(operation, _TOLD)) % (field, shown)


def _sort(reader: Reader, entry: Any, value: Any) -> str:
    field = _called(reader, entry, value.removeprefix("-"))
    return reader.text(_DESCENDING) % field if value.startswith("-") else field


def _labelled(labels: Mapping[str, Label]) -> Callable[[Reader, Any, Any], str]:
    """Return how a fact reads that is one of a few words."""
    return lambda reader, _entry, value: reader.text(labels[value]) if value in labels else str(value)


def _moved(reader: Reader, _entry: Any, value: Any) -> str:
    """Tell how many rows of which tables have another value now."""
    parts = [f"{reader.rows_word(table)} {count}" for table, count in value.items()]
    return listed(parts, reader.language)


#: Fact -> how it reads; others read as values of the table's attributes.
_FACTS: Mapping[str, Callable[[Reader, Any, Any], str]] = {
    "search": _search,
    "filters": _filters,
    "sort": _sort,
    "record": lambda reader, _entry, value: reader.row(value["table"], value["id"]),
    "mode": _labelled(IMPORT_MODE_LABELS),
    "state": _labelled(JOB_STATE_LABELS),
    "moved": _moved,
    "undone": _labelled(AUDIT_ACTION_LABELS),
    "scope": _labelled({name: scope.label for name, scope in SCOPES.items()}),
    "storefront_photo": _labelled(PHOTO_CHANGE_LABELS),
    "type": lambda _reader, _entry, value: str(value).upper(),
}
