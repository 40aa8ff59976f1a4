"""The command line groups of the product."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the groups."""
