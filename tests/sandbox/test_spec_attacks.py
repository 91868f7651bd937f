"""Every attack that a chart can carry is refused in plain words, or drawn without what made it one."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from benchmarks.sandbox.spec_attacks import SpecAttack, dangers, spec_attacks
from benchmarks.sandbox.spec_entrances import Entrances
from benchmarks.sandbox.spec_watch import listener
from observatory.errors import ChartInvalidSpec
from observatory.sandbox.grammar import accept
from observatory.ui.chart_link import read


@pytest.fixture(scope="module")
def entrances() -> Iterator[Entrances]:
    """`check`, `draw` and the SVG of an observatory, in a process that may die of an attack."""
    opened = Entrances(("check", "draw", "svg"))
    yield opened
    opened.close()


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


@pytest.mark.parametrize("attack", spec_attacks(), ids=lambda attack: f"{attack.kind}-{attack.name}")
def test_an_attack_is_refused_or_harmless(attack: SpecAttack, entrances: Entrances, port: int) -> None:
    text = attack.text(port)
    try:
        spec = json.loads(text)
    except (ValueError, RecursionError):
        with pytest.raises(ChartInvalidSpec):
            read(text)
        return
    try:
        accepted = accept(spec).spec
    except ChartInvalidSpec as error:
        said = error
    else:
        assert dangers(accepted) == []
        assert [answer for answer in entrances(text).values() if answer.startswith("EFFECT")] == []
        return
    assert said.message
    assert len(said.message) + len(said.hint) < 1000


def test_what_the_grammar_refuses_no_entrance_lets_in(entrances: Entrances, port: int) -> None:
    attack = next(attack for attack in spec_attacks() if attack.name == "image_mark")
    said = entrances(attack.text(port))
    assert {name: answer.partition(":")[0] for name, answer in said.items()} == {
        "check": "refused",
        "draw": "refused",
        "svg": "refused",
    }
