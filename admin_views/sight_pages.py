"""The previews of who would gain and who would lose sight of customers: fragments of pages, for ``static/js/sight.js``.

The pages that do the deeds show the same fragment, so that they need no script.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request
from flask_admin import expose

from admin_views import openings
from admin_views.deeds import Args, is_ticked, read_employee_id, read_new_owner_id
from admin_views.page_mixin import PageMixin
from models import Customer, db
from models.enums import Visibility
from services import sight_changes
from services.sight_changes import SightChange

#: What happens to a co-follower, as addresses and forms say it -> whether one is added.
FOLLOWER_ACTIONS = {"add": True, "remove": False}


def show_sight(change: SightChange, *, counts_customers: bool = True, headline: str = "") -> str:
    """Return the fragment that says who gains and who loses sight.

    :param counts_customers: whether to say of how many customers; not where there is only one
    :param headline: a sentence above it, for a change that is not empty
    """
    return render_template(
        "kepei/sight.html", change=change, counts_customers=counts_customers, sight_headline=headline
    )


@dataclass(frozen=True, slots=True)
class FormSight:
    """Which field of a form decides on who sees customers, and where its preview is."""

    url: str
    field: str
    #: What the row has now, as the preview's address would say it.
    stored: str


@dataclass(frozen=True, slots=True)
class TransferChoice:
    """To whom customers are to go, and who follows them afterwards."""

    #: None for the pool.
    owner_id: int | None
    keep_as_co_follower: bool
    remove_followers: bool

    @classmethod
    def read(cls, args: Args) -> "TransferChoice":
        """Read what a form or an address says.

        :raises BadRequest: if it cannot be read
        """
        return cls(read_new_owner_id(args), is_ticked(args, "keep_as_co_follower"), is_ticked(args, "remove_followers"))

    def sight(self, rows: Sequence[Customer]) -> SightChange:
        """Return who gains and who loses sight of how many of the customers."""
        return sight_changes.of_transfer(
            db.session,
            rows,
            self.owner_id,
            keep_as_co_follower=self.keep_as_co_follower,
            remove_followers=self.remove_followers,
        )


@dataclass(frozen=True, slots=True)
class FollowerChoice:
    """Which employee is to begin or to end to follow a customer with its owner."""

    employee_id: int
    is_added: bool

    @classmethod
    def read(cls, args: Args) -> "FollowerChoice":
        """Read what a form or an address says.

        :raises BadRequest: if it does not say who, or which of both
        """
        action = args.get("action", "")
        if action not in FOLLOWER_ACTIONS:
            abort(400)
        return cls(read_employee_id(args, "employee"), FOLLOWER_ACTIONS[action])

    def sight(self, row: Customer) -> SightChange:
        """Return who gains or loses sight of the customer."""
        return sight_changes.of_co_follower(db.session, row, self.employee_id, is_added=self.is_added)


def read_visibility(args: Args) -> str:
    """Return the visibility that a form or an address names.

    :raises BadRequest: if it is none
    """
    wanted = args.get("visibility", "")
    return wanted if wanted in set(Visibility) else abort(400)


class CustomerSightMixin(PageMixin):
    """The fragment for everything that can be done to who sees a customer."""

    chosen_rows: Any

    @expose("/sight/")
    def sight_view(self) -> str:
        """Tell who gains and who loses sight, should owner, visibility or a co-follower change."""
        rows = self.chosen_rows()
        openings.forget()  # a preview shows nothing of the customer
        is_one = len(rows) == 1
        return show_sight(self._asked(rows, request.args), counts_customers=not is_one)

    @staticmethod
    def _asked(rows: list[Customer], args: Args) -> SightChange:
        if "owner" in args:
            return TransferChoice.read(args).sight(rows)
        if len(rows) > 1:
            abort(400)
        if "visibility" in args:
            return sight_changes.of_visibility(db.session, rows[0], read_visibility(args))
        return FollowerChoice.read(args).sight(rows[0])
