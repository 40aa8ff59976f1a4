"""The start page: the first steps while a company is being set up, then where to go."""

from dataclasses import dataclass
from typing import Any

from flask_admin import AdminIndexView, expose
from flask_babel import gettext

from admin_views.menu import menu
from admin_views.secured import SecuredMixin
from auth.actor import get_actor
from models import db
from services.first_steps import Step, first_steps

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
        """Show the first steps to the company admin until all are done, else the places of the menu."""
        actor = get_actor(db.session)
        steps = first_steps(db.session) if actor is not None and actor.is_company_admin else ()
        if all(step.is_done for step in steps):
            return self.render("kepei/home.html", entries=menu(self.views, self))
        lines = self._lines(steps)
        return self.render(
            "kepei/first_steps.html",
            settings=[line for line in lines if line.step.table not in _AFTER_SETTINGS],
            others=[line for line in lines if line.step.table in _AFTER_SETTINGS],
            next_line=next(line for line in lines if not line.step.is_done),
            done_count=sum(step.is_done for step in steps),
            count=len(steps),
        )

    def _lines(self, steps: tuple[Step, ...]) -> list[StepLine]:
        views = {view.endpoint: view for view in self.views}
        return [_line(step, views[step.table]) for step in steps]


def _line(step: Step, view: Any) -> StepLine:
    is_switch = step.table == "company_setting"
    return StepLine(
        step=step,
        title=gettext("Other settings") if is_switch else view.title,
        url=view.customers_url() if is_switch else view.get_url(".index_view"),
        import_url=view.get_url(".import_view") if view.can_import else None,
    )
