"""Cells of an export that no SQL says: the words of the audit log, counts, properties. Read batch by batch."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry
from models.enums import Permission
from models.meta import CUSTOMER_COUNT
from models.mixins import DictionaryMixin, TreeMixin
from services.audit_words import Description, describe
from services.exchange.fields import FileField
from services.usage import customer_counts

#: Returns the cells of a batch of rows by id; an id may be absent.
BatchReader = Callable[[Sequence[int]], Mapping[int, Any]]


def special_reader(session: Session, model: Any, field: FileField, language: str) -> BatchReader:
    """Return the reader of a field that is no column.

    :param language: of cells that are words, ``en`` or ``zh_Hans_CN``
    """
    for base, readers in _READERS:
        if issubclass(model, base) and field.name in readers:
            return readers[field.name](session, model, field, language)
    return _property_reader(session, model, field)


def _customer_count(session: Session, model: Any, _field: FileField, _language: str) -> BatchReader:
    """Count the customers of each value, as its list does; of a node with those below."""
    return lambda ids: (
        dict.fromkeys(ids, 0) | customer_counts(session, model, ids, with_below=issubclass(model, TreeMixin))
    )


def _entry_words(session: Session, _model: Any, field: FileField, language: str) -> BatchReader:
    """Read audit entries as their page says them to the one who exports."""

    def read(ids: Sequence[int]) -> Mapping[int, Any]:
        entries = session.execute(select(*AuditEntry.__mapper__.columns).where(AuditEntry.id.in_(ids)))
        found = describe(session, entries, language=language)
        return {row_id: _ENTRY_WORDS[field.name](words) for row_id, words in found.items()}

    return read


#: Column of the audit log's files -> its text.
_ENTRY_WORDS: Mapping[str, Callable[[Description], str]] = {
    "action": lambda words: words.action,
    "object": lambda words: words.object,
    "changes": lambda words: "\n".join(words.lines),
}


def _property_reader(session: Session, model: Any, field: FileField) -> BatchReader:
    """Read a Python property of the rows; several values are joined by ;."""

    def read(ids: Sequence[int]) -> Mapping[int, Any]:
        rows = session.scalars(select(model).where(model.id.in_(ids)))
        return {row.id: _joined(getattr(row, field.name)) for row in rows}

    return read


def _joined(value: Any) -> Any:
    if isinstance(value, list | tuple | frozenset):
        return ";".join(str(item.value if isinstance(item, Permission) else item) for item in value)
    return value


_Maker = Callable[[Session, Any, FileField, str], BatchReader]
_READERS: tuple[tuple[type[Any], Mapping[str, _Maker]], ...] = (
    (AuditEntry, dict.fromkeys(_ENTRY_WORDS, _entry_words)),
    (TreeMixin, {CUSTOMER_COUNT: _customer_count}),
    (DictionaryMixin, {CUSTOMER_COUNT: _customer_count}),
)
