"""Django admin with django-import-export over Kepei's tables; run by ``export_customers`` with a Python of its own.

Arguments: database address, csv or xlsx, number of rows, file. Prints seconds and MiB as ``export_contestants`` does.
Nothing of Kepei is imported: its packages are not in that environment.
"""

# ruff: noqa: E402 -- Django must be configured before models are declared
import json
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import django  # type: ignore[import-not-found]
from django.conf import settings  # type: ignore[import-not-found]

address, export_type, row_limit, path = sys.argv[1:]
parts = urlsplit(address)
DATABASE = (
    {"ENGINE": "django.db.backends.sqlite3", "NAME": unquote(parts.path[1:])}
    if parts.scheme.startswith("sqlite")
    else {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path[1:],
        "HOST": parse_qs(parts.query).get("host", [parts.hostname])[0],
        "PORT": parts.port or 5432,
        "USER": parts.username,
        "PASSWORD": parts.password or "",
    }
)
settings.configure(
    DATABASES={"default": DATABASE},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.admin", "import_export"],
    USE_TZ=True,
    ROOT_URLCONF="",
)
django.setup()

from django.db import models  # type: ignore[import-not-found]
from import_export import fields, resources  # type: ignore[import-not-found]
from import_export.formats import base_formats  # type: ignore[import-not-found]
from import_export.widgets import ForeignKeyWidget  # type: ignore[import-not-found]

#: Relation -> (table, column shown).
RELATED = {
    "industry": ("industry", "name"),
    "region": ("region", "name"),
    "channel_type": ("channel_type", "name"),
    "grade": ("customer_grade", "name"),
    "status": ("customer_status", "name"),
    "progress": ("follow_up_progress", "name"),
    "owner": ("employee", "login"),
}
PLAIN = ("code", "name", "phone", "address")
COLUMNS = ("code", "name", *RELATED, "phone", "address", "created_at")


def _model(name: str, table: str, attributes: dict[str, Any]) -> Any:
    meta = type("Meta", (), {"db_table": table, "managed": False, "app_label": "peer"})
    return type(name, (models.Model,), {"__module__": "peer", "Meta": meta, **attributes})


targets = {
    name: _model(name.title().replace("_", ""), table, {shown: models.CharField(max_length=100)})
    for name, (table, shown) in RELATED.items()
}
Customer = _model(
    "Customer",
    "customer",
    {
        **{name: models.CharField(max_length=200, null=True) for name in PLAIN},
        **{name: models.ForeignKey(target, models.DO_NOTHING, null=True) for name, target in targets.items()},
        "created_at": models.DateTimeField(),
    },
)
CustomerResource = type(
    "CustomerResource",
    (resources.ModelResource,),
    {
        **{
            name: fields.Field(name, name, ForeignKeyWidget(targets[name], shown))
            for name, (_, shown) in RELATED.items()
        },
        "Meta": type("Meta", (), {"model": Customer, "fields": COLUMNS, "export_order": COLUMNS}),
    },
)


def peak_mib(*, anew: bool = False) -> float:
    """Return the most memory that the process has had, in MiB; what ``getrusage`` tells includes the parent's.

    :param anew: forget the peak, and return what it has now
    """
    if anew:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


rows = Customer.objects.select_related(*RELATED).order_by("-created_at", "-id")[: int(row_limit)]
file_format = {"csv": base_formats.CSV, "xlsx": base_formats.XLSX}[export_type]()
before, begun = peak_mib(anew=True), time.perf_counter()
content = file_format.export_data(CustomerResource().export(queryset=rows))
Path(path).write_bytes(content.encode() if isinstance(content, str) else content)
print(json.dumps({"seconds": time.perf_counter() - begun, "mib": peak_mib() - before}))
