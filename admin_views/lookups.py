"""Picking a related row: what may be offered, how it is found, how it reads. Visibility is the session listener's."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import aliased, joinedload

from auth.actor import AnySession
from models import Employee
from models.inspection import page_of
from models.mixins import ActiveMixin, DictionaryMixin, NameMixin, SortableMixin, TreeMixin
from models.scope import HangsOnCustomer
from services.listing import contains, name_contains, search_words, subtree
from services.tree_queries import paths_in, paths_of

#: Related tables up to this many rows are offered as a plain select.
SELECT_LIMIT = 200
PAGE_SIZE = 20
MAX_PAGE_SIZE = 50
#: At most this many nodes of one level are shown; beyond, one types.
LEVEL_LIMIT = 1_000
_STEP = " / "


@dataclass(frozen=True, slots=True)
class Option:
    """One row as a picker shows it."""

    id: int
    text: str
    #: How to treat what has this value (DOMAIN 1), shown beside the picker.
    hint: str = ""
    #: (id, name) from the root down to the node, for a tree.
    path: tuple[tuple[int, str], ...] = ()
    has_children: bool = False
    #: Name of the palette's colour in which it is shown.
    colour: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it for a script, without what is empty."""
        more = {"hint": self.hint, "path": self.path, "has_children": self.has_children, "colour": self.colour}
        return {"id": self.id, "text": self.text, **{name: value for name, value in more.items() if value}}


def offered(target: type[Any]) -> Select[Any]:
    """Return the SELECT of the rows that a form offers: retired ones, and what stands below them, are left out."""
    statement = select(target)
    if issubclass(target, TreeMixin):
        retired = select(target.id).where(target.is_active.is_(False))
        return statement.where(target.id.not_in(subtree(target, retired)))
    if issubclass(target, ActiveMixin):
        return statement.where(target.is_active.is_(True))
    return statement


def hangs_on_same_customer(model: type[Any], target: type[Any]) -> bool:
    """Tell whether rows of a model may point only at rows of the target that hang on their own customer."""
    return issubclass(model, HangsOnCustomer) and issubclass(target, HangsOnCustomer)


def matching(statement: Select[Any], target: type[Any], query: str) -> Select[Any]:
    """Narrow a SELECT to the rows that a typed text means, in reading order.

    In a tree the last word means the node, those before it may mean one above: "四川/武侯" finds 四川 / 成都 / 武侯区.
    """
    if not issubclass(target, TreeMixin):
        for word in search_words(query):
            statement = statement.where(_means(target, word))
        return statement.order_by(*_order(target))
    *above, last = search_words(query.replace("/", " ").replace("／", " ")) or [""]
    for word in above:
        statement = statement.where(target.id.in_(at_or_below(target, _means(target, word))))
    return statement.where(_means(target, last) if last else true()).order_by(*_order(target))


def level(statement: Select[Any], cls: type[Any], parent_id: int | None, *, with_retired: bool) -> Select[Any]:
    """Return the SELECT of the offered nodes under a parent (none: the roots) in their order.

    :returns: rows of (id, name, has_children)
    """
    target: Any = cls
    below = aliased(target)
    is_shown = true() if with_retired else below.is_active
    has_children = select(below.id).where(below.parent_id == target.id, is_shown).correlate(target).exists()
    return (
        statement.with_only_columns(target.id, target.name, has_children.label("has_children"))
        .where(target.parent_id == parent_id)
        .order_by(target.sort_order, target.id)
    )


def rows(session: AnySession, statement: Select[Any], target: type[Any], *, limit: int | None = None) -> list[Any]:
    """Return rows with what their labels need, by one statement."""
    if target is Employee:
        statement = statement.options(joinedload(Employee.department))
    return list(session.scalars(statement.limit(limit)))


def options(session: AnySession, target: type[Any], rows: list[Any]) -> list[Option]:
    """Return rows as a picker shows them."""
    if issubclass(target, TreeMixin):
        ids = [row.id for row in rows]
        paths = paths_of(session, target, ids) if rows else {}
        parents = _parents(session, target, ids) if rows else set()
        return [Option(id_, _joined(paths[id_]), path=tuple(paths[id_]), has_children=id_ in parents) for id_ in ids]
    texts = labels(session, target, rows)
    if not issubclass(target, DictionaryMixin):
        return [Option(row.id, texts[row.id]) for row in rows]
    return [Option(row.id, texts[row.id], hint=row.description or "", colour=row.colour or "") for row in rows]


def labels(session: AnySession, target: Any, rows: list[Any]) -> dict[int, str]:
    """Return what each row reads as, by id: the path of a tree's node, else the row's own text."""
    if issubclass(target, TreeMixin):
        paths = paths_of(session, target, [row.id for row in rows])
        return {node: _joined(path) for node, path in paths.items()}
    if target is Employee:
        return {row.id: _employee_label(row) for row in rows}
    return {row.id: str(row) for row in rows}


def tree_labels(session: AnySession, nodes: Iterable[Any]) -> dict[Any, str]:
    """Return the path of each of the nodes, of whatever tree. One statement, or none for no nodes."""
    ids: dict[Any, dict[int, Any]] = {}
    for node in nodes:
        if node is not None:
            ids.setdefault(type(node), {})[node.id] = node
    found = paths_in(session, ids) if ids else {}
    return {ids[tree][row_id]: _joined(path) for tree, paths in found.items() for row_id, path in paths.items()}


def label(session: AnySession, target: Any, row_id: int) -> str:
    """Return what the row of an id reads as, by one statement; nothing where there is none for the person."""
    if issubclass(target, TreeMixin):
        return _joined(paths_of(session, target, [row_id]).get(row_id, []))
    found = rows(session, select(target).where(target.id == row_id), target)
    return labels(session, target, found).get(row_id, "")


def _joined(path: list[tuple[int, str]]) -> str:
    return _STEP.join(name for _, name in path)


def _parents(session: AnySession, target: Any, ids: list[int]) -> set[int]:
    """Return those nodes that have others below which are not retired."""
    below = select(target.parent_id).where(target.parent_id.in_(ids), target.is_active)
    return set(session.scalars(below.distinct()))


def _means(target: type[Any], word: str) -> ColumnElement[bool]:
    """Return the criterion that a row is meant by a word; true where nothing of the table is searched."""
    criteria = [contains(getattr(target, name), word) for name in _searched(target) if name != "name"]
    if issubclass(target, NameMixin):
        criteria.append(name_contains(target, word))
    return or_(*criteria) if criteria else true()


def at_or_below(target: Any, criterion: ColumnElement[bool]) -> Select[Any]:
    """Return the SELECT of the ids of the nodes that a criterion means, and of those below; usable several times."""
    below = select(target.id).where(criterion).cte(recursive=True)
    return select(below.union(select(target.id).where(target.parent_id == below.c.id)).c.id)


def _searched(target: type[Any]) -> tuple[str, ...]:
    return page_of(target).search if target.__page__ is not None else ()


def _order(cls: type[Any]) -> list[Any]:
    target: Any = cls
    if issubclass(cls, SortableMixin) and not issubclass(cls, TreeMixin):
        return [target.sort_order, target.id]
    return [target.name_sort, target.id] if issubclass(cls, NameMixin) else [target.id]


def _employee_label(employee: Employee) -> str:
    return f"{employee} · {employee.department.name}" if employee.department else str(employee)
