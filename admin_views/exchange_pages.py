"""Import and export pages of a generated view."""


class ExchangePagesMixin:
    """Export of the list on screen, import of a file."""
