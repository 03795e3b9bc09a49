"""The tree of packages as docs/ARCHITECTURE.md shows it. `python -m tests.support.tree` writes it there."""

import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]
ARCHITECTURE = ROOT / "docs" / "ARCHITECTURE.md"
BLOCK = re.compile(r"(?<=^```tree\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)
WIDTH = 110
NAME_WIDTH = 18


def draw(package: Path, depth: int = 0) -> str:
    """One line for each package with the names of its modules; packages inside it follow, indented."""
    modules = sorted(path.stem for path in package.glob("*.py") if path.stem != "__init__")
    name = f"{'  ' * depth}{package.name}"
    line = textwrap.fill(
        " ".join(modules), WIDTH, initial_indent=f"{name:<{NAME_WIDTH}}", subsequent_indent=" " * NAME_WIDTH
    )
    inner = sorted(path.parent for path in package.glob("*/__init__.py"))
    return "".join([line.rstrip() or name, "\n", *(draw(path, depth + 1) for path in inner)])


def main() -> None:
    """Put the tree of the disk in place of the one in the page."""
    page = ARCHITECTURE.read_text(encoding="utf-8")
    tree = draw(ROOT / "src" / "postwright")
    ARCHITECTURE.write_text(BLOCK.sub(lambda _: tree, page), encoding="utf-8")


if __name__ == "__main__":
    main()
