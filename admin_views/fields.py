"""Form fields made from attributes: one factory a kind."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field as dataclass_field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, DateField, DecimalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields import ColorField, DateTimeLocalField, EmailField, TelField, URLField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from admin_views import field_checks
from admin_views.pick_field import CustomerChoice, PickField
from admin_views.text import text
from models.bounds import Bounds, bounds_of, step_of
from models.inspection import Attribute, Kind
from models.meta import TextFormat
from models.types import YEARS
from services.filter_values import MAX_INTEGER

__all__ = ["PickField", "make_field", "value_of"]

TEXT_LIMIT = 20_000
REQUIRED = lazy_gettext("This field is required.")
#: A web address as people type it: a host with a point, no scheme.
_BARE_HOST = re.compile(r"[^\s/:?#@]+\.[^\s/:?#@]+(?:[/?#]|$)")


class CompanyMomentField(DateTimeLocalField):
    """A moment, typed and shown in the company's time zone to the minute, stored in UTC."""

    def __init__(self, label: str = "", validators: Any = None, *, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)
        self.zone = zone
        self.stored: datetime | None = None

    def pre_validate(self, form: Any) -> None:
        """Refuse years that spreadsheets and time zones cannot follow."""
        field_checks.in_our_time(self.data)

    def process_data(self, value: datetime | None) -> None:
        """Show the stored moment."""
        self.stored = value
        self.data = self._shown(value)

    def moment(self) -> datetime | None:
        """Return what was typed, in UTC; the stored moment with its seconds if it still reads as that."""
        if self.data is None or self.data == self._shown(self.stored):
            return self.stored if self.data is not None else None
        return self.data.replace(tzinfo=self.zone).astimezone(UTC)

    def _shown(self, value: datetime | None) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(self.zone).replace(tzinfo=None, second=0, microsecond=0)


class PlainDateField(DateField):
    """A day in a year of our time."""

    def pre_validate(self, form: Any) -> None:
        """Refuse years that spreadsheets cannot follow."""
        field_checks.in_our_time(self.data)


class PlainDecimalField(DecimalField):
    """A number with a point, shown without zeros at its end."""

    def _value(self) -> str:
        if self.raw_data or self.data is None:
            return str(super()._value())
        return format(self.data.normalize(), "f")


class PaletteField(SelectField):
    """A colour of the palette, shown as what it does."""

    def process_data(self, value: str | None) -> None:
        """Show a row without a colour as having chosen none."""
        super().process_data(value or "")


class WebsiteField(URLField):
    """The address of a web page; www.example.com means https://www.example.com."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the posted address."""
        given = valuelist[0].strip() if valuelist else ""
        self.data = f"https://{given}" if _BARE_HOST.match(given) else given


def make_field(
    attribute: Attribute,
    *,
    model: type[Any],
    statement: Any,
    zone: ZoneInfo,
    is_required: bool,
    customer: CustomerChoice | None = None,
) -> Any:
    """Return the unbound field of an attribute.

    :param statement: for a relationship the SELECT of the rows it may point at
    :param customer: for a relationship to what hangs on the row's own customer, where that is known from
    """
    validators: list[Any] = [InputRequired(REQUIRED)] if is_required else [Optional()]
    common = {"label": text(attribute.field.label), "description": text(attribute.field.help)}
    if attribute.target is not None:
        return PickField(validators=validators, attribute=attribute, statement=statement, customer=customer, **common)
    return _MAKE[attribute.kind](attribute, validators, common, model, zone)


def value_of(field: Any) -> Any:
    """Return the value that a bound field means for the row."""
    if isinstance(field, CompanyMomentField):
        return field.moment()
    if isinstance(field, StringField):
        return (field.data or "").strip() or None
    return field.data if field.data != "" else None


def _make_text(attribute: Attribute, validators: list[Any], common: Any, model: type[Any], _zone: ZoneInfo) -> Any:
    limit = getattr(attribute.column.type, "length", None) if attribute.column is not None else None
    if attribute.name == "name":
        checks = [*validators, field_checks.name_of(model)]
        return StringField(validators=checks, render_kw={"maxlength": model.name_limit}, **common)
    checks = [*validators, field_checks.no_control_signs, Length(max=limit or TEXT_LIMIT)]
    if attribute.field.is_long:
        return TextAreaField(validators=checks, filters=[_with_plain_line_ends], **common)
    shape = _TEXTS[attribute.field.format]
    return shape.field(validators=[*checks, *shape.checks], render_kw=shape.attributes, **common)


def _with_plain_line_ends(value: str | None) -> str | None:
    """Write line ends as one sign: browsers send two, which would count twice against the limit."""
    return value.replace("\r\n", "\n") if value else value


def _make_choice(attribute: Attribute, validators: list[Any], common: Any, _model: type[Any], _zone: ZoneInfo) -> Any:
    if attribute.field.is_palette:
        return PaletteField(choices=_palette_choices(attribute), validators=validators, **common)
    choices = [SelectChoice(value, text(label)) for value, label in (attribute.field.choices or {}).items()]
    if not attribute.is_required:
        choices.insert(0, SelectChoice("", ""))
    return SelectField(choices=choices, validators=validators, validate_choice=True, **common)


def _palette_choices(attribute: Attribute) -> list[SelectChoice]:
    """Return the colours, and before them none at all."""
    colours = [SelectChoice(value, text(label)) for value, label in (attribute.field.choices or {}).items()]
    return [SelectChoice("", gettext("None")), *colours]


def _make_integer(attribute: Attribute, validators: list[Any], common: Any, _model: type[Any], _zone: ZoneInfo) -> Any:
    bounds = _bounds(attribute)
    checks = [*validators, NumberRange(-MAX_INTEGER, MAX_INTEGER), field_checks.within(bounds)]
    return IntegerField(validators=checks, render_kw=_number_attributes(attribute, bounds), **common)


def _make_decimal(attribute: Attribute, validators: list[Any], common: Any, _model: type[Any], _zone: ZoneInfo) -> Any:
    type_: Any = attribute.column.type if attribute.column is not None else None
    bounds = _bounds(attribute)
    checks = [*validators, field_checks.stored_as_typed(type_.precision, type_.scale), field_checks.within(bounds)]
    return PlainDecimalField(places=None, validators=checks, render_kw=_number_attributes(attribute, bounds), **common)


def _bounds(attribute: Attribute) -> Bounds:
    return bounds_of(attribute.column) if attribute.column is not None else Bounds()


def _number_attributes(attribute: Attribute, bounds: Bounds) -> dict[str, str]:
    """Return what the browser is told of a number."""
    ends = {"min": bounds.low, "max": bounds.high}
    found = {name: format(end, "f") for name, end in ends.items() if end is not None}
    return found if attribute.column is None else found | {"step": format(step_of(attribute.column), "f")}


@dataclass(frozen=True, slots=True)
class _TextShape:
    """How a text of a format is typed and checked."""

    field: type[Any] = StringField
    checks: tuple[field_checks.Check, ...] = ()
    attributes: Mapping[str, str] = dataclass_field(default_factory=dict)


_TEXTS: dict[TextFormat | None, _TextShape] = {
    None: _TextShape(),
    TextFormat.EMAIL: _TextShape(EmailField, (field_checks.email,), {"inputmode": "email"}),
    TextFormat.PHONE: _TextShape(TelField, (), {"inputmode": "tel"}),
    TextFormat.WEBSITE: _TextShape(WebsiteField, (field_checks.website,), {"inputmode": "url"}),
    TextFormat.COLOUR: _TextShape(ColorField),
}

#: The first and the last day that may be typed, which also keeps years at four digits.
_DAYS = {"min": f"{YEARS.start}-01-01", "max": f"{YEARS.stop - 1}-12-31"}
_MINUTES = {"min": f"{_DAYS['min']}T00:00", "max": f"{_DAYS['max']}T23:59"}

_MAKE: dict[Kind, Callable[..., Any]] = {
    Kind.TEXT: _make_text,
    Kind.CHOICE: _make_choice,
    Kind.BOOLEAN: lambda _attribute, _validators, common, _model, _zone: BooleanField(**common),
    Kind.INTEGER: _make_integer,
    Kind.DECIMAL: _make_decimal,
    Kind.DATE: lambda _attribute, validators, common, _model, _zone: PlainDateField(
        validators=validators, render_kw=_DAYS, **common
    ),
    Kind.MOMENT: lambda _attribute, validators, common, _model, zone: CompanyMomentField(
        validators=validators, zone=zone, render_kw=_MINUTES, **common
    ),
}
