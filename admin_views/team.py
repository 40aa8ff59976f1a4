"""The team page: who stands below a leader, what each of them has, and what they did in a week; as a file too."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask import Response, abort, request, url_for
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy import select

from admin_views.cells import show_moment
from admin_views.dashboard import Figure, customers_url, follow_ups_url, visits_url
from admin_views.dashboard_args import BadPeriodError
from admin_views.deeds import pick_employee
from admin_views.downloads import as_download
from admin_views.plain_view import PlainView
from admin_views.team_args import SORTS, TeamArgs, read_team_args
from admin_views.weeks import week_name
from models import Employee, db
from models.types import utc_now
from services.company_days import company_time_zone
from services.events import Kind
from services.exchange.formats import csv_chunks
from services.statistics import Period
from services.team import Figures, Member, figures_of, line_below, may_lead

#: People that one page shows; a file holds them all.
MAX_SHOWN = 500


@dataclass(frozen=True, slots=True)
class TeamLine:
    """Somebody as the page shows them."""

    member: Member
    figures: Figures
    args: TeamArgs

    @property
    def level(self) -> int:
        """Return by how many steps the name is set in; the classes of the stylesheet end at six."""
        return min(self.member.level, 6)

    @property
    def is_open(self) -> bool:
        """Tell whether those below are shown."""
        return self.args.is_open(self.member)

    def counts(self) -> list[tuple[str, Figure]]:
        """Return (name of the column, figure) in the order of the columns: each with the list that it counts."""
        id_, found, week, any_time = str(self.member.id), self.figures, self.args.period, Period()
        waiting = url_for("customer.index_view", scope="overdue", owner__is=id_)
        missed = url_for("visit.index_view", user__is=id_, status__is="overdue")
        active = customers_url(any_time, owner__is=id_, is_active__is="1")
        return [
            ("customers", Figure(found.customers, customers_url(any_time, owner__is=id_))),
            ("active", Figure(found.active_customers, active)),
            ("follow_ups", Figure(found.follow_ups, follow_ups_url(week, author__is=id_))),
            ("visits", Figure(found.visits, visits_url(week, user__is=id_))),
            ("overdue_follow_ups", Figure(found.overdue_follow_ups, waiting)),
            ("overdue_visits", Figure(found.overdue_visits, missed)),
        ]

    def lost_visits(self) -> Figure:
        """Return the visits made whose customer is not seen any more, which the figure leaves out; with the feed."""
        week = self.args.period
        asked: dict[str, Any] = {"person": self.member.id, "kind": Kind.VISIT.value, "from": week.start, "to": week.end}
        return Figure(self.figures.lost_visits, url_for("activity.index_view", **asked))


class TeamView(PlainView):
    """The team page. Open to who leads anybody, and to the company admin."""

    def __init__(self) -> None:
        super().__init__(name="Team", endpoint="team", url="/admin/team")

    @property
    def title(self) -> str:
        """Return the menu's words for the page."""
        return gettext("My team")

    def is_accessible(self) -> bool:
        """Tell whether the person leads anybody."""
        return super().is_accessible() and may_lead(self.actor)

    def menu_links(self) -> list[tuple[str, int, str, str]]:
        """Return its menu entry as (place, order, words, address)."""
        return [("customers", 6, self.title, self.get_url(".index_view"))]

    @expose("/")
    def index_view(self) -> Any:
        """Show the team; with a week that cannot be read this week, and a sentence that says so."""
        fault, asked = None, request.args
        try:
            args = self._args(asked)
        except BadPeriodError as error:
            fault, asked = str(error), asked.copy()
            asked.pop("week")
            args = self._args(asked)
        lines, left_out = self._lines(args, MAX_SHOWN)
        leader = lines[0].member if args.leader_id is not None else None
        return self.render(
            "team/team.html",
            args=args,
            fault=fault,
            lines=lines,
            left_out=left_out,
            leader=leader,
            is_empty=len(lines) <= (args.leader_id is not None),
            columns=column_words(),
            has_lost_visits=any(line.figures.lost_visits for line in lines),
            week=week_name(args.monday),
            earlier=args.as_query(monday=args.monday - timedelta(weeks=1)),
            later=args.as_query(monday=args.monday + timedelta(weeks=1)),
            picker=self._leader_picker(args) if self.actor.is_company_admin else None,
        )

    @expose("/csv/")
    def csv(self) -> Response:
        """Send whom the page shows as a file, however many they are."""
        try:
            args = self._args(request.args)
        except BadPeriodError:
            abort(400)
        lines, _ = self._lines(args)
        names = {line.member.id: line.member.name for line in lines}
        words = column_words()
        lost = gettext("Visits to customers you no longer see")
        figures = (word for name in words for word in ((words[name], lost) if name == "visits" else (words[name],)))
        header = (gettext("Person"), gettext("Leader"), gettext("State"), *figures)
        rows = (_cells(line, names) for line in lines)
        response = Response(b"".join(csv_chunks(header, rows)), mimetype="text/csv")
        return as_download(response, f"{self.title} {week_name(args.monday)}.csv")

    def _args(self, asked: Any) -> TeamArgs:
        """Read the address; without a leader a person's own line is meant, and everybody's for the company admin."""
        today = utc_now().astimezone(company_time_zone(db.session)).date()
        args = read_team_args(asked, today)
        if args.leader_id is None and not self.actor.is_company_admin:
            return replace(args, leader_id=self.actor.id)
        return args

    @staticmethod
    def _lines(args: TeamArgs, limit: int | None = None) -> tuple[list[TeamLine], int]:
        """Return the people to show, and how many are left out since they are more than the limit."""
        members = _shown(line_below(db.session, args.leader_id), args)
        shown = members[:limit]
        found = figures_of(db.session, [member.id for member in shown], args.period)
        lines = [TeamLine(member, found[member.id], args) for member in shown]
        return _ordered(lines, args.sort), len(members) - len(shown)

    @staticmethod
    def _leader_picker(args: TeamArgs) -> Any:
        leading = select(Employee.supervisor_id).where(Employee.supervisor_id.is_not(None))
        offered = select(Employee).where(Employee.id.in_(leading))
        return pick_employee("leader", gettext("Leader"), offered, args.leader_id)


def column_words() -> dict[str, str]:
    """Return the columns of figures: name in the address -> words."""
    return {
        "customers": gettext("Customers"),
        "active": gettext("Active"),
        "follow_ups": gettext("Follow-ups"),
        "visits": gettext("Visits made"),
        "overdue_follow_ups": gettext("Follow-up overdue"),
        "overdue_visits": gettext("Visits overdue"),
        "last": gettext("Last activity"),
    }


def _shown(members: Iterable[Member], args: TeamArgs) -> list[Member]:
    """Return those who are shown: the tops, a leader's own reports, and who stands below somebody opened."""
    opened: set[int | None] = {None}
    found = []
    for member in members:
        if member.above_id not in opened:
            continue
        found.append(member)
        if args.is_open(member):
            opened.add(member.id)
    return found


def _ordered(lines: list[TeamLine], sort: str) -> list[TeamLine]:
    """Return the lines with the people below one and the same leader in an order; each stays before those below."""
    key = SORTS.get(sort.removeprefix("-"))
    if key is None:
        return lines
    below: dict[int | None, list[TeamLine]] = {}
    for line in lines:
        below.setdefault(line.member.above_id, []).append(line)
    for siblings in below.values():
        siblings.sort(key=lambda line: key(line.member, line.figures), reverse=sort.startswith("-"))
    found, waiting = [], below.get(None, [])[::-1]
    while waiting:
        line = waiting.pop()
        found.append(line)
        waiting += below.get(line.member.id, [])[::-1]
    return found


def _cells(line: TeamLine, names: dict[int, str]) -> list[Any]:
    member, moment = line.member, line.figures.last_activity_at
    counts: list[int] = []
    for name, figure in line.counts():
        counts += [figure.count, line.figures.lost_visits] if name == "visits" else [figure.count]
    return [
        member.name,
        names.get(member.above_id or 0, ""),
        gettext("active") if member.is_active else gettext("has left"),
        *counts,
        show_moment(moment) if moment is not None else "",
    ]
