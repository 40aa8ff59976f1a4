"""The start page."""

from typing import Any

from flask_admin import AdminIndexView, expose

from admin_views.menu import menu
from admin_views.secured import SecuredMixin


class HomeView(SecuredMixin, AdminIndexView):
    """Shows the person what there is to do."""

    def __init__(self, views: list[Any]) -> None:
        super().__init__(name="Dashboard", url="/admin")
        self.views = views

    @expose("/")
    def index(self) -> Any:
        """Show the start page."""
        return self.render("kepei/home.html", entries=menu(self.views, self))
