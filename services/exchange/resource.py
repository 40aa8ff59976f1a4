"""What a table's exchange is: its fields in order, and how the headers of a file meet them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.inspection import models_with_pages, page_of
from models.mixins import TreeMixin
from services.exchange.cells import column_name, header_word
from services.exchange.errors import FileError, HeaderError
from services.exchange.fields import FileField, fields_of
from services.exchange.formats import column_keys
from services.exchange.instances import natural_keys
from services.exchange.results import Mode
from services.exchange.special_fields import LEVEL_FIELDS, LEVEL_NAMES, special_fields

#: Fields that the demands on headers treat alike: a tree's node is named by any of them.
TREE_NAMES = ("name", "path", LEVEL_NAMES[0])
#: Columns that a file of refused rows has beside its own, folded; an import passes them over.
ADDED_HEADERS = frozenset({"行号", "row", "错误原因", "reason"})
#: Fields that a new row needs and that the system fills where a file leaves them blank.
_GIVEN = {("customer", "code"), ("employee", "role"), ("visit", "user")}
#: Fields that a model has only where its company uses them; see ``exported_fields``.
_SWITCHED = {("customer", "visibility")}


@dataclass(frozen=True, slots=True)
class Resource:
    """The exchange of one table."""

    model: Any
    fields: tuple[FileField, ...]
    #: Attributes that identify a row, in order; none: every line of a file is a new row.
    keys: tuple[str, ...]

    @property
    def endpoint(self) -> str:
        """Return the table's name."""
        return str(self.model.__tablename__)

    @property
    def is_tree(self) -> bool:
        """Tell whether rows stand under one another."""
        return issubclass(self.model, TreeMixin)

    @property
    def read_fields(self) -> tuple[FileField, ...]:
        """Return the fields that a file may have: those that are exported, and the levels of a tree's nodes."""
        return (*self.fields, *LEVEL_FIELDS) if self.is_tree else self.fields

    def exported_fields(self, *, private_customer_enabled: bool) -> tuple[FileField, ...]:
        """Return the fields of an export: without the private mark where the company does not use it."""
        hidden = set() if private_customer_enabled else _SWITCHED
        return tuple(field for field in self.fields if (self.endpoint, field.name) not in hidden)

    def required_names(self) -> tuple[str, ...]:
        """Return the fields that a new row cannot be without, the ones a template marks with *."""
        if self.is_tree:
            return ("name",)
        return tuple(
            field.name for field in self.fields if field.is_required and (self.endpoint, field.name) not in _GIVEN
        )

    def header_words(self, mapping: Mapping[str, str] | None = None) -> frozenset[str]:
        """Return all headers that mean something here, as ``header_word`` returns them: ``read_table`` looks for them.

        :param mapping: header in the file -> field
        """
        own = frozenset(word for field in self.read_fields for word in field.header_words())
        return own | {header_word(file_header) for file_header in mapping or ()}

    def match(
        self, header: Sequence[str], mapping: Mapping[str, str], *, mode: Mode, filled: Iterable[str] = ()
    ) -> list[FileField | None]:
        """Return the field of each column of a file; None for a blank header and what is not wanted.

        :param mapping: column of the file, as ``column_keys`` names it -> field; "" leaves the column out
        :param filled: fields that the file need not have
        :raises HeaderError: if a header is unknown, two mean the same field, or a required one is missing
        """
        words = {word: field for field in reversed(self.read_fields) for word in field.header_words()}
        choices = {header_word(file_header): name for file_header, name in mapping.items()}
        keys = column_keys(header)
        matched = [self._matched(text, key, words, choices) for text, key in zip(header, keys, strict=True)]
        _check_mapping(keys, mapping)
        for position, field in enumerate(matched):
            if field is not None and field in matched[:position]:
                columns = {"first": matched.index(field), "second": position}
                names = {name: f"{column_name(at + 1)} “{header[at]}”" for name, at in columns.items()}
                raise HeaderError("duplicate_header", header=field.name, **names)
        self._check_required({field.name for field in matched if field is not None} | set(filled), mode)
        return matched

    def _matched(
        self, text: str, key: str, words: Mapping[str, FileField], choices: Mapping[str, str]
    ) -> FileField | None:
        name = choices.get(header_word(key))
        if not text or name == "":
            return None
        field = words.get(header_word(text) if name is None else header_word(name))
        if field is None and name is None and header_word(text) in ADDED_HEADERS:
            return None
        if field is None:
            shown = text if name is None else name
            raise HeaderError("unknown_header", header=shown, known=", ".join(field.name for field in self.read_fields))
        return field

    def _check_required(self, present: set[str], mode: Mode) -> None:
        if self.is_tree:
            if not present.intersection((*TREE_NAMES, "code") if mode is Mode.UPDATE else TREE_NAMES):
                raise HeaderError("missing_header", header="name")
            return
        is_keyed = bool(present.intersection(self.keys))
        if mode is Mode.UPDATE and is_keyed:
            return
        for name in self.required_names():
            if name not in present:
                raise HeaderError("missing_header", header=name)


def _check_mapping(keys: Sequence[str], mapping: Mapping[str, str]) -> None:
    present = {header_word(key) for key in keys}
    for file_header in mapping:
        if header_word(file_header) not in present:
            raise HeaderError("unknown_map", header=file_header)


def resource_of(model: Any) -> Resource:
    """Return the exchange of a model with a page.

    :raises FileError: if it has none
    """
    if page_of(model).exchange == ():
        raise FileError("unknown_table", value=model.__tablename__)
    keys = () if issubclass(model, TreeMixin) else natural_keys(model)
    return Resource(model, fields_of(model, special_fields(model)), keys)


def resource_for(endpoint: str) -> Resource:
    """Return the exchange of a table by name.

    :raises FileError: if there is none
    """
    for model in models_with_pages():
        if model.__tablename__ == endpoint:
            return resource_of(model)
    raise FileError("unknown_table", value=endpoint)
