"""What somebody wants of a list as a file: kept with the job, and read again when a worker comes to it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from services.listing import FilterTerm, Listing


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """A list, its columns, and the file they go into."""

    endpoint: str
    export_type: str
    file_name: str
    listing: Listing = field(default_factory=Listing)
    #: Only these rows of the list.
    ids: tuple[int, ...] | None = None
    #: Names of fields in order; None for all that an import takes back.
    columns: tuple[str, ...] | None = None
    #: Field names as headers instead of labels.
    use_names: bool = False
    language: str = "en"
    #: The list's address as it was sent; None on the command line.
    query: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it for the job's ``options``; the address stands in a column of its own."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        del plain["query"]
        return plain

    @classmethod
    def from_json(cls, options: Mapping[str, Any], query: Mapping[str, Any]) -> "ExportRequest":
        """Return what :meth:`as_json` made; lists were tuples."""
        listing = dict(options["listing"])
        filters = tuple(FilterTerm(**term) for term in listing.pop("filters"))
        plural = {name: tuple(options[name]) for name in ("ids", "columns") if options[name] is not None}
        return cls(**{**options, **plural, "listing": Listing(**listing, filters=filters), "query": query})
