"""The values that a column of a file may take, as a template offers them and a person picks one for an unknown text."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from auth.actor import AnySession
from models import Employee
from models.inspection import Kind
from models.meta import Label, label
from models.mixins import ActiveMixin, SortableMixin, TreeMixin
from services.exchange.fields import FileField
from services.exchange.instances import is_guarded, shown_key

#: A column of more values offers none: nobody scrolls through them, and the file would grow.
MAX_VALUES = 5_000
BOOLEAN_WORDS: tuple[Label, Label] = (label(en="yes", zh="是"), label(en="no", zh="否"))


def offered_values(session: AnySession, field: FileField, language: str, *, limit: int = MAX_VALUES) -> list[str]:
    """Return the values that a column may take, as files name them; none where they are not few or not known.

    Of tables only rows that the session's actor sees and that are in use; never people or customers.
    """
    if field.kind is Kind.BOOLEAN:
        return [word.text(language) for word in BOOLEAN_WORDS]
    if field.meta.choices:
        return [word.text(language) for word in field.meta.choices.values()]
    if field.target is None or field.target is Employee or is_guarded(field.target):
        return []
    found = (
        _paths(session, field.target, limit) if issubclass(field.target, TreeMixin) else _keys(session, field, limit)
    )
    return found if len(found) <= limit else []


def _keys(session: AnySession, field: FileField, limit: int) -> list[str]:
    """Return the keys of the rows in use, one more than the limit at most."""
    model: Any = field.target
    column = getattr(model, shown_key(model))
    statement = select(column).order_by(model.sort_order if issubclass(model, SortableMixin) else column)
    if issubclass(model, ActiveMixin):
        statement = statement.where(model.is_active)
    return [str(value) for value in session.scalars(statement.limit(limit + 1))]


def _paths(session: AnySession, model: Any, limit: int) -> list[str]:
    """Return the paths of the nodes in use in the order of the tree, one more than the limit at most."""
    below: dict[int | None, list[Any]] = {}
    for row in session.execute(
        select(model.id, model.parent_id, model.name, model.is_active).order_by(model.sort_order)
    ):
        below.setdefault(row.parent_id, []).append(row)
    paths: list[str] = []
    for path in _walk(below):
        paths.append(path)
        if len(paths) > limit:
            break
    return paths


def _walk(below: dict[int | None, list[Any]]) -> Iterator[str]:
    """Yield the paths from the roots; what stands below a retired node is not in use."""
    waiting = [(node, node.name) for node in reversed(below.get(None, []))]
    while waiting:
        node, path = waiting.pop()
        if not node.is_active:
            continue
        yield path
        waiting += [(child, f"{path}/{child.name}") for child in reversed(below.get(node.id, []))]
