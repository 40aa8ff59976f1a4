"""Draw the pictures of the README anew: ``docs/screenshots/*.png``. Run by ``make screenshots``.

Two servers are started on free ports with data of their own, one with the demo company and one where nothing has been
set up, and a Chromium is driven through them. Both end with the script, and their data is thrown away.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

# ruff: noqa: E402 -- a script's own folder is on the path, the project's is not
from services.seed import log_ins
from tests import chromium

FOLDER = ROOT / "docs" / "screenshots"
#: How long a server may take until it answers, in seconds.
START_TIMEOUT_S = 300
#: The most that all pictures may have together, in bytes: they are downloaded with each clone.
MAX_BYTES = 1_500_000
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 800}
#: Password of the admin of the company where nothing has been set up.
NEW_PASSWORD = "screenshots only"  # noqa: S105 -- of a server that lives for a minute on this machine


def _open_first_row(page: Page) -> None:
    page.goto(str(page.locator(".model-list tbody td a").first.get_attribute("href")))


def _open_form(page: Page) -> None:
    _open_first_row(page)
    page.locator("a[href*='/edit/']").first.click()


def _open_branch(page: Page) -> None:
    """Open a city, and the menu of one of its districts."""
    item = ".tree-item[data-id]"
    city = page.locator(f"#tree-root > {item}", has=page.locator("> .tree-row .tree-name:text-is('成都')"))
    city.locator("> .tree-row .tree-toggle").click()
    district = city.locator(f"> .tree-list > {item}").nth(1)
    district.locator(".tree-row").hover()
    district.locator("[data-act=menu]").click()


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: which page, how it is looked at, and what is done there first."""

    name: str
    path: str
    prepare: Callable[[Page], None] | None = None
    language: str = "zh-CN"
    mode: Literal["light", "dark"] = "light"
    size: ViewportSize | None = None
    login: str | None = "admin"


CUSTOMERS = "/admin/customer/"
DEMO_PICTURES = (
    Picture("list", CUSTOMERS),
    Picture("list-english", CUSTOMERS, language="en-GB"),
    Picture("list-dark", CUSTOMERS, mode="dark"),
    Picture("list-phone", CUSTOMERS, size=PHONE, login="amy"),
    Picture("details", CUSTOMERS, _open_first_row),
    Picture("form", CUSTOMERS, _open_form),
    Picture("tree", "/admin/region/", _open_branch),
    Picture("log-in", "/login", login=None),
)
NEW_PICTURES = (Picture("first-steps", "/admin/"),)


def main() -> None:
    """Draw every picture.

    :raises SystemExit: if a server does not start, or the pictures are too large
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(prefix="kepei-screenshots-") as folder:
        browser = playwright.chromium.launch(executable_path=chromium.find_or_install(), args=["--no-sandbox"])
        demo, new = Path(folder) / "demo", Path(folder) / "new"
        with _server(demo, is_demo=True) as url:
            for picture in DEMO_PICTURES:
                _draw(browser, url, log_ins.keep_password(demo), picture)
        with _server(new, is_demo=False) as url:
            _hire_admin(new)
            for picture in NEW_PICTURES:
                _draw(browser, url, NEW_PASSWORD, picture)
        browser.close()
    total = sum(file.stat().st_size for file in FOLDER.glob("*.png"))
    print(f"{total:,} bytes in {FOLDER.relative_to(ROOT)}")
    if total > MAX_BYTES:
        sys.exit(f"The pictures are too large: at most {MAX_BYTES:,} bytes in all")


@contextmanager
def _server(instance: Path, *, is_demo: bool) -> Iterator[str]:
    """Yield the address of a server with data of its own; it ends when it is left."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = _environment(instance) | {"KEPEI_PORT": str(port), "KEPEI_DEMO": "1" if is_demo else "0"}
    log = instance.with_suffix(".log")
    with log.open("w") as output:
        command = [sys.executable, str(ROOT / "scripts" / "run.py")]
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_for(server, f"{url}/healthz", log)
            yield url
        finally:
            server.terminate()
            server.wait()


def _environment(instance: Path) -> dict[str, str]:
    """Return the environment without settings of another Kepei, and with the instance folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KEPEI_")}
    return kept | {"KEPEI_INSTANCE": str(instance)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    """Wait until the server answers.

    :raises SystemExit: if it has ended or takes too long
    """
    deadline = time.monotonic() + START_TIMEOUT_S
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urlopen(url, timeout=5).close()  # noqa: S310 -- our own address
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit(f"The server did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")


def _hire_admin(instance: Path) -> None:
    command = [sys.executable, "-m", "flask", "--app", "app", "user", "create-admin", "admin"]
    subprocess.run(command, cwd=ROOT, env=_environment(instance), input=f"{NEW_PASSWORD}\n", text=True, check=True)


def _draw(browser: Browser, url: str, password: str, picture: Picture) -> None:
    """Draw one picture, as a person whose browser has never been here."""
    context = browser.new_context(
        base_url=url,
        locale=picture.language,
        color_scheme=picture.mode,
        reduced_motion="reduce",
        viewport=picture.size or DESKTOP,
    )
    page = context.new_page()
    if picture.login is not None:
        page.goto("/login")
        page.fill("[name=login]", picture.login)
        page.fill("[name=password]", password)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/admin/")
    page.goto(picture.path)
    if picture.prepare is not None:
        picture.prepare(page)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    print(f"{picture.name}.png", flush=True)
    context.close()


if __name__ == "__main__":
    main()
