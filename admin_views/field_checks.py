"""What forms refuse in a single field, in our own words: validators as WTForms calls them, with form and field."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext
from wtforms.validators import StopValidation, ValidationError

from admin_views.messages import message_of
from models.bounds import Bounds
from models.names import InvalidNameError, clean_name
from models.types import YEARS

Check = Callable[[Any, Any], None]

_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\\\"]+@[^\s@,;:<>()\[\]\\\"]+\.[^\s@.,;:<>()\[\]\\\"]+")
_WEB_SCHEMES = frozenset({"http", "https"})


def no_control_signs(_form: Any, field: Any) -> None:
    """Refuse signs that cannot be seen."""
    if any(unicodedata.category(sign) == "Cc" and sign not in "\r\n\t" for sign in field.data or ""):
        raise ValidationError(gettext("The text holds an invisible control character."))


def name_of(model: type[Any]) -> Check:
    """Return the check of the model's names, which is the rule of ``models.names``."""

    def check(_form: Any, field: Any) -> None:
        try:
            clean_name(field.data or "", limit=model.name_limit, is_path_segment=model.is_path_segment)
        except InvalidNameError as error:
            raise ValidationError(message_of(error)) from error

    return check


def email(_form: Any, field: Any) -> None:
    """Refuse what is no e-mail address; what the row has already may stay."""
    given = (field.data or "").strip()
    if given != (field.object_data or "") and not _EMAIL.fullmatch(given):
        raise ValidationError(gettext("Enter an e-mail address such as name@example.com."))


def website(_form: Any, field: Any) -> None:
    """Refuse what is no address of a web page; what the row has already may stay."""
    given = (field.data or "").strip()
    if given != (field.object_data or "") and not is_web_address(given):
        raise ValidationError(gettext("Enter a web address that begins with http:// or https://."))


def is_web_address(text: str) -> bool:
    """Tell whether a text can be the target of a link: http or https, with a host, without blanks."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in _WEB_SCHEMES and bool(host) and not any(sign.isspace() for sign in text)


def in_our_time(value: date | None) -> None:
    """Refuse years that spreadsheets and time zones cannot follow."""
    if value is not None and not YEARS.start <= value.year < YEARS.stop:
        raise ValidationError(
            gettext("The year lies outside %(first)d to %(last)d.", first=YEARS.start, last=YEARS.stop - 1)
        )


def within(bounds: Bounds) -> Check:
    """Return the check that a number lies where the database allows it."""
    low, high = bounds.low, bounds.high

    def check(_form: Any, field: Any) -> None:
        if field.data is None or ((low is None or field.data >= low) and (high is None or field.data <= high)):
            return
        if low is None:
            raise ValidationError(gettext("Enter a number up to %(high)s.", high=high))
        if high is None:
            raise ValidationError(gettext("Enter a number from %(low)s.", low=low))
        raise ValidationError(gettext("Enter a number from %(low)s to %(high)s.", low=low, high=high))

    return check


def stored_as_typed(precision: int, scale: int) -> Check:
    """Return the check that a column of so many digits, so many of them decimals, stores a number without rounding."""

    def check(_form: Any, field: Any) -> None:
        value: Decimal | None = field.data
        if value is None:
            return
        if not value.is_finite() or abs(value) >= Decimal(10) ** (precision - scale):
            raise StopValidation(gettext("The number is too large."))
        if value != value.quantize(Decimal(1).scaleb(-scale)):
            raise ValidationError(gettext("At most %(places)d decimal places are kept.", places=scale))

    return check
