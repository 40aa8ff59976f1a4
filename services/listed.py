"""The rows of a list in their order, as its page, its export and a job that runs later read them."""

from typing import Any

from sqlalchemy import Select

from auth.actor import AnySession
from models import Customer
from services.customers.scopes import scoped
from services.list_order import sorted_statement
from services.listing import Listing, filtered_statement


def listed_statement(session: AnySession, model: Any, listing: Listing) -> Select[Any]:
    """Return the SELECT of a list: search, filters, scope, order; no paging. What the actor may see is added later.

    :raises BadFilterError: if a filter's value cannot be read
    """
    statement = filtered_statement(session, model, listing)
    if model is Customer:
        statement = scoped(session, statement, listing.scope)
    return sorted_statement(statement, model, listing.sort)
