"""The order of lists: by a column, a related row's name, or the page's own order."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import aliased

from models.inspection import Attribute, attribute_of, page_of
from models.mixins import NameMixin, SortableMixin, TreeMixin
from services.listing import STATEMENTS_KEPT, all_rows


def sorted_statement(statement: Select[Any], model: Any, sort: str) -> Select[Any]:
    """Order a list's SELECT by an attribute ("-" before it: descending; empty: the page's own order).

    The primary key in the same direction ends the order, so that pages are stable.
    """
    if statement is all_rows(model):
        return _all_sorted(model, sort)
    return _sorted(statement, model, sort)


@lru_cache(maxsize=STATEMENTS_KEPT)
def _all_sorted(model: Any, sort: str) -> Select[Any]:
    """Return the SELECT of all rows in an order: what most requests ask for, so it is built once."""
    return _sorted(all_rows(model), model, sort)


def _sorted(statement: Select[Any], model: type[Any], sort: str) -> Select[Any]:
    wanted = sort or page_of(model).sort or ""
    is_descending, name = wanted.startswith("-"), wanted.removeprefix("-")
    columns: list[Any] = []
    if name:
        statement, columns = _sort_columns(statement, model, attribute_of(model, name))
    columns.append(model.id)
    return statement.order_by(*(column.desc() if is_descending else column.asc() for column in columns))


def _sort_columns(statement: Select[Any], model: type[Any], attribute: Attribute) -> tuple[Select[Any], list[Any]]:
    if attribute.target is None:
        column = (
            model.name_sort
            if attribute.name == "name" and issubclass(model, NameMixin)
            else getattr(model, attribute.name)
        )
        nullable = attribute.column is not None and attribute.column.nullable
        return statement, [column.is_(None), column] if nullable else [column]
    target = aliased(attribute.target)
    statement = statement.outerjoin(target, getattr(model, attribute.name).of_type(target))
    column = _natural_order(attribute.target, target)
    return statement, [getattr(model, attribute.key).is_(None), column]


def _natural_order(cls: type[Any], target: Any) -> Any:
    """Return the column by which rows of a table are read: their place in a flat list, else the name by pinyin."""
    if issubclass(cls, SortableMixin) and not issubclass(cls, TreeMixin):
        return target.sort_order
    return target.name_sort if issubclass(cls, NameMixin) else target.id
