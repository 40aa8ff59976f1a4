"""Order pages of a generated view."""


class OrderPagesMixin:
    """Pages that the model's mixin brings."""
