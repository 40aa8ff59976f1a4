"""What may be told of customers that are not FULL for who asks: the only exceptions, each with its reason.

A finding that one of :data:`EXEMPTIONS` covers is none; the numbers of :func:`may_count_hidden_rows` may depend on
hidden rows. One number more is checked elsewhere to be the right one: how many private customers an export left out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auth.visibility import Outcome
from models import Customer, Visit
from models.enums import Permission
from models.mixins import DictionaryMixin, TreeMixin
from services.listing import search_words
from services.stubs import MIN_SEARCH_LENGTH
from tests.functional.leak_hunt.answers import stub_block
from tests.functional.leak_hunt.company import World
from tests.functional.leak_hunt.marks import Mark
from tests.functional.leak_hunt.sight import Person


@dataclass(frozen=True, slots=True)
class Found:
    """A mark in an answer, of a customer who is not FULL for who asked."""

    world: World
    actor: str
    #: Endpoint that answered, such as ``customer.index_view``.
    endpoint: str
    #: Words of the address's ``search``.
    search: str
    status: int
    text: str
    mark: Mark
    #: The mark stands in the answer's own body, not in a header, a cookie, a file or a redirect.
    is_in_body: bool

    @property
    def outcome(self) -> Outcome:
        """Return what the asker gets of the mark's customer."""
        return self.world.outcome(self.actor, self.mark.customer_id)

    @property
    def is_name(self) -> bool:
        """Tell whether the mark is the customer's name."""
        return (self.mark.table, self.mark.column) == (Customer.__tablename__, "name")


@dataclass(frozen=True, slots=True)
class Exemption:
    """One exception."""

    reason: str
    covers: Callable[[Found], bool]


def _is_stub(found: Found) -> bool:
    words = search_words(found.search)
    is_asked = any(len(word) >= MIN_SEARCH_LENGTH for word in words) and all(word in found.mark.text for word in words)
    outside = found.text.replace(stub_block(found.text), "")
    is_noticed = found.is_name and found.outcome is Outcome.NOTICE
    return is_noticed and is_asked and found.endpoint == "customer.index_view" and found.mark.text not in outside


def _is_prompt(found: Found) -> bool:
    return found.is_name and found.outcome is Outcome.NOTICE and found.status == 403 and found.is_in_body


#: What a visit's author keeps of it, and the author's line, for whom the customer has no name.
_KEPT_OF_VISITS = frozenset({"planned_at", "check_in_at", "check_in_address", "check_out_at", "duration_s"})


#: The phone's pages about the person's own visits, and its steps, which lead there.
_PHONE_PAGES = frozenset(
    {"phone.today", "phone.my_visits", "phone.visit_page", "phone.check_out", "phone.choose_pages", "root.start"}
)


def _is_own_visit(found: Found) -> bool:
    if not (found.endpoint.startswith(f"{Visit.__tablename__}.") or found.endpoint in _PHONE_PAGES):
        return False
    world, mark = found.world, found.mark
    actor_id, team = world.people.get(found.actor), world.sight.team(world.people.get(found.actor))
    visits = [row for (table, _), row in world.rows.items() if table == Visit.__tablename__]
    if found.is_name:
        return any(row["customer_id"] == mark.customer_id and row["user_id"] == actor_id for row in visits)
    is_theirs = any(row["id"] == mark.row_id and row["user_id"] in team for row in visits)
    return mark.table == Visit.__tablename__ and mark.column in _KEPT_OF_VISITS and is_theirs


EXEMPTIONS: tuple[Exemption, ...] = (
    Exemption(
        "DOMAIN 8, Stubs: the name of a NOTICE customer in the block under a list searched by that name", _is_stub
    ),
    Exemption("DOMAIN 3.3: the prompt, 403, names the NOTICE customer that was asked for, and its owner", _is_prompt),
    Exemption(
        "DOMAIN 8, Own visits: an author keeps time, place and the customer's name, the line time and place",
        _is_own_visit,
    ),
)


#: Endpoint whose numbers may count hidden rows -> (permission that entitles to them, reason).
TOLD_NUMBERS: dict[str, tuple[Permission, str]] = {
    "employee.sight_view": (
        Permission.MANAGE_EMPLOYEES,
        "before a supervisor changes: of how many customers people gain or lose sight",
    ),
    "company_setting.sight_view": (
        Permission.MANAGE_SETTINGS,
        "before the switch is turned: of how many customers people gain or lose sight",
    ),
    "company_setting.index_view": (
        Permission.MANAGE_SETTINGS,
        "DOMAIN 3.6: how many private customers become visible when the switch is turned off",
    ),
}


def may_count_hidden_rows(endpoint: str, model: type[Any] | None, holder: Person) -> bool:
    """Tell whether the numbers of a page may depend on rows that the holder does not see.

    Beside :data:`TOLD_NUMBERS` these are the numbers of rows that use a value, for those who configure values (DOMAIN
    2): they are told by the pages of the values.
    """
    permission, _ = TOLD_NUMBERS.get(endpoint, (None, ""))
    if permission is not None:
        return holder.may(permission)
    is_of_values = model is not None and issubclass(model, TreeMixin | DictionaryMixin)
    return is_of_values and holder.may(Permission.MANAGE_CUSTOMER_CONFIG)
