"""The forms before the plan: how a file is read, which column is which, defaults, and what unknown texts mean."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

from flask_babel import gettext

from admin_views.text import language, text
from auth.actor import Actor
from models import ImportJob, db
from models.enums import Permission
from services import storage
from services.exchange import imports
from services.exchange.fields import FileField
from services.exchange.formats import Look, Reading, look
from services.exchange.import_choices import LEFT_OUT, offered_fields, suggested
from services.exchange.missing import addable_fields
from services.exchange.offered_values import MAX_VALUES, offered_values
from services.exchange.options import Options
from services.exchange.resource import Resource, resource_for

#: What the form sends for a column that is left out; nothing chosen is "".
LEAVE_OUT = "-"
#: Values that a field suggests while one types.
_SUGGESTED_VALUES = 500
_SAMPLES = 3
#: Unknown texts of a field that are asked about at once; the others come when these are answered.
_SHOWN_UNKNOWN = 200
_SAMPLE_LENGTH = 40
#: The largest row that may hold the headers.
_MAX_HEADER_ROW = 1_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file, as the form shows it."""

    key: str
    #: Its place, from 0: what its field in the form is named by.
    place: int
    #: Field name, ``LEAVE_OUT``, or "" where the person must choose.
    choice: str
    samples: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class UnknownValues:
    """Texts of a file that nothing in a field's table has."""

    field: FileField
    #: Text -> number of rows.
    counts: Mapping[str, int]
    #: Text -> what it means, as chosen before.
    meant: Mapping[str, str]
    offered: Sequence[str]
    can_add: bool
    is_added: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a form of columns says."""

    mapping: dict[str, str]
    defaults: dict[str, str]
    #: Columns that nothing was chosen for.
    open_keys: list[str] = field(default_factory=list)


def reading_of(sent: Any) -> Reading:
    """Return the reading that an address or a form asks for; what cannot be meant is passed over."""
    row = str(sent.get("header_row", ""))
    number = int(row) if row.isascii() and row.isdecimal() and len(row) < 5 else 0  # noqa: PLR2004 -- 1,000 has four
    return Reading(
        sent.get("encoding") or None,
        sent.get("delimiter") or None,
        sent.get("sheet") or None,
        number if 0 < number <= _MAX_HEADER_ROW else None,
    )


def look_at(job: ImportJob, reading: Reading) -> Look:
    """Return how a job's file reads.

    :raises FileError: if it cannot be read in any way
    :raises MissingFileError: if it has expired
    """
    return _looked(str(storage.path_of(job.file_key or "")), reading, job.endpoint)


@lru_cache(maxsize=8)
def _looked(path: str, reading: Reading, endpoint: str) -> Look:
    """Look once while a person tries what fits: a large workbook takes seconds. A stored file never changes."""
    with open(path, "rb") as stream:  # noqa: PTH123 -- the key of a cache is a text
        return look(stream, reading, known=resource_for(endpoint).header_words())


def columns_of(resource: Resource, seen: Look, mapping: Mapping[str, str], actor: Actor) -> list[Column]:
    """Return the columns of a file with what is chosen, remembered or found for them.

    What the person may not choose (any more) is no choice.
    """
    names = {LEFT_OUT, *(field_.name for field_ in offered_fields(resource, actor))}
    found = {key: name if name in names else None for key, name in suggested(resource, seen, mapping).items()}
    columns = []
    for place, key in enumerate(seen.keys):
        if key:
            name = found[key]
            choice = "" if name is None else LEAVE_OUT if name == LEFT_OUT else name
            columns.append(Column(key, place, choice, _samples(seen, place)))
    return columns


def _samples(seen: Look, place: int) -> list[str]:
    texts = (str(cells[place]).strip() for _, cells in seen.rows if place < len(cells))
    return list(dict.fromkeys(text_[:_SAMPLE_LENGTH] for text_ in texts if text_))[:_SAMPLES]


def chosen_columns(resource: Resource, seen: Look, actor: Actor, form: Any) -> Chosen:
    """Return what a form says of the columns and defaults; names that are no field of the person's are not chosen."""
    names = {field_.name for field_ in offered_fields(resource, actor)}
    chosen = Chosen({}, {})
    for place, key in enumerate(seen.keys):
        choice = form.get(f"column-{place}", "")
        if not key:
            continue
        if choice == LEAVE_OUT:
            chosen.mapping[key] = LEFT_OUT
        elif choice in names:
            chosen.mapping[key] = choice
        else:
            chosen.open_keys.append(key)
    for field_ in default_fields(resource, actor):
        value = str(form.get(f"default-{field_.name}", "")).strip()
        if value and field_.name not in chosen.mapping.values():
            chosen.defaults[field_.name] = value
    return chosen


def default_fields(resource: Resource, actor: Actor) -> list[FileField]:
    """Return the fields that all rows may get one value for: never what tells rows apart."""
    names = {"is_active"} if resource.is_tree else {field_.name for field_ in resource.fields} - set(resource.keys)
    return [field_ for field_ in offered_fields(resource, actor) if field_.name in names]


def suggestions(field_: FileField, limit: int = _SUGGESTED_VALUES) -> list[str]:
    """Return the values that a field suggests while one types."""
    return offered_values(db.session, field_, language(), limit=limit)


def unknown_values(resource: Resource, job: ImportJob, actor: Actor) -> list[UnknownValues]:
    """Return the texts that the person may say the meaning of, with what was chosen for them before."""
    options = Options.from_json(job.options)
    unknown = imports.unknown_values(db.session, job)
    missing = imports.missing_values(db.session, job)
    found = []
    for field_ in resource.fields:
        meant = options.values.get(field_.name, {})
        asked = _asked(unknown.get(field_.name, {}), missing.get(field_.name, ()), meant)
        if asked:
            can_add = actor.may(Permission.MANAGE_CUSTOMER_CONFIG) and field_.name in addable_fields(resource)
            is_added = field_.name in options.add_missing
            counts = dict(islice(asked.items(), _SHOWN_UNKNOWN))
            found.append(UnknownValues(field_, counts, meant, suggestions(field_, MAX_VALUES), can_add, is_added))
    return found


def _asked(unknown: Mapping[str, int], missing: Iterable[str], meant: Mapping[str, str]) -> dict[str, int]:
    """Return text -> number of rows: those without an answer first, so that the others never hide them.

    A meaning that is not known is asked about as the text that means it.
    """
    wrong = {told: unknown[meaning] for told, meaning in meant.items() if meaning in unknown}
    meanings = {meant[told] for told in wrong}
    still = {told: count for told, count in unknown.items() if told not in meanings}
    return wrong | still | {told: still.get(told, wrong.get(told, 0)) for told in (*missing, *meant)}


def chosen_values(
    unknown: Sequence[UnknownValues], form: Any, options: Options, actor: Actor
) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Return (field -> text -> meaning, fields whose other texts are added) as a form says.

    What was chosen before and is not on the form stays.
    """
    shown = {item.field.name: item.counts.keys() for item in unknown}
    values = {
        name: {told: meaning for told, meaning in texts.items() if told not in shown.get(name, ())}
        for name, texts in options.values.items()
    }
    may_add = actor.may(Permission.MANAGE_CUSTOMER_CONFIG)
    added = [name for name in options.add_missing if may_add and name not in shown]
    for item in unknown:
        name = item.field.name
        pairs = zip(form.getlist(f"text-{name}"), form.getlist(f"meant-{name}"), strict=False)
        meant = {told: meaning.strip() for told, meaning in pairs if told in item.counts and meaning.strip()}
        values[name] = values.get(name, {}) | meant
        if item.can_add and form.get(f"add-{name}"):
            added.append(name)
    return {name: texts for name, texts in values.items() if texts}, added


def missing_choice_text(keys: Sequence[str]) -> str:
    """Return the sentence that asks for choices."""
    return gettext("Choose a field for each column, or leave it out: %(columns)s", columns=", ".join(keys[:10]))


def field_words(fields: Sequence[FileField]) -> dict[str, str]:
    """Return field -> its name in the language of the request."""
    return {field_.name: text(field_.label) for field_ in fields}
