"""Cells of an export that do not stand in the table's own columns: co-followers, contacts, paths, properties."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Contact, Customer, CustomerFollower, Employee
from models.enums import Permission
from models.mixins import TreeMixin
from services.audit_words import Description, describe
from services.exchange.fields import FileField
from services.exchange.instances import TreeLookup, shown_key

#: Returns the cells of a batch of rows by id; an id may be absent.
BatchReader = Callable[[Sequence[int]], Mapping[int, Any]]


def special_reader(session: Session, model: Any, field: FileField, language: str) -> BatchReader:
    """Return the reader of a field that is no column.

    :param language: of cells that are words, ``en`` or ``zh_Hans_CN``
    :raises KeyError: if there is none
    """
    for base, readers in _READERS:
        if issubclass(model, base) and field.name in readers:
            return readers[field.name](session, model, field, language)
    return _property_reader(session, model, field)


def relation_texts(session: Session, target: Any) -> Mapping[int, str]:
    """Return how files name each row of a table, by id: the path of a node, else its natural key."""
    if issubclass(target, TreeMixin):
        tree = TreeLookup(session, target)
        return _Lazy(tree.path)
    column = getattr(target, shown_key(target))
    return {row_id: str(text) for row_id, text in session.execute(select(target.id, column))}


class _Lazy(dict[int, str]):
    """Texts made when first asked for."""

    def __init__(self, make: Callable[[int], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: int) -> str:
        text = self._make(key)
        self[key] = text
        return text


def _co_followers(session: Session, _model: Any, _field: FileField, _language: str) -> BatchReader:
    def read(ids: Sequence[int]) -> Mapping[int, Any]:
        logins: dict[int, list[str]] = {}
        statement = (
            select(CustomerFollower.customer_id, Employee.login)
            .join(Employee, Employee.id == CustomerFollower.employee_id)
            .where(CustomerFollower.customer_id.in_(ids))
            .order_by(CustomerFollower.id)
        )
        for customer_id, login in session.execute(statement):
            logins.setdefault(customer_id, []).append(login)
        return {customer_id: ";".join(found) for customer_id, found in logins.items()}

    return read


def _contact(session: Session, _model: Any, field: FileField, _language: str) -> BatchReader:
    column = getattr(Contact, field.name.removeprefix("contact_"))

    def read(ids: Sequence[int]) -> Mapping[int, Any]:
        statement = select(Contact.customer_id, column).where(
            Contact.customer_id.in_(ids), Contact.is_primary.is_(True)
        )
        return dict(session.execute(statement).all())

    return read


def _path(session: Session, model: Any, _field: FileField, _language: str) -> BatchReader:
    tree = TreeLookup(session, model)
    return lambda ids: {row_id: tree.path(row_id) for row_id in ids}


def _parent_code(session: Session, model: Any, _field: FileField, _language: str) -> BatchReader:
    codes: dict[int, str | None] = dict(session.execute(select(model.id, model.code)).all())

    def read(ids: Sequence[int]) -> Mapping[int, Any]:
        parents = session.execute(select(model.id, model.parent_id).where(model.id.in_(ids)))
        return {row_id: codes.get(parent_id) for row_id, parent_id in parents}

    return read


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
    (
        Customer,
        {
            "co_followers": _co_followers,
            "contact_name": _contact,
            "contact_role": _contact,
            "contact_mobile": _contact,
            "contact_birthday": _contact,
        },
    ),
    (TreeMixin, {"path": _path, "parent_code": _parent_code}),
    (AuditEntry, dict.fromkeys(_ENTRY_WORDS, _entry_words)),
)
