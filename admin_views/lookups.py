"""Picking a related row: what may be offered, how it is found, how it reads. Visibility is the session listener's."""

from typing import Any

from sqlalchemy import Select, or_, select

from auth.actor import AnySession
from models import Employee
from models.inspection import page_of
from models.mixins import ActiveMixin, NameMixin, SortableMixin, TreeMixin
from services.listing import contains, name_contains, search_words, subtree
from services.tree_queries import paths_of

#: Related tables up to this many rows are offered as a plain select.
SELECT_LIMIT = 200
PAGE_SIZE = 20
MAX_PAGE_SIZE = 50


def offered(target: type[Any]) -> Select[Any]:
    """Return the SELECT of the rows that a form offers: retired ones, and what stands below them, are left out."""
    statement = select(target)
    if issubclass(target, TreeMixin):
        retired = select(target.id).where(target.is_active.is_(False))
        return statement.where(target.id.not_in(subtree(target, retired)))
    if issubclass(target, ActiveMixin):
        return statement.where(target.is_active.is_(True))
    return statement


def matching(statement: Select[Any], target: type[Any], query: str) -> Select[Any]:
    """Narrow a SELECT to the rows that a typed text means, in reading order."""
    names = [name for name in _searched(target) if name != "name"]
    for word in search_words(query):
        criteria = [contains(getattr(target, name), word) for name in names]
        if issubclass(target, NameMixin):
            criteria.append(name_contains(target, word))
        statement = statement.where(or_(*criteria)) if criteria else statement
    return statement.order_by(*_order(target))


def labels(session: AnySession, target: Any, rows: list[Any]) -> dict[int, str]:
    """Return what each row reads as, by id: the path of a tree's node, else the row's own text."""
    if issubclass(target, TreeMixin):
        paths = paths_of(session, target, [row.id for row in rows])
        return {node: " / ".join(name for _, name in path) for node, path in paths.items()}
    if target is Employee:
        return {row.id: _employee_label(row) for row in rows}
    return {row.id: str(row) for row in rows}


def _searched(target: type[Any]) -> tuple[str, ...]:
    return page_of(target).search if target.__page__ is not None else ()


def _order(cls: type[Any]) -> list[Any]:
    target: Any = cls
    if issubclass(cls, SortableMixin) and not issubclass(cls, TreeMixin):
        return [target.sort_order, target.id]
    return [target.name_sort, target.id] if issubclass(cls, NameMixin) else [target.id]


def _employee_label(employee: Employee) -> str:
    return f"{employee} · {employee.department.name}" if employee.department else str(employee)
