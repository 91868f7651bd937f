"""A chart leaves as a file of Draco's facts and comes back as it was, whatever its fields are called."""

import pytest

from observatory.charts.draco import read_facts, to_draco, write_facts
from observatory.charts.rules.told import read_chart
from observatory.errors import ChartInvalidSpec
from observatory.model import FieldProfile, Profile

NAMES = ["price", 'a "b"', "x\ny", "a). :- not x. b(1", '% f1 is "z"', "größe 🐧", "back\\slash"]


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_comes_back_under_the_names_of_its_fields(name):
    fields = (
        FieldProfile(name, "quantitative", "measure", "DOUBLE", 0, 90, 1.0, 9.0, 5.0, 2.0, {"0.5": 5.0}),
        FieldProfile("region", "nominal", "dimension", "VARCHAR", 0, 4),
    )
    encoding = {
        "x": {"field": "region", "type": "nominal"},
        "y": {"field": name.replace("\\", "\\\\"), "type": "quantitative", "aggregate": "mean"},
    }
    text = write_facts(to_draco({"mark": "bar", "encoding": encoding}, Profile(500, fields)))
    back = read_facts(text)
    assert back["mark"] == "bar"
    assert back["encoding"]["x"]["field"] == "region"
    assert back["encoding"]["y"]["aggregate"] == "mean"
    again = write_facts(to_draco(back, Profile(500, fields)))
    assert again == text


def test_facts_of_others_keep_their_own_names():
    facts = """entity(field,root,price). attribute((field,name),price,price). attribute((field,type),price,number).
    entity(view,root,v). entity(mark,v,m). attribute((mark,type),m,tick). entity(encoding,m,e).
    attribute((encoding,channel),e,x). attribute((encoding,field),e,price)."""
    assert read_facts(facts)["encoding"]["x"]["field"] == "price"


@pytest.mark.parametrize("text", ["", '% f0 is "a"', "entity(view", '% f999999999999 is "a"\n'])
def test_what_holds_no_chart_is_said(text):
    with pytest.raises(ChartInvalidSpec):
        read_facts(text)


def test_the_checker_reads_a_file_of_facts(tmp_path):
    path = tmp_path / "chart.lp"
    fields = (FieldProfile("price", "quantitative", "measure", "DOUBLE", 0, 90, 1.0, 9.0, 5.0, 2.0, {"0.5": 5.0}),)
    spec = {"mark": "tick", "encoding": {"x": {"field": "price", "type": "quantitative"}}}
    path.write_text(write_facts(to_draco(spec, Profile(50, fields))), encoding="utf-8")
    assert read_chart(str(path)) == spec
