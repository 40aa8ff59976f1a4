"""Fixtures for the visibility rule: the company of DOMAIN 3.7 with something hanging on C1 and C2, without the web."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import (
    FollowUpAttachment,
    VisitPhoto,
)
from tests import factories
from tests.conftest import acting_in

#: Stands in every text of what hangs on C1, which va does not see.
MARKER = "hidden-marker"
#: Codes of the customers that va sees in full.
SEEN_BY_VA = {"C2", "C10", "C11"}


@pytest.fixture
def company(bare_session: Session) -> factories.Company:
    """Return the company with something hanging on C1 (hidden from a2) and on C11 (what va follows)."""
    found = factories.company(bare_session)
    for name, word in (("c1", MARKER), ("c2", "open")):
        customer = found[name]
        found[f"contact_{name}"] = factories.make_contact(bare_session, customer, name=word)
        found[f"follow_up_{name}"] = factories.make_follow_up(bare_session, customer, author=found.a1, content=word)
        found[f"visit_{name}"] = factories.make_visit(bare_session, customer, user=found.a1, summary=word)
        factories.save(
            bare_session,
            VisitPhoto(customer_id=customer.id, visit_id=found[f"visit_{name}"].id, storage_key=word),
            FollowUpAttachment(
                customer_id=customer.id, follow_up_id=found[f"follow_up_{name}"].id, file_name=word, storage_key=word
            ),
        )
    return found


@pytest.fixture
def as_va(engine: Engine, company: factories.Company) -> Iterator[Session]:
    """Yield a session of va, who sees C2, C10 and C11 in full."""
    with acting_in(engine, company.va.id) as own:
        yield own
