"""What is asked of each page: no script error, nothing against the policy, no other host, readable, narrow enough."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, ViewportSize

from tests.conftest import ROOT

_AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_SCRIPT = Path(__file__).with_name("page.js")
#: Width of the narrowest phone, in pixels.
_PHONE_WIDTH = 360
_WIDE: ViewportSize = {"width": 1280, "height": 900}
_NARROW: ViewportSize = {"width": _PHONE_WIDTH, "height": 800}
#: What else than colours does not change with the mode, so is asked once.
_COLOURS_ONLY = {"runOnly": ["color-contrast", "link-in-text-block"]}


@cache
def _axe_source() -> str:
    return _AXE.read_text(encoding="utf-8")


class Walker:
    """A page in the browser, and the faults found on its way."""

    def __init__(self, context: BrowserContext, url: str, *, asks_axe: bool = True) -> None:
        self.asks_axe = asks_axe
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self._url = url
        self._pending: set[Request] = set()
        self.page.add_init_script(path=_SCRIPT)
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self._fault(f"script error: {error}"))
        self.page.on("request", self._note_request)
        self.page.on("requestfinished", self._note_end)
        self.page.on("requestfailed", self._note_end)

    def visit(self, address: str) -> None:
        """Open an address and look at its page."""
        self.page.goto(address)
        self.look()

    def look(self) -> None:
        """Ask everything of the page that is shown: wide and light, dark, then on a phone."""
        self.settle()
        self.page.evaluate("walk.unfold()")
        if self.asks_axe:
            self.page.evaluate(_axe_source())  # by the debugger's way, which the policy does not bind
            self._axe("light", {})
            self._show("dark")
            self._axe("dark", _COLOURS_ONLY)
            self._show("light")
        self.page.set_viewport_size(_NARROW)
        overflow = self.page.evaluate("walk.overflow()")
        if overflow:
            self._fault(overflow)
        self.page.set_viewport_size(_WIDE)
        self.settle()

    def send_form(self) -> None:
        """Send the page's form as it is, and look at the answer."""
        with self.page.expect_navigation():
            self.page.evaluate("document.querySelector('main form[method=post]').requestSubmit()")
        self.look()

    def settle(self) -> None:
        """Wait until the page has loaded what it asked for."""
        self.page.wait_for_load_state("load")
        while self._pending:
            self.page.wait_for_timeout(10)

    def _show(self, mode: Literal["light", "dark"]) -> None:
        self.page.emulate_media(color_scheme=mode)
        self.page.wait_for_selector(f"html[data-bs-theme={mode}]", state="attached")

    def _axe(self, mode: str, options: dict[str, Any]) -> None:
        for finding in self.page.evaluate("(options) => walk.findings(options)", options):
            self._fault(f"axe, {mode}: {finding}")

    def _note_console(self, message: ConsoleMessage) -> None:
        """Note errors; that the page itself is a refusal is none."""
        is_refusal = "Failed to load resource" in message.text and message.location["url"] == self.page.url
        if message.type == "error" and not is_refusal:
            self._fault(f"console: {message.text}")

    def _note_request(self, request: Request) -> None:
        if request.url.startswith((f"{self._url}/", "data:", "blob:")):
            self._pending.add(request)
        else:
            self._fault(f"asks another host: {request.url}")

    def _note_end(self, request: Request) -> None:
        self._pending.discard(request)

    def _fault(self, fault: str) -> None:
        self.faults.append(f"{self.page.url.removeprefix(self._url)} -- {fault}")


@contextmanager
def walking(context: BrowserContext, url: str, *, asks_axe: bool = True) -> Iterator[Walker]:
    """Yield a walker; at the end its page is closed and its faults are asserted to be none.

    :param asks_axe: whether axe looks at each page, which costs most of a visit
    """
    walker = Walker(context, url, asks_axe=asks_axe)
    yield walker
    walker.page.close()
    assert walker.faults == [], "\n".join(walker.faults)
