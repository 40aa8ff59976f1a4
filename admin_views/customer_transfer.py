"""Giving customers to another owner or to the pool: one from its page, or those chosen in the list, all or none."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from admin_views import lookups
from admin_views.bulk_pages import NAMED
from admin_views.deeds import POOL, Fault, attempt, pick_employee, preview, sent, version_mark
from admin_views.page_mixin import PageMixin
from admin_views.sight_pages import TransferChoice
from auth.errors import PermissionDeniedError
from auth.redirects import is_from_script
from auth.visibility import Outcome, outcome_of
from models import Customer, Employee, db
from services import customers
from services.customers import Deed
from services.sight_changes import SightChange


class CustomerTransferMixin(PageMixin):
    """The transfer page."""

    chosen_rows: Any
    chosen_args: Any

    @expose("/transfer/", methods=("GET", "POST"))
    def transfer_view(self) -> Any:
        """Ask who is to have the customers, saying who gains and who loses sight; or transfer them."""
        rows = self.chosen_rows()
        refused = _not_allowed(rows, Deed.REASSIGN)
        if refused:
            return self._refuse(rows, refused)
        if "owner" not in sent():
            return self._show_transfer(rows, None, None) if request.method == "GET" else abort(400)
        choice = TransferChoice.read(sent())
        if request.method == "GET":
            return self._show_transfer(rows, choice, self._previewed(rows, choice))
        moved = [row for row in rows if row.owner_id != choice.owner_id]
        fault = _transfer(rows, choice)
        if fault is not None:
            return self._show_transfer(self.chosen_rows(), choice, fault)
        return self._after_transfer(rows, moved, choice)

    def _refuse(self, rows: list[Customer], refused: list[Customer]) -> Any:
        """Say which customers the person may not transfer, and offer to go on with the others.

        :raises PermissionDeniedError: if it is the only one
        """
        if len(rows) == 1 or is_from_script():
            raise PermissionDeniedError(f"transfer of customer {refused[0].id}")
        left = [row.id for row in rows if row not in refused]
        return self.render(
            "customer/transfer_refused.html", refused=refused, left=left, named=NAMED, return_url=self.return_url()
        ), 403

    @staticmethod
    def _previewed(rows: list[Customer], choice: TransferChoice) -> SightChange | Fault:
        try:
            return preview(lambda: choice.sight(rows))
        except PermissionDeniedError:
            return _team_fault(_not_allowed(rows, Deed.TRANSFER)[0].name)

    def _show_transfer(
        self, rows: list[Customer], choice: TransferChoice | None, found: SightChange | Fault | None
    ) -> Any:
        fault = found if isinstance(found, Fault) else None
        in_team_only = bool(_not_allowed(rows, Deed.TRANSFER))
        offered = lookups.offered(Employee)
        offered = customers.of_own_team(db.session, offered) if in_team_only else offered
        page = self.render(
            "customer/transfer.html",
            rows=rows,
            chosen=self.chosen_args(rows),
            named=NAMED,
            choice=choice,
            change=None if fault else found,
            counts_customers=len(rows) > 1,
            fault=fault,
            in_team_only=in_team_only,
            is_to_pool=choice is not None and choice.owner_id is None,
            pool=POOL,
            version=version_mark(rows),
            picker=pick_employee("owner", gettext("New owner"), offered, choice.owner_id if choice else None),
            return_url=self.get_url(".details_view", id=rows[0].id) if len(rows) == 1 else self.return_url(),
        )
        return page, fault.status if fault else 200

    def _after_transfer(self, rows: list[Customer], moved: list[Customer], choice: TransferChoice) -> Response:
        flash(_done_message(moved, choice), "success" if moved else "info")
        if len(rows) > 1:
            return redirect(self.return_url())
        if outcome_of(db.session, rows[0].id) is Outcome.FULL:
            return redirect(self.get_url(".details_view", id=rows[0].id))
        flash(gettext("You no longer see this customer."), "info")
        return redirect(self.get_url(".index_view"))


def _not_allowed(rows: Sequence[Customer], deed: Deed) -> list[Customer]:
    """Return those of the customers with which the person may not do a deed."""
    allowed = customers.allowed_ids(db.session, deed, [row.id for row in rows])
    return [row for row in rows if row.id not in allowed]


def _transfer(rows: list[Customer], choice: TransferChoice) -> Fault | None:
    """Transfer all customers or none; say which one stood in the way."""
    name = rows[0].name

    def deed() -> None:
        nonlocal name
        for row in rows:
            name = row.name
            customers.transfer(
                db.session,
                row,
                choice.owner_id,
                keep_as_co_follower=choice.keep_as_co_follower,
                remove_followers=choice.remove_followers,
            )

    try:
        fault = attempt(deed, rows)
    except PermissionDeniedError:
        db.session.rollback()
        if is_from_script():
            raise
        fault = _team_fault(name)
    if fault is None or len(rows) == 1:
        return fault
    reason = gettext("“%(name)s”: %(reason)s Nothing was changed.", name=name, reason=fault.message)
    return Fault(reason, fault.status)


def _team_fault(name: str) -> Fault:
    return Fault(gettext("You may give “%(name)s” to somebody of your own team only.", name=name), 403)


def _done_message(moved: list[Customer], choice: TransferChoice) -> str:
    if not moved:
        return gettext("Nothing was changed: the owner is the same.")
    if choice.owner_id is None:
        return ngettext("%(num)s customer is in the pool now.", "%(num)s customers are in the pool now.", len(moved))
    owner = db.session.get_one(Employee, choice.owner_id).name
    return ngettext(
        "%(num)s customer was transferred to %(owner)s.",
        "%(num)s customers were transferred to %(owner)s.",
        len(moved),
        owner=owner,
    )
