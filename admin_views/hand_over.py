"""Handing over what somebody follows: the leavers whose customers wait, the choice, its preview, the deed."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext, lazy_gettext, ngettext
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from admin_views import lookups
from admin_views.deeds import Args, Fault, attempt, fault_of, pick_employee, read_employee_id, selection_mark
from admin_views.hand_over_args import is_asked, read_handover, written
from admin_views.messages import TOLD_ERRORS
from admin_views.plain_view import PlainView
from admin_views.text import text
from auth.errors import PermissionDeniedError
from auth.redirects import is_from_script
from models import Customer, Employee, db
from models.enums import Permission
from models.inspection import attribute_of
from services import customers, handover, sight_changes
from services.customers import PrivateNeedsOwnerError
from services.handover import CoFollowing, Handover, Plan, Split
from services.sight_changes import SightChange

#: Private customers that a refusal names.
NAMED = 50
SPLITS = {
    Split.EVEN: (lazy_gettext("Evenly"), lazy_gettext("Everybody gets as many, of each grade alike.")),
    Split.REGION: (
        lazy_gettext("By region"),
        lazy_gettext("Customers of one region go to the same colleague; everybody gets about as many."),
    ),
}
CO_FOLLOWINGS = {
    CoFollowing.KEEP: (lazy_gettext("Leave them as they are"), ""),
    CoFollowing.GIVE: (lazy_gettext("A colleague takes the place as co-follower"), ""),
    CoFollowing.END: (lazy_gettext("End them"), ""),
}


class HandOverView(PlainView):
    """The pages. Open to the company admin, and to leaders who may write for their team."""

    #: In the menu it stands behind the customers that wait for it.
    menu_parent = "customer"

    def __init__(self) -> None:
        super().__init__(name="Hand over", endpoint="hand_over", url="/admin/hand_over")

    @property
    def title(self) -> str:
        """Return the words of the page."""
        return gettext("Hand over customers")

    def is_accessible(self) -> bool:
        """Tell whether the person may hand over anything of anybody else."""
        return super().is_accessible() and offers_hand_over(self.actor)

    def menu_links(self) -> list[tuple[str, int, str, str]]:
        """Return none of its own."""
        return []

    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> Any:
        """Show whose customers wait; of one person what can be handed over, and what would happen; or do it."""
        args: Args = request.form if request.method == "POST" else request.args
        if request.method == "GET" and not args.get("employee", "").strip():
            return self.render("hand_over/leavers.html", leavers=handover.awaiting(db.session))
        giver = handover.require_may_hand_over(db.session, read_employee_id(args, "employee"))
        asked = read_handover(args)
        if request.method == "GET":
            return self._show(giver, asked, *self._previewed(asked)) if is_asked(args) else self._show(giver, asked)
        fault, count = self._done(asked)
        if fault is None:
            return self._after(asked, count)
        giver = handover.require_may_hand_over(db.session, asked.employee_id)
        found, refused, private = self._previewed(asked)
        return self._show(giver, asked, found, refused or fault, private)

    @staticmethod
    def _done(asked: Handover) -> tuple[Fault | None, int]:
        """Do it, all or nothing; return why not, or how many customers changed."""
        count = 0

        def deed() -> None:
            nonlocal count
            found = handover.plan(db.session, asked, is_locking=True)
            if request.form.get("mark") not in (None, selection_mark(found.customers)):
                raise StaleDataError("the preview was made from older rows")
            count = len(found.moves)
            handover.hand_over(db.session, found)

        try:
            return attempt(deed, ()), count
        except PermissionDeniedError:
            db.session.rollback()
            if is_from_script():
                raise
            return _team_fault(), 0

    @staticmethod
    def _previewed(asked: Handover) -> tuple[Plan | None, Fault | None, tuple[str, ...]]:
        """Return the plan; or why there is none, and the private customers that stand in the way."""
        try:
            return handover.plan(db.session, asked), None, ()
        except PrivateNeedsOwnerError as error:
            return None, fault_of(error), error.names
        except TOLD_ERRORS as error:
            return None, fault_of(error), ()
        except PermissionDeniedError:
            if is_from_script():
                raise
            return None, _team_fault(), ()

    def _show(
        self,
        giver: Employee,
        asked: Handover,
        found: Plan | None = None,
        fault: Fault | None = None,
        private: tuple[str, ...] = (),
    ) -> Any:
        in_team_only = not self.actor.is_company_admin and giver.id != self.actor.id
        owned, co_followed = handover.totals_of(db.session, giver.id)
        page = self.render(
            "hand_over/hand_over.html",
            giver=giver,
            asked=asked,
            owned=owned,
            co_followed=co_followed,
            parts=_parts(giver, asked),
            receivers=_receivers(giver, asked, in_team_only=in_team_only),
            in_team_only=in_team_only,
            splits=SPLITS,
            co_followings=CO_FOLLOWINGS,
            found=found,
            change=_sight(found) if found is not None else None,
            counts_customers=True,
            mark=selection_mark(found.customers) if found is not None else "",
            fields=written(asked),
            fault=fault,
            private=private[:NAMED],
            more_private=max(0, len(private) - NAMED),
        )
        return page, fault.status if fault else 200

    def _after(self, asked: Handover, count: int) -> Response:
        message = ngettext("%(num)s customer was handed over.", "%(num)s customers were handed over.", count)
        flash(message if count else gettext("Nothing was changed."), "success" if count else "info")
        return redirect(self.get_url(".index_view", employee=asked.employee_id))


def offers_hand_over(actor: Any) -> bool:
    """Tell whether somebody may hand over customers of others."""
    leads = actor.may(Permission.EDIT_TEAM_CUSTOMERS) and len(actor.team) > 1
    return bool(actor.is_company_admin or leads)


def hand_over_url(actor: Any, employee_id: int) -> str:
    """Return the address of the page about an employee; nothing for those who may not open it."""
    may = offers_hand_over(actor) and handover.may_hand_over(actor, employee_id)
    return url_for("hand_over.index_view", employee=employee_id) if may else ""


def _team_fault() -> Fault:
    return Fault(gettext("You may hand over to people of your own team only."), 403)


def _sight(found: Plan) -> SightChange:
    moves = [
        (move.customer, move.before | _owner(move.customer.owner_id), move.after | _owner(move.owner_id))
        for move in found.moves
    ]
    return sight_changes.of_followers(db.session, moves)


def _owner(owner_id: int | None) -> frozenset[int]:
    return frozenset() if owner_id is None else frozenset([owner_id])


def _parts(giver: Employee, asked: Handover) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    """Return (name of the field, words, [(value, words with the number)], value chosen) of what narrows the choice."""
    counts = handover.parts_of(db.session, giver.id)
    chosen = {term.field: term.value for term in asked.filters}
    found = []
    for name, values in counts.items():
        attribute = attribute_of(Customer, name)
        target: Any = attribute.target
        ids = {id_ for id_ in values if id_ is not None} | {int(chosen[name]) for _ in (1,) if name in chosen}
        rows = list(db.session.scalars(select(target).where(target.id.in_(ids)).order_by(target.sort_order, target.id)))
        labels = lookups.labels(db.session, target, rows) if rows else {}
        options = [(str(row.id), f"{labels[row.id]} ({values.get(row.id, 0)})") for row in rows]
        found.append((f"{name}__is", text(attribute.field.label), options, chosen.get(name, "")))
    return found


def _receivers(giver: Employee, asked: Handover, *, in_team_only: bool) -> tuple[list[tuple[int, str]], bool]:
    """Return (id, words) of whom a picker offers, and whether these are all."""
    offered = lookups.offered(Employee).where(Employee.id != giver.id)
    offered = customers.of_own_team(db.session, offered) if in_team_only else offered
    picker = pick_employee("to", "", offered, None)
    if picker.is_small():
        return picker.choices(), True
    chosen = select(Employee).where(Employee.id.in_(asked.receiver_ids))
    found = lookups.options(db.session, Employee, lookups.rows(db.session, chosen, Employee))
    return [(option.id, option.text) for option in found], False
