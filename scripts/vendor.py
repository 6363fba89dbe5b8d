"""Fetches the third-party browser files of `dashboard/vendor/` from npm, at pinned versions (``make vendor``)."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "dashboard" / "vendor"

ICONS = (
    "adjustments-horizontal", "alert-triangle", "api", "archive", "arrow-back-up", "arrow-forward-up",
    "arrows-diagonal", "arrows-maximize", "bookmark", "chart-histogram", "chart-line", "check", "chevron-down",
    "chevron-right", "chevron-up", "clock", "columns-3", "copy", "corner-down-right", "device-desktop", "dots",
    "download", "eye", "eye-off", "filter", "flag-3", "focus-2", "git-compare", "heartbeat", "hierarchy-3",
    "info-circle", "keyboard", "layout-sidebar-left-collapse", "layout-sidebar-left-expand", "list-check",
    "list-details", "menu-2", "minus", "moon", "palette", "pencil", "pin", "player-pause", "plus", "search",
    "settings", "share-2", "square", "square-check", "stack-2", "stethoscope", "sun", "trash", "upload", "x",
    "zoom-reset",
)  # fmt: skip


@dataclass(frozen=True)
class Package:
    """One npm package: where it lands and which of its files are taken."""

    folder: str
    name: str
    version: str
    files: tuple[str, ...]
    licence: str = "LICENSE"


PACKAGES = (
    Package("uplot", "uplot", "1.6.32", ("dist/uPlot.esm.js", "dist/uPlot.min.css")),
    Package(
        "inter",
        "@fontsource-variable/inter",
        "5.3.0",
        ("files/inter-latin-wght-normal.woff2", "files/inter-greek-wght-normal.woff2"),
    ),
    Package(
        "jetbrains-mono",
        "@fontsource-variable/jetbrains-mono",
        "5.3.0",
        ("files/jetbrains-mono-latin-wght-normal.woff2", "files/jetbrains-mono-greek-wght-normal.woff2"),
    ),
    Package("swagger-ui", "swagger-ui-dist", "5.35.0", ("swagger-ui-bundle.js", "swagger-ui.css", "NOTICE")),
    Package("tabler", "@tabler/icons", "3.52.0", tuple(f"icons/outline/{icon}.svg" for icon in ICONS)),
)


def fetch(package: Package) -> None:
    """Downloads one package and puts its files, licence and version into its folder."""
    target = VENDOR / package.folder
    with tempfile.TemporaryDirectory() as scratch:
        command = ["npm", "pack", "--silent", "--pack-destination", scratch, f"{package.name}@{package.version}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(scratch).glob("*.tgz")
        with tarfile.open(archive) as packed:
            packed.extractall(scratch, filter="data")
        if target.exists():
            shutil.rmtree(target)
        target.mkdir(parents=True)
        for file in (*package.files, package.licence):
            shutil.copy(Path(scratch, "package", file), target / Path(file).name)
    (target / "VERSION").write_text(f"{package.name} {package.version}\n")


def write_icon_sheet() -> None:
    """Writes the style sheet that makes ``<span class="icon icon-NAME">`` an icon in the text's colour."""
    rules = [f".icon-{icon} {{ mask-image: url({icon}.svg); }}" for icon in ICONS]
    (VENDOR / "tabler" / "icons.css").write_text("\n".join(rules) + "\n")


if __name__ == "__main__":
    for wanted in PACKAGES:
        fetch(wanted)
    write_icon_sheet()
