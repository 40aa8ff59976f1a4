"""Files that wait between the check and its confirmation: in the instance folder, bound to the person, for an hour."""

import json
import secrets
import time
from pathlib import Path

from flask import current_app

#: How long a file waits, in seconds.
LIFETIME_S = 3600
_TOKEN_BYTES = 16


class UploadStore:
    """The waiting files of one person for one table."""

    def __init__(self, employee_id: int, endpoint: str) -> None:
        self._folder = Path(current_app.instance_path) / "uploads"
        self._prefix = f"{endpoint}-{employee_id}-"

    def keep(self, content: bytes, file_name: str) -> str:
        """Keep a file and return the token that takes it; what has waited too long goes."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._drop_old()
        token = secrets.token_hex(_TOKEN_BYTES)
        path = self._path(token)
        path.write_bytes(content)
        path.with_suffix(".json").write_text(json.dumps({"name": file_name}), encoding="utf-8")
        return token

    def take(self, token: str) -> tuple[bytes, str] | None:
        """Return a waiting file and its name, once; None if it is not there or somebody else's."""
        if len(token) != 2 * _TOKEN_BYTES or not set(token) <= set("0123456789abcdef"):
            return None
        path = self._path(token)
        try:
            content = path.read_bytes()
            name = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["name"]
        except FileNotFoundError:
            return None
        for part in (path, path.with_suffix(".json")):
            part.unlink(missing_ok=True)
        return content, str(name)

    def _path(self, token: str) -> Path:
        return self._folder / f"{self._prefix}{token}.upload"

    def _drop_old(self) -> None:
        for path in self._folder.iterdir():
            try:
                if path.stat().st_mtime < time.time() - LIFETIME_S:
                    path.unlink()
            except FileNotFoundError:  # another request was first
                continue
