"""Cells that a spreadsheet would run as formulas (DESIGN 8).

A text in a CSV that starts with one of the signs gets one ' in front; reading strips exactly one.
"""

#: What such texts start with.
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


def guard(text: str) -> str:
    """Return a text that a spreadsheet takes as text."""
    return f"'{text}" if text.startswith(SIGNS) else text


def unguard(text: str) -> str:
    """Return the text as it was before :func:`guard`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(SIGNS) else text
