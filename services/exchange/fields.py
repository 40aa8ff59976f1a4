"""One column of a file and the attribute behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Numeric, String

from models.inspection import Attribute, Kind, attribute_of, attributes_of, page_of
from models.meta import Field, Label
from models.mixins import NameMixin
from models.names import InvalidNameError, clean_name
from services.exchange.cells import header_word
from services.exchange.converters import (
    Converter,
    Setting,
    as_text,
    boolean,
    choice_converter,
    day,
    decimal_converter,
    integer,
    moment_converter,
    text_converter,
)
from services.exchange.errors import CellError

#: Text columns that hold keys or numbers to dial: a number that a spreadsheet has spoilt is refused there.
_IDENTIFIERS = frozenset({"code", "login", "mobile", "parent_code", "phone"})
#: What is wrong with a name -> code of the fault.
NAME_FAULTS: Mapping[str, str] = {
    "blank": "blank_name",
    "too_long": "too_long",
    "control": "control",
    "slash": "slash",
}
#: Kind -> type of its cells in typed files; others are text.
_TYPES: Mapping[Kind, type[Any]] = {
    Kind.BOOLEAN: bool,
    Kind.INTEGER: int,
    Kind.DECIMAL: Decimal,
    Kind.DATE: date,
    Kind.MOMENT: datetime,
}


@dataclass(frozen=True, slots=True)
class FileField:
    """One column of a table's files."""

    name: str
    meta: Field
    kind: Kind
    #: Mapped column that it fills; empty for one that is no column of the table.
    key: str = ""
    #: Whether a new row cannot be without it.
    is_required: bool = False
    #: The model at the other end of a relationship.
    target: type[Any] | None = None
    column: Column[Any] | None = None
    #: The field is a name, with its rules.
    is_name: bool = False
    limit: int | None = None
    #: More headers that mean it.
    aliases: tuple[str, ...] = ()

    @property
    def label(self) -> Label:
        """Return the header in both languages."""
        return self.meta.label

    @property
    def type(self) -> type[Any]:
        """Return what its cells hold in typed files."""
        return _TYPES.get(self.kind, str)

    def header_words(self) -> set[str]:
        """Return the headers that mean this field, as ``header_word`` returns them."""
        return {header_word(word) for word in (self.name, self.label.en, self.label.zh, *self.aliases)}


def fields_of(model: type[Any], special: Mapping[str, FileField]) -> tuple[FileField, ...]:
    """Return the fields of a table's files in order: those its page names, by default its form's."""
    page = page_of(model)
    names = page.exchange if page.exchange is not None else page.form
    if names is None:
        names = tuple(name for name, attribute in attributes_of(model).items() if not attribute.field.is_read_only)
    return tuple(special[name] if name in special else field_of(model, attribute_of(model, name)) for name in names)


def field_of(model: type[Any], attribute: Attribute) -> FileField:
    """Return the field of an attribute."""
    column = attribute.column
    return FileField(
        name=attribute.name,
        meta=attribute.field,
        kind=attribute.kind,
        key=attribute.key if column is not None else "",
        is_required=attribute.is_required and column is not None and column.default is None,
        target=attribute.target,
        column=column,
        is_name=attribute.name == "name" and issubclass(model, NameMixin),
        limit=column.type.length if column is not None and isinstance(column.type, String) else None,
    )


def converter_of(field: FileField, model: type[Any], setting: Setting) -> Converter:
    """Return how a cell of the field that is not blank becomes a value; relationships are ``instances``' to read."""
    if field.is_name:
        return _name_converter(model)
    if field.kind is Kind.CHOICE:
        return choice_converter(field.meta.choices or {})
    if field.kind is Kind.DECIMAL:
        numeric: Any = field.column.type if field.column is not None else None
        is_exact = isinstance(numeric, Numeric) and numeric.asdecimal
        return decimal_converter(
            precision=numeric.precision if is_exact else None, scale=numeric.scale if is_exact else None
        )
    plain = {Kind.INTEGER: integer, Kind.BOOLEAN: boolean, Kind.DATE: day}
    if field.kind in plain:
        return plain[field.kind]
    if field.kind is Kind.MOMENT:
        return moment_converter(setting.zone)
    return text_converter(limit=field.limit, is_long=field.meta.is_long, is_identifier=_is_identifier(field))


def _is_identifier(field: FileField) -> bool:
    return field.name.removeprefix("contact_") in _IDENTIFIERS or bool(field.column is not None and field.column.unique)


def _name_converter(model: Any) -> Converter:
    def convert(cell: Any) -> str:
        text = as_text(cell)
        try:
            return clean_name(text, limit=model.name_limit, is_path_segment=model.is_path_segment)
        except InvalidNameError as error:
            raise CellError(NAME_FAULTS[error.code], value=text, limit=error.limit) from error

    return convert
