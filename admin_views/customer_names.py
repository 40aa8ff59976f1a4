"""Whether a customer's name is taken, asked while it is typed: tells no more than a refused form does (DOMAIN 3.6)."""

from collections.abc import Callable
from typing import Any

from flask import abort, request
from flask_admin import expose
from flask_babel import gettext

from admin_views import openings
from admin_views.messages import message_of
from admin_views.page_mixin import PageMixin
from admin_views.text import joined
from models import Customer, db
from models.names import InvalidNameError, clean_name
from services import customers
from services.customers import DuplicateCustomerNameError
from services.customers.names import similar_customers


class CustomerNamesMixin(PageMixin):
    """Warns of a second customer of one name, or of one much like it."""

    def live_checks(self, row: Any) -> dict[str, str]:
        """Let the form ask about the name."""
        return {"name": self.get_url(".name_taken_view", id=row.id if row is not None else None)}

    @expose("/name_taken/")
    def name_taken_view(self) -> dict[str, str | None]:
        """Return {message, url}: both null for a free name unlike others; an address only of one whom the person sees.

        With ``id`` the customer being edited, whose own name is no fault.
        """
        return self.told_of_name(lambda customer_id: self.get_url(".details_view", id=customer_id))

    def told_of_name(self, page_of: Callable[[int], str]) -> dict[str, str | None]:
        """Return the answer to a question about a name.

        :param page_of: from a customer's id to the address of its page
        """
        row = self.get_one(request.args["id"]) if "id" in request.args else None
        openings.forget()
        if not (self.can_create if row is None else self.can_edit and self.can_edit_row(row)):
            abort(403)
        try:
            name = clean_name(request.args.get("name", ""), limit=Customer.name_limit)
            customers.check_name_free(db.session, name, except_id=row.id if row is not None else None)
        except InvalidNameError:
            return {"message": None, "url": None}  # what is wrong with it the form says when it is sent
        except DuplicateCustomerNameError as error:
            shown = error.visible_id
            return {"message": message_of(error), "url": None if shown is None else page_of(shown)}
        return _similar(name, row, page_of)


def _similar(name: str, row: Any, page_of: Callable[[int], str]) -> dict[str, str | None]:
    """Return which customers whom the person sees may be the one of a free name, and the address of the first."""
    found = similar_customers(db.session, name, except_id=row.id if row is not None else None)
    if not found:
        return {"message": None, "url": None}
    names = joined(f"“{one.name}”" for one in found)
    return {"message": gettext("Is it one of these? %(names)s", names=names), "url": page_of(found[0].id)}
