"""The figures of the dashboard as its page and its files show them: charts of lines, each figure with its list."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext

from admin_views.dashboard_args import DashboardArgs
from admin_views.text import text
from models import Customer
from models.inspection import attribute_of
from services.statistics import Line, Member, Period, Statistics, Week

#: The charts in the order of the page.
CHARTS = ("progress", "week", "region", "industry", "status", "grade", "source", "channel_type", "team")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and the address of the list that it counts."""

    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a chart."""

    name: str
    figures: tuple[Figure, ...]
    #: Where a click on the name leads deeper; None where nothing stands below.
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its table."""

    key: str
    title: str
    #: What the lines are, then what each figure counts.
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    csv_url: str
    #: ``bars`` lie, one below the other; ``weeks`` stand side by side.
    kind: str = "bars"

    @property
    def is_empty(self) -> bool:
        """Tell whether no line counts anything."""
        return not any(figure.count for row in self.rows for figure in row.figures)


@dataclass(frozen=True, slots=True)
class Total:
    """A number that stands by itself."""

    name: str
    figure: Figure
    icon: str


class Dashboard:
    """The figures of one request as charts."""

    def __init__(self, found: Statistics, args: DashboardArgs) -> None:
        self.found = found
        self.args = args

    def totals(self) -> list[Total]:
        """Return the numbers above the charts."""
        found, period = self.found, self.args.period
        return [
            Total(gettext("Customers"), Figure(found.customers, customers_url(period)), "building"),
            Total(gettext("Without an owner"), Figure(found.pool, customers_url(period, owner__empty="1")), "inbox"),
            Total(gettext("Visits made"), Figure(found.visits, visits_url(period)), "map-pin"),
            Total(gettext("Follow-ups"), Figure(found.follow_ups, follow_ups_url(period)), "phone"),
        ]

    def charts(self) -> list[Chart]:
        """Return every chart in the order of the page."""
        return [self.chart(key) for key in CHARTS]

    def chart(self, key: str) -> Chart:
        """Return one chart by a key of :data:`CHARTS`."""
        header: tuple[str, ...]
        if key == "week":
            header = (gettext("Week"), gettext("New customers"), gettext("Visits made"))
            return self._chart(
                key, gettext("New customers and visits by week"), header, map(_week_row, self.found.weeks)
            )
        if key == "team":
            header = (gettext("Person"), gettext("Customers"), gettext("Visits made"), gettext("Follow-ups"))
            return self._chart(key, gettext("Team"), header, map(self._member_row, self.found.team))
        branches = {"region": self.found.regions, "industry": self.found.industries}
        lines = branches[key].lines if key in branches else self.found.lists[key]
        label = text(attribute_of(Customer, key).field.label)
        title = gettext("Customers by %(field)s", field=label.lower())
        return self._chart(key, title, (label, gettext("Customers")), (self._line_row(key, line) for line in lines))

    def regions(self) -> list[tuple[str, str | None]]:
        """Return (name, address) from all regions to the one shown, which has no address; empty at the top."""
        path = self.found.regions.path
        if not path:
            return []
        way: list[tuple[str, str | None]] = [(gettext("All regions"), self._region_url(None))]
        way += [(name, self._region_url(node_id)) for node_id, name in path[:-1]]
        return [*way, (path[-1][1], None)]

    def _chart(self, key: str, title: str, header: tuple[str, ...], rows: Iterable[Row]) -> Chart:
        query: dict[str, Any] = self.args.as_query()
        csv_url = url_for("admin.csv", chart=key, **query)
        return Chart(key, title, header, tuple(rows), csv_url, kind="weeks" if key == "week" else "bars")

    def _line_row(self, field: str, line: Line) -> Row:
        name = line.name
        if line.id is None:
            name, narrowed = gettext("Not filled in"), {f"{field}__empty": "1"}
        elif line.is_exact:
            name, narrowed = gettext("%(name)s itself", name=line.name), {f"{field}__at": str(line.id)}
        else:
            narrowed = {f"{field}__is": str(line.id)}
        deeper = self._region_url(line.id) if field == "region" and line.is_parent else None
        return Row(name, (Figure(line.count, customers_url(self.args.period, **narrowed)),), deeper)

    def _member_row(self, member: Member) -> Row:
        period, id_ = self.args.period, str(member.id)
        figures = (
            Figure(member.customers, customers_url(period, owner__is=id_)),
            Figure(member.visits, visits_url(period, user__is=id_)),
            Figure(member.follow_ups, follow_ups_url(period, author__is=id_)),
        )
        return Row(member.name, figures)

    def _region_url(self, region_id: int | None) -> str:
        query: dict[str, Any] = DashboardArgs(self.args.period, region_id).as_query()
        return url_for("admin.index", **query, _anchor="chart-region")


def customers_url(period: Period, **filters: Any) -> str:
    """Return the address of the list of the customers made in a period."""
    return url_for("customer.index_view", **filters, **_within("created_at", period))


def visits_url(period: Period, **filters: Any) -> str:
    """Return the address of the list of the visits that began in a period; without one, at any time."""
    days = _within("check_in_at", period) or {"check_in_at__empty": "0"}
    return url_for("visit.index_view", **filters, **days)


def follow_ups_url(period: Period, **filters: Any) -> str:
    """Return the address of the list of the follow-ups written in a period."""
    return url_for("follow_up.index_view", **filters, **_within("created_at", period))


def _within(field: str, period: Period) -> dict[str, Any]:
    days = {f"{field}__from": period.start, f"{field}__to": period.end}
    return {name: day.isoformat() for name, day in days.items() if day is not None}


def _week_row(week: Week) -> Row:
    year, number, _ = week.monday.isocalendar()
    figures = (Figure(week.customers, customers_url(week.days)), Figure(week.visits, visits_url(week.days)))
    return Row(f"{year}-W{number:02}", figures)
