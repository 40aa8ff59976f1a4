"""The Chromium that browser tests drive: the machine's own, else Debian's, else a clear failure. Never a skip."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")
INSTALL = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(PACKAGES)}"


def find_or_install() -> str:
    """Return the path of a Chromium, installed if that is possible here. Fail the test if there is none."""
    given = os.environ.get("KEPEI_TEST_CHROMIUM")
    if given:
        return given
    lock = Path(tempfile.gettempdir()) / f"kepei-test-chromium-{os.getuid()}.lock"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # workers wait for the one that installs
        path = _find()
        if path is None and os.getuid() == 0 and shutil.which("apt-get"):
            _install()
            path = _find()
    if path is None:
        pytest.fail(
            f"The browser tests need a Chromium. As root: {INSTALL} -- or name one in KEPEI_TEST_CHROMIUM.",
            pytrace=False,
        )
    return path


def _find() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def _install() -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["sh", "-c", INSTALL], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(f"{INSTALL}\n{done.stdout[-1000:]}{done.stderr[-3000:]}", pytrace=False)
