"""Every attack that a chart can carry is refused in plain words, or drawn without what made it one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

import pytest

import observatory
from benchmarks.sandbox.spec_attacks import SpecAttack, dangers, spec_attacks, svg_dangers
from benchmarks.sandbox.spec_watch import listener
from observatory.errors import ChartInvalidSpec, ObservatoryError
from observatory.sandbox.grammar import accept
from observatory.ui.chart_link import read

DATASET = "penguins"
MOST_DRAWN = 4_000_000
MOST_PIXELS = 60_000_000
"""Of a PNG, which has two of them for each of the SVG's in each direction."""


@pytest.fixture(scope="module")
def obs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with observatory.open(tmp_path_factory.mktemp("workspace")) as opened:
        yield opened


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a listener that must hear nothing."""
    with listener() as (opened, heard):
        yield opened
    assert heard == []


def test_there_are_attacks_of_every_kind() -> None:
    attacks = spec_attacks()
    assert len(attacks) >= 90
    assert len({attack.name for attack in attacks}) == len(attacks)
    for aim in ("runs a script", "sends a request", "freezes the page", "injects HTML", "crosses charts"):
        assert sum(attack.aim == aim for attack in attacks) >= 5
    assert sum(attack.proven for attack in attacks) >= 60


def refused(call: Callable[..., Any], *given: Any) -> ObservatoryError | None:
    """The error with which it is refused; None where it is not."""
    try:
        call(*given)
    except ObservatoryError as error:
        return error
    return None


@pytest.mark.parametrize("attack", spec_attacks(), ids=lambda attack: f"{attack.kind}-{attack.name}")
def test_an_attack_is_refused_or_harmless(attack: SpecAttack, obs: Any, port: int) -> None:
    text = attack.text(port)
    try:
        spec = json.loads(text)
    except (ValueError, RecursionError):
        with pytest.raises(ChartInvalidSpec):
            read(text)
        return
    error = refused(accept, spec)
    if error is None:
        assert dangers(accept(spec).spec) == []
        assert_drawn_harmless(obs, spec)
    else:
        assert isinstance(error, ChartInvalidSpec)
        assert error.message
        assert len(error.message) + len(error.hint) < 1000
        assert refused(obs.draw, spec, DATASET) is not None


def assert_drawn_harmless(obs: Any, spec: Any) -> None:
    """What the library and the page would show of it holds nothing dangerous, and is small."""
    if refused(obs.check, spec, DATASET) or refused(obs.draw, spec, DATASET) or refused(obs.picture, spec, DATASET):
        return
    drawn, picture = obs.draw(spec, DATASET).chart.to_dict(), obs.picture(spec, DATASET)
    assert dangers(drawn) == []
    rows = json.dumps([drawn.get("data"), drawn.get("datasets")])
    assert not ("url(" in rows and '"scale": null' in json.dumps(drawn)), "colours of rows are fetched"
    assert len(json.dumps(drawn)) < MOST_DRAWN
    assert svg_dangers(picture) == []
    assert len(picture) < MOST_DRAWN
    width, height = (float(ElementTree.fromstring(picture).attrib[side]) for side in ("width", "height"))
    assert 4 * width * height < MOST_PIXELS
