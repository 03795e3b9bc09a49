"""What a page makes a browser load: only scripts of its own need, and within the budgets."""

import gzip
import re
from pathlib import Path

import pytest

from postwright.web.pages import HERE, Pages, StaticTree
from tests.web.samples import pages

STATIC = HERE / "static"
SAMPLES = pages()
KILOBYTE = 1000


def loaded(script: Path, seen: set[Path]) -> set[Path]:
    """A script and every module that it imports, at any depth."""
    if script not in seen:
        seen.add(script)
        for target in re.findall(r'(?:from|import)\s*"(\.[^"]+)"', script.read_text(encoding="utf-8")):
            loaded((script.parent / target).resolve(), seen)
    return seen


def files_of(html: str, digest: str, suffix: str) -> set[Path]:
    found: set[Path] = set()
    for path in re.findall(rf'(?:src|href)="/static/{digest}/([^"]+\.{suffix})"', html):
        loaded((STATIC / path).resolve(), found)
    return found


def weight(files: set[Path]) -> float:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in files) / KILOBYTE


@pytest.mark.parametrize(
    ("name", "scripts"),
    [("compose", 55), ("posts", 25), ("post", 25), ("channels", 25), ("login", 25), ("settings", 25)],
)
def test_a_page_stays_within_its_budget(name: str, scripts: int) -> None:
    tree = StaticTree()
    template, context = SAMPLES[name]
    html = Pages(tree).render(template, **context)
    assert weight(files_of(html, tree.digest, "js")) <= scripts
    assert weight(files_of(html, tree.digest, "css")) <= 15
    assert len(gzip.compress(html.encode(), 9)) <= 15 * KILOBYTE
