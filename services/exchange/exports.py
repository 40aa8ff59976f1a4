"""Exports: at once while they are small, else as jobs. Pages and the command line begin here.

A job's rows are those that its owner sees when it runs, and may export then.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import Select, and_, or_, select

from auth.actor import AnySession, get_actor
from auth.visibility import among, dialect_of
from models import Customer, ExportJob
from models.inspection import page_of
from models.meta import EVERYONE
from services import storage
from services.customers.scopes import followers_of
from services.exchange import export_log
from services.exchange.errors import FileError
from services.exchange.export_notes import notes_of
from services.exchange.export_request import ExportRequest
from services.exchange.exporter import Export, export
from services.exchange.formats import EXPORT_TYPES, SMALL_ROWS, SMALL_TYPES
from services.exchange.resource import Resource, resource_for
from services.jobs import JobRun, enqueue, register
from services.jobs.kinds import PREFIXES
from services.listed import listed_statement
from services.row_list import RowList, followers_of_all

#: Type of file -> up to so many rows it is written while the person waits; a CSV streams however long it is.
INLINE_ROWS: Mapping[str, int] = {"xlsx": 20_000, **dict.fromkeys(SMALL_TYPES, 5_000)}


def may_export(session: AnySession, resource: Resource) -> bool:
    """Tell whether the session's actor may export a table; a session without one is the command line's."""
    page, actor = page_of(resource.model), get_actor(session)
    permission = page.export_permission or page.permission
    if "export" not in page.actions:
        return False
    if actor is None or permission == EVERYONE:
        return True
    return actor.is_company_admin if permission is None else actor.may(permission)


def open_export(session: AnySession, request: ExportRequest) -> Export:
    """Return the rows that somebody asks for, as the session's actor sees them. Nothing is fetched yet.

    :raises FileError: if the type or a column is not known
    :raises BadFilterError: if a filter's value cannot be read
    """
    if request.export_type not in EXPORT_TYPES:
        raise FileError("unknown_type", value=request.export_type, known=", ".join(EXPORT_TYPES))
    resource = resource_for(request.endpoint)
    statement = _from_followers(session, resource.model, request)
    if request.ids is not None:
        statement = statement.where(among(resource.model.id, request.ids, dialect_of(session)))
    made = export(
        session,
        resource,
        statement,
        columns=request.columns,
        language=request.language,
        use_names=request.use_names,
    )
    made.notes = partial(notes_of, facts=export_log.facts_of(session, request))
    return made


def _from_followers(session: AnySession, model: Any, request: ExportRequest) -> Select[Any]:
    """Return the SELECT of the list; of one who sees few of many customers such that it starts from those."""
    statement = listed_statement(session, model, request.listing)
    of_scope = followers_of(session, request.listing.scope) if model is Customer else None
    followers = followers_of_all(session, model) if of_scope is None else of_scope
    return RowList(session, model, statement, followers=followers).from_followed()


def is_long(rows: Export, export_type: str) -> bool:
    """Tell whether an export takes too long for a request.

    :raises FileError: if the type never holds that many rows
    """
    limit = INLINE_ROWS.get(export_type)
    if limit is None:
        return False
    if export_type in SMALL_TYPES and rows.count(SMALL_ROWS + 1) > SMALL_ROWS:
        raise FileError("too_many_for_type", value=export_type.upper(), limit=SMALL_ROWS)
    return rows.count(limit + 1) > limit


def ask(session: AnySession, request: ExportRequest) -> ExportJob:
    """Return the job of an export, which a worker runs after the commit: the one that runs already, or a new one."""
    wanted = export_log.new_job(session, request)
    is_open = or_(ExportJob.state == "waiting", and_(ExportJob.state == "running", ExportJob.attempt > 0))
    mine = (ExportJob.owner_id == wanted.owner_id, ExportJob.endpoint == wanted.endpoint, is_open)
    for job in session.scalars(select(ExportJob).where(*mine)):
        if _without_name(job) == _without_name(wanted):
            return job
    enqueue(session, wanted)
    return wanted


def _without_name(job: ExportJob) -> dict[str, Any]:
    """Return what a job was asked for, but for the name of its file, which holds the time."""
    return {**job.options, "file_name": ""}


def run(run: JobRun) -> None:
    """Write the file of a job.

    :raises FileError: if its owner may not export the table any more, or rows or a text do not fit into the type
    """
    session, job = run.session, run.job
    request = ExportRequest.from_json(job.options, job.query)
    resource = resource_for(request.endpoint)
    if not may_export(session, resource):
        raise FileError("may_not_export")
    rows = open_export(session, request)
    total = rows.count()
    rows.tick = partial(run.tick, total=total)
    with storage.new_file(prefix=PREFIXES["export"]) as new:
        rows.write(new.path, request.export_type, expected_count=total)
        size = new.path.stat().st_size
    try:
        facts = export_log.facts_of(session, request)
        rows.count_left_out()
        session.commit()  # what was read is let go before the write
        run.end("done", row_count=rows.row_count, file_key=new.key, file_size=size)
        export_log.record_export(session, resource, facts, rows, state="done")
    except BaseException:
        storage.delete(new.key)
        raise


register("export", "run", run, reads_only=True)
