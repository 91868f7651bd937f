"""The containers for a team: what they are told is what the observatory knows, and they are given no privilege."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from observatory.settings import Settings

ROOT = Path(__file__).parents[1]
SETTINGS = {f"OBSERVATORY_{f.name.upper()}": f.default for f in fields(Settings)}
TEXT = (ROOT / "compose.yaml").read_text("utf-8")
RECIPE = (ROOT / "Dockerfile").read_text("utf-8")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load(TEXT)


def test_the_dashboard_starts_alone_and_vllm_only_with_its_profile(compose: dict[str, Any]) -> None:
    assert {name: service.get("profiles", []) for name, service in compose["services"].items()} == {
        "observatory": [],
        "vllm": ["vllm"],
    }


def test_every_variable_is_a_setting(compose: dict[str, Any]) -> None:
    told = set(compose["services"]["observatory"]["environment"])
    asked = set(re.findall(r"\$\{(\w+)", TEXT))
    written = set(re.findall(r"OBSERVATORY_\w+", TEXT + RECIPE))
    assert told | asked | written <= set(SETTINGS)
    assert asked - {"OBSERVATORY_PORT"} <= told


def test_values_are_those_of_the_settings_unless_somebody_sets_them(compose: dict[str, Any]) -> None:
    environment = compose["services"]["observatory"]["environment"]
    usual = {name: re.fullmatch(r"\$\{(\w+):-(.*)\}", value) for name, value in environment.items()}
    assert all(found and found[1] == name for name, found in usual.items())
    known = Settings.from_env(
        {name: found[2] for name, found in usual.items() if found and name != "OBSERVATORY_HOSTS"}
    )
    assert known == Settings.from_env({})


def test_nothing_is_published_beyond_this_machine(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_images_are_pinned(compose: dict[str, Any]) -> None:
    assert re.fullmatch(r"vllm/vllm-openai:v\d+\.\d+\.\d+", compose["services"]["vllm"]["image"])
    assert re.search(r"^FROM python:3\.\d+-slim$", RECIPE, re.MULTILINE)


def test_the_observatory_runs_as_an_ordinary_user_without_privileges(compose: dict[str, Any]) -> None:
    lines = RECIPE.splitlines()
    assert lines.index("USER observatory") < next(i for i, line in enumerate(lines) if line.startswith("CMD"))
    assert "USER root" not in lines
    service = compose["services"]["observatory"]
    assert service["cap_drop"] == ["ALL"]
    assert not service.get("privileged")
    assert not service.get("cap_add")


def test_volumes_are_where_the_settings_say(compose: dict[str, Any]) -> None:
    mounted = {volume.split(":")[1] for volume in compose["services"]["observatory"]["volumes"]}
    assert mounted == set(re.findall(r"OBSERVATORY_(?:WORKSPACE|MODELS)=(\S+)", RECIPE))
    named = {v.split(":")[0] for service in compose["services"].values() for v in service.get("volumes", [])}
    assert named == set(compose["volumes"])
