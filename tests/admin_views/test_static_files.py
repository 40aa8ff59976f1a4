"""Static files: addresses that change with the content, kept for a year, compressed on the way as pages are."""

import gzip
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from admin_views.static_files import FOREVER
from tests.conftest import ROOT

#: What Chromium and Firefox ask for, then what older ones do.
ACCEPTED = {"gzip, deflate, br, zstd": "zstd", "gzip, deflate, br": "br", "gzip, deflate": "gzip"}


def address_of(app: Flask, name: str) -> str:
    with app.test_request_context():
        return url_for("static", filename=name)


def test_files_of_a_page_are_kept_for_a_year(admin_client: FlaskClient) -> None:
    page = admin_client.get("/admin/region/").text

    found = set(re.findall(r'(?:href|src)="(/(?:static|theme)[^"#]*)', page))

    assert len(found) >= 10
    assert {admin_client.get(address).headers["Cache-Control"] for address in found} == {FOREVER}


def test_address_changes_with_the_content(app_maker: Callable[..., Flask], tmp_path: Path) -> None:
    addresses = []
    for number in range(2):
        folder = tmp_path / f"release-{number}"
        shutil.copytree(ROOT / "static" / "js", folder / "js")
        (folder / "js" / "tree" / "rows.js").write_text(f"// release {number}", encoding="utf-8")
        app = app_maker()
        app.static_folder = str(folder)
        addresses.append(address_of(app, "js/tree.js"))

    assert re.fullmatch(r"/static/[0-9a-f]{12}/js/tree\.js", addresses[0])
    assert addresses[0] != addresses[1]


def test_imports_between_scripts_lead_to_kept_files(app: Flask, client: FlaskClient) -> None:
    folder = address_of(app, "js/tree.js").rpartition("/")[0]
    imported = re.findall(r'from "\./([^"]+)"', (ROOT / "static" / "js" / "tree.js").read_text(encoding="utf-8"))

    assert imported
    for name in imported:
        answer = client.get(f"{folder}/{name}")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, FOREVER)
        assert answer.data == (ROOT / "static" / "js" / name).read_bytes()


def test_address_of_an_earlier_release_gives_the_file_of_now_and_is_asked_for_again(client: FlaskClient) -> None:
    answer = client.get("/static/0123456789ab/js/tree.js")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
    assert answer.data == (ROOT / "static" / "js" / "tree.js").read_bytes()


def test_file_that_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/static/js/tree.js", headers={"Accept-Encoding": "br"})

    again = client.get("/static/js/tree.js", headers={"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", ["..%2fapp.py", "../app.py", "0123456789ab/../../app.py", "%2e%2e/app.py"])
def test_files_outside_are_not_sent(client: FlaskClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


@pytest.mark.parametrize("accepted", ACCEPTED)
@pytest.mark.parametrize(
    "path",
    ["/admin/employee/", "/static/css/kepei.css", "/static/vendor/tabler/tabler.min.js", "/static/vendor/icons.svg"],
    ids=["HTML", "CSS", "JavaScript", "SVG"],
)
def test_answer_is_compressed(admin_client: FlaskClient, path: str, accepted: str) -> None:
    plain = admin_client.get(path)

    packed = admin_client.get(path, headers={"Accept-Encoding": accepted})

    assert packed.headers["Content-Encoding"] == ACCEPTED[accepted]
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert _is_plain(plain)


def test_compressed_file_is_the_file(client: FlaskClient) -> None:
    packed = client.get("/static/css/kepei.css", headers={"Accept-Encoding": "gzip"})

    assert gzip.decompress(packed.data) == (ROOT / "static" / "css" / "kepei.css").read_bytes()


def test_export_streams_uncompressed(admin_client: FlaskClient) -> None:
    answer = admin_client.get("/admin/employee/export/csv/", headers={"Accept-Encoding": "gzip, br, zstd"})

    assert _is_plain(answer)


def _is_plain(answer: TestResponse) -> bool:
    return "Content-Encoding" not in answer.headers
