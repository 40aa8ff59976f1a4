"""Names in trees: what looks alike is one name, and the log tells who gave it."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Region
from models.names import InvalidNameError
from services.trees import DuplicateNameError, add_node, rename_node
from tests.trees import plant

#: 上海 with signs that nobody sees.
LOOKALIKES = (
    "上海\u200b",
    "上\u00ad海",
    "\u2060上海",
    "上\u200d海",
    "上海\ufe0f",
    "上海\U000e0041",
    "上\ufeff海",
    "\u3164上海",
)


@pytest.fixture
def ids(session: Session) -> dict[str, int]:
    """Return name -> id of the forest."""
    return plant(session)


@pytest.mark.parametrize("name", LOOKALIKES, ids=ascii)
def test_add_node_refuses_a_name_that_looks_the_same(session: Session, ids: dict[str, int], name: str) -> None:
    with pytest.raises(DuplicateNameError):
        add_node(session, Region, name=name, parent_id=None)


def test_add_node_refuses_a_name_that_shows_nothing(session: Session) -> None:
    with pytest.raises(InvalidNameError):
        add_node(session, Region, name="\u2065\U000e0fff", parent_id=None)


def test_adding_and_renaming_is_noted(session: Session) -> None:
    node = add_node(session, Region, name="北京", parent_id=None)
    for _ in range(2):  # the second time nothing changes
        rename_node(session, Region, node.id, name="北京市", version=node.version)
    session.flush()

    columns = (AuditEntry.action, AuditEntry.table_name, AuditEntry.row_id, AuditEntry.changes)
    entries = session.execute(select(*columns).order_by(AuditEntry.id))
    assert [tuple(entry) for entry in entries] == [
        ("create", "region", node.id, {"name": [None, "北京"]}),
        ("rename", "region", node.id, {"name": ["北京", "北京市"]}),
    ]
