"""The base of pages that belong to no table: who acts, and addresses."""

from typing import Any

from flask import g
from flask_admin import BaseView

from admin_views.addresses import address
from admin_views.secured import SecuredMixin
from auth.actor import Actor


class PlainView(SecuredMixin, BaseView):
    """A view without a model."""

    @property
    def actor(self) -> Actor:
        """Return who acts in this request."""
        return g.actor

    def get_url(self, endpoint: str, **kwargs: Any) -> str:
        """Return an address; one that begins with a dot is this view's."""
        return address(f"{self.endpoint}{endpoint}" if endpoint.startswith(".") else endpoint, **kwargs)
