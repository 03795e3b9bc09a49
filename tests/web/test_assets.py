"""What the build hook places: all of it, nothing else, under licences that travel along."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src" / "postwright" / "web" / "static"


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_named_files_and_their_licences_are_in_place(hook: ModuleType) -> None:
    expected = {
        f"{folder}/{name}" for folder, names, licence in hook.FILES.values() for name in (*names.values(), licence)
    }
    vendor = STATIC / "vendor"
    placed = {str(path.relative_to(vendor)) for path in vendor.rglob("*") if path.is_file()}
    assert placed == {*expected, hook.STAMP}


def test_the_sprite_holds_each_icon_once_and_nothing_active(hook: ModuleType) -> None:
    sprite = (STATIC / "icons.svg").read_text(encoding="utf-8")
    ids = re.findall(r'<symbol id="([^"]+)"', sprite)
    assert len(ids) == len(set(ids))
    assert set(ids) == {*hook.ICONS.split(), *(f"p-{name}" for name in hook.PLATFORM_GLYPHS), "p-linkedin"}
    assert not re.search(r"<script|style=|\son\w+=|href=", sprite)


def test_a_second_build_has_nothing_to_do(hook: ModuleType) -> None:
    assert hook.is_placed(ROOT)
    before = (STATIC / "icons.svg").stat().st_mtime_ns
    hook.place(ROOT)
    assert (STATIC / "icons.svg").stat().st_mtime_ns == before


def test_scripts_import_only_files_that_were_placed() -> None:
    for script in (STATIC / "vendor" / "lit-html").rglob("*.js"):
        for target in re.findall(r'from"(\.[^"]+)"', script.read_text(encoding="utf-8")):
            assert (script.parent / target).is_file()
