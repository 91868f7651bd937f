"""The registry, the choice of a model, and the verification of its file."""

import hashlib
import json
import os
import re
from pathlib import Path

import pytest

from observatory.errors import LLMUnavailable, ModelCorrupt, ModelNotFound
from observatory.llm import models
from observatory.llm.models import GIB, Model, Part

LARGE, MEDIUM, SMALL = "qwen2.5-coder-1.5b-instruct", "qwen2.5-coder-0.5b-instruct", "smollm2-135m-instruct"
CONTENT = bytes(range(256)) * 40


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Model:
    """A registry of one tiny model."""
    digest = hashlib.sha256(CONTENT).hexdigest()
    part = Part("tiny", "1.0", "0" * 64, "tiny/model.bin", len(CONTENT))
    model = Model("tiny", "Q4", len(CONTENT), digest, "MIT", 512, "tests", 0.0, 0.0, (part,))
    monkeypatch.setattr(models, "_registry", lambda: (model,))
    return model


def test_every_model_is_the_sum_of_its_parts_and_has_a_licence():
    for model in models.registry().values():
        assert sum(part.bytes for part in model.parts) == model.bytes
        assert model.licence == "Apache-2.0"
        assert all(re.fullmatch("[0-9a-f]{64}", d) for d in (model.sha256, *(p.wheel_sha256 for p in model.parts)))
        assert len({part.wheel_sha256 for part in model.parts}) == len(model.parts)


def test_models_are_listed_smallest_first():
    sizes = [model.bytes for model in models.registry().values()]
    assert sizes == sorted(sizes)


def test_a_model_survives_the_round_trip_through_json():
    model = models.find(LARGE)
    assert Model.from_dict(json.loads(json.dumps(model.to_dict()))) == model


def test_a_name_that_is_not_in_the_registry_gets_the_closest_one():
    with pytest.raises(ModelNotFound) as caught:
        models.find("qwen2.5-coder-1.5b")
    assert LARGE in caught.value.hint


@pytest.mark.parametrize(
    ("memory", "disk", "name"),
    [(16, 100, LARGE), (4, 3, LARGE), (3.9, 100, MEDIUM), (16, 2.9, MEDIUM), (0.5, 100, SMALL), (16, 0.4, SMALL)],
)
def test_the_largest_model_that_memory_and_disk_hold_is_chosen(tmp_path: Path, memory: float, disk: float, name: str):
    assert models.best_model(tmp_path, memory=int(memory * GIB), disk=int(disk * GIB)) == name


def test_a_model_that_is_already_there_needs_no_disk(tmp_path: Path):
    with (tmp_path / f"{LARGE}.gguf").open("wb") as file:
        file.truncate(models.find(LARGE).bytes)
    assert models.installed(tmp_path) == [LARGE]
    assert models.best_model(tmp_path, memory=8 * GIB, disk=0) == LARGE
    assert models.best_model(tmp_path, memory=1, disk=0) == SMALL


def test_a_model_that_is_not_downloaded_says_how_to_get_it(tmp_path: Path, tiny: Model):
    with pytest.raises(LLMUnavailable, match="not downloaded") as caught:
        models.path("tiny", tmp_path)
    assert "observatory models pull tiny" in caught.value.hint


@pytest.mark.parametrize("wrong", [CONTENT[:-1], CONTENT + b"x", b"x" * len(CONTENT), b""])
def test_a_file_with_another_content_is_refused(tmp_path: Path, tiny: Model, wrong: bytes):
    (tmp_path / tiny.file).write_bytes(wrong)
    with pytest.raises(ModelCorrupt) as caught:
        models.path("tiny", tmp_path)
    assert "observatory models pull tiny" in caught.value.hint


def test_a_verified_file_is_hashed_once_and_again_when_it_changes(
    tmp_path: Path, tiny: Model, monkeypatch: pytest.MonkeyPatch
):
    target = tmp_path / tiny.file
    target.write_bytes(CONTENT)
    assert models.path("tiny", tmp_path) == target
    hashed: list[Path] = []
    monkeypatch.setattr(models, "_sha256", lambda file: hashed.append(file) or "another")
    assert models.path("tiny", tmp_path) == target
    assert hashed == []
    os.utime(target, ns=(1, 1))
    with pytest.raises(ModelCorrupt):
        models.path("tiny", tmp_path)
    assert hashed == [target]


def test_a_stamp_of_another_file_proves_nothing(tmp_path: Path, tiny: Model):
    target = tmp_path / tiny.file
    target.write_bytes(CONTENT)
    models.path("tiny", tmp_path)
    target.write_bytes(b"x" * len(CONTENT))
    with pytest.raises(ModelCorrupt):
        models.path("tiny", tmp_path)


def test_a_damaged_stamp_is_written_anew(tmp_path: Path, tiny: Model):
    (tmp_path / tiny.file).write_bytes(CONTENT)
    stamp = tmp_path / f"{tiny.file}.json"
    stamp.write_text("{")
    models.path("tiny", tmp_path)
    assert json.loads(stamp.read_text())["sha256"] == tiny.sha256
