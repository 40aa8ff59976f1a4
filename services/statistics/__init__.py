"""Figures about customers, visits and follow-ups, from the rows that the actor sees and no others."""

from services.statistics.figures import Line, Member, Statistics, Week, statistics
from services.statistics.funnel import Stage, funnel
from services.statistics.period import Period

__all__ = ["Line", "Member", "Period", "Stage", "Statistics", "Week", "funnel", "statistics"]
