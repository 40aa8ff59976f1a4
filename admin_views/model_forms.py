"""The form of one request: its parts in the order of the model's page, its faults, and what others wrote meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_admin.form import BaseForm
from wtforms import HiddenField, TextAreaField

from admin_views.fields import value_of
from admin_views.pick_field import PickField
from admin_views.text import text
from models.meta import Section

_ID_PREFIX = "field-"


@dataclass(frozen=True, slots=True)
class Part:
    """Fields that stand together; without a title where the page declares none."""

    title: str
    fields: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to correct, with the field's id to jump to."""

    field_id: str
    label: str
    message: str


@dataclass(frozen=True, slots=True)
class Present:
    """What a field holds in the database now, where it differs from what was typed."""

    text: str
    #: As the field would send it; None where it cannot be taken over by a click.
    value: str | None


class ModelForm(BaseForm):
    """Base of the forms made from models."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        #: Field name -> what is there now; filled after a stale version.
        self.present: dict[str, Present] = {}
        for field in self:  # an id such as "content" may be taken by the page around the form
            field.id = field.label.field_id = f"{_ID_PREFIX}{field.name}"

    def parts(self, sections: tuple[Section, ...]) -> list[Part]:
        """Return the visible fields in parts: first what stands in no section, then the sections that have any."""
        visible = {field.name: field for field in self if not isinstance(field, HiddenField)}
        placed = {name for section in sections for name in section.names}
        rest = tuple(field for name, field in visible.items() if name not in placed)
        found = [Part("", rest)]
        for section in sections:
            fields = tuple(visible[name] for name in section.names if name in visible)
            found.append(Part(text(section.title), fields))
        return [part for part in found if part.fields]

    def faults(self) -> Iterator[Fault]:
        """Yield what is to be corrected, in the order of the form."""
        for field in self:
            for message in field.errors:
                yield Fault(field.id, str(field.label.text), str(message))

    @staticmethod
    def is_wide(field: Any) -> bool:
        """Tell whether a field takes the whole width of the form."""
        return field.type in ("CheckboxesField", "PaletteField") or isinstance(field, TextAreaField)


def differing(form: ModelForm, stored: ModelForm) -> Iterator[Any]:
    """Yield the visible fields of the stored row's form whose value differs from what was typed."""
    for field in stored:
        if not isinstance(field, HiddenField) and _compared(form[field.name]) != _compared(field):
            yield field


def sent_value(field: Any) -> str | None:
    """Return a field's value as a browser sends it, or None if it is none a script can put back."""
    if isinstance(field, PickField):
        return "" if field.data is None else str(field.data)
    if field.type == "BooleanField":
        return "1" if field.data else ""
    if isinstance(field.data, (list, tuple)):
        return None
    return str(field._value()) if hasattr(field, "_value") else str(field.data or "")  # noqa: SLF001 -- WTForms' own hook


def _compared(field: Any) -> Any:
    value = value_of(field)
    return sorted(value) if isinstance(value, (list, tuple)) else value
