"""Every place of a chart takes what belongs there and refuses what does not."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from observatory.sandbox.grammar.param import Param
from observatory.sandbox.grammar.places import places
from observatory.sandbox.grammar.refusal import Refused
from observatory.sandbox.grammar.scope import Scope

EXAMPLES: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("examples.toml").read_text("utf-8"))


def scope() -> Scope:
    brush = Param("brush", selection=True)
    return Scope({"brush": brush}, frozenset({"rows-1"}), is_bound=False, shows_rows=True)


def checked(place: str, example: str) -> Any:
    return places()[place].check(json.loads(example), scope())


def test_every_place_has_examples() -> None:
    assert set(EXAMPLES) == set(places())


@pytest.mark.parametrize("place", [name for name in EXAMPLES if name != "data-elsewhere"])
def test_what_belongs_there_stays_as_it_is(place: str) -> None:
    assert checked(place, EXAMPLES[place][0]) == json.loads(EXAMPLES[place][0])


@pytest.mark.parametrize("place", EXAMPLES)
def test_what_does_not_is_refused(place: str) -> None:
    with pytest.raises(Refused):
        checked(place, EXAMPLES[place][1])


@pytest.mark.parametrize("place", EXAMPLES)
def test_no_place_takes_an_address_a_signal_or_a_handler(place: str) -> None:
    for name in ("url", "signal", "onclick", "__proto__", "element", "encode", "update"):
        if (place, name) != ("data-elsewhere", "url"):
            with pytest.raises(Refused):
                places()[place].check({**json.loads(EXAMPLES[place][0]), name: "a"}, scope())


@pytest.mark.parametrize("place", EXAMPLES)
def test_no_place_keeps_a_link(place: str) -> None:
    try:
        kept = places()[place].check({**json.loads(EXAMPLES[place][0]), "href": "http://a.b"}, scope())
    except Refused:
        assert "href" not in places()[place].properties
    else:
        assert "href" not in kept
