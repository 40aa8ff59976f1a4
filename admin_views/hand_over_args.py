"""What addresses and forms say of a hand-over."""

from enum import StrEnum
from typing import TypeVar

from flask import abort

from admin_views.deeds import Args, is_ticked, read_employee_id
from admin_views.row_ids import parse_row_id
from services.handover import CoFollowing, Handover, Split
from services.handover.reading import PARTS
from services.listing import FilterTerm

#: Colleagues who can take over at once.
MAX_RECEIVERS = 50
_Word = TypeVar("_Word", bound=StrEnum)


def is_asked(args: Args) -> bool:
    """Tell whether it says who takes over, so that there is something to preview."""
    return "to" in args or "pool" in args


def read_handover(args: Args) -> Handover:
    """Read what is asked for.

    :raises BadRequest: if it cannot be read
    """
    return Handover(
        employee_id=read_employee_id(args, "employee"),
        receiver_ids=_receivers(args),
        is_to_pool=is_ticked(args, "pool"),
        filters=_filters(args),
        split=_word(args, "split", Split.EVEN),
        keep_as_co_follower=is_ticked(args, "keep_as_co_follower"),
        remove_followers=is_ticked(args, "remove_followers"),
        leave_visits=is_ticked(args, "leave_visits"),
        co_following=_word(args, "co_following", CoFollowing.KEEP),
    )


def written(asked: Handover) -> list[tuple[str, str]]:
    """Return a hand-over as (name, value) of the fields of a form."""
    ticks = {
        "pool": asked.is_to_pool,
        "keep_as_co_follower": asked.keep_as_co_follower,
        "remove_followers": asked.remove_followers,
        "leave_visits": asked.leave_visits,
    }
    return [
        ("employee", str(asked.employee_id)),
        *(("to", str(id_)) for id_ in asked.receiver_ids),
        *((f"{term.field}__{term.operation}", term.value) for term in asked.filters),
        *((name, "1") for name, is_ticked_ in ticks.items() if is_ticked_),
        ("split", asked.split.value),
        ("co_following", asked.co_following.value),
    ]


def _receivers(args: Args) -> tuple[int, ...]:
    values = [value for value in args.getlist("to") if value.strip()]
    ids = [parse_row_id(value) for value in values[: MAX_RECEIVERS + 1]]
    found = [id_ for id_ in ids if id_ is not None]
    if len(found) != len(values) or len(found) > MAX_RECEIVERS:
        abort(400)
    return tuple(dict.fromkeys(found))


def _filters(args: Args) -> tuple[FilterTerm, ...]:
    terms = []
    for name in PARTS:
        value = args.get(f"{name}__is", "").strip()
        if value and parse_row_id(value) is None:
            abort(400)
        if value:
            terms.append(FilterTerm(name, "is", value))
    return tuple(terms)


def _word(args: Args, name: str, usual: _Word) -> _Word:
    value = args.get(name, "")
    words = {word.value: word for word in type(usual)}
    return words[value] if value in words else usual if not value else abort(400)
