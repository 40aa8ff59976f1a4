"""The funnel of the progress: who came how far, and the list that each of its figures is."""

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import Customer, FollowUpProgress
from services.listing import BadFilterError, FilterTerm, filter_criteria
from services.statistics import Line, Stage, funnel, statistics
from tests.conftest import acting_in
from tests.factories import Company, make_customer, save


def test_who_stands_later_has_come_so_far_as_well() -> None:
    none, first, last = Line(None, "", 2), Line(1, "first", 0), Line(2, "last", 6)

    assert funnel([none, first, last]) == (Stage(none, 8, None), Stage(first, 6, 0.75), Stage(last, 6, 1.0))


def test_nobody_came_beyond_a_step_that_nobody_reached() -> None:
    lines = [Line(1, "a", 0), Line(2, "b", 0)]

    assert [(stage.reached, stage.share) for stage in funnel(lines)] == [(0, None), (0, None)]


def test_each_figure_is_the_number_of_a_list(engine: Engine, bare_session: Session, company: Company) -> None:
    # Two steps at one place: the older one comes first, as in every list.
    order = {"d": 2, "a": 1, "b": 1, "c": 3}
    steps = [save(bare_session, FollowUpProgress(name=name, sort_order=at)).id for name, at in order.items()]
    for place, step in enumerate(steps):
        for _ in range(place + 1):
            make_customer(bare_session, owner=company.a1, progress_id=step)

    with acting_in(engine, company.leadA.id) as session:
        stages = funnel(statistics(session).lists["progress"])
        for stage in stages[1:]:
            term = FilterTerm("progress", "from", str(stage.line.id))
            found = select(Customer.id).where(*filter_criteria(session, Customer, [term]))
            assert len(session.scalars(found).all()) == stage.reached
        assert [(stage.line.name, stage.line.count) for stage in stages] == [
            ("", 5),
            ("a", 2),
            ("b", 3),
            ("d", 1),
            ("c", 4),
        ]


def test_only_the_progress_has_steps(engine: Engine, company: Company) -> None:
    with acting_in(engine, company.leadA.id) as session, pytest.raises(BadFilterError):
        filter_criteria(session, Customer, [FilterTerm("grade", "from", "1")])
