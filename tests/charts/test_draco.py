"""Draco 2's facts: charts go out and come back the same, its own answers are read, and no name becomes a fact."""

import json
from pathlib import Path

import pytest

from observatory.charts import recommend
from observatory.charts.draco import draco_wish, from_draco, to_draco
from observatory.charts.spec.vegalite import to_spec
from observatory.charts.spec.view import Encoding, View
from observatory.errors import ChartInvalidSpec, FieldNotFound
from observatory.model import FieldProfile, Filter, Profile, TopValue, Wish, WishedField

PANEL = json.loads((Path(__file__).parent / "panel.json").read_text(encoding="utf-8"))
STORAGE = {"quantitative": "DOUBLE", "temporal": "DATE", "nominal": "VARCHAR", "ordinal": "VARCHAR"}
HOSTILE = ["größe", 'a "b"', "a). :- not x. b(1", "f1", "x\ny", "% a", "a.b[0]"]

# The first answer of draco 2.0.1 to two columns of the penguins, less most of what its solver derives.
ANSWER = """
domain((mark,type),point). helper((mark,channel),m0,x). required((mark,type)). enc_id(m0,0). facet_id(0).
attribute(number_rows,root,344). attribute(task,root,summary).
attribute((field,name),f0,f0). attribute((field,type),f0,number). attribute((field,unique),f0,55).
attribute((field,min),f0,172). attribute((field,max),f0,231). attribute((field,std),f0,14).
attribute((field,name),f1,f1). attribute((field,type),f1,string). attribute((field,unique),f1,3).
attribute((field,freq),f1,152). attribute((encoding,field),e0,f0). attribute((encoding,field),e1,f1).
attribute((encoding,channel),e1,y). attribute((encoding,channel),e0,x). attribute((mark,type),m0,tick).
attribute((view,coordinates),v0,cartesian). attribute((scale,type),(s,e1),ordinal).
attribute((scale,channel),(s,e1),y). attribute((scale,type),(s,e0),linear). attribute((scale,channel),(s,e0),x).
entity(field,root,f0). entity(field,root,f1). entity(view,root,v0). entity(mark,v0,m0). entity(encoding,m0,e0).
entity(encoding,m0,e1). entity(scale,v0,(s,e0)). entity(scale,v0,(s,e1)).
preference(encoding,e0). preference(continuous_not_zero,e0). preference(c_d_overlap_tick,m0).
"""


def profile_of(request_: dict) -> Profile:
    fields = []
    for name, known in PANEL["fields"].items():
        data = {"name": name, "storage": STORAGE[known["type"]], "missing": 0, **known}
        fields.append(
            FieldProfile.from_dict(data | {"distinct": request_.get("distinct", {}).get(name, data["distinct"])})
        )
    return Profile(request_.get("rows", PANEL["rows"]), tuple(fields))


def wish_of(request_: dict) -> Wish:
    fields = tuple(WishedField(name.rstrip(")").split("(")[-1]) for name in request_["fields"])
    return Wish(fields, mark=request_.get("mark"), task=request_.get("task"))


def untitled(spec):
    if isinstance(spec, dict):
        return {key: untitled(value) for key, value in spec.items() if key != "title"}
    return [untitled(item) for item in spec] if isinstance(spec, list) else spec


PROFILE = profile_of({})
COUNT = {"type": "quantitative", "aggregate": "count"}
REGION = {"field": "region", "type": "nominal"}
PRICE = {"field": "price", "type": "quantitative"}


@pytest.mark.parametrize("request_", PANEL["requests"], ids=lambda r: " ".join([*r["fields"], r.get("task", "")]))
def test_every_recommended_chart_that_draco_has_words_for_comes_back_the_same(request_):
    profile = profile_of(request_)
    for chart in recommend(profile, wish_of(request_)):
        mark = chart.spec.get("mark")
        if mark == "boxplot" or "xOffset" in chart.spec["encoding"]:
            with pytest.raises(ChartInvalidSpec, match="Draco has no word"):
                to_draco(chart.spec, profile)
            continue
        facts = to_draco(chart.spec, profile)
        assert untitled(from_draco(facts.text, facts.names)) == untitled(chart.spec)
        assert facts.notes == ()


@pytest.mark.parametrize(
    "spec",
    [
        {
            "mark": "bar",
            "encoding": {"x": REGION, "y": {**COUNT, "stack": None}, "color": {"field": "sex", "type": "nominal"}},
        },
        {
            "mark": "bar",
            "encoding": {"x": REGION, "y": {**COUNT, "stack": "zero"}, "color": {"field": "sex", "type": "nominal"}},
        },
        {"mark": "area", "encoding": {"x": {"field": "year", "type": "quantitative"}, "y": COUNT, "color": REGION}},
        {
            "mark": "point",
            "encoding": {
                "x": {**PRICE, "scale": {"zero": False}},
                "y": {"field": "income", "type": "quantitative", "scale": {"type": "log"}},
            },
        },
        {"mark": "bar", "encoding": {"x": {**PRICE, "bin": {"maxbins": 7}}, "y": COUNT, "row": REGION}},
        {
            "mark": "rect",
            "encoding": {
                "x": {"field": "day", "type": "ordinal", "timeUnit": "month"},
                "y": {"field": "grade", "type": "ordinal"},
                "color": COUNT,
            },
        },
        {"mark": "bar", "encoding": {"x": {**REGION, "sort": "-y"}, "y": {**PRICE, "aggregate": "median"}}},
        {"mark": "text", "encoding": {"x": REGION, "y": {"field": "sex", "type": "nominal"}, "text": COUNT}},
        {"mark": "point", "encoding": {"x": {"field": "day", "type": "temporal", "aggregate": "max"}, "y": REGION}},
    ],
    ids=lambda spec: spec["mark"],
)
def test_what_draco_has_no_word_for_is_carried_along(spec):
    facts = to_draco(spec, PROFILE)
    assert from_draco(facts.text, facts.names) == spec


def test_the_interval_around_a_mean_is_carried_along():
    mean = {"field": "price", "type": "quantitative", "aggregate": "mean"}
    view = View(
        "bar", (Encoding("x", "region", "nominal"), Encoding("y", "price", "quantitative", "mean")), interval="ci"
    )
    facts = to_draco(to_spec(view), PROFILE)
    assert "attribute((mark,type),m0,bar)." in facts.text
    assert from_draco(facts.text, facts.names) == to_spec(view)
    assert from_draco(facts.text, facts.names)["layer"][0]["encoding"]["y"] == mean


def test_a_pie_is_a_stacked_bar_in_polar_coordinates():
    facts = to_draco({"mark": "arc", "encoding": {"theta": COUNT, "color": REGION}}, PROFILE)
    for fact in (
        "(view,coordinates),v0,polar",
        "(mark,type),m0,bar",
        "(encoding,channel),e0,y",
        "(encoding,stack),e0,zero",
    ):
        assert f"attribute({fact})." in facts.text


def test_the_table_is_described_as_draco_describes_it():
    share = FieldProfile("share", "quantitative", "measure", "DOUBLE", 0, 90, 0.2, 0.9, 0.5, 0.1)
    sex = FieldProfile("sex", "nominal", "dimension", "VARCHAR", 0, 2, top=(TopValue("f", 50), TopValue("m", 50)))
    text = draco_wish(Wish((WishedField("share"),)), Profile(100, (share, sex)), ["sex"]).text
    for fact in ("number_rows,root,100", "(field,type),f0,number", "(field,min),f0,1", "(field,std),f0,1"):
        assert f"attribute({fact})." in text
    for fact in ("(field,type),f1,string", "(field,freq),f1,50", "(field,entropy),f1,693", "(encoding,field),e0,f0"):
        assert f"attribute({fact})." in text


def test_a_wish_says_only_what_draco_has_words_for():
    fields = (
        WishedField("price", "mean", channel="y"),
        WishedField("region", channel="column"),
        WishedField(None, "count"),
    )
    facts = draco_wish(Wish(fields, mark="bar", task="trend", limit=3), PROFILE)
    assert "entity(facet,v0,c1)." in facts.text
    assert "attribute((encoding,aggregate),e2,count)." in facts.text
    assert len(facts.notes) == 2
    for wish in (Wish((WishedField("price"),), mark="boxplot"), Wish((WishedField("day", time_unit="month"),))):
        with pytest.raises(ChartInvalidSpec, match="Draco has no word"):
            draco_wish(wish, PROFILE)
    with pytest.raises(FieldNotFound):
        draco_wish(Wish((WishedField("prise"),)), PROFILE)


def test_an_answer_of_draco_is_read():
    assert from_draco(ANSWER, ["flipper length", "species"]) == {
        "mark": "tick",
        "encoding": {
            "x": {"field": "flipper length", "type": "quantitative"},
            "y": {"field": "species", "type": "nominal"},
        },
    }
    assert from_draco(ANSWER)["encoding"]["y"]["field"] == "f1"


def test_two_marks_are_layers_and_two_views_stand_side_by_side():
    second = "entity(mark,v0,m1). attribute((mark,type),m1,point). entity(encoding,m1,e9). "
    second += "attribute((encoding,channel),e9,x). attribute((encoding,field),e9,f0)."
    layered = from_draco(ANSWER + second)
    assert [layer["mark"] for layer in layered["layer"]] == ["tick", "point"]
    facet = "entity(facet,v0,c0). attribute((facet,channel),c0,col). attribute((facet,field),c0,f1)."
    assert from_draco(ANSWER + second + facet)["facet"] == {"column": {"field": "f1", "type": "nominal"}}
    view = second.replace("m1", "m2").replace("v0", "v1").replace("e9", "e8")
    assert len(from_draco(ANSWER + "entity(view,root,v1)." + view)["hconcat"]) == 2


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_becomes_a_fact(name):
    profile = Profile(50, (FieldProfile(name, "quantitative", "measure", "DOUBLE", 0, 40, 1, 9),))
    chart = recommend(profile, Wish((WishedField(name),)))[0]
    facts = to_draco(chart.spec, profile)
    plain = to_draco(
        recommend(Profile(50, (FieldProfile("a", "quantitative", "measure", "DOUBLE", 0, 40, 1, 9),)))[0].spec,
        Profile(50, (FieldProfile("a", "quantitative", "measure", "DOUBLE", 0, 40, 1, 9),)),
    )
    assert facts.text == plain.text
    assert untitled(from_draco(facts.text, facts.names)) == untitled(chart.spec)


def test_values_of_the_data_are_left_out_and_this_is_said():
    spec = {"mark": "bar", "encoding": {"x": {**REGION, "sort": ["a). b(1", "c"]}, "y": COUNT}}
    chart = recommend(PROFILE, Wish((WishedField("region"),), filters=(Filter("sex", "equal", "a). b(1"),)))[0]
    for facts in (to_draco(spec, PROFILE), to_draco(chart.spec, PROFILE)):
        assert "b(1" not in facts.text
        assert facts.notes


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        ({"mark": "boxplot", "encoding": {"y": PRICE}}, "mark “boxplot”"),
        (
            {"mark": "bar", "encoding": {"x": REGION, "y": COUNT, "xOffset": {"field": "sex", "type": "nominal"}}},
            "xOffset",
        ),
        ({"mark": "point", "encoding": {"x": PRICE, "y": {"datum": 3, "type": "quantitative"}}}, "constant"),
        ({"mark": "point", "encoding": {"x": {**PRICE, "aggregate": "q1"}, "y": REGION}}, "aggregate “q1”"),
    ],
)
def test_what_would_be_another_chart_without_its_word_is_refused(spec, what):
    with pytest.raises(ChartInvalidSpec, match=what):
        to_draco(spec, PROFILE)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("entity(view,root,v0).\nentity(mark v0,m0).", "at line 2"),
        ("entity(view,root", "cannot be read"),
        ("a :- b.", "Line 1 is not a fact"),
        ("entity(view,root,X).", "Line 1 is not a fact"),
        ("entity(view,root,(a;b)).", "Line 1 is not a fact"),
        ("entity(axis,root,a0).", "entity\\(axis,root,a0\\)"),
        ("chart(bar).", "chart\\(bar\\)"),
        ("-entity(view,root,v0).", "-entity"),
        ("attribute(3,root,1).", "attribute\\(3,root,1\\)"),
        (ANSWER + "attribute((encoding,colour),e0,red).", "encoding,colour"),
        (ANSWER + "attribute((encoding,channel),e7,x).", "e7"),
        (ANSWER + "entity(encoding,m7,e7).", "m7"),
        (ANSWER + "attribute((encoding,binning),e0,many).", "many"),
        (ANSWER + "vega((encoding,title),e0,1).", "vega"),
        (ANSWER + 'vega((encoding,time_unit),e0,"fortnight").', "fortnight"),
        (ANSWER + 'vega((view,interval),v0,"x").', "interval"),
        (ANSWER.replace("m0,tick", "m0,sankey"), "sankey"),
        (ANSWER.replace("attribute((encoding,channel),e1,y).", ""), "not complete"),
        (ANSWER.replace("cartesian", "polar"), "pie"),
        ("", "no view"),
        ("entity(view,root,v0).", "no mark"),
        ("#script(python) print(1) #end.", "Line 1"),
        ('#include "/etc/passwd".', "more than facts"),
        ("p(" * 50_000 + ")" * 50_000 + ".", "more than facts"),
    ],
)
def test_facts_that_are_not_understood_are_named(text, what):
    with pytest.raises(ChartInvalidSpec, match=what) as raised:
        from_draco(text)
    assert raised.value.hint
    assert len(raised.value.message) < 200


def test_a_field_without_a_name_is_named():
    with pytest.raises(ChartInvalidSpec, match="“f1”"):
        from_draco(ANSWER, ["flipper length"])


def test_truth_values_are_read_as_draco_writes_them():
    point = ANSWER.replace("m0,tick", "m0,bar").replace("attribute((scale,type),(s,e0),linear).", "")
    assert from_draco(point + ":- attribute((scale,zero),(s,e0)).") == from_draco(point)
    assert from_draco(point + "attribute((scale,zero),(s,e0)).") == from_draco(point)
