"""The cells of a file's lines become the values of rows: mapped, defaulted, converted, looked up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auth.actor import Actor
from models.inspection import Kind
from services.exchange.context import Context
from services.exchange.converters import CLEAR, as_text, folded
from services.exchange.errors import CellError, FileError, HeaderError
from services.exchange.fields import FileField, converter_of
from services.exchange.instances import Lookup, TreeLookup, is_guarded, make_lookup, relation_text
from services.exchange.missing import missing_key
from services.exchange.options import Options
from services.exchange.resource import Resource
from services.exchange.results import Row

#: A line of a file: its number and its cells, one for each header.
Line = tuple[int, Sequence[Any]]
#: Fields of a tree that new nodes may get by default; the others say which node a line means.
_TREE_DEFAULTS = frozenset({"is_active"})


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file, and how their cells are read."""

    #: The field of each column; None for one that is passed over.
    fields: tuple[FileField | None, ...]
    #: Names of the fields that the file has, or that have a default.
    present: frozenset[str]
    #: Field -> folded text in the file -> text that is meant.
    meant: Mapping[str, Mapping[str, str]]
    #: Field -> its default.
    defaults: Mapping[str, str]


def columns_of(resource: Resource, header: Sequence[str], options: Options, actor: Actor | None) -> Columns:
    """Return the columns of a file.

    :raises HeaderError: if the headers do not fit the table, or name what the system sets
    :raises FileError: if a default is for a field that cannot have one
    """
    fields = resource.match(header, options.mapping, mode=options.mode, filled=options.defaults)
    by_name = {field.name: field for field in resource.read_fields}
    for name in options.defaults:
        is_key = name in resource.keys or (resource.is_tree and name not in _TREE_DEFAULTS)
        if name not in by_name or is_key:
            raise FileError("bad_default", header=name)
    given = [(text, field) for text, field in zip(header, fields, strict=True) if field is not None]
    for text, field in (*given, *((name, by_name[name]) for name in options.defaults)):
        _check_read_only(text, field, is_bound=actor is not None and not actor.is_company_admin)
    present = {field.name for _, field in given}
    meant = {name: {folded(text): found for text, found in texts.items()} for name, texts in options.values.items()}
    return Columns(tuple(fields), frozenset(present | set(options.defaults)), meant, options.defaults)


def read_rows(context: Context, columns: Columns, lines: Iterable[Line], options: Options) -> list[Row]:
    """Return the rows of lines; what cannot be read is noted as their faults."""
    context.present = columns.present
    by_name = {field.name: field for field in context.resource.read_fields}
    reader = _CellReader(columns, by_name, context)
    rows = [reader.row(number, cells) for number, cells in lines]
    for name in columns.present:
        field = by_name[name]
        if field.target is not None and name not in context.hooks.deferred:
            _resolve(context, field, rows, may_add=name in options.add_missing)
    return rows


class _CellReader:
    """Reads the cells of lines."""

    def __init__(self, columns: Columns, by_name: Mapping[str, FileField], context: Context) -> None:
        self._columns = columns
        self._names = [field.name if field is not None else None for field in columns.fields]
        model, setting = context.resource.model, context.setting
        self._converters = {
            name: relation_text if by_name[name].target is not None else converter_of(by_name[name], model, setting)
            for name in columns.present
        }

    def row(self, number: int, cells: Sequence[Any]) -> Row:
        row = Row(number, {})
        for name, cell in zip(self._names, cells, strict=True):
            if cell is not None and cell != "" and name is not None:  # most blank cells, and the quickest test
                self._read(row, name, cell)
        faulty = {fault.field for fault in row.faults}
        blank = [name for name in self._columns.defaults if name not in row.values and name not in faulty]
        for name in blank:
            self._read(row, name, self._columns.defaults[name], is_default=True)
        row.defaulted = frozenset(blank)
        return row

    def _meant(self, name: str, cell: Any) -> Any:
        texts = self._columns.meant.get(name)
        return texts.get(folded(as_text(cell)), cell) if texts else cell

    def _read(self, row: Row, name: str, cell: Any, *, is_default: bool = False) -> None:
        try:
            meant = cell if is_default or not self._columns.meant else self._meant(name, cell)
            if isinstance(meant, str):
                bare = meant.strip()
                if not bare:
                    return
                if bare == CLEAR:
                    row.values[name] = None
                    return
            row.values[name] = self._converters[name](meant)
        except CellError as error:
            row.refuse(name, error.code, **error.data)


def _check_read_only(header: str, field: FileField, *, is_bound: bool) -> None:
    """Let only the operator and the company admin fill what the system sets: they bring data from elsewhere."""
    if field.kind in {Kind.COMPUTED, Kind.JSON} or (field.meta.is_read_only and is_bound):
        raise HeaderError("read_only_header", header=header)


def _resolve(context: Context, field: FileField, rows: list[Row], *, may_add: bool) -> None:
    """Turn the texts of a relationship's column into ids."""
    target: Any = field.target
    lookup = _lookup(context, target)
    lookup.prepare(row.values[field.name] for row in rows if row.values.get(field.name))
    context.lookups[field.name] = lookup
    for row in rows:
        text = row.values.get(field.name)
        if text is None:
            continue
        try:
            found = _found(context, field, lookup, text, may_add=may_add)
        except CellError as error:
            del row.values[field.name]
            row.refuse(field.name, error.code, **error.data)
            if error.code == "unknown" and not is_guarded(target):
                context.file.count_unknown(field.name, text)
        else:
            row.values[field.name] = found
            context.texts[field.name, found] = context.file.missing_texts.get(found, text)


def _found(context: Context, field: FileField, lookup: Lookup, text: str, *, may_add: bool) -> int:
    """Return the id that a text means; of a value that will be added, what stands for it.

    :raises CellError: if there is none, or more than one
    """
    try:
        return lookup.find(text)
    except CellError as error:
        if error.code != "unknown" or not may_add:
            raise
    key, clean = missing_key(field.target, text)
    return context.file.miss(field.name, key, clean)


def _lookup(context: Context, target: Any) -> Lookup:
    """Return the lookup of a table; a tree is read once for the whole file."""
    known = context.file.trees.get(target)
    if known is None:
        known = make_lookup(context.sight, target)
        if isinstance(known, TreeLookup):
            context.file.trees[target] = known
    return known
