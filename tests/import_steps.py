"""The steps of an import as a browser takes them: forms sent as they stand, redirects followed."""

import io
import re
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def upload(
    client: FlaskClient, endpoint: str, content: bytes, *, name: str = "文件.csv", **fields: str
) -> TestResponse:
    """Send a file to an import page and go where it leads: to its columns, or to the plan."""
    data = {"file": (io.BytesIO(content), name), **fields}
    return client.post(f"/admin/{endpoint}/import/", data=data, follow_redirects=True)


def confirm(client: FlaskClient, page: TestResponse) -> TestResponse:
    """Confirm the plan on a page."""
    return send(client, page, "confirm")


def send(client: FlaskClient, page: TestResponse, deed: str, **fields: str | list[str]) -> TestResponse:
    """Send the form of a deed on the page of an import, with its hidden fields."""
    form = re.search(rf'<form method="post" action="([^"]*/{deed}/)".*?</form>', page.text, re.DOTALL)
    assert form is not None, f"{page.status}: nothing to {deed}"
    return client.post(form[1], data={**_hidden(form[0]), **fields}, follow_redirects=True)


def send_columns(client: FlaskClient, page: TestResponse, **fields: str) -> TestResponse:
    """Send the form of the columns, with what is chosen in it."""
    form = re.search(r'<form method="post" class="card" id="columns-form".*?</form>', page.text, re.DOTALL)
    assert form is not None, page.text
    data = {**_hidden(form[0]), **_chosen(form[0]), **fields}
    return client.post(page.request.path, data=data, follow_redirects=True)


def counts(page: TestResponse) -> dict[str, int]:
    """Return the counts that the page of an import shows."""
    return {name: int(value) for name, value in re.findall(r'data-count="(\w+)">(\d+)<', page.text)}


def state(page: TestResponse) -> str:
    """Return the state of the import that a page shows."""
    found = re.search(r'data-state="(\w+)"', page.text)
    return found[1] if found is not None else ""


def faults(page: TestResponse) -> list[tuple[int, str]]:
    """Return (row, reasons) of each line of the shown tab."""
    table = re.search(r'<table class="[^"]*import-rows".*?</table>', page.text, re.DOTALL)
    lines = re.findall(r"<tr>(.*?)</tr>", table[0].partition("<tbody>")[2], re.DOTALL) if table else []
    found = []
    for line in lines:
        number = re.search(r'import-number">(\d+)<', line)
        reasons = re.findall(r'<div class="import-fault">(.*?)</div>', line, re.DOTALL)
        assert number is not None
        found.append((int(number[1]), "; ".join(_text(reason) for reason in reasons)))
    return found


def job_id(page: TestResponse) -> int:
    """Return the id of the import whose page it is."""
    found = re.search(r"/import/(\d+)/", page.request.path)
    assert found is not None, page.request.path
    return int(found[1])


def choices(page: TestResponse) -> dict[str, str]:
    """Return what is chosen in the form of the columns: header -> field."""
    names = re.findall(r'for="column-(\d+)"><b>(.*?)</b>', page.text)
    chosen = _chosen(page.text)
    return {unescape(name): chosen.get(f"column-{place}", "") for place, name in names}


def _hidden(form: str) -> dict[str, str]:
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in fields}


def _chosen(form: str) -> dict[str, str]:
    """Return the selected options, checked boxes and filled fields of a form."""
    found = {}
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        selected = re.search(r'<option value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = selected[1] if selected is not None else ""
    checked = re.findall(r'type="(?:radio|checkbox)" name="([^"]+)" value="([^"]*)" checked', form)
    filled = re.findall(r'<input class="form-control" id="[^"]+" name="(default-[^"]+)" value="([^"]+)"', form)
    return {**found, **dict(checked), **{name: unescape(value) for name, value in filled}}


def _text(markup: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]*>", "", markup).split()))
