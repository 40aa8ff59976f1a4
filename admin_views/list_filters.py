"""The filters of a list: the fields of its panel, and the chips that say in words what it is narrowed to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from flask_babel import gettext

from admin_views import lookups
from admin_views.listing_args import SHOWN_OPERATIONS, filter_attributes
from admin_views.row_ids import parse_row_id
from admin_views.text import text
from models import db
from models.inspection import Attribute, Kind
from services.listing import BadFilterError, FilterTerm, filtered_attribute

Options = tuple[tuple[str, str], ...]

#: Days are compared, numbers are.
_DAYS = frozenset({Kind.DATE, Kind.MOMENT})


@dataclass(frozen=True, slots=True)
class Control:
    """One field of the filter panel."""

    name: str
    label: str
    kind: str
    value: str
    #: (value, words) to choose from; for a relationship only the chosen one.
    options: Options = ()
    #: Name of the attribute, by which a picker looks up what it offers.
    field: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter as a sentence: 状态 · 是 · 签约客户."""

    #: The parameter of the address.
    name: str
    field: str
    verb: str
    value: str

    @property
    def sentence(self) -> str:
        """Return the whole sentence."""
        return " ".join(part for part in (self.field, self.verb, self.value) if part)


class ListFilters:
    """The filters of one list in one request. Each related row that a filter names is read once."""

    def __init__(
        self,
        model: type[Any],
        terms: tuple[FilterTerm, ...],
        *,
        shown: Callable[[Attribute], tuple[str, ...]] = lambda attribute: SHOWN_OPERATIONS[attribute.kind],
        names: Mapping[tuple[str, int], str] = MappingProxyType({}),
    ) -> None:
        """Keep what is in force.

        :param shown: the operations for which the panel has fields
        :param names: (attribute, id) -> what rows read as that are known already
        """
        self.model = model
        self.terms = terms
        self.shown = shown
        self._values = {_parameter(term): term.value for term in terms}
        self._names = dict(names)

    @cached_property
    def controls(self) -> list[Control]:
        """Return the fields of the panel."""
        attributes = filter_attributes(self.model)
        return [self._control(attribute, operation) for attribute in attributes for operation in self.shown(attribute)]

    def kept(self) -> dict[str, str]:
        """Return the filters in force that the panel has no field for: an address may ask for more than it shows."""
        fields = {control.name for control in self.controls}
        return {name: value for name, value in self._values.items() if name not in fields}

    def chips(self) -> list[Chip]:
        """Return the filters in force as sentences."""
        return [self._chip(filtered_attribute(self.model, term.field), term) for term in self.terms]

    def _control(self, attribute: Attribute, operation: str) -> Control:
        name = f"{attribute.name}__{operation}"
        words = {"from": gettext("from"), "to": gettext("to")}.get(operation)
        label = text(attribute.field.label)
        value = self._values.get(name, "")
        return Control(
            name=name,
            label=f"{label} {words}" if words else label,
            kind=attribute.kind.value,
            value=value,
            options=self._options(attribute, value),
            field=attribute.name,
        )

    def _options(self, attribute: Attribute, value: str) -> Options:
        if attribute.kind is Kind.BOOLEAN:
            return (("1", gettext("Yes")), ("0", gettext("No")))
        if attribute.field.choices:
            return tuple((word, text(label)) for word, label in attribute.field.choices.items())
        chosen = self._related(attribute, value)
        return ((value, chosen),) if chosen else ()

    def _chip(self, attribute: Attribute, term: FilterTerm) -> Chip:
        name, field = _parameter(term), text(attribute.field.label)
        if term.operation == "empty":
            return Chip(name, field, gettext("is empty") if term.value == "1" else gettext("is filled in"), "")
        options = dict(self._options(attribute, term.value)) if term.operation in ("is", "at", "from") else {}
        return Chip(name, field, _verb(attribute.kind, term.operation), options.get(term.value, term.value))

    def _related(self, attribute: Attribute, value: str) -> str:
        """Return what the related row of an id reads as; nothing where there is none for the person."""
        target: Any = attribute.target
        row_id = parse_row_id(value)
        if target is None or row_id is None:
            return ""
        key = (attribute.name, row_id)
        if key not in self._names:
            self._names[key] = lookups.label(db.session, target, row_id)
        return self._names[key]


def bad_filter_message(model: type[Any], error: BadFilterError) -> str:
    """Return the sentence about a filter whose value cannot be read."""
    label = text(filtered_attribute(model, error.field).field.label)
    return gettext("The filter “%(field)s” cannot read “%(value)s”.", field=label, value=error.value[:40])


def _parameter(term: FilterTerm) -> str:
    return f"{term.field}__{term.operation}"


def _verb(kind: Kind, operation: str) -> str:
    """Return the verb of a filter's sentence."""
    if operation in ("from", "to") and kind in _DAYS:
        return gettext("not before") if operation == "from" else gettext("not after")
    verbs = {
        "is": lambda: gettext("is set to") if kind is Kind.BOOLEAN else gettext("is"),
        "at": lambda: gettext("is exactly"),
        "contains": lambda: gettext("contains"),
        "named": lambda: gettext("contains"),
        "from": lambda: gettext("at least"),
        "to": lambda: gettext("at most"),
    }
    return verbs[operation]()
