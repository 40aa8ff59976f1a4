"""The storage of uploads and results."""

import io
import os
import time
from pathlib import Path

import pytest
from flask import Flask

from services import installation, storage


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the address of a database of one kind: files have nothing to do with it."""
    return f"sqlite:///{request.getfixturevalue('sqlite_path')}"


def test_storage_keeps_files_private_under_keys_of_its_own(app: Flask) -> None:
    with app.app_context():
        key = storage.put(io.BytesIO(b"123"), prefix="imports")

        with storage.open(key) as file:
            assert file.read() == b"123"
        assert storage.size(key) == 3
        path = storage.path_of(key)
        assert path.is_relative_to(Path(app.instance_path) / "files")
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        storage.delete(key)
        storage.delete(key)
        with pytest.raises(storage.MissingFileError):
            storage.open(key)


@pytest.mark.parametrize("key", ["", "../secret_key", "imports/../../secret_key", "/etc/passwd", "imports/x", "a\0b/c"])
def test_storage_opens_no_other_path(app: Flask, key: str) -> None:
    with app.app_context():
        for action in (storage.open, storage.size, storage.delete):
            with pytest.raises(storage.MissingFileError):
                action(key)


def test_storage_leaves_nothing_of_a_file_that_failed(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(FileNotFoundError), storage.new_file(prefix="exports") as new:
            new.path.with_suffix(".none").read_bytes()

        assert list((installation.current().files / "exports").iterdir()) == []


def test_storage_lists_old_files(app: Flask) -> None:
    with app.app_context():
        old, new = (storage.put(io.BytesIO(b"1"), prefix="imports") for _ in range(2))
        os.utime(storage.path_of(old), (0, 0))

        assert list(storage.keys_before(time.time() - 60, prefix="imports")) == [old]
        assert storage.size(new) == 1


def test_storage_folder_can_be_named(app: Flask, tmp_path: Path) -> None:
    app.config["FILES"] = str(tmp_path / "shared")
    with app.app_context():
        assert storage.path_of(storage.put(io.BytesIO(b"1"), prefix="imports")).is_relative_to(tmp_path / "shared")
