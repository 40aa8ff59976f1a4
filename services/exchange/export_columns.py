"""Which columns an export has: all that an import takes back, or those that somebody chose, in their order."""

from collections.abc import Mapping, Sequence

from models.inspection import attribute_of, page_of
from services.exchange.errors import FileError
from services.exchange.fields import FileField, field_of
from services.exchange.resource import Resource


def export_fields(
    resource: Resource, names: Sequence[str] | None, *, private_customer_enabled: bool
) -> tuple[FileField, ...]:
    """Return the fields of an export.

    :param names: of :func:`offered_fields`, in order; None for all that an import takes back
    :raises FileError: if there are none, or one that is not offered
    """
    if names is None:
        return resource.exported_fields(private_customer_enabled=private_customer_enabled)
    offered = offered_fields(resource, private_customer_enabled=private_customer_enabled)
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in offered:
            raise FileError("unknown_column", value=name, known=", ".join(offered))
    if not wanted:
        raise FileError("no_columns")
    return tuple(offered[name] for name in wanted)


def offered_fields(resource: Resource, *, private_customer_enabled: bool) -> Mapping[str, FileField]:
    """Return what can be a column, by name: what an import takes back, then what else the table's pages show.

    Where the company does not use private customers, their mark is none of it.
    """
    model, page = resource.model, page_of(resource.model)
    taken_back = resource.exported_fields(private_customer_enabled=private_customer_enabled)
    fields = {field.name: field for field in taken_back}
    hidden = {field.name for field in resource.fields} - fields.keys()
    shown = (*(page.columns or ()), *(page.details or page.form or ()))
    for name in dict.fromkeys(shown):
        if name not in fields and name not in hidden:
            fields[name] = field_of(model, attribute_of(model, name))
    return fields


def headers(fields: Sequence[FileField], language: str, *, use_names: bool) -> tuple[str, ...]:
    """Return the headers in a language, or the names of the fields; of two that read alike one adds its name."""
    if use_names:
        return tuple(field.name for field in fields)
    words = [field.label.text(language) for field in fields]
    return tuple(
        word if words.index(word) == position else f"{word} ({field.name})"
        for position, (word, field) in enumerate(zip(words, fields, strict=True))
    )
