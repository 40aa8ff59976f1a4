"""The phase "undo" of an import: what it added goes, what it changed is as before, in one transaction.

A row of the file is taken back as a whole or not at all: it stays, and is listed, if anything that was written for it
was edited since, if something else points at it by now, or if the actor may no longer write it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from auth.actor import ACTOR_KEY, Actor, get_actor, load_actor, set_actor
from models import ImportChange, ImportJob, ImportRow
from models.scope import UnfilteredReason, unfiltered
from services.company_days import company_time_zone
from services.exchange import import_log
from services.exchange.changes import NO_ROW
from services.exchange.context import Context
from services.exchange.converters import Setting
from services.exchange.importer import CHUNK
from services.exchange.options import Options
from services.exchange.plan_rows import fault_json
from services.exchange.planning import act_as_of_now, tick
from services.exchange.resource import Resource, resource_for
from services.exchange.results import Mode, RowFault
from services.exchange.tables import hooks_of
from services.exchange.tables.noting import note_undone
from services.exchange.undo_checks import Part, blocked_rows, load_part
from services.exchange.undo_writing import restore_places, take_back
from services.exchange.whole_file import WholeFile
from services.jobs import JobFault, JobRun

EDITED = "edited_since"


def undo(run: JobRun) -> None:
    """Take an import back, from its last row to its first.

    :raises FileError: if who asked may not import the table any more
    """
    job: ImportJob = run.job
    _act_as_asker(run, job)
    resource, options = resource_for(job.endpoint), Options.from_json(job.options)
    import_log.require_import_now(run.session, resource, options)
    reason = UnfilteredReason.COMMAND if get_actor(run.session) is None else UnfilteredReason.NEW_ROW
    counts: Counter[str] = Counter()
    with unfiltered(run.session, reason) as every:
        rowless = load_part(every, run.job_id, NO_ROW, NO_ROW)
        restore_places(every, [undo_ for undo_ in rowless.undos if not undo_.is_added])
        for first, last in _spans(every, run.job_id, is_whole=_is_whole(resource)):
            part = load_part(every, run.job_id, first, last)
            counts.update(_undo_part(run, every, resource, part))
            tick(run, counts["undone"] + counts["kept"], job.row_count)
        values = _take_back_values(every, rowless, get_actor(run.session))
    run.session.expire_all()
    summary = {**(job.summary or {}), "undo": {"undone": counts["undone"], "kept": counts["kept"], "values": values}}
    import_log.note_undo(run.session, job, undone=counts["undone"], kept=counts["kept"])
    run.end("undone", summary=summary)


def _act_as_asker(run: JobRun, job: ImportJob) -> None:
    """Let a company admin act who asked for it in the owner's stead.

    :raises JobFault: if who asked may no longer log in
    """
    asker_id = (job.summary or {}).get("undo_by", job.owner_id)
    if asker_id == job.owner_id:
        act_as_of_now(run)
        return
    run.session.info.pop(ACTOR_KEY, None)
    if asker_id is None:
        return  # the operator, on the command line
    actor = load_actor(run.session, asker_id)
    if actor is None or not actor.is_company_admin:
        raise JobFault("owner_gone")
    set_actor(run.session, actor)


def _is_whole(resource: Resource) -> bool:
    return resource.is_tree or hooks_of(resource.model).is_whole


def _spans(session: Session, job_id: int, *, is_whole: bool) -> Iterator[tuple[int, int]]:
    """Yield the first and last number of the rows that are taken back at once, the last rows first."""
    own = (ImportChange.job_id == job_id) & (ImportChange.number != NO_ROW)
    first, last = session.execute(select(func.min(ImportChange.number), func.max(ImportChange.number)).where(own)).one()
    while last is not None and last >= first:
        begin = first if is_whole else max(first, last - CHUNK + 1)
        yield begin, last
        last = begin - 1


def _undo_part(run: JobRun, every: Session, resource: Resource, part: Part) -> Mapping[str, int]:
    """Take back what can be of a part; return how many rows were, and were not."""
    kept = dict.fromkeys(blocked_rows(every, part), EDITED)
    kept |= dict.fromkeys(_forbidden(run, every, resource, part), "not_editable")
    free = [number for number in part.numbers if number not in kept]
    kept |= dict.fromkeys(take_back(every, part, free, get_actor(run.session)), EDITED)
    done = [number for number in free if number not in kept]
    note_undone(every, resource.model, part.of(done))
    _note_rows(every, run.job_id, done, kept)
    return {"undone": len(done), "kept": len(kept)}


def _forbidden(run: JobRun, every: Session, resource: Resource, part: Part) -> set[int]:
    """Return the numbers of the rows that the actor may not write now."""
    targets = (
        {
            row.target_id: row.number
            for row in every.execute(
                select(ImportRow.number, ImportRow.target_id).where(
                    ImportRow.job_id == run.job_id, ImportRow.number.between(part.numbers[-1], part.numbers[0])
                )
            )
            if row.target_id is not None
        }
        if part.numbers
        else {}
    )
    hooks = hooks_of(resource.model)
    setting = Setting(company_time_zone(every))
    actor = get_actor(run.session)
    context = Context(run.session, every, actor, resource, hooks, Mode.UPDATE, setting, WholeFile())
    gone = {undo.row_id for undo in part.undos if undo.model is resource.model and undo.now is None}
    return {targets[row_id] for row_id in hooks.refusals(context, targets.keys() - gone)}


def _note_rows(session: Session, job_id: int, done: Iterable[int], kept: Mapping[int, str]) -> None:
    """Note which rows were taken back, and why others were not."""
    wanted = {**dict.fromkeys(done), **kept}
    if not wanted:
        return
    rows = session.execute(
        select(ImportRow.id, ImportRow.number).where(
            ImportRow.job_id == job_id, ImportRow.number.between(min(wanted), max(wanted))
        )
    ).all()
    undone, left = [], []
    for row in rows:
        code = wanted.get(row.number)
        if code is not None:
            left.append({"id": row.id, "faults": [fault_json(RowFault(row.number, "", code, {}))]})
        elif row.number in wanted:
            undone.append({"id": row.id, "outcome": "undone"})
    for values in (undone, left):
        if values:
            session.execute(update(ImportRow), values)


def _take_back_values(every: Session, rowless: Part, actor: Actor | None) -> list[str]:
    """Delete the values that were added because rows named them, and that nothing has any more; name the others."""
    part = Part([undo_ for undo_ in rowless.undos if undo_.is_added])
    # Each is judged by itself: one that is in use keeps no other.
    for number, undo_ in enumerate(sorted(part.undos, key=lambda undo_: undo_.change_id), start=1):
        undo_.number = number
    blocked = set(blocked_rows(every, part))
    blocked |= take_back(every, part, [number for number in part.numbers if number not in blocked], actor)
    kept = [undo_ for undo_ in reversed(part.of(blocked)) if undo_.now is not None]
    return [str(every.get_one(undo_.model, undo_.row_id).name) for undo_ in kept]
