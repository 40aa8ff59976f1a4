"""Reads a table of a file, checks all of it, then writes all or nothing, or the valid rows.

``import_file`` is the whole way; ``plan_import`` and ``run`` are its halves. Nothing here commits.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from auth.actor import AnySession, get_actor
from models.inspection import Kind, page_of
from models.scope import UnfilteredReason, unfiltered
from services.exchange import flat, trees
from services.exchange.cells import is_blank
from services.exchange.context import Context, Hooks
from services.exchange.converters import CLEAR, Setting
from services.exchange.errors import CellError, FileError, HeaderError
from services.exchange.fields import FileField, converter_of
from services.exchange.formats import Table
from services.exchange.instances import make_lookup, relation_text
from services.exchange.options import Options
from services.exchange.resource import Resource
from services.exchange.results import Action, ImportResult, Row, TreeDiff
from services.exchange.tables import hooks_of
from services.exchange.tree_diff import tree_diff
from services.listing import company_time_zone


@dataclass(slots=True)
class Plan:
    """A checked file: what ``run`` would write."""

    context: Context
    rows: list[Row]
    result: ImportResult
    hooks: Hooks


def import_table(session: AnySession, resource: Resource, table: Table, options: Options) -> ImportResult:
    """Check a table, and unless it is a dry run or has faults write it. Flushes.

    With an actor in the session the actor's rights bind; without one it is the operator's import.

    :raises FileError: if the file as a whole cannot be used, or the database refuses the rows
    """
    with plan_import(session, resource, table, options) as plan:
        is_clean = not plan.result.faults
        if not options.is_dry_run and (is_clean or options.is_partial):
            run(plan)
        return plan.result


@contextmanager
def plan_import(session: AnySession, resource: Resource, table: Table, options: Options) -> Iterator[Plan]:
    """Yield the checked file. Nothing is written.

    :raises FileError: if the file as a whole cannot be used
    """
    if "import" not in page_of(resource.model).actions:
        raise FileError("not_imported", value=resource.endpoint)
    actor = get_actor(session)
    reason = UnfilteredReason.COMMAND if actor is None else UnfilteredReason.NEW_ROW
    with unfiltered(session, reason) as every:
        setting = Setting(company_time_zone(every))
        context = Context(session, every, actor, resource, options.mode, setting, options.is_dry_run)
        hooks = hooks_of(resource.model)
        rows = _read_rows(context, table, options, hooks)
        if resource.is_tree:
            trees.plan(context, rows)
        else:
            flat.plan(context, rows, hooks)
        yield Plan(context, rows, _result(context, rows, table.encoding), hooks)


def run(plan: Plan) -> None:
    """Write the valid rows of a plan.

    :raises FileError: if the database refuses them; nothing is written then
    """
    context = plan.context
    try:
        with context.every.begin_nested():
            if context.resource.is_tree:
                trees.write(context)
            else:
                valid = [row for row in plan.rows if row.is_valid and row.action is not Action.SKIP]
                flat.write(context, valid, plan.hooks)
    except (IntegrityError, DataError, StaleDataError) as error:
        raise FileError("write_refused") from error
    context.session.expire_all()
    plan.result.is_written = True


def _read_rows(context: Context, table: Table, options: Options, hooks: Hooks) -> list[Row]:
    fields = context.resource.match(table.header, options.mapping, mode=options.mode)
    _check_read_only(context, table.header, fields)
    context.present = frozenset(field.name for field in fields if field is not None)
    converters = {
        field.name: converter_of(field, context.resource.model, context.setting)
        for field in fields
        if field is not None and not _is_lookup(field)
    }
    rows = [_read_row(number, fields, cells, converters) for number, cells in table.rows]
    for field in fields:
        if field is not None and _is_lookup(field) and field.name not in hooks.deferred:
            _resolve(context, field, rows)
    return rows


def _check_read_only(context: Context, header: tuple[str, ...], fields: list[FileField | None]) -> None:
    """Let only the operator and the company admin fill what the system sets: they bring data from elsewhere."""
    for text, field in zip(header, fields, strict=True):
        if field is None:
            continue
        is_fixed = field.kind in {Kind.COMPUTED, Kind.JSON} or (field.meta.is_read_only and not context.is_unbound)
        if is_fixed:
            raise HeaderError("read_only_header", header=text)


def _read_row(number: int, fields: list[FileField | None], cells: Any, converters: Mapping[str, Any]) -> Row:
    row = Row(number, {})
    for field, cell in zip(fields, cells, strict=True):
        if field is None or is_blank(cell):
            continue
        if isinstance(cell, str) and cell.strip() == CLEAR:
            row.values[field.name] = None
            continue
        convert = converters.get(field.name, relation_text)
        try:
            row.values[field.name] = convert(cell)
        except CellError as error:
            row.refuse(field.name, error.code, **error.data)
    return row


def _is_lookup(field: FileField) -> bool:
    return field.target is not None


def _resolve(context: Context, field: FileField, rows: list[Row]) -> None:
    """Turn the texts of a relationship's column into ids."""
    target: Any = field.target
    lookup = make_lookup(context.sight, target)
    lookup.prepare(row.values[field.name] for row in rows if row.values.get(field.name))
    context.lookups[field.name] = lookup
    for row in rows:
        text = row.values.get(field.name)
        if text is None:
            continue
        try:
            found = lookup.find(text)
        except CellError as error:
            del row.values[field.name]
            row.refuse(field.name, error.code, **error.data)
        else:
            row.values[field.name] = found
            context.texts[field.name, found] = text


def _result(context: Context, rows: list[Row], encoding: str) -> ImportResult:
    valid = [row for row in rows if row.is_valid]
    counts = {action: sum(row.action is action for row in valid) for action in Action}
    counts[Action.INSERT] += context.kept.get("extra_inserts", 0)
    return ImportResult(
        row_count=len(rows),
        inserted_count=counts[Action.INSERT],
        updated_count=counts[Action.UPDATE],
        skipped_count=counts[Action.SKIP],
        diff=_diff(context),
        faults=sorted((fault for row in rows for fault in row.faults), key=lambda fault: fault.row),
        encoding=encoding,
    )


def _diff(context: Context) -> TreeDiff | None:
    if not context.resource.is_tree:
        return None
    return tree_diff(context.every, context.resource.model, context.kept["forest"], context.kept["new_nodes"])
