"""Form fields made from attributes: one factory a kind."""

import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, select
from wtforms import BooleanField, DateField, DecimalField, Field, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields import DateTimeLocalField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from admin_views import lookups
from admin_views.messages import message_of
from admin_views.text import text
from models import db
from models.inspection import Attribute, Kind
from models.names import InvalidNameError, clean_name
from models.types import YEARS
from services.listing import MAX_INTEGER

TEXT_LIMIT = 20_000
REQUIRED = lazy_gettext("This field is required.")


class PickField(Field):
    """A related row, by id. Small tables are a select, larger ones are looked up while typing."""

    def __init__(
        self, label: str = "", validators: Any = None, *, attribute: Attribute, statement: Any, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.attribute = attribute
        self.statement = statement
        self.kept_id: int | None = None

    def process_data(self, value: Any) -> None:
        """Take the id that the row has; it stays allowed even if no longer offered."""
        self.data = self.kept_id = value

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the posted id."""
        if not valuelist:
            return
        raw = valuelist[0].strip()
        if raw in ("", "__None"):
            self.data = None
        elif raw.isascii() and raw.isdecimal() and int(raw) <= MAX_INTEGER:
            self.data = int(raw)
        else:
            self.data = None
            raise ValueError(gettext("Choose one of the offered values."))

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not offered: hidden rows, retired ones, ids that are gone."""
        if self.data is None or self.data == self.kept_id:
            return
        target: Any = self.attribute.target
        if db.session.scalar(self.statement.with_only_columns(target.id).where(target.id == self.data)) is None:
            raise ValidationError(gettext("Choose one of the offered values."))

    def is_small(self) -> bool:
        """Tell whether all offered rows fit into a select."""
        target: Any = self.attribute.target
        few = self.statement.with_only_columns(target.id).order_by(None).limit(lookups.SELECT_LIMIT + 1)
        return (db.session.scalar(select(func.count()).select_from(few.subquery())) or 0) <= lookups.SELECT_LIMIT

    def choices(self) -> list[tuple[int, str]]:
        """Return the rows to show as options: all offered ones if they are few, and the chosen one."""
        target: Any = self.attribute.target
        rows: list[Any] = []
        if self.is_small():
            rows = list(db.session.scalars(lookups.matching(self.statement, target, "")))
        if self.data is not None and all(row.id != self.data for row in rows):
            rows.extend(db.session.scalars(select(target).where(target.id == self.data)))
        found = lookups.labels(db.session, target, rows)
        choices = [(row.id, found[row.id]) for row in rows]
        if self.data is not None and self.data == self.kept_id and self.data not in found:
            choices.append((self.data, gettext("Private customer")))  # hidden from the person, not to be lost
        return choices


class CompanyMomentField(DateTimeLocalField):
    """A moment, typed and shown in the company's time zone, stored in UTC."""

    def __init__(self, label: str = "", validators: Any = None, *, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)
        self.zone = zone

    def pre_validate(self, form: Any) -> None:
        """Refuse years that spreadsheets and time zones cannot follow."""
        _check_year(self.data)

    def process_data(self, value: datetime | None) -> None:
        """Show the stored moment."""
        self.data = value.astimezone(self.zone).replace(tzinfo=None) if value is not None else None

    def moment(self) -> datetime | None:
        """Return what was typed, in UTC."""
        return self.data.replace(tzinfo=self.zone).astimezone(UTC) if self.data is not None else None


def make_field(attribute: Attribute, *, model: type[Any], statement: Any, zone: ZoneInfo, is_required: bool) -> Any:
    """Return the unbound field of an attribute.

    :param statement: for a relationship the SELECT of the rows it may point at
    """
    validators: list[Any] = [InputRequired(REQUIRED)] if is_required else [Optional()]
    common = {"label": text(attribute.field.label), "description": text(attribute.field.help)}
    if attribute.target is not None:
        return PickField(validators=validators, attribute=attribute, statement=statement, **common)
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
    checks = [*validators, _no_control_signs, Length(max=limit or TEXT_LIMIT)]
    if attribute.name == "name":
        checks = [*validators, _name_check(model)]
    cls = TextAreaField if attribute.field.is_long else StringField
    return cls(validators=checks, **common)


def _make_choice(attribute: Attribute, validators: list[Any], common: Any, _model: type[Any], _zone: ZoneInfo) -> Any:
    choices = [SelectChoice(value, text(label)) for value, label in (attribute.field.choices or {}).items()]
    if not attribute.is_required:
        choices.insert(0, SelectChoice("", ""))
    return SelectField(choices=choices, validators=validators, validate_choice=True, **common)


def _make_integer(attribute: Attribute, validators: list[Any], common: Any, _model: type[Any], _zone: ZoneInfo) -> Any:
    return IntegerField(validators=[*validators, NumberRange(-MAX_INTEGER, MAX_INTEGER)], **common)


def _make_decimal(attribute: Attribute, validators: list[Any], common: Any, _model: type[Any], _zone: ZoneInfo) -> Any:
    return DecimalField(places=None, validators=[*validators, _fits(attribute)], **common)


def _no_control_signs(_form: Any, field: Any) -> None:
    if any(unicodedata.category(sign) == "Cc" and sign not in "\r\n\t" for sign in field.data or ""):
        raise ValidationError(gettext("The text holds an invisible control character."))


class PlainDateField(DateField):
    """A day in a year of our time."""

    def pre_validate(self, form: Any) -> None:
        """Refuse years that spreadsheets cannot follow."""
        _check_year(self.data)


def _check_year(value: date | None) -> None:
    if value is not None and not YEARS.start <= value.year < YEARS.stop:
        raise ValidationError(
            gettext("The year lies outside %(first)d to %(last)d.", first=YEARS.start, last=YEARS.stop - 1)
        )


def _name_check(model: type[Any]) -> Callable[[Any, Any], None]:
    """Return the validator of the model's names, which is the rule of ``models.names``."""

    def check(_form: Any, field: Any) -> None:
        try:
            clean_name(field.data or "", limit=model.name_limit, is_path_segment=model.is_path_segment)
        except InvalidNameError as error:
            raise ValidationError(message_of(error)) from error

    return check


def _fits(attribute: Attribute) -> Callable[[Any, Any], None]:
    """Return the validator that a number is stored as typed, not rounded."""
    type_: Any = attribute.column.type if attribute.column is not None else None

    def check(_form: Any, field: Any) -> None:
        value: Decimal | None = field.data
        if value is None:
            return
        if not value.is_finite() or abs(value) >= Decimal(10) ** (type_.precision - type_.scale):
            raise ValidationError(gettext("The number is too large."))
        if value != value.quantize(Decimal(1).scaleb(-type_.scale)):
            raise ValidationError(gettext("At most %(places)d decimal places are kept.", places=type_.scale))

    return check


_MAKE: dict[Kind, Callable[..., Any]] = {
    Kind.TEXT: _make_text,
    Kind.CHOICE: _make_choice,
    Kind.BOOLEAN: lambda _attribute, _validators, common, _model, _zone: BooleanField(**common),
    Kind.INTEGER: _make_integer,
    Kind.DECIMAL: _make_decimal,
    Kind.DATE: lambda _attribute, validators, common, _model, _zone: PlainDateField(validators=validators, **common),
    Kind.MOMENT: lambda _attribute, validators, common, _model, zone: CompanyMomentField(
        validators=validators, zone=zone, **common
    ),
}
