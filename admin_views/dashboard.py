"""The figures of the dashboard as its page and its files show them: charts of lines, each figure with its list."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from flask_babel import format_percent, gettext

from admin_views.dashboard_args import OF_PERIOD, DashboardArgs, filter_query
from admin_views.text import text
from models import Customer
from models.inspection import attribute_of
from services.listing import OF_CUSTOMER, Listing
from services.statistics import Line, Member, Period, Stage, Statistics, Week, funnel

#: Chart -> how it is drawn, where it is not of bars alone.
_KINDS = {"week": "weeks", "progress": "funnel"}
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
    #: Words behind the figures, where the chart's header names a column for them.
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its table."""

    key: str
    title: str
    #: What the lines are, then what each figure counts, then what the notes say.
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    csv_url: str
    #: ``bars`` lie, one below the other; those of a ``funnel`` lie in each other; ``weeks`` stand side by side.
    kind: str = "bars"

    @property
    def figure_count(self) -> int:
        """Return how many figures a line has."""
        return len(self.rows[0].figures) if self.rows else 0

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
        of_nobody = self._customers_url(period, owner__empty="1")
        return [
            Total(gettext("Customers"), Figure(found.customers, self._customers_url(period)), "building"),
            Total(gettext("Without an owner"), Figure(found.pool, of_nobody), "inbox"),
            Total(gettext("Visits made"), Figure(found.visits, self._visits_url(period)), "map-pin"),
            Total(gettext("Follow-ups"), Figure(found.follow_ups, self._follow_ups_url(period)), "phone"),
        ]

    def url(self, **changes: Any) -> str:
        """Return the address of this dashboard with something else asked for, such as another ``period``."""
        query: dict[str, Any] = replace(self.args, **changes).as_query()
        return url_for("admin.index", **query)

    def url_without(self, place: int) -> str:
        """Return the address without one of the filters."""
        filters = self.args.filters
        return self.url(filters=filters[:place] + filters[place + 1 :])

    def charts(self) -> list[Chart]:
        """Return every chart in the order of the page."""
        return [self.chart(key) for key in CHARTS]

    def chart(self, key: str) -> Chart:
        """Return one chart by a key of :data:`CHARTS`."""
        header: tuple[str, ...]
        if key == "week":
            header = (gettext("Week"), gettext("New customers"), gettext("Visits made"))
            return self._chart(
                key, gettext("New customers and visits by week"), header, map(self._week_row, self.found.weeks)
            )
        if key == "team":
            header = (gettext("Person"), gettext("Customers"), gettext("Visits made"), gettext("Follow-ups"))
            return self._chart(key, gettext("Team"), header, map(self._member_row, self.found.team))
        branches = {"region": self.found.regions, "industry": self.found.industries}
        lines = branches[key].lines if key in branches else self.found.lists[key]
        label = text(attribute_of(Customer, key).field.label)
        if key == "progress":
            header = (label, gettext("At this step"), gettext("Came this far"), gettext("Of the step before"))
            return self._chart(key, gettext("Progress as a funnel"), header, map(self._stage_row, funnel(lines)))
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
        return Chart(key, title, header, tuple(rows), csv_url, kind=_KINDS.get(key, "bars"))

    def _line_row(self, field: str, line: Line) -> Row:
        name = line.name
        if line.id is None:
            name, narrowed = gettext("Not filled in"), {f"{field}__empty": "1"}
        elif line.is_exact:
            name, narrowed = gettext("%(name)s itself", name=line.name), {f"{field}__at": str(line.id)}
        else:
            narrowed = {f"{field}__is": str(line.id)}
        deeper = self._region_url(line.id) if field == "region" and line.is_parent else None
        return Row(name, (Figure(line.count, self._customers_url(self.args.period, **narrowed)),), deeper)

    def _stage_row(self, stage: Stage) -> Row:
        row = self._line_row("progress", stage.line)
        narrowed = {} if stage.line.id is None else {"progress__from": str(stage.line.id)}
        reached = Figure(stage.reached, self._customers_url(self.args.period, **narrowed))
        share = None if stage.share is None else format_percent(stage.share, "#,##0.#%")
        return replace(row, figures=(*row.figures, reached), note=share or "")

    def _week_row(self, week: Week) -> Row:
        year, number, _ = week.monday.isocalendar()
        figures = (
            Figure(week.customers, self._customers_url(week.days)),
            Figure(week.visits, self._visits_url(week.days)),
        )
        return Row(f"{year}-W{number:02}", figures)

    def _member_row(self, member: Member) -> Row:
        period, id_ = self.args.period, str(member.id)
        figures = (
            Figure(member.customers, self._customers_url(period, owner__is=id_)),
            Figure(member.visits, self._visits_url(period, user__is=id_)),
            Figure(member.follow_ups, self._follow_ups_url(period, author__is=id_)),
        )
        return Row(member.name, figures)

    def _region_url(self, region_id: int | None) -> str:
        return f"{self.url(region_id=region_id)}#chart-region"

    def _customers_url(self, period: Period, **narrower: str) -> str:
        return customers_url(period, **filter_query(self.args.filters, **narrower))

    def _visits_url(self, period: Period, **narrower: str) -> str:
        return visits_url(period, **filter_query(self.args.filters, prefix=OF_CUSTOMER, **narrower))

    def _follow_ups_url(self, period: Period, **narrower: str) -> str:
        return follow_ups_url(period, **filter_query(self.args.filters, prefix=OF_CUSTOMER, **narrower))


def dashboard_url(listing: Listing) -> str | None:
    """Return the address of the dashboard of what a list of customers shows; None where no address can say that."""
    if listing.search or listing.scope:
        return None
    query: dict[str, Any] = filter_query(term for term in listing.filters if term.field not in OF_PERIOD)
    query |= {term.operation: term.value for term in listing.filters if term.field in OF_PERIOD}
    return url_for("admin.index", **query)


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
