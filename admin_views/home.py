"""The start page: the first steps while a company is being set up, then the figures."""

from dataclasses import dataclass
from typing import Any

from flask import Response, abort, request
from flask_admin import AdminIndexView, expose
from flask_babel import gettext

from admin_views.dashboard import CHARTS, Dashboard, Row
from admin_views.dashboard_args import PRESETS, BadPeriodError, DashboardArgs, no_region, preset, read_args
from admin_views.downloads import as_download
from admin_views.list_filters import ListFilters, bad_filter_message
from admin_views.listing_args import SHOWN_OPERATIONS
from admin_views.secured import SecuredMixin
from auth.actor import get_actor
from models import Customer, db
from models.inspection import Kind
from models.types import utc_now
from services.company_days import company_time_zone
from services.exchange.formats import csv_chunks
from services.first_steps import Step, first_steps
from services.listing import BadFilterError
from services.ordering import UnknownRowError
from services.statistics import Period, statistics

#: The steps before the first of these are the settings ① to ⑧.
_AFTER_SETTINGS = ("employee", "customer")


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step as the page shows it."""

    step: Step
    #: The words of its menu entry.
    title: str
    url: str
    #: Where a file of such rows is taken; None where none is.
    import_url: str | None


class HomeView(SecuredMixin, AdminIndexView):
    """Shows the person what there is to do."""

    def __init__(self, views: list[Any]) -> None:
        super().__init__(name="Dashboard", url="/admin")
        self.views = views

    @expose("/")
    def index(self) -> Any:
        """Show the first steps to the company admin until all are done, else the dashboard."""
        actor = get_actor(db.session)
        steps = first_steps(db.session) if actor is not None and actor.is_company_admin else ()
        if all(step.is_done for step in steps):
            return self._dashboard()
        lines = self._lines(steps)
        return self.render(
            "kepei/first_steps.html",
            settings=[line for line in lines if line.step.table not in _AFTER_SETTINGS],
            others=[line for line in lines if line.step.table in _AFTER_SETTINGS],
            next_line=next(line for line in lines if not line.step.is_done),
            done_count=sum(step.is_done for step in steps),
            count=len(steps),
        )

    @expose("/dashboard/csv/")
    def csv(self) -> Any:
        """Send the lines of one chart as a file."""
        key = request.args.get("chart", "")
        if key not in CHARTS:
            abort(404)
        try:
            chart = _counted(read_args(request.args)).chart(key)
        except BadPeriodError:
            abort(400)
        rows = ([row.name, *(figure.count for figure in row.figures), *_notes(row)] for row in chart.rows)
        response = Response(b"".join(csv_chunks(chart.header, rows)), mimetype="text/csv")
        return as_download(response, f"{chart.title}.csv")

    def _dashboard(self) -> Any:
        """Show the figures; with an address that cannot be read all of them, and a sentence that says so."""
        fault = None
        try:
            dashboard = _counted(read_args(request.args))
        except BadPeriodError as error:
            fault = str(error)
            dashboard = _counted(DashboardArgs())
        today = utc_now().astimezone(company_time_zone(db.session)).date()
        periods = [(name, words, preset(name, today)) for name, words in PRESETS.items()]
        customers = next(view for view in self.views if view.endpoint == "customer")
        return self.render(
            "dashboard/dashboard.html",
            dashboard=dashboard,
            periods=periods,
            fault=fault,
            customers=customers,
            filters=_filters(dashboard),
            no_period=Period(),
        )

    def _lines(self, steps: tuple[Step, ...]) -> list[StepLine]:
        views = {view.endpoint: view for view in self.views}
        return [_line(step, views[step.table]) for step in steps]


def _counted(args: DashboardArgs) -> Dashboard:
    """Count what is asked for.

    :raises BadPeriodError: if there is no such region, or a filter cannot be read
    """
    try:
        found = statistics(db.session, args.period, region_id=args.region_id, filters=args.filters)
    except UnknownRowError as error:
        raise BadPeriodError(no_region()) from error
    except BadFilterError as error:
        raise BadPeriodError(bad_filter_message(Customer, error)) from error
    return Dashboard(found, args)


def _filters(dashboard: Dashboard) -> ListFilters:
    """Return the filters of the list of customers, but for those that the period takes the place of."""
    names = {(field, line.id): line.name for field, lines in dashboard.found.lists.items() for line in lines if line.id}
    return ListFilters(
        Customer,
        dashboard.args.filters,
        shown=lambda attribute: () if attribute.kind is Kind.MOMENT else SHOWN_OPERATIONS[attribute.kind],
        names=names,
    )


def _notes(row: Row) -> tuple[str, ...]:
    return () if row.note is None else (row.note,)


def _line(step: Step, view: Any) -> StepLine:
    is_switch = step.table == "company_setting"
    return StepLine(
        step=step,
        title=gettext("Other settings") if is_switch else view.title,
        url=view.customers_url() if is_switch else view.get_url(".index_view"),
        import_url=view.get_url(".import_view") if view.can_import else None,
    )
