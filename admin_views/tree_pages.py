"""Tree pages of a generated view."""


class TreePagesMixin:
    """Pages that the model's mixin brings."""
