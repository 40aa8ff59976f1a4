"""The page "who can see this customer, and why", and its reverse for a colleague: "why can X (not) see it"."""

from collections.abc import Callable
from itertools import groupby
from math import ceil
from typing import Any

from flask import request
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select

from admin_views.deeds import pick_employee
from admin_views.page_mixin import PageMixin
from admin_views.row_ids import parse_row_id
from auth.visibility import Outcome
from models import Customer, Employee, db
from models.enums import Visibility
from services import access
from services.access import Explanation, Ground, Missing, Viewer
from services.ordering import UnknownRowError

#: Viewers on one page.
PAGE_SIZE = 100
#: Numbers of pages beyond this make no sense.
_MAX_PAGE = 1_000_000

#: Ground -> how a person's reason is called.
GROUND_WORDS: dict[Ground, Any] = {
    Ground.COMPANY_ADMIN: lazy_gettext("Company admin"),
    Ground.OWNER: lazy_gettext("Owner"),
    Ground.CO_FOLLOWER: lazy_gettext("Co-follower"),
    Ground.ABOVE_OWNER: lazy_gettext("Above the owner"),
    Ground.ABOVE_CO_FOLLOWER: lazy_gettext("Above a co-follower"),
    Ground.VIEW_ALL: lazy_gettext("The role sees all customers"),
}
#: The groups of the page, and the grounds that put somebody there; the first that fits.
GROUPS: tuple[tuple[Any, frozenset[Ground]], ...] = (
    (
        lazy_gettext("Followers and their supervisors"),
        frozenset({Ground.OWNER, Ground.CO_FOLLOWER, Ground.ABOVE_OWNER, Ground.ABOVE_CO_FOLLOWER}),
    ),
    (lazy_gettext("Company admins"), frozenset({Ground.COMPANY_ADMIN})),
    (lazy_gettext("Colleagues whose role sees all customers"), frozenset({Ground.VIEW_ALL})),
)
#: Outcome -> the sentence about somebody who gets it.
_OUTCOME_WORDS: dict[Outcome, Callable[[str], str]] = {
    Outcome.FULL: lambda name: gettext("%(name)s can see this customer.", name=name),
    Outcome.NOTICE: lambda name: gettext(
        "%(name)s cannot see this customer, but may learn by a search for its name that it exists, and who owns it.",
        name=name,
    ),
    Outcome.HIDDEN: lambda name: gettext("%(name)s cannot see this customer, nor learn that it exists.", name=name),
}
#: What somebody lacks -> the sentence that says so.
_MISSING_WORDS: dict[Missing, Callable[[str], str]] = {
    Missing.DISABLED: lambda name: gettext("%(name)s has left, and cannot log in any more.", name=name),
    Missing.NOT_FOLLOWER_OR_ABOVE: lambda name: gettext(
        "%(name)s does not follow this customer, and nobody below %(name)s follows it.", name=name
    ),
    Missing.BELOW_A_FOLLOWER: lambda name: gettext(
        "%(name)s stands below somebody who follows it; but supervisors see what those below them follow, never the "
        "other way round.",
        name=name,
    ),
    Missing.NO_VIEW_ALL: lambda name: gettext("The role of %(name)s lacks “See all customers”.", name=name),
    Missing.PRIVATE_BEATS_VIEW_ALL: lambda name: gettext(
        "The role of %(name)s holds “See all customers”, but this customer is private, and private customers are "
        "excepted from that.",
        name=name,
    ),
}


class CustomerAccessMixin(PageMixin):
    """The access page. Whoever sees the customer may open it."""

    @expose("/access/")
    def access_view(self) -> Any:
        """Show who sees the customer, and why; and why a chosen colleague does or does not."""
        row = self.get_one(request.args.get("id", ""))
        page, viewers, total = _page_of_viewers(row)
        chosen = _explanation(row)
        return self.render(
            "customer/access.html",
            row=row,
            groups=[(title, list(found)) for title, found in groupby(viewers, key=_group_of)],
            total=total,
            page=page,
            page_count=max(1, ceil(total / PAGE_SIZE)),
            ground_words=GROUND_WORDS,
            explanation=chosen,
            told=_told(chosen) if chosen is not None else None,
            is_private=row.visibility == Visibility.PRIVATE,
            is_effective=self.actor.private_customer_enabled,
            picker=pick_employee(
                "employee", gettext("Colleague"), select(Employee), chosen.employee_id if chosen is not None else None
            ),
        )


def _page_of_viewers(row: Customer) -> tuple[int, list[Viewer], int]:
    """Return the number of the page asked for, brought into the range, its viewers, and how many there are in all."""
    page = max(0, min(request.args.get("page", 0, type=int), _MAX_PAGE))
    viewers, total = access.viewers(db.session, row, limit=PAGE_SIZE, offset=page * PAGE_SIZE)
    if not viewers and total:
        page = ceil(total / PAGE_SIZE) - 1
        viewers, total = access.viewers(db.session, row, limit=PAGE_SIZE, offset=page * PAGE_SIZE)
    return page, viewers, total


def _explanation(row: Customer) -> Explanation | None:
    """Return why the employee that the address names sees the customer or does not.

    :raises UnknownRowError: if there is no such employee
    """
    raw = request.args.get("employee", "").strip()
    if not raw:
        return None
    employee_id = parse_row_id(raw)
    if employee_id is None:
        raise UnknownRowError("employee")
    return access.explain(db.session, row, employee_id)


def _group_of(viewer: Viewer) -> Any:
    grounds = {reason.ground for reason in viewer.reasons}
    return next(title for title, members in GROUPS if grounds & members)


def _told(explanation: Explanation) -> tuple[str, list[str]]:
    """Return what somebody gets of the customer as a sentence, and the sentences that say why not more."""
    words = _OUTCOME_WORDS[explanation.outcome](explanation.name)
    return words, [_MISSING_WORDS[missing](explanation.name) for missing in explanation.missing]
