"""The house keeps its shape: imports point down, one library has one home, files stay short, all is documented."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

from observatory.settings import Settings

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "observatory"
FILES = sorted(PACKAGE.rglob("*.py"))
PAGES = sorted((ROOT / "pages").glob("*.py"))

BASE = {"model", "errors", "settings", "quoting", "job"}
ADAPTERS = {"store", "llm", "sandbox"}
PARTS = {"profile", "bias", "charts", "insight", "report", "shelf"}
LEVEL = {
    **dict.fromkeys(BASE, 0),
    **dict.fromkeys(ADAPTERS, 1),
    **dict.fromkeys(PARTS, 2),
    "asking": 3,
    "choices": 3,
    "coderuns": 3,
    "conversing": 3,
    "exports": 3,
    "gallery": 3,
    "pictures": 3,
    "pins": 3,
    "remedies": 3,
    "storytelling": 3,
    "workbench": 4,
    "bootstrap": 5,
    "__init__": 6,
    "ui": 7,
    "cli": 8,
    "__main__": 9,
}
HOMES = {
    "streamlit": {"ui"},
    "duckdb": {"store"},
    "python_calamine": {"store"},
    "openai": {"llm"},
    "xllamacpp": {"llm"},
    "clingo": {"charts"},
    "altair": {"charts", "sandbox"},
    "vl_convert": {"charts"},
    "sklearn": {"bias", "charts"},
    "jinja2": {"report"},
    "jsonschema": {"charts", "llm"},
}


def part_of(path: Path) -> str:
    inside = path.relative_to(PACKAGE)
    return inside.parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Modules imported when the code runs: those for the type checker alone do not count."""
    tree = ast.parse(path.read_text("utf-8"))
    checked_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in checked_only:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports say where from in full"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down_and_libraries_stay_at_home(path: Path) -> None:
    here = part_of(path)
    for module in imports(path):
        top, _, rest = module.partition(".")
        if top in HOMES:
            assert here in HOMES[top], f"{top} lives in {sorted(HOMES[top])}, not in {here}"
        there = rest.partition(".")[0]
        if top != "observatory" or there == here or there not in LEVEL:
            continue
        assert LEVEL[there] < LEVEL[here] or {here, there} <= BASE, f"{here} must not import {there}"


@pytest.mark.parametrize("path", [*PAGES, ROOT / "streamlit_app.py"], ids=lambda p: p.name)
def test_pages_are_short_and_only_ask_and_draw(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 100
    allowed = ("streamlit", "observatory.ui", "observatory.model")
    for module in imports(path) - {"observatory"}:
        assert module.startswith(allowed), f"{path.name} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_hold_one_noun_and_say_what_they_are(path: Path) -> None:
    source = path.read_text("utf-8")
    assert len(source.splitlines()) <= 330
    tree = ast.parse(source)
    assert ast.get_docstring(tree), "a file begins with a sentence that says what it holds"
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or 0) - node.lineno <= 60, f"{node.name} is too long"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_what_is_public_is_documented(path: Path) -> None:
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


def test_every_setting_stands_in_the_readme_with_its_default() -> None:
    table = dict(
        re.findall(r"^\| `(OBSERVATORY_\w+)` \| (.*?) \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    )
    expected = {
        f"OBSERVATORY_{f.name.upper()}": f"`{f.default}`" if f.default != "" else "empty" for f in fields(Settings)
    }
    assert table == expected


def test_every_page_and_part_stands_in_the_maps() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for page in PAGES:
        assert f"pages/{page.name}" in readme
    inside = (PACKAGE / "README.md").read_text("utf-8")
    for part in {part_of(path) for path in FILES} - {"__init__", "__main__"}:
        assert f"`{part}" in inside, f"{part} is missing from observatory/README.md"


def test_direct_dependencies_are_pinned() -> None:
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines():
        assert re.fullmatch(r"[\w.-]+==[\w.]+", line), line
