"""Files that are sent once: written to a temporary folder, named right in every language, kept by nobody."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from flask import Response
from werkzeug.wsgi import FileWrapper

from services.exchange.formats import EXPORT_TYPES


@contextmanager
def temporary_file(export_type: str) -> Iterator[Path]:
    """Yield where a file may be written; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="kepei-") as folder:
        yield Path(folder) / f"export.{export_type}"


def mime_type(export_type: str) -> str:
    """Return the MIME type of a type of files."""
    return EXPORT_TYPES[export_type].partition(";")[0]


def send_file(path: Path, name: str, export_type: str) -> Response:
    """Send a file that is gone from its folder when it was sent: the open handle keeps it."""
    handle = path.open("rb")
    response = Response(FileWrapper(handle), mimetype=mime_type(export_type))
    response.content_length = path.stat().st_size
    response.call_on_close(handle.close)
    return as_download(response, name)


def as_download(response: Response, name: str) -> Response:
    """Name the download, right in Chinese too (RFC 5987), and let nobody keep it."""
    plain = f"export{Path(name).suffix}"
    response.headers["Content-Disposition"] = f"attachment; filename={plain}; filename*=UTF-8''{quote(name)}"
    response.headers["Cache-Control"] = "no-store"
    return response
