"""Follow-ups: who adds them, and what they leave on the customer."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from auth.errors import HiddenRowError, PermissionDeniedError, PrivateCustomerError
from models import Customer, FollowUp, FollowUpProgress
from models.scope import UnfilteredReason, unfiltered
from models.types import utc_now
from services.follow_ups import (
    BlankContentError,
    ForeignContactError,
    NextFollowUpError,
    add_follow_up,
    update_follow_up,
)
from tests import factories
from tests.conftest import acting_in


@pytest.fixture
def company(bare_session: Session) -> factories.Company:
    """Return the company of DOMAIN 3.7 with two steps of progress."""
    found = factories.company(bare_session)
    for name in ("first", "signed"):
        found[name] = factories.save(bare_session, FollowUpProgress(name=name))
    return found


def test_a_follow_up_is_the_actors_and_moves_the_customer(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.b1.id) as own:
        values = {"content": "called", "progress_after_id": company.first.id, "author_id": company.a1.id}
        made = add_follow_up(own, company.c3.id, values)
        own.commit()
        customer = own.get_one(Customer, company.c3.id)

        assert (made.author_id, made.content, made.method) == (company.b1.id, "called", "phone")
        assert (customer.progress_id, customer.last_followed_at) == (company.first.id, made.created_at)
        assert customer.progress.name == "first"
    with acting_in(engine, company.a1.id) as own:
        customer = own.get_one(Customer, company.c3.id)
        assert (customer.progress_id, customer.version) == (company.first.id, 1)
        assert customer.last_followed_at == made.created_at


@pytest.mark.parametrize(
    ("login", "error"),
    [("a2", HiddenRowError), ("va", PrivateCustomerError), ("leadA", PermissionDeniedError), ("cfg", HiddenRowError)],
)
def test_who_does_not_edit_the_customer_adds_nothing(
    engine: Engine, bare_session: Session, company: factories.Company, login: str, error: type[Exception]
) -> None:
    with acting_in(engine, company[login].id) as own, pytest.raises(error):
        add_follow_up(own, company.c1.id, {"content": "x"})

    with unfiltered(bare_session, UnfilteredReason.COMMAND) as every:
        assert every.scalars(select(FollowUp)).all() == []


@pytest.mark.parametrize(
    ("values", "error"), [({"content": " "}, BlankContentError), ({}, BlankContentError)], ids=["blank", "missing"]
)
def test_a_follow_up_says_something(
    engine: Engine, company: factories.Company, values: dict[str, Any], error: type[Exception]
) -> None:
    with acting_in(engine, company.a1.id) as own, pytest.raises(error):
        add_follow_up(own, company.c1.id, values)


def test_the_contact_must_be_the_customers(engine: Engine, bare_session: Session, company: factories.Company) -> None:
    mine = factories.make_contact(bare_session, company.c1)
    foreign = factories.make_contact(bare_session, company.c2)
    hidden = factories.make_contact(bare_session, company.c4)

    with acting_in(engine, company.a1.id) as own:
        for contact in (foreign, hidden):
            with pytest.raises(ForeignContactError):
                add_follow_up(own, company.c1.id, {"content": "x", "contact_id": contact.id})
        made = add_follow_up(own, company.c1.id, {"content": "x", "contact_id": mine.id})
        with pytest.raises(ForeignContactError):
            update_follow_up(own, made, {"contact_id": foreign.id})


def test_the_next_follow_up_does_not_lie_before_this_one(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    now = utc_now()
    old = {"created_at": now - timedelta(days=9), "next_follow_at": now - timedelta(days=3)}
    row = factories.make_follow_up(bare_session, company.c1, author=company.a1, **old)

    with acting_in(engine, company.a1.id) as own:
        with pytest.raises(NextFollowUpError):
            add_follow_up(own, company.c1.id, {"content": "x", "next_follow_at": now - timedelta(hours=1)})
        made = add_follow_up(own, company.c1.id, {"content": "x", "next_follow_at": now.replace(second=0)})
        assert made.next_follow_at is not None
        update_follow_up(own, own.get_one(FollowUp, row.id), {"content": "said otherwise"})
        with pytest.raises(NextFollowUpError):
            update_follow_up(own, own.get_one(FollowUp, row.id), {"next_follow_at": now - timedelta(days=10)})


def test_the_last_record_decides_the_progress(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.a1.id) as own:
        customer = own.get_one(Customer, company.c1.id)
        old = add_follow_up(own, customer.id, {"content": "1", "progress_after_id": company.first.id})
        new = add_follow_up(own, customer.id, {"content": "2", "progress_after_id": company.signed.id})
        add_follow_up(own, customer.id, {"content": "3"})
        assert customer.progress_id == company.signed.id

        update_follow_up(own, old, {"progress_after_id": company.signed.id})
        update_follow_up(own, new, {"progress_after_id": company.first.id, "customer_id": company.c2.id})

        assert (customer.progress_id, new.customer_id) == (company.first.id, company.c1.id)
        own.commit()
    with acting_in(engine, company.a1.id) as own:
        assert own.get_one(Customer, company.c1.id).progress_id == company.first.id


def test_an_open_form_survives_a_follow_up_of_somebody_else(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.a1.id) as form:
        customer = form.get_one(Customer, company.c3.id)
        form.commit()
        with acting_in(engine, company.b1.id) as other:
            add_follow_up(other, company.c3.id, {"content": "x", "progress_after_id": company.first.id})
            other.commit()
        customer.remark = "typed"
        form.commit()

    with acting_in(engine, company.a1.id) as own:
        row = own.get_one(Customer, company.c3.id)
        assert (row.remark, row.progress_id) == ("typed", company.first.id)
