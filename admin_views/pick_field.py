"""The form field of a relationship: few rows stand in a select, more are looked up while typing, a tree is walked."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from sqlalchemy import func, select
from wtforms import Field
from wtforms.validators import ValidationError

from admin_views import lookups
from models import db
from models.inspection import Attribute, Kind
from models.mixins import DictionaryMixin
from services.filter_values import MAX_INTEGER


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    """The customer on whose rows a picker depends."""

    customer_id: int | None
    #: Name of the form's field that chooses it; blank where it is fixed.
    field: str = ""


class PickField(Field):
    """A related row, by id."""

    def __init__(
        self,
        label: str = "",
        validators: Any = None,
        *,
        attribute: Attribute,
        statement: Any,
        customer: CustomerChoice | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.attribute = attribute
        self.target: Any = attribute.target
        self.statement = statement
        self.customer = customer
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
        """Refuse what is not offered: hidden rows, retired ones, another customer's, ids that are gone."""
        if self.data is None or self.data == self.kept_id:
            return
        offered = self.statement.with_only_columns(self.target.id).where(self.target.id == self.data)
        if db.session.scalar(offered) is None:
            raise ValidationError(gettext("Choose one of the offered values."))

    @property
    def is_tree(self) -> bool:
        """Tell whether one may walk down to the row."""
        return self.attribute.kind is Kind.TREE

    @property
    def has_hints(self) -> bool:
        """Tell whether values may say how to treat what has them."""
        return issubclass(self.target, DictionaryMixin)

    @property
    def depends_on(self) -> str:
        """Return the name of the form's field that decides what is offered, or nothing."""
        return self.customer.field if self.customer is not None else ""

    @property
    def lookup_args(self) -> dict[str, Any]:
        """Return what the address of the look-up needs beside the field's name."""
        return {"customer_id": self.customer.customer_id or ""} if self.customer is not None else {}

    def is_small(self) -> bool:
        """Tell whether all offered rows stand in the select."""
        if self.is_tree or self.depends_on:
            return False
        few = self.statement.with_only_columns(self.target.id).order_by(None).limit(lookups.SELECT_LIMIT + 1)
        return (db.session.scalar(select(func.count()).select_from(few.subquery())) or 0) <= lookups.SELECT_LIMIT

    def options(self, *, is_small: bool) -> list[lookups.Option]:
        """Return the rows to show as options: all offered ones if they are few, and the chosen one."""
        rows: list[Any] = []
        if is_small:
            rows = lookups.rows(db.session, lookups.matching(self.statement, self.target, ""), self.target)
        if self.data is not None and all(row.id != self.data for row in rows):
            rows += lookups.rows(db.session, select(self.target).where(self.target.id == self.data), self.target)
        found = lookups.options(db.session, self.target, rows)
        if self.data is not None and self.data == self.kept_id and all(option.id != self.data for option in found):
            found.append(
                lookups.Option(self.data, gettext("Private customer"))
            )  # hidden from the person, not to be lost
        return found

    def choices(self) -> list[tuple[int, str]]:
        """Return the options as (id, words)."""
        return [(option.id, option.text) for option in self.options(is_small=self.is_small())]

    def chosen(self) -> lookups.Option | None:
        """Return the chosen row as it is shown."""
        return next((option for option in self.options(is_small=False) if option.id == self.data), None)
