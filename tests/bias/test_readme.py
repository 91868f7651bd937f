"""The README of the engine names every detector, option and folder."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

import observatory.bias
from observatory.bias.detect import DETECTORS
from observatory.model import BiasOptions

HERE = Path(observatory.bias.__file__).parent
README = (HERE / "README.md").read_text("utf-8")
ROWS = [line for line in README.splitlines() if line.startswith("| `")]


def row(name: str) -> list[str]:
    (found,) = (line for line in ROWS if line.startswith(f"| `{name}` |"))
    return [cell.strip() for cell in found.strip("|").split("|")]


@pytest.mark.parametrize("name", [d.__name__ for d in DETECTORS])
def test_every_detector_is_documented(name: str) -> None:
    assert len(row(name)) == 6
    assert all(row(name))


def test_detectors_stand_in_the_order_in_which_they_report() -> None:
    named = [line.split("`")[1] for line in ROWS]
    known = [d.__name__ for d in DETECTORS]
    assert [name for name in named if name in known] == known


@pytest.mark.parametrize("option", dataclasses.fields(BiasOptions), ids=lambda f: f.name)
def test_every_option_is_documented_with_its_default(option: dataclasses.Field) -> None:
    assert row(option.name)[1].replace(",", "") == str(option.default)


def test_every_folder_and_file_has_its_place() -> None:
    folders = [p.name + "/" for p in HERE.iterdir() if (p / "__init__.py").exists()]
    files = [p.name for p in HERE.glob("*.py") if p.name != "__init__.py"]
    assert [name for name in (*folders, *files) if f"`{name}`" not in README] == []
