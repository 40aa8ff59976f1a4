"""Reads a model's mapper and ``info`` into plain descriptions, on which generator and exchange engine work."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, Numeric, String, inspect
from sqlalchemy.orm import Mapper, RelationshipProperty
from sqlalchemy.types import JSON, TypeDecorator

from models.base import Base
from models.meta import FIELD_KEY, Field, Label, Page
from models.mixins import TreeMixin


class Kind(StrEnum):
    """How an attribute is shown, asked for, filtered and written to files."""

    TEXT = "text"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    MOMENT = "moment"
    JSON = "json"
    RELATION = "relation"
    TREE = "tree"
    #: A Python property of the model, such as a role's permissions.
    COMPUTED = "computed"


#: Column type -> kind, the first that fits; Boolean stands before Integer.
_KINDS: tuple[tuple[type[Any], Kind], ...] = (
    (Boolean, Kind.BOOLEAN),
    (Integer, Kind.INTEGER),
    (Numeric, Kind.DECIMAL),
    (Float, Kind.DECIMAL),
    (DateTime, Kind.MOMENT),
    (Date, Kind.DATE),
    (JSON, Kind.JSON),
    (String, Kind.TEXT),
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a model: a column, or a many-to-one relationship with its foreign key."""

    name: str
    kind: Kind
    field: Field
    #: The column, for a relationship its foreign key; None for a computed attribute.
    column: Column[Any] | None
    #: The model at the other end of a relationship.
    target: type[Any] | None = None

    @property
    def is_relation(self) -> bool:
        """Tell whether the attribute is a relationship."""
        return self.target is not None

    @property
    def key(self) -> str:
        """Return the name of the mapped column attribute: ``industry_id`` for ``industry``."""
        return self.name if self.column is None or self.target is None else str(self.column.key)

    @property
    def is_required(self) -> bool:
        """Tell whether a row cannot be without it."""
        return self.column is not None and not self.column.nullable and self.kind is not Kind.BOOLEAN


def attributes_of(model: type[Any]) -> Mapping[str, Attribute]:
    """Return the attributes of a model that carry a field, by name, in the order of its columns.

    A foreign key is described once, under its relationship's name.
    """
    key: Any = model
    return _attributes_of(key)


@cache
def _attributes_of(model: Any) -> Mapping[str, Attribute]:
    mapper: Mapper[Any] = inspect(model)
    relations = {_foreign_key(relation): relation for relation in mapper.relationships if _is_many_to_one(relation)}
    found = {}
    for column in mapper.local_table.columns:
        meta = column.info.get(FIELD_KEY)
        if meta is None:
            continue
        attribute = _describe(mapper, column, meta, relations.get(column))
        found[attribute.name] = attribute
    return found


def attribute_of(model: type[Any], name: str) -> Attribute:
    """Return one attribute; a property without a column is described as computed.

    :raises KeyError: if the model has no such attribute, or it has no label
    """
    known = attributes_of(model)
    if name in known:
        return known[name]
    meta = model.__computed__.get(name)
    if meta is None:
        raise KeyError(name)
    return Attribute(name=name, kind=Kind.COMPUTED, field=meta, column=None)


def page_of(model: type[Any]) -> Page:
    """Return the page of a model.

    :raises TypeError: if it has none
    """
    page = model.__page__
    if page is None:
        raise TypeError(f"{model.__name__} has no __page__")
    return page


def models_with_pages() -> list[type[Any]]:
    """Return every mapped class with a page, by table name."""
    classes = (mapper.class_ for mapper in Base.registry.mappers)
    return sorted((cls for cls in classes if cls.__page__ is not None), key=lambda cls: cls.__tablename__)


class _TableLabels(Mapping[str, Label]):
    """What one row of each table with a page is called; read when asked, since a column may be declared before them."""

    def __getitem__(self, table_name: str) -> Label:
        """Return the label of a table."""
        return _table_labels()[table_name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the tables."""
        return iter(_table_labels())

    def __len__(self) -> int:
        """Return how many tables there are."""
        return len(_table_labels())


#: Table name -> label, for columns that name a table.
TABLE_LABELS: Mapping[str, Label] = _TableLabels()


@cache
def _table_labels() -> Mapping[str, Label]:
    return {model.__tablename__: page_of(model).label for model in models_with_pages()}


def _describe(mapper: Mapper[Any], column: Any, meta: Field, relation: Any) -> Attribute:
    if relation is not None:
        target = relation.mapper.class_
        kind = Kind.TREE if issubclass(target, TreeMixin) else Kind.RELATION
        return Attribute(name=relation.key, kind=kind, field=meta, column=column, target=target)
    name = mapper.get_property_by_column(column).key
    return Attribute(name=name, kind=Kind.CHOICE if meta.choices else _kind_of(column), field=meta, column=column)


def _kind_of(column: Column[Any]) -> Kind:
    plain = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    for type_, kind in _KINDS:
        if isinstance(plain, type_):
            return kind
    raise TypeError(f"{column}: no kind for {column.type!r}")


def _is_many_to_one(relation: RelationshipProperty[Any]) -> bool:
    return relation.direction.name == "MANYTOONE" and len(relation.local_columns) == 1


def _foreign_key(relation: RelationshipProperty[Any]) -> Any:
    return next(iter(relation.local_columns))
