"""The feed of a line (拜访动态): what the people below a leader did with customers, newest first, day by day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from flask import abort, request, url_for
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select

from admin_views.company import time_zone
from admin_views.dashboard_args import BadPeriodError, read_args
from admin_views.deeds import is_ticked, pick_employee
from admin_views.plain_view import PlainView
from admin_views.row_ids import parse_row_id
from admin_views.text import language
from admin_views.timeline import KIND_ICONS, title_of
from auth.actor import team_of
from auth.errors import HiddenRowError
from models import Employee, db
from services import customers
from services.company_days import company_time_zone, day_of
from services.events import BadCursorError, Cursor, Event, EventQuery, Kind, read_events
from services.photos import photo_ids_of
from services.statistics import Period
from services.statistics.period import midnight
from services.team import may_lead

#: Events of one page.
PAGE_SIZE = 30
#: Kinds of which one may choose; without a choice all of them are shown.
KINDS: dict[Kind, Any] = {
    Kind.VISIT: lazy_gettext("Visits"),
    Kind.FOLLOW_UP: lazy_gettext("Follow-ups"),
    Kind.CREATED: lazy_gettext("New customers"),
    Kind.PROGRESS: lazy_gettext("Progress"),
    Kind.OWNER: lazy_gettext("Transfers"),
}
_PAGE_OF_KIND = {Kind.VISIT: "visit", Kind.FOLLOW_UP: "follow_up"}


@dataclass(frozen=True, slots=True)
class ActivityArgs:
    """What the address asks for."""

    period: Period = field(default_factory=Period)
    person_id: int | None = None
    #: Whether everybody below the person is meant as well.
    with_below: bool = False
    kinds: frozenset[Kind] = frozenset()
    before: Cursor | None = None

    def as_query(self, **changes: Any) -> dict[str, Any]:
        """Return the arguments as an address has them, from the newest on; some of them changed."""
        found = {
            "person": self.person_id,
            "below": "1" if self.with_below else None,
            "kind": [kind.value for kind in KINDS if kind in self.kinds],
            "from": self.period.start,
            "to": self.period.end,
        }
        return {name: value for name, value in (found | changes).items() if value}


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """An event as the page shows it."""

    event: Event
    icon: str
    title: str
    #: Of its record; None where it has none, or where the person may not open it.
    url: str | None
    #: The time of the day.
    clock: str
    photo_ids: Sequence[int]


class ActivityView(PlainView):
    """The feed. Open to who leads anybody, and to the company admin."""

    def __init__(self) -> None:
        super().__init__(name="Activity", endpoint="activity", url="/admin/activity")

    @property
    def title(self) -> str:
        """Return the menu's words for the page."""
        return gettext("Activity")

    def is_accessible(self) -> bool:
        """Tell whether the person leads anybody."""
        return super().is_accessible() and may_lead(self.actor)

    def menu_links(self) -> list[tuple[str, int, str, str]]:
        """Return its menu entry as (place, order, words, address)."""
        return [("customers", 7, self.title, self.get_url(".index_view"))]

    @expose("/")
    def index_view(self) -> Any:
        """Show a page of the feed; with days that cannot be read of all days, and a sentence that says so."""
        fault, period = None, Period()
        try:
            period = read_args(request.args).period
        except BadPeriodError as error:
            fault = str(error)
        args = self._args(period)
        page = read_events(db.session, self._query(args), language=language())
        person = db.session.get(Employee, args.person_id) if args.person_id is not None else None
        older = self.get_url(".index_view", **args.as_query(before=str(page.next))) if page.next else None
        return self.render(
            "activity/activity.html",
            args=args,
            fault=fault,
            days=_by_day(_lines(page.events)),
            kinds=KINDS,
            person=person,
            picker=self._picker(args),
            older_url=older,
            newest_url=self.get_url(".index_view", **args.as_query()) if args.before is not None else None,
        )

    def _args(self, period: Period) -> ActivityArgs:
        """Read the address.

        :raises HiddenRowError: if the person is not in the line of who asks
        :raises BadRequest: if a kind or a place in the feed cannot be read
        """
        raw = request.args.get("person", "").strip()
        person_id = parse_row_id(raw) if raw else None
        if raw and (person_id is None or not self._may_ask_for(person_id)):
            raise HiddenRowError(f"employee {raw[:20]!r}")
        try:
            kinds = frozenset(Kind(value) for value in request.args.getlist("kind") if value)
            before = Cursor.read(request.args["before"]) if request.args.get("before") else None
        except (ValueError, BadCursorError):
            abort(400)
        if not kinds <= KINDS.keys():
            abort(400)
        return ActivityArgs(period, person_id, is_ticked(request.args, "below"), kinds, before)

    def _may_ask_for(self, person_id: int) -> bool:
        if not self.actor.is_company_admin:
            return person_id in self.actor.team
        return db.session.get(Employee, person_id) is not None

    def _query(self, args: ActivityArgs) -> EventQuery:
        zone, period = company_time_zone(db.session), args.period
        return EventQuery(
            employee_ids=self._people(args),
            kinds=args.kinds or frozenset(KINDS),
            is_begun_only=True,
            since=midnight(period.start, zone) if period.start is not None else None,
            until=midnight(period.day_after, zone) if period.day_after is not None else None,
            before=args.before,
            limit=PAGE_SIZE,
        )

    def _people(self, args: ActivityArgs) -> Sequence[int] | None:
        """Return whose acts are shown: a person's, those of a person and everybody below, or of the own line."""
        if args.person_id is None:
            return None if self.actor.is_company_admin else self.actor.team
        return team_of(db.session, args.person_id) if args.with_below else [args.person_id]

    def _picker(self, args: ActivityArgs) -> Any:
        offered = select(Employee)
        if not self.actor.is_company_admin:
            offered = customers.of_own_team(db.session, offered)
        return pick_employee("person", gettext("Person"), offered, args.person_id)


def _lines(events: Iterable[Event]) -> list[ActivityLine]:
    """Return events as the page shows them. One statement for the photos of visits to customers that one sees."""
    found, today, zone = list(events), day_of(db.session).start, time_zone()
    visits = [event.record_id for event in found if event.kind is Kind.VISIT and event.customer_id is not None]
    photos = photo_ids_of(db.session, visits)
    return [
        ActivityLine(
            event,
            KIND_ICONS[event.kind],
            title_of(event, today),
            _url_of(event),
            event.at.astimezone(zone).strftime("%H:%M"),
            photos.get(event.record_id, ()) if event.kind is Kind.VISIT and event.customer_id is not None else (),
        )
        for event in found
    ]


def _url_of(event: Event) -> str | None:
    page = _PAGE_OF_KIND.get(event.kind)
    if page is None or event.customer_id is None:
        return None
    return url_for(f"{page}.details_view", id=event.record_id)


def _by_day(lines: Iterable[ActivityLine]) -> list[tuple[date, list[ActivityLine]]]:
    """Return the lines by the day of the company on which they happened."""
    zone = time_zone()
    days = groupby(lines, key=lambda line: line.event.at.astimezone(zone).date())
    return [(day, list(found)) for day, found in days]
