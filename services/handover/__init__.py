"""Handing over what somebody follows, all of it or a part, to one colleague or to several, or to the pool."""

from services.handover.asking import CoFollowing, Handover, NoReceiverError, Split
from services.handover.planning import MAX_CUSTOMERS, Move, Plan, Share, may_hand_over, plan, require_may_hand_over
from services.handover.reading import Part, awaiting, parts_of, totals_of
from services.handover.writing import hand_over

__all__ = [
    "MAX_CUSTOMERS",
    "CoFollowing",
    "Handover",
    "Move",
    "NoReceiverError",
    "Part",
    "Plan",
    "Share",
    "Split",
    "awaiting",
    "hand_over",
    "may_hand_over",
    "parts_of",
    "plan",
    "require_may_hand_over",
    "totals_of",
]
