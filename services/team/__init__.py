"""The people below a leader, and what each of them has and did, from the rows that the actor sees and no others."""

from services.team.figures import Figures, figures_of
from services.team.line import Member, line_below, may_lead

__all__ = ["Figures", "Member", "figures_of", "line_below", "may_lead"]
