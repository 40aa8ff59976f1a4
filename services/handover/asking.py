"""What is asked of a hand-over: whose customers, which of them, who takes them, and who follows them afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.errors import ServiceError
from services.listing import FilterTerm


class NoReceiverError(ServiceError):
    """Nobody was named who takes the customers, or only the one who gives them."""


class Split(StrEnum):
    """How customers are divided among several colleagues."""

    #: Everybody gets as many, of each grade alike.
    EVEN = "even"
    #: Those of one region stay together; everybody gets about as many.
    REGION = "region"


class CoFollowing(StrEnum):
    """What becomes of the customers that the one who gives does not own, but co-follows."""

    KEEP = "keep"
    END = "end"
    #: A colleague becomes co-follower in place of the one who gives.
    GIVE = "give"


@dataclass(frozen=True, slots=True)
class Handover:
    """A hand-over as it is asked for."""

    employee_id: int
    #: Who takes the customers; nobody: they go to the pool.
    receiver_ids: tuple[int, ...]
    is_to_pool: bool = False
    #: Filters of the list of customers that narrow them; none: all.
    filters: Sequence[FilterTerm] = ()
    split: Split = Split.EVEN
    keep_as_co_follower: bool = False
    remove_followers: bool = False
    co_following: CoFollowing = CoFollowing.KEEP
    #: Planned visits stay with the one who gives; else whoever takes the customer takes them over.
    leave_visits: bool = False

    def receivers(self) -> list[int | None]:
        """Return who takes the customers, None standing for the pool.

        :raises NoReceiverError: if nobody does, or only the one who gives them
        """
        if self.is_to_pool:
            return [None]
        found: list[int | None] = [id_ for id_ in dict.fromkeys(self.receiver_ids) if id_ != self.employee_id]
        if not found:
            raise NoReceiverError(f"nobody takes over from employee {self.employee_id}")
        return found
