"""Values of dictionaries and nodes of trees that an import adds because its rows name them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auth.actor import AnySession
from auth.errors import PermissionDeniedError
from models.enums import Permission
from models.inspection import attribute_of, page_of
from models.mixins import TreeMixin
from models.names import InvalidNameError, clean_name, name_key
from services.dictionaries.values import require_shaping
from services.exchange.converters import path_segments
from services.exchange.errors import CellError, FileError
from services.exchange.fields import NAME_FAULTS
from services.exchange.resource import Resource, resource_of


def missing_key(target: Any, text: str) -> tuple[str, str]:
    """Return a missing value as it is compared and as it will be written: its name, or the path of a node.

    :raises CellError: if it cannot be one
    """
    segments = path_segments(text) if issubclass(target, TreeMixin) else [text]
    if issubclass(target, TreeMixin) and len(segments) > target.max_depth:
        raise CellError("too_deep", limit=target.max_depth)
    try:
        clean = [
            clean_name(segment, limit=target.name_limit, is_path_segment=target.is_path_segment) for segment in segments
        ]
    except InvalidNameError as error:
        raise CellError(NAME_FAULTS[error.code], value=error.name, limit=error.limit) from error
    return "/".join(map(name_key, clean)), "/".join(clean)


def addable_fields(resource: Resource) -> tuple[str, ...]:
    """Return the fields of a table whose missing values an import can add: config's dictionaries, by name alone."""
    return tuple(field.name for field in resource.fields if field.target is not None and _is_addable(field.target))


def check_addable(session: AnySession, resource: Resource, names: Iterable[str]) -> None:
    """Let pass fields whose missing values the session's actor may add.

    :raises FileError: if one of them is no such field, or the actor may not shape its dictionary
    """
    for name in names:
        if name not in addable_fields(resource):
            raise FileError("bad_add", header=name)
        try:
            require_shaping(session, attribute_of(resource.model, name).target)
        except PermissionDeniedError as error:
            raise FileError("may_not_add", header=name) from error


def targets_of(resource: Resource, missing: Mapping[str, Sequence[str]]) -> dict[Any, list[str]]:
    """Return model -> names or paths to add, in order, of the fields' missing values."""
    return {attribute_of(resource.model, name).target: list(texts) for name, texts in missing.items() if texts}


def _is_addable(target: Any) -> bool:
    page = page_of(target)
    is_config = (page.write_permission or page.permission) == Permission.MANAGE_CUSTOMER_CONFIG
    return is_config and "import" in page.actions and resource_of(target).required_names() == ("name",)
