"""What a model says about its pages, without knowing the web.

A column carries ``info=field(...)``, a class carries ``__page__ = page(...)``. The generator in ``admin_views`` and the
exchange engine in ``services`` read both; nothing here knows either of them. A foreign key's field speaks for its
relationship: ``industry_id`` carries the label that the list shows over ``industry``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field as dataclass_field
from enum import StrEnum
from typing import Any

#: Key under which a column's ``info`` holds its :class:`Field`.
FIELD_KEY = "field"

#: ``Page.permission`` of a page that every logged-in employee may open.
EVERYONE = "everyone"

#: Name of the computed column of dictionaries: how many customers have a value.
CUSTOMER_COUNT = "customer_count"

#: What may be done on a page beside reading it.
ALL_ACTIONS = frozenset({"create", "edit", "delete", "import", "export"})


@dataclass(frozen=True, slots=True)
class Label:
    """One text in both languages of the product."""

    en: str
    zh: str

    def text(self, language: str) -> str:
        """Return the text for a language code such as ``zh_Hans_CN`` or ``en``."""
        return self.zh if language.startswith("zh") else self.en


class TextFormat(StrEnum):
    """What a text column holds, beyond text: how it is typed, checked and shown."""

    EMAIL = "email"
    PHONE = "tel"
    WEBSITE = "url"
    COLOUR = "color"


@dataclass(frozen=True, slots=True)
class Field:
    """What one column says about itself on pages and in files."""

    label: Label
    help: Label | None = None
    #: Stored value -> label, for columns that hold one of a few words.
    choices: Mapping[str, Label] | None = None
    #: Shown as a text area.
    is_long: bool = False
    #: For a text column that holds more than words.
    format: TextFormat | None = None
    #: The choices are colours of the palette, and the column is what its row is drawn in.
    is_palette: bool = False
    #: Never in a form after the row was created.
    is_immutable: bool = False
    #: Set by the server alone; shown, never asked for.
    is_read_only: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a form under a title of its own."""

    title: Label
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What one table says about its pages."""

    #: The thing in the singular: Customer, 客户.
    label: Label
    #: The words of the menu entry; the label if not given.
    title: Label | None = None
    #: Key of the menu place, one of ``admin_views.menu.PLACES``.
    menu: str = "system"
    #: Position among the entries of that place.
    menu_order: int = 100
    #: Permission that opens the page; ``None`` leaves it to the company admin alone.
    permission: str | None = None
    #: Permission for creating, editing and deleting; ``permission`` if not given.
    write_permission: str | None = None
    create_permission: str | None = None
    import_permission: str | None = None
    export_permission: str | None = None
    actions: frozenset[str] = ALL_ACTIONS
    #: Attribute names, in order. ``None`` means every column with a field.
    columns: tuple[str, ...] | None = None
    details: tuple[str, ...] | None = None
    form: tuple[str, ...] | None = None
    #: The titled parts of the form; what stands in none comes first.
    sections: tuple[Section, ...] = ()
    search: tuple[str, ...] = ()
    filters: tuple[str, ...] | None = None
    #: Names of the columns in files, in order; see ``services.exchange``.
    exchange: tuple[str, ...] | None = None
    #: Name of the attribute to sort by at first, "-" before it for descending.
    sort: str | None = None
    #: Words for the empty list: what to do next.
    empty: Label | None = None
    #: Words of the button that creates a row.
    add: Label | None = None
    extra: Mapping[str, Any] = dataclass_field(default_factory=dict)

    @property
    def menu_title(self) -> Label:
        """Return the words of the menu entry."""
        return self.title or self.label

    @property
    def counted(self) -> Label:
        """Return what several rows are called: the English titles are plurals, Chinese has none."""
        return Label(en=self.menu_title.en, zh=self.label.zh)


def listed(texts: Iterable[str], language: str) -> str:
    """Join texts as a list reads in a language: with 、 in Chinese, with a comma elsewhere."""
    return ("、" if language.startswith("zh") else ", ").join(texts)


def label(*, en: str, zh: str) -> Label:
    """Build a text in both languages."""
    return Label(en=en, zh=zh)


def field(label: Label, **options: Any) -> dict[str, Field]:
    """Build a column's ``info``. Options are the attributes of :class:`Field`."""
    return {FIELD_KEY: Field(label, **options)}


def section(title: Label, *names: str) -> Section:
    """Build a titled part of a form from the names of its attributes."""
    return Section(title, names)


def page(label: Label, *, form: Iterable[str | Section] | None = None, **options: Any) -> Page:
    """Build a class's ``__page__``. Options are the attributes of :class:`Page`.

    :param form: attribute names in order; those of a :func:`section` stand under its title
    """
    if form is None:
        return Page(label, **options)
    parts = tuple(form)
    names = tuple(name for part in parts for name in (part.names if isinstance(part, Section) else (part,)))
    return Page(label, form=names, sections=tuple(part for part in parts if isinstance(part, Section)), **options)
