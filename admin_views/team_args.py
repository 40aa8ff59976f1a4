"""What the address of the team page says: ``leader``, ``week``, ``open`` and ``sort``."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from admin_views.row_ids import parse_row_id
from admin_views.weeks import days_of_week, read_week, week_name
from auth.errors import HiddenRowError
from services.statistics import Period
from services.team import Figures, Member

#: What ``open`` says for everybody.
ALL = "all"
#: People that an address may open one by one.
_MOST_OPEN = 200
#: Name of a column in the address -> what its rows are ordered by; ties stay in the order of names.
SORTS: dict[str, Callable[[Member, Figures], Any]] = {
    "customers": lambda _, figures: figures.customers,
    "active": lambda _, figures: figures.active_customers,
    "follow_ups": lambda _, figures: figures.follow_ups,
    "visits": lambda _, figures: figures.visits,
    "overdue_follow_ups": lambda _, figures: figures.overdue_follow_ups,
    "overdue_visits": lambda _, figures: figures.overdue_visits,
    "last": lambda _, figures: figures.last_activity_at.timestamp() if figures.last_activity_at else 0,
}


@dataclass(frozen=True, slots=True)
class TeamArgs:
    """What is asked for."""

    monday: date
    leader_id: int | None = None
    opened: frozenset[int] = field(default_factory=frozenset)
    is_all_open: bool = False
    #: A key of :data:`SORTS`, "-" before it for descending; empty for the order of names.
    sort: str = ""

    @property
    def period(self) -> Period:
        """Return the days of the week."""
        return days_of_week(self.monday)

    def as_query(self, **changes: Any) -> dict[str, Any]:
        """Return the arguments as an address has them, some of them changed."""
        other = replace(self, **changes)
        opened = ALL if other.is_all_open else ".".join(map(str, sorted(other.opened)))
        found = {"leader": other.leader_id, "week": week_name(other.monday), "open": opened, "sort": other.sort}
        return {name: value for name, value in found.items() if value}

    def is_open(self, member: Member) -> bool:
        """Tell whether those below somebody are shown."""
        return self.is_all_open or member.id in self.opened or member.id == self.leader_id

    def turned(self, member: Member) -> dict[str, Any]:
        """Return the arguments of the page on which somebody is opened, or closed again."""
        return self.as_query(opened=self.opened ^ {member.id}, is_all_open=False)


def read_team_args(args: MultiDict[str, str], today: date) -> TeamArgs:
    """Read the address; an order that makes no sense is left out.

    :raises BadPeriodError: if the week cannot be read
    :raises HiddenRowError: if the leader is no id
    """
    raw = args.get("leader", "").strip()
    leader_id = parse_row_id(raw) if raw else None
    if raw and leader_id is None:
        raise HiddenRowError(f"employee {raw[:20]!r}")
    opened = args.get("open", "")
    ids = [parse_row_id(part) for part in opened.split(".")[:_MOST_OPEN]]
    sort = args.get("sort", "")
    return TeamArgs(
        monday=read_week(args.get("week", ""), today),
        leader_id=leader_id,
        opened=frozenset(id_ for id_ in ids if id_ is not None),
        is_all_open=opened == ALL,
        sort=sort if sort.removeprefix("-") in SORTS else "",
    )
