"""Plans lines of a file and writes them: the engine under the jobs of ``imports`` and the command line's dry run.

``planned`` checks some lines, or all, and writes nothing; ``write`` carries out what they plan. Nothing here commits.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from auth.actor import AnySession, get_actor
from models.inspection import page_of
from models.scope import UnfilteredReason, unfiltered
from services.company_days import company_time_zone
from services.exchange import flat, trees
from services.exchange.changes import Journal
from services.exchange.context import Context, Hooks
from services.exchange.converters import Setting
from services.exchange.errors import FileError
from services.exchange.formats import Table
from services.exchange.missing import addable_fields, check_addable
from services.exchange.options import Options
from services.exchange.resource import Resource
from services.exchange.results import Action, ImportResult, Row, TreeDiff
from services.exchange.row_reading import Columns, Line, columns_of, read_rows
from services.exchange.statements import note_growth
from services.exchange.tables import hooks_of
from services.exchange.tree_diff import tree_diff
from services.exchange.whole_file import WholeFile

#: Lines that are planned, and written, at once.
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Setup:
    """A file whose headers fit its table, and how it is imported."""

    resource: Resource
    columns: Columns
    options: Options
    hooks: Hooks

    @property
    def is_whole(self) -> bool:
        """Tell whether the lines hang together, so that all are planned at once."""
        return self.resource.is_tree or self.hooks.is_whole


@dataclass(slots=True)
class Chunk:
    """Checked lines: what ``write`` would do."""

    context: Context
    rows: list[Row]

    @property
    def valid_rows(self) -> list[Row]:
        """Return the rows that would be written."""
        return [row for row in self.rows if row.is_valid and row.action is not Action.SKIP]


def setup_of(session: AnySession, resource: Resource, header: Sequence[str], options: Options) -> Setup:
    """Return how a file with this header is imported.

    :raises FileError: if the table takes no imports, headers or options do not fit it, or missing values are to be
        added and the session's actor may not
    """
    if "import" not in page_of(resource.model).actions:
        raise FileError("not_imported", value=resource.endpoint)
    actor = get_actor(session)
    if actor is not None:
        check_addable(session, resource, options.add_missing)
    elif unfit := set(options.add_missing) - set(addable_fields(resource)):
        raise FileError("bad_add", header=min(unfit))
    return Setup(resource, columns_of(resource, header, options, actor), options, hooks_of(resource.model))


@contextmanager
def planned(
    session: AnySession,
    setup: Setup,
    lines: Iterable[Line],
    *,
    file: WholeFile,
    journal_of: int | None = None,
    is_rowless: bool = False,
    is_dry_run: bool = False,
) -> Iterator[Chunk]:
    """Yield checked lines; they can be written while the block lasts.

    With an actor in the session the actor's rights bind; without one it is the operator's import.

    :param journal_of: id of the job for which is taken down what is written
    :param is_rowless: the lines are not those of the job's file
    :param is_dry_run: nothing will be written, so nobody need wait
    :raises FileError: if the table cannot be imported in this mode
    """
    actor = get_actor(session)
    reason = UnfilteredReason.COMMAND if actor is None else UnfilteredReason.NEW_ROW
    with unfiltered(session, reason) as every:
        context = Context(
            session,
            every,
            actor,
            setup.resource,
            setup.hooks,
            setup.options.mode,
            Setting(company_time_zone(every)),
            file,
            is_dry_run,
            Journal(every, journal_of, is_rowless=is_rowless) if journal_of is not None else None,
            frozenset(setup.options.add_missing),
        )
        rows = read_rows(context, setup.columns, lines, setup.options)
        if setup.resource.is_tree:
            trees.plan(context, rows)
        else:
            flat.plan(context, rows, setup.hooks)
        yield Chunk(context, rows)


def write(chunk: Chunk) -> None:
    """Write the valid rows.

    :raises FileError: if the database refuses them; nothing is written then
    """
    context = chunk.context
    try:
        with context.every.begin_nested():
            if context.resource.is_tree:
                trees.write(context)
            else:
                flat.write(context, chunk.valid_rows, context.hooks)
            if context.journal is not None:
                context.journal.flush()
    except (IntegrityError, DataError, StaleDataError) as error:
        raise FileError("write_refused") from error
    context.session.expire_all()


def import_table(session: AnySession, resource: Resource, table: Table, options: Options) -> ImportResult:
    """Check a whole table at once, and unless it is a dry run or has faults write it: no job, no undo. Flushes.

    :raises FileError: if the file as a whole cannot be used, or the database refuses the rows
    :raises ValueError: if values are missing and would have to be added first
    """
    setup = setup_of(session, resource, table.header, options)
    lines = [line for line in table.rows if line[0] not in options.skipped]
    file = WholeFile()
    with planned(session, setup, lines, file=file, is_dry_run=options.is_dry_run) as chunk:
        result = _result(chunk, table.encoding)
        if not options.is_dry_run and (not result.faults or options.is_partial):
            if file.missing:
                raise ValueError("missing values are added by jobs alone")
            write(chunk)
            note_growth(session, resource.model, result.inserted_count)
            result.is_written = True
        return result


def diff_of(chunk: Chunk) -> TreeDiff | None:
    """Return what checked lines do to a tree; None for other tables."""
    context = chunk.context
    if not context.resource.is_tree:
        return None
    return tree_diff(context.every, context.resource.model, context.kept["forest"], context.kept["new_nodes"])


def _result(chunk: Chunk, encoding: str) -> ImportResult:
    counts = dict.fromkeys(Action, 0)
    for row in chunk.rows:
        if row.is_valid:
            counts[row.action] += 1
    counts[Action.INSERT] += chunk.context.kept.get("extra_inserts", 0)
    return ImportResult(
        row_count=len(chunk.rows),
        inserted_count=counts[Action.INSERT],
        updated_count=counts[Action.UPDATE],
        skipped_count=counts[Action.SKIP],
        diff=diff_of(chunk),
        faults=sorted((fault for row in chunk.rows for fault in row.faults), key=lambda fault: fault.row),
        encoding=encoding,
    )
