"""Who may write what: DOMAIN 3.5 as truth tables of actor, row and deed, through the pages.

A table holds for each actor how the deed ends on a public customer, a private one, and one of the pool. See
``rights_table`` for who the actors are.
"""

import pytest
from sqlalchemy.orm import Session

from tests.factories import Company
from tests.functional import deed_pages
from tests.functional.rights_table import (
    DENIED,
    DONE,
    HIDDEN,
    NOT_OFFERED,
    PROMPT,
    RULE,
    UNCHANGED,
    UNREADABLE,
    ClientAs,
    Deed,
    Table,
    appoint,
    found_table,
)

#: Peers, whatever they try: hidden to a2 and cfg; va sees public customers and the pool, and reads only.
PEERS: Table = {
    "a2": (HIDDEN, HIDDEN, HIDDEN),
    "va": (DENIED, PROMPT, DENIED),
    "cfg": (HIDDEN, HIDDEN, HIDDEN),
}
#: Nobody but follower, leader or admin has anything to do with it: the pool is hidden to those without view-all.
READ, ALL = (DENIED, DENIED, HIDDEN), (DONE, DONE, DONE)
BOTH = (DONE, DONE, HIDDEN)
BOSS_READS = (DENIED, DENIED, DENIED)

EDIT: Table = PEERS | {
    "a1": BOTH,
    "b1": BOTH,
    "east": READ,
    "leadA": BOTH,
    "leadB": BOTH,
    "boss": (DONE, DONE, DENIED),
    "admin": ALL,
}
#: Who may not edit a customer is not offered it where something new asks for its customer.
ADD: Table = {login: tuple(DONE if end == DONE else NOT_OFFERED for end in row) for login, row in EDIT.items()}  # type: ignore[misc]
DEACTIVATE: Table = EDIT | {"b1": READ, "leadB": READ}
#: Only who follows sets the mark; a public customer of the pool has no follower.
MAKE_PRIVATE: Table = PEERS | {
    "a1": (DONE, UNCHANGED, HIDDEN),
    "b1": (DONE, UNCHANGED, HIDDEN),
    "east": READ,
    "leadA": READ,
    "leadB": READ,
    "boss": BOSS_READS,
    "admin": BOSS_READS,
}
#: An admin may clear the mark, though not set it.
MAKE_PUBLIC: Table = MAKE_PRIVATE | {
    "a1": (UNCHANGED, DONE, HIDDEN),
    "b1": (UNCHANGED, DONE, HIDDEN),
    "admin": (DENIED, DONE, DENIED),
}
#: Posted with the edit form, where those who may edit but not mark have no such field.
MARK_IN_FORM: Table = MAKE_PRIVATE | {
    "leadA": (UNREADABLE, UNREADABLE, HIDDEN),
    "leadB": (UNREADABLE, UNREADABLE, HIDDEN),
    "boss": (UNREADABLE, UNREADABLE, DENIED),
    "admin": (UNREADABLE, UNCHANGED, UNREADABLE),
}
OWNER_OR_ADMIN: Table = PEERS | {
    "a1": BOTH,
    "b1": READ,
    "east": READ,
    "leadA": READ,
    "leadB": READ,
    "boss": BOSS_READS,
    "admin": ALL,
}
DELETE: Table = OWNER_OR_ADMIN | {"a1": READ}
TO_A2: Table = OWNER_OR_ADMIN | {"leadA": BOTH, "boss": (DONE, DONE, DENIED)}
TO_B1: Table = OWNER_OR_ADMIN | {"boss": (DONE, DONE, DENIED)}
TO_POOL: Table = OWNER_OR_ADMIN | {"a1": (DONE, RULE, HIDDEN), "admin": (DONE, RULE, UNCHANGED)}
CLAIM: Table = PEERS | {
    "a1": (RULE, RULE, HIDDEN),
    "b1": (RULE, RULE, HIDDEN),
    "east": (RULE, RULE, HIDDEN),
    "leadA": (RULE, RULE, HIDDEN),
    "leadB": (RULE, RULE, HIDDEN),
    "boss": (RULE, RULE, DONE),
    "va": (RULE, PROMPT, DONE),
    "admin": (RULE, RULE, DONE),
}


def edit(**changes: str | None) -> Deed:
    """Return the deed of saving the edit form with changes."""
    return lambda client, cell: deed_pages.edit(client, cell.session, cell.customer, **changes)


def add(table: str, **values: str) -> Deed:
    """Return the deed of adding a row to the customer."""
    return lambda client, cell: client.post(f"/admin/{table}/new/", data={"customer": cell.customer.id, **values})


def transfer_to(login: str | None) -> Deed:
    """Return the deed of giving the customer to somebody, or to the pool."""
    return lambda client, cell: deed_pages.transfer(client, [cell.customer], cell.company[login] if login else None)


def follower(action: str, login: str) -> Deed:
    """Return the deed of adding or removing a co-follower."""
    return lambda client, cell: deed_pages.change_follower(client, cell.customer, cell.company[login], action)


#: What is tried -> (how, what becomes of it).
WRITES: dict[str, tuple[Deed, Table]] = {
    "edit": (edit(remark="changed"), EDIT),
    "add contact": (add("contact", name="new"), ADD),
    "add follow-up": (add("follow_up", content="new", method="phone"), ADD),
    "delete contact": (lambda client, cell: client.post("/admin/contact/delete/", data={"id": cell.contact.id}), EDIT),
    "deactivate": (edit(is_active=None), DEACTIVATE),
    "make private": (lambda client, cell: deed_pages.mark(client, cell.customer, "private"), MAKE_PRIVATE),
    "make public": (lambda client, cell: deed_pages.mark(client, cell.customer, "public"), MAKE_PUBLIC),
    "make private in the form": (edit(visibility="private"), MARK_IN_FORM),
    "transfer to an outsider": (transfer_to("solo"), OWNER_OR_ADMIN),
    "reassign to a2": (transfer_to("a2"), TO_A2),
    "reassign to b1": (transfer_to("b1"), TO_B1),
    "transfer to the pool": (transfer_to(None), TO_POOL),
    "add co-follower": (follower("add", "w1"), OWNER_OR_ADMIN),
    "delete": (lambda client, cell: client.post("/admin/customer/delete/", data={"id": cell.customer.id}), DELETE),
    "delete in bulk": (
        lambda client, cell: client.post(
            "/admin/customer/action/", data={"action": "delete", "rowid": [cell.customer.id]}
        ),
        DELETE,
    ),
    "claim": (lambda client, cell: client.post("/admin/customer/claim/", data={"id": cell.customer.id}), CLAIM),
}


@pytest.mark.parametrize("what", WRITES)
def test_writes(client_as: ClientAs, session: Session, company: Company, what: str) -> None:
    appoint(session, company)
    deed, expected = WRITES[what]

    assert found_table(client_as, session, company, deed) == expected
