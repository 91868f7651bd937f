"""Charts that never end: nested thousands of times, holding themselves, or doubling at each level."""

import pandas as pd
import pytest

import observatory
from observatory.charts import altair_code, check, draw
from observatory.charts.drawing.remarks import fields_of, summarises
from observatory.charts.spec.nesting import json_of
from observatory.errors import ChartInvalidSpec
from observatory.model import Profile

UNIT = {
    "mark": "bar",
    "encoding": {"x": {"field": "kind", "type": "nominal"}, "y": {"aggregate": "count", "type": "quantitative"}},
}


def nested(key, spec, times=3_000):
    for _ in range(times):
        spec = {key: [spec]} if key != "spec" else {"facet": {"field": "kind"}, "spec": spec}
    return spec


def cyclic(key):
    spec = {key: [UNIT]}
    spec[key] += [spec, spec]
    return spec


def doubled():
    value = [1]
    for _ in range(60):
        value = [value, value]
    return value


ENDLESS = {
    "layers": nested("layer", UNIT),
    "concats": nested("hconcat", UNIT),
    "facets": nested("spec", UNIT),
    "cyclic layers": cyclic("layer"),
    "cyclic concats": cyclic("vconcat"),
    "a title": UNIT | {"title": nested("a", 1)},
    "themes": UNIT | {"config": nested("a", 1)},
    "rows": UNIT | {"data": {"values": nested("a", 1)}},
    "a filter": UNIT | {"transform": [{"filter": nested("and", {"field": "kind", "equal": "a"})}]},
    "a doubled list": UNIT | {"usermeta": doubled()},
    "no object": None,
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_chart_without_end_is_refused_in_a_sentence(name):
    frame = {"kind": ["a", "b"]}
    with observatory.open() as obs:
        dataset = obs.ingest(pd.DataFrame(frame), name="kinds")
        for ask in (obs.draw, obs.picture, obs.check, obs.judged, obs.draco_facts):
            with pytest.raises(ChartInvalidSpec) as told:
                ask(ENDLESS[name], dataset)
            assert told.value.message.endswith(".")
            assert told.value.hint
    with pytest.raises(ChartInvalidSpec):
        altair_code(ENDLESS[name])


@pytest.mark.parametrize("key", ["layer", "hconcat"])
def test_the_fields_of_a_chart_that_holds_itself_are_found(key):
    assert fields_of(cyclic(key)) == {"kind"}
    assert summarises(nested(key, UNIT))


def test_a_chart_just_deep_enough_is_judged_and_said_not_to_be_drawn():
    with pytest.raises(ChartInvalidSpec, match="deeper than 12 times are not drawn"):
        draw(nested("layer", UNIT, 30), None, Profile(0, ()))
    with pytest.raises(ChartInvalidSpec, match="first 24 parts are drawn"):
        draw({"layer": [UNIT] * 100}, None, Profile(0, ()))
    assert "deeper than 12" in check(nested("layer", UNIT, 30), Profile(0, ())).notes[-1]
    with pytest.raises(ChartInvalidSpec, match="no code"):
        altair_code(nested("layer", UNIT, 30))


@pytest.mark.parametrize("spec", [UNIT | {"title": object()}, UNIT | {1: 2}, UNIT | {"config": {b"a": 1}}])
def test_what_is_no_json_is_said(spec):
    with pytest.raises(ChartInvalidSpec, match="no JSON"):
        json_of(spec)
