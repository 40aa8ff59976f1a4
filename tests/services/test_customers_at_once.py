"""Two people who decide at the same time about who follows a customer."""

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from models import Customer, CustomerFollower
from models.scope import UnfilteredReason, unfiltered
from services import customers
from tests.conftest import acting_in
from tests.factories import company


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_co_follower_added_while_the_customer_is_transferred_is_refused(engine: Engine, bare_session: Session) -> None:
    """Who has just lost the customer lets nobody in any more; on SQLite writers queue from the beginning."""
    found = company(bare_session)
    with acting_in(engine, found.a1.id) as old_owner, acting_in(engine, found.admin.id) as admin:
        row = old_owner.get_one(Customer, found.c1.id)
        customers.add_co_follower(old_owner, row, found.b1.id)  # so that the old owner was the last to change it
        old_owner.commit()

        def transfer(*_: object) -> None:
            customers.transfer(admin, admin.get_one(Customer, row.id), found.w1.id, remove_followers=True)
            admin.commit()

        event.listen(old_owner, "before_flush", transfer, once=True)  # the right was checked, nothing is written yet
        with pytest.raises(StaleDataError):
            customers.add_co_follower(old_owner, row, found.va.id)

    bare_session.rollback()
    with unfiltered(bare_session, UnfilteredReason.COMMAND) as every:
        assert every.scalars(select(CustomerFollower).where(CustomerFollower.customer_id == found.c1.id)).all() == []
