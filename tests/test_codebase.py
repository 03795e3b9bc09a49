"""The rules of the house that a machine can check. Layers and contracts between packages are import-linter's."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from postwright.settings import Settings
from tests.support.tree import ARCHITECTURE, BLOCK, ROOT, draw

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
OURS = ROOT / "src" / "postwright"
NOT_OURS = {"vendor", "node_modules", "__pycache__", "artifacts"}
PLATFORMS = ("facebook", "instagram", "linkedin", "pinterest", "tiktok", "youtube")
LOGS_IN_THROUGH = {"facebook": ("instagram",)}  # who else has to name this one
BANNED_WORDS = {"manager", "helper", "helpers", "util", "utils", "impl", "handler", "handlers"}
BANNED_NAMES = {"data", "info"}
ADR_HEADINGS = ["Context", "Decision", "Consequences", "Alternatives", "Check"]


def files(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in suffixes)
    return sorted(path for path in found if not NOT_OURS & set(path.parts))


def committed() -> Iterator[Path]:
    """Every text file that a clone holds, but this one, which spells out what is forbidden."""
    folders = ("src", "tests", "docs", "bench", "tools", ".ci")
    yield from files(*folders, suffixes=(".py", ".js", ".css", ".html", ".md", ".sh", ".toml", ".json", ".yaml", ""))
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.name not in {".env", ".git"})


def text_of(path: Path) -> str:
    return "" if path == Path(__file__) or path.is_dir() else path.read_text(encoding="utf-8")


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


SOURCES = files("src")
PYTHON = [*files("src", "tests", "bench"), ROOT / "hatch_build.py"]
PAGES = files("src", suffixes=(".html", ".js", ".css"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


def each(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=short)


@each(PYTHON + PAGES)
def test_a_file_fits_in_one_reading(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@each(PYTHON)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    functions = (node for node in ast.walk(parsed(path)) if isinstance(node, Function))
    lengths = {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


@each(SOURCES)
def test_everything_public_says_what_it_is(path: Path) -> None:
    module = parsed(path)
    public = [
        node
        for node in module.body
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_") and not is_overload(node)
    ]
    silent = [node.name for node in public if not ast.get_docstring(node)]
    assert silent == []
    assert ast.get_docstring(module)


def is_overload(node: Function | ast.ClassDef) -> bool:
    return any(isinstance(decorator, ast.Name) and decorator.id == "overload" for decorator in node.decorator_list)


def is_home(path: Path, platform: str) -> bool:
    """Whether a platform may be called by its name here: in its folder, in the registry, in the sandbox."""
    parts = path.relative_to(OURS).parts
    homes = {"registry.py", platform, *LOGS_IN_THROUGH.get(platform, ())}
    return parts[0] == "sandbox" or (parts[0] == "platforms" and parts[1] in homes)


def without_looks_and_sources(path: Path) -> str:
    """Leave out the tokens of colours (`--pf-…`, `.pf-…`) and glyphs (`#p-…`), and the vendors' pages as sources."""
    text = re.sub(r"(--pf|\bpf|#p)-[a-z]+", "", path.read_text(encoding="utf-8"))
    is_shared = path.relative_to(OURS).parts[0] == "platforms"
    return re.sub(r"\bdevelopers\.[a-z]+\.com\S*", "", text) if is_shared else text


@each(SOURCES + PAGES)
def test_a_platform_is_named_in_its_home_only(path: Path) -> None:
    text = without_looks_and_sources(path).casefold()
    assert [name for name in PLATFORMS if name in text and not is_home(path, name)] == []
    if is_home(path, "x"):
        return
    if path.suffix == ".py":
        assert list(uses_of_x_as_a_platform(parsed(path))) == []
    else:
        assert not re.search(r"platform\w*\s*[!=]==?\s*[\"']x[\"']", text)


def uses_of_x_as_a_platform(module: ast.Module) -> Iterator[int]:
    """Find `platform == "x"`, `platform in ("x", …)` and `platform="x"`; a lone "x" is too common to forbid."""
    for node in ast.walk(module):
        if not isinstance(node, ast.Compare | ast.keyword):
            continue
        compared = isinstance(node, ast.Compare) and any(
            isinstance(part, ast.Name | ast.Attribute) and "platform" in ast.unparse(part) for part in ast.walk(node)
        )
        given = isinstance(node, ast.keyword) and node.arg is not None and "platform" in node.arg
        if (compared or given) and any(isinstance(part, ast.Constant) and part.value == "x" for part in ast.walk(node)):
            yield node.lineno


def defined_names(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, Function | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def words(name: str) -> set[str]:
    return {word.casefold() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def is_banned(name: str, path: Path) -> bool:
    """Say whether a name says nothing. What a platform calls its own fields is not ours to choose."""
    allowed = {"handler", "handlers"} if "worker" in path.parts else set()
    vague = name in BANNED_NAMES or bool(re.search(r"[a-z](Data|Info)$", name))
    is_vendors = path.relative_to(OURS).parts[0] in {"platforms", "sandbox"}
    return bool(words(name) & BANNED_WORDS - allowed) or (vague and not is_vendors)


@each(SOURCES)
def test_no_name_says_nothing(path: Path) -> None:
    names = {path.stem, *defined_names(parsed(path))}
    assert sorted(name for name in names if is_banned(name, path)) == []


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError", "it is done, or it is an issue"),
        (r"unittest\.mock|monkeypatch\.setattr|mocker\b", "only the clock, the transport and ids are replaced"),
        (r"#\s*noqa(?!:)|#\s*type: ignore(?!\[)", "a silenced check names the rule"),
        (r"(?m)#\s*type: ignore\[[\w, -]+\]\s*$", "a silenced type check gives its reason"),
    ],
)
def test_no_code_holds(pattern: str, reason: str) -> None:
    assert [short(path) for path in PYTHON if re.search(pattern, text_of(path))] == [], reason


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(?m)(^|[^\w.\-/])/(work|root|home|Users)/\w", "a path of one machine"),
        (r"pypi\.org|pythonhosted\.org|registry\.npmjs|extra-index-url|--index-url", "the address of a package index"),
    ],
)
def test_nothing_committed_holds(pattern: str, reason: str) -> None:
    assert [short(path) for path in committed() if re.search(pattern, text_of(path))] == [], reason


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "package-lock.json", ".npmrc"])
def test_a_lock_holds_versions_and_hashes_but_no_address(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_each_release_that_is_locked_has_its_hash() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        entries = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8").strip())
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_every_setting_stands_in_the_example_and_nothing_else() -> None:
    named = set(re.findall(r"POSTWRIGHT_([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8")))
    settings = {name.upper() for name in Settings.model_fields} - {"CREDENTIALS"}
    assert {name for name in named if "_CLIENT_" not in name} == settings


def test_the_tree_in_architecture_is_the_one_on_disk() -> None:
    page = ARCHITECTURE.read_text(encoding="utf-8")
    shown = BLOCK.search(page)
    assert shown, "docs/ARCHITECTURE.md has no ```tree block; put an empty one there, and run `make docs`"
    assert shown[0] == draw(OURS), "run `make docs`"


@each(files("docs/adr", suffixes=(".md",)))
def test_a_decision_has_its_five_parts_and_a_check_that_exists(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    assert re.findall(r"(?m)^## (.+)$", page) == ADR_HEADINGS
    named = re.findall(r"`([\w./-]+)`", page.split("\n## Check\n")[1])
    assert any((ROOT / name).is_file() for name in named)
