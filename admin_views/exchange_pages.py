"""Import and export pages of a generated view."""

from typing import Any

from flask_admin import expose


class ExchangePagesMixin:
    """Export of the list on screen, import of a file."""

    def export_formats(self) -> list[str]:
        """Return the formats that the list can be exported to."""
        return []

    @expose("/import/")
    def import_view(self) -> Any:
        """Show the import form."""
        return ""
