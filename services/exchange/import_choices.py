"""What a person chooses before a file is planned: which column is which field, remembered for the same headers."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from auth.actor import Actor, AnySession, get_actor
from models import ImportJob
from models.inspection import Kind
from services.exchange.cells import header_word
from services.exchange.errors import FileError
from services.exchange.fields import FileField
from services.exchange.formats import Look
from services.exchange.options import Options
from services.exchange.resource import ADDED_HEADERS, Resource

#: What a choice says of a column that is not wanted.
LEFT_OUT = ""
#: What a look may warn of and the plan still be made without asking: the preview shows it.
_HARMLESS = frozenset({"title_rows"})
#: Earlier imports that are looked at for what was chosen.
_REMEMBERED = 5


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the person chose the last time for a file with the same headers."""

    #: Column, as ``column_keys`` names it -> field, or ``LEFT_OUT``.
    mapping: Mapping[str, str]
    #: Field -> text in the file -> text that is meant.
    values: Mapping[str, Mapping[str, str]]
    defaults: Mapping[str, str]


def header_hash(keys: Sequence[str]) -> str:
    """Return the digest by which headers are found again, whatever their order."""
    return hashlib.blake2b(repr(sorted(map(header_word, keys))).encode(), digest_size=16).hexdigest()


def seen_job(session: AnySession, endpoint: str, job_id: int | None) -> ImportJob | None:
    """Return an import of a table: the actor's own, the company admin's is any; None for others and for none."""
    actor = get_actor(session)
    job = session.get(ImportJob, job_id) if job_id is not None else None
    if job is None or actor is None or job.endpoint != endpoint:
        return None
    return job if actor.is_company_admin or job.owner_id == actor.id else None


def remembered(session: AnySession, resource: Resource, digest: str) -> Remembered:
    """Return what the session's actor chose the last time for these headers; nothing if never."""
    actor = get_actor(session)
    statement = (
        select(ImportJob.options)
        .where(ImportJob.endpoint == resource.endpoint, ImportJob.header_hash == digest)
        .where(ImportJob.owner_id == (actor.id if actor is not None else None))
        .order_by(ImportJob.id.desc())
        .limit(_REMEMBERED)
    )
    for kept in session.scalars(statement):
        options = Options.from_json(kept)
        if options.mapping:
            return Remembered(options.mapping, options.values, options.defaults)
    return Remembered({}, {}, {})


def offered_fields(resource: Resource, actor: Actor) -> tuple[FileField, ...]:
    """Return the fields that a person may give columns to."""
    shown = resource.exported_fields(private_customer_enabled=actor.private_customer_enabled)
    hidden = {field.name for field in resource.fields} - {field.name for field in shown}
    return tuple(
        field
        for field in resource.read_fields
        if field.name not in hidden
        and field.kind not in {Kind.COMPUTED, Kind.JSON}
        and (actor.is_company_admin or not field.meta.is_read_only)
    )


def suggested(resource: Resource, look: Look, chosen: Mapping[str, str]) -> dict[str, str | None]:
    """Return column -> field: as chosen, else as its header says; None where a person must say, "" where left out.

    Of two columns that mean the same field the first has it.
    """
    words = {word: field.name for field in reversed(resource.read_fields) for word in field.header_words()}
    found: dict[str, str | None] = {}
    for key, text in zip(look.keys, look.header, strict=True):
        if not key:
            continue
        word = header_word(text)
        name = chosen.get(key, LEFT_OUT if word in ADDED_HEADERS else words.get(word))
        found[key] = None if name and key not in chosen and name in found.values() else name
    return found


def is_clear(resource: Resource, look: Look, options: Options) -> bool:
    """Tell whether nothing about a file needs a person: how it is read, and which column is which."""
    if look.fault is not None or not _HARMLESS.issuperset(look.warnings):
        return False
    try:
        resource.match(look.header, options.mapping, mode=options.mode, filled=options.defaults)
    except FileError:
        return False
    return True


def changed(options: Options, **changes: Any) -> Options:
    """Return options with some of them changed."""
    return Options.from_json({**options.as_json(), **changes})
