"""Who sees a customer and why, and what deeds would change in it: companies made up at random against an oracle."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import Customer
from services import access, sight_changes
from services.access import Ground, Reason
from services.employees import ReportingLoopError
from services.sight_changes import SightChange
from tests.conftest import acting_in
from tests.random_companies import Company, F, H, Person, Record, build, companies, expected, is_near, line

#: Sees and may do everything; stands outside of the reporting line and follows nothing.
ADMIN = Person(supervisor=None, is_admin=True, has_view_all=False, is_active=True)


def with_admin(company: Company) -> Company:
    """Return the company with one admin more, who asks."""
    people, records, is_on = company
    return [*people, ADMIN], records, is_on


def reasons(company: Company, record: Record, viewer: int) -> list[Reason]:
    """Return why somebody sees a customer, by the words of DOMAIN 3.2."""
    people, _, is_on = company
    person = people[viewer]
    found = [Reason(Ground.COMPANY_ADMIN, ())] if person.is_admin and person.is_active else []
    for follower in record.followers:
        above = line(people, follower)
        if viewer not in above:
            continue
        chain = tuple(f"p{index}" for index in above[: above.index(viewer) + 1])
        if follower == record.owner:
            found.append(Reason(Ground.OWNER if follower == viewer else Ground.ABOVE_OWNER, chain))
        else:
            found.append(Reason(Ground.CO_FOLLOWER if follower == viewer else Ground.ABOVE_CO_FOLLOWER, chain))
    sees_all = person.has_view_all and person.is_active and not person.is_admin
    if sees_all and not (is_on and record.is_private):
        found.append(Reason(Ground.VIEW_ALL, ()))
    return sorted(found, key=lambda reason: (list(Ground).index(reason.ground), reason.chain))


def change(before: Company, after: Company) -> tuple[dict[str, int], dict[str, int], int]:
    """Return who gains and who loses how many customers, and how many these are, by the oracle."""
    gains: Counter[str] = Counter()
    losses: Counter[str] = Counter()
    customers = set()
    for index in range(len(before[1])):
        for viewer, person in enumerate(before[0]):
            had, has = (
                expected(people, records[index], viewer, is_on=is_on) is F for people, records, is_on in (before, after)
            )
            if person.is_active and had != has:
                (gains if has else losses)[f"p{viewer}"] += 1
                customers.add(index)
    return dict(gains), dict(losses), len(customers)


def read(found: SightChange) -> tuple[dict[str, int], dict[str, int], int]:
    """Return what a preview says in the form of :func:`change`."""
    gains, losses = ({shift.name: shift.count for shift in shifts} for shifts in (found.gains, found.losses))
    return gains, losses, found.customer_count


def with_record(company: Company, index: int, record: Record) -> Company:
    """Return the company with one customer changed."""
    people, records, is_on = company
    return people, [*records[:index], record, *records[index + 1 :]], is_on


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(company=companies().map(with_admin))
def test_viewers_and_explanations_agree_with_the_oracle(engine: Engine, company: Company) -> None:
    people, records, is_on = company
    build(engine, company)

    with acting_in(engine, len(people)) as own:
        for index, record in enumerate(records):
            customer = own.get_one(Customer, index + 1)
            found, total = access.viewers(own, customer)
            by_id = {viewer.employee_id - 1: viewer for viewer in found}
            assert total == len(found) == len(by_id)
            for viewer, person in enumerate(people):
                outcome = expected(people, record, viewer, is_on=is_on)
                why = reasons(company, record, viewer)
                explained = access.explain(own, customer, viewer + 1)
                assert explained.outcome is (outcome if person.is_active else H)
                assert sorted_reasons(explained.reasons) == why
                assert (explained.missing == ()) == (explained.outcome is F)
                is_there = outcome is F and (person.is_active or is_near(people, record, viewer))
                assert (viewer in by_id) == is_there
                if is_there:
                    assert sorted_reasons(by_id[viewer].reasons) == why
                    assert by_id[viewer].is_active == person.is_active


def sorted_reasons(found: tuple[Reason, ...]) -> list[Reason]:
    """Return reasons in the oracle's order; that they come by ground is checked."""
    grounds = [list(Ground).index(reason.ground) for reason in found]
    assert grounds == sorted(grounds)
    return sorted(found, key=lambda reason: (list(Ground).index(reason.ground), reason.chain))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(company=companies().map(with_admin), data=st.data())
def test_previews_agree_with_the_oracle_before_and_after(engine: Engine, company: Company, data: st.DataObject) -> None:
    people, _, is_on = company
    build(engine, company)

    with acting_in(engine, len(people)) as own:
        check_transfer(own, company, data)
        check_co_follower(own, company, data)
        check_supervisor(own, company, data)
        for wanted in (True, False):
            assert read(sight_changes.of_switch(own, wanted)) == change(company, (*company[:2], wanted))
    if is_on:
        check_visibility(engine, company)


def check_transfer(session: Session, company: Company, data: st.DataObject) -> None:
    """Transfer some of the customers to somebody, or to the pool."""
    people, records, is_on = company
    new_owner = data.draw(st.sampled_from([None, *(index for index, person in enumerate(people) if person.is_active)]))
    keep, remove = data.draw(st.booleans()), data.draw(st.booleans())
    movable = [index for index, record in enumerate(records) if new_owner is not None or not record.is_private]
    moved = data.draw(st.sets(st.sampled_from(movable))) if movable else set()
    after = list(records)
    for index in moved:
        record = records[index]
        if record.owner != new_owner:
            stay = (frozenset() if remove else record.co_followers) | ({record.owner} - {None} if keep else frozenset())
            after[index] = replace(record, owner=new_owner, co_followers=frozenset(stay) - {new_owner})

    found = sight_changes.of_transfer(
        session,
        [session.get_one(Customer, index + 1) for index in sorted(moved)],
        None if new_owner is None else new_owner + 1,
        keep_as_co_follower=keep,
        remove_followers=remove,
    )

    assert read(found) == change(company, (people, after, is_on))


def check_co_follower(session: Session, company: Company, data: st.DataObject) -> None:
    """Add or remove a co-follower of each customer."""
    people, records, _ = company
    for index, record in enumerate(records):
        can_come = {index for index, person in enumerate(people) if person.is_active} - record.followers
        employee = data.draw(st.sampled_from(sorted(can_come | record.co_followers)))
        is_added = employee not in record.co_followers
        customer = session.get_one(Customer, index + 1)

        found = sight_changes.of_co_follower(session, customer, employee + 1, is_added=is_added)

        after = replace(record, co_followers=record.co_followers ^ {employee})
        assert read(found) == change(company, with_record(company, index, after))


def check_supervisor(session: Session, company: Company, data: st.DataObject) -> None:
    """Give everybody another supervisor, one by one; loops are refused."""
    people, records, is_on = company
    for index, person in enumerate(people):
        supervisor = data.draw(st.none() | st.integers(0, len(people) - 1))
        supervisor_id = None if supervisor is None else supervisor + 1
        after = [*people[:index], replace(person, supervisor=supervisor), *people[index + 1 :]]
        is_loop = supervisor is not None and index in line(after, supervisor)
        if is_loop and supervisor != person.supervisor:
            with pytest.raises(ReportingLoopError):
                sight_changes.of_supervisor(session, index + 1, supervisor_id)
        else:
            found = sight_changes.of_supervisor(session, index + 1, supervisor_id)
            assert read(found) == change(company, (after, records, is_on))


def check_visibility(engine: Engine, company: Company) -> None:
    """Turn the mark of each customer that has a follower who logs in to do so."""
    people, records, _ = company
    for index, record in enumerate(records):
        actors = [follower for follower in sorted(record.followers) if people[follower].is_active]
        if record.owner is None or not actors:
            continue
        after = replace(record, is_private=not record.is_private)
        with acting_in(engine, actors[0] + 1) as own:
            wanted = "private" if after.is_private else "public"
            found = sight_changes.of_visibility(own, own.get_one(Customer, index + 1), wanted)
        assert read(found) == change(company, with_record(company, index, after))
