"""The timeline of a customer: what its chips ask for, and how its events read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, g, request
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select

from admin_views.row_ids import parse_row_id
from admin_views.text import language, text
from models import AuditEntry, Customer, Employee, FollowUp, Visit, db
from models.enums import FOLLOW_UP_METHOD_LABELS, VISIT_STATUS_LABELS, Permission
from services import visits
from services.company_days import day_of
from services.events import ALL_KINDS, BadCursorError, Cursor, Event, EventPage, EventQuery, Kind, read_events

#: Events on one page.
PAGE_SIZE = 20
#: People whom the chips offer.
MAX_PEOPLE = 12

KIND_WORDS: Mapping[Kind, Any] = {
    Kind.FOLLOW_UP: lazy_gettext("Follow-ups"),
    Kind.VISIT: lazy_gettext("Visits"),
    Kind.PROGRESS: lazy_gettext("Progress"),
    Kind.OWNER: lazy_gettext("Transfers"),
    Kind.CO_FOLLOWERS: lazy_gettext("Co-followers"),
    Kind.VISIBILITY: lazy_gettext("Visibility"),
    Kind.EDIT: lazy_gettext("Edits"),
    Kind.CREATED: lazy_gettext("Creation"),
}
KIND_ICONS: Mapping[Kind, str] = {
    Kind.FOLLOW_UP: "message-plus",
    Kind.VISIT: "map-pin",
    Kind.PROGRESS: "history",
    Kind.OWNER: "switch-horizontal",
    Kind.CO_FOLLOWERS: "users",
    Kind.VISIBILITY: "eye",
    Kind.EDIT: "pencil",
    Kind.CREATED: "plus",
}
#: Kind of event -> the table of its record.
_PAGES: Mapping[Kind, str] = {Kind.FOLLOW_UP: FollowUp.__tablename__, Kind.VISIT: Visit.__tablename__}

#: From arguments of an address to the page with them.
Url = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice of a filter, and where it leads."""

    words: str
    url: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be shown: kinds (none for all), the acts of one person, and from where on."""

    kinds: frozenset[Kind]
    person_id: int | None
    before: Cursor | None

    @property
    def is_whole(self) -> bool:
        """Tell whether everything is shown."""
        return not self.kinds and self.person_id is None

    def args(self, **changes: Any) -> dict[str, Any]:
        """Return the arguments of the address that asks for it, from the newest on."""
        wanted = {"kind": [kind.value for kind in Kind if kind in self.kinds], "person": self.person_id} | changes
        return {name: value for name, value in wanted.items() if value}


@dataclass(frozen=True, slots=True)
class Line:
    """An event as the page shows it."""

    event: Event
    icon: str
    title: str
    #: Of its record; None where there is none beside the customer.
    url: str | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of the timeline with its filters."""

    lines: tuple[Line, ...]
    kinds: tuple[Chip, ...]
    people: tuple[Chip, ...]
    is_whole: bool
    #: None where one is there already.
    older_url: str | None
    newest_url: str | None
    whole_url: str


def offered_kinds() -> frozenset[Kind]:
    """Return the kinds that can be asked for: while the company's switch is off, a mark has no effect to tell of."""
    return ALL_KINDS if g.actor.private_customer_enabled else ALL_KINDS - {Kind.VISIBILITY}


def read_choice() -> Choice:
    """Return what the address asks for.

    :raises BadRequest: if it asks for a kind, a person or a place that there cannot be
    """
    args = request.args
    person = args.get("person", "").strip()
    person_id = parse_row_id(person) if person else None
    try:
        kinds = frozenset(Kind(value) for value in args.getlist("kind"))
        before = Cursor.read(args["before"]) if args.get("before") else None
    except (ValueError, BadCursorError):
        abort(400)
    if person and person_id is None:
        abort(400)
    return Choice(kinds, person_id, before)


def timeline_of(row: Customer, choice: Choice, followers: Iterable[Employee], *, url: Url) -> Timeline:
    """Return a page of the timeline of a customer.

    :param followers: people to offer beside those of the page's events
    """
    asked = EventQuery(
        customer_id=row.id,
        employee_ids=None if choice.person_id is None else [choice.person_id],
        kinds=(choice.kinds or ALL_KINDS) & offered_kinds(),
        before=choice.before,
        limit=PAGE_SIZE,
    )
    page = read_events(db.session, asked, language=language())
    today = day_of(db.session).start
    return Timeline(
        lines=tuple(
            Line(one, KIND_ICONS[one.kind], title_of(one, today), _record_url(one, url)) for one in page.events
        ),
        kinds=tuple(_kind_chips(choice, url)),
        people=tuple(_people_chips(choice, _people(page, followers, choice), url)),
        is_whole=choice.is_whole,
        older_url=url(**choice.args(before=str(page.next))) if page.next is not None else None,
        newest_url=url(**choice.args()) if choice.before is not None else None,
        whole_url=url(),
    )


def title_of(event: Event, today: datetime) -> str:
    """Return what was done, in a few words.

    :param today: the first moment of the company's day
    """
    if event.kind is Kind.FOLLOW_UP:
        method = FOLLOW_UP_METHOD_LABELS.get(event.code or "")
        return gettext("Follow-up: %(method)s", method=text(method)) if method is not None else gettext("Follow-up")
    if event.kind is Kind.VISIT:
        status = visits.shown_status(event.code or "", event.due_at, today)
        return gettext("Visit: %(status)s", status=text(VISIT_STATUS_LABELS[status]))
    return gettext("Created the customer") if event.deed is None else text(event.deed)


def _record_url(event: Event, url: Url) -> str | None:
    """Return the address of an event's record; of an audit entry for those who may open the log."""
    page = _PAGES.get(event.kind)
    if page is None and event.deed is not None and g.actor.may(Permission.VIEW_AUDIT):
        page = AuditEntry.__tablename__
    return url(record=page, of=event.record_id) if page is not None else None


def _kind_chips(choice: Choice, url: Url) -> Iterable[Chip]:
    """Yield "all", then each kind, which a click adds to those shown or takes away."""
    yield Chip(gettext("All"), url(**choice.args(kind=[])), not choice.kinds)
    offered = offered_kinds()
    for kind, words in KIND_WORDS.items():
        if kind not in offered:
            continue
        kinds = [one.value for one in Kind if one in choice.kinds ^ {kind}]
        yield Chip(str(words), url(**choice.args(kind=kinds)), kind in choice.kinds)


def _people_chips(choice: Choice, people: Mapping[int, str], url: Url) -> Iterable[Chip]:
    yield Chip(gettext("Everybody"), url(**choice.args(person=None)), choice.person_id is None)
    for person_id, name in people.items():
        yield Chip(name, url(**choice.args(person=person_id)), person_id == choice.person_id)


def _people(page: EventPage, followers: Iterable[Employee], choice: Choice) -> Mapping[int, str]:
    """Return id -> name of the people to choose from: followers, then those who did what the page shows.

    Whoever is chosen is among them; one statement for a name that is not known by then.
    """
    found = {person.id: person.name for person in followers}
    for event in page.events:
        if event.who_id is not None and event.who_name:
            found.setdefault(event.who_id, event.who_name)
    kept = dict(list(found.items())[:MAX_PEOPLE])
    if choice.person_id is not None and choice.person_id not in kept:
        kept[choice.person_id] = found.get(choice.person_id) or _name_of(choice.person_id)
    return kept


def _name_of(employee_id: int) -> str:
    name = db.session.scalar(select(Employee.name).where(Employee.id == employee_id))
    return name or f"#{employee_id}"
