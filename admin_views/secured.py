"""What every view has: closed by default, and errors as they are."""

from typing import Any

from flask import abort, g


class SecuredMixin:
    """Closes a view to those who are not logged in; a subclass closes it further."""

    def is_accessible(self) -> bool:
        """Tell whether the person may open the page at all."""
        return g.get("actor") is not None

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        """Refuse; the gate has sent those without a log-in away already."""
        abort(403)

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        """Call the page's function; Flask-Admin would call it again on any TypeError, hiding the real one."""
        return fn(self, *args, **kwargs)
