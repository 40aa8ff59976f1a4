"""The funnel of the progress: who stands at each step, and who has come at least as far."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.statistics.lines import Line


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the progress."""

    line: Line
    #: How many customers stand at the step or at a later one.
    reached: int
    #: ``reached`` as a part of that of the step before, from 0 to 1; None where there is none, or nobody came so far.
    share: float | None


def funnel(lines: Sequence[Line]) -> tuple[Stage, ...]:
    """Return the steps of the progress.

    :param lines: the steps in their order; who has taken none stands before the first
    """
    stages: list[Stage] = []
    reached, before = sum(line.count for line in lines), 0
    for line in lines:
        stages.append(Stage(line, reached, reached / before if before else None))
        before, reached = reached, reached - line.count
    return tuple(stages)
