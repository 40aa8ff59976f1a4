"""Row ids as they come in addresses and forms: text of any kind."""

from services.filter_values import MAX_INTEGER


def parse_row_id(text: object) -> int | None:
    """Return the id that a text means, or None if it cannot be one."""
    digits = str(text).strip()
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > len(str(MAX_INTEGER)):
        return None
    return int(digits) if int(digits) <= MAX_INTEGER else None
