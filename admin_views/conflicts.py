"""Reads a database's refusal and says which field it means, without showing SQL or values."""

import re
from typing import Any

from sqlalchemy import Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from models.inspection import attributes_of

_SQLITE = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")
_SQLITE_INDEX = re.compile(r"UNIQUE constraint failed: index '(?P<index>\w+)'")


def conflicting_columns(error: IntegrityError, table: Table) -> list[str]:
    """Return the columns whose values are taken; empty if it is another refusal or another table's."""
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if name is not None:
        return _columns_of(table, name)
    message = str(error.orig)
    index = _SQLITE_INDEX.search(message)
    if index:
        return _columns_of(table, index["index"])
    columns = _SQLITE.search(message)
    if not columns:
        return []
    pairs = [column.strip().split(".") for column in columns["columns"].split(",")]
    return [column for owner, column in pairs if owner == table.name]


def conflicting_field(error: IntegrityError, model: type[Any]) -> str | None:
    """Return the name of the form field whose value is taken, or None."""
    columns = conflicting_columns(error, model.__table__)
    if "name_key" in columns:
        return "name"
    by_column = {
        attribute.column.key: name for name, attribute in attributes_of(model).items() if attribute.column is not None
    }
    return next((by_column[column] for column in columns if column in by_column), None)


def _columns_of(table: Table, name: str) -> list[str]:
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.name == name:
            return [column.name for column in constraint.columns]
    for index in table.indexes:
        if index.name == name and index.unique:
            return [column.name for column in index.columns]
    return []
