"""The charts page: look, change a chart, repair it, set it beside another, pin it; the link holds all of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest

from observatory.ui.chart_link import packed, unpacked

POINTS = {
    "mark": "point",
    "encoding": {
        "x": {"field": "bill_depth_mm", "type": "quantitative", "scale": {"zero": False}},
        "y": {"field": "bill_length_mm", "type": "quantitative", "scale": {"zero": False}},
    },
}
BROKEN = {**POINTS, "mark": "bar"}
MEANS = {
    "mark": "bar",
    "encoding": {
        "x": {"field": "species", "type": "nominal"},
        "y": {"field": "body_mass_g", "type": "quantitative", "aggregate": "mean"},
    },
}
HOSTILE = "<img src=x onerror=alert(1)> :red[b] $c$"

Open = Callable[..., AppTest]


def said(app: AppTest) -> str:
    """All the words on the page, as they are read."""
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.info)
    return "\n".join(str(element.value) for kind in kinds for element in kind).replace("\\", "")


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.main.button]


def chart_of(app: AppTest, name: str = "chart") -> dict[str, Any]:
    """The chart that the link of the page holds."""
    text = app.query_params[name]
    return unpacked(text if isinstance(text, str) else text[0])


def json_box(app: AppTest) -> Any:
    return next(box for box in app.text_area if box.label == "Vega-Lite JSON")


def opened(open_page: Open, spec: dict[str, Any], **more: str) -> AppTest:
    app = open_page("charts", dataset="penguins", chart=packed(spec), **more)
    assert not app.exception
    return app


def test_a_card_has_its_chart_its_reason_and_quiet_actions(open_page: Open) -> None:
    app = open_page("charts", dataset="penguins")
    assert not app.exception
    assert not app.error
    drawn = app.get("vega_lite_chart")
    assert len(drawn) >= 4
    assert all(chart.proto.alt for chart in drawn)
    assert labels(app).count("Edit") == labels(app).count("Pin") == labels(app).count("Better than …") == len(drawn)


def test_editing_opens_the_chart_of_the_card(open_page: Open) -> None:
    app = open_page("charts", dataset="penguins")
    app.button(key="charts_1_edit").click().run()
    assert not app.exception
    assert not app.error
    assert len(app.get("vega_lite_chart")) == 1
    assert "every chart must keep" in said(app) or "a chart must keep" in said(app)
    app.button(key="edit_leave").click().run()
    assert "chart" not in app.query_params
    assert len(app.get("vega_lite_chart")) >= 4


def test_a_change_is_checked_and_can_be_taken_back(open_page: Open) -> None:
    app = opened(open_page, MEANS)
    app.selectbox(key="edit_y_shown").set_value("median").run()
    app.selectbox(key="edit_mark").set_value("point").run()
    assert not app.exception
    assert not app.error
    changed = chart_of(app)
    assert (changed["mark"], changed["encoding"]["y"]["aggregate"]) == ("point", "median")
    app.button(key="edit_undo").click().run()
    assert chart_of(app)["mark"] == "bar"
    assert app.selectbox(key="edit_mark").value == "bar"
    app.button(key="edit_restart_alt").click().run()
    assert chart_of(app) == MEANS
    assert app.button(key="edit_undo").disabled


def test_channels_are_changed_added_and_removed(open_page: Open) -> None:
    app = opened(open_page, MEANS)
    app.selectbox(key="edit_new_channel").set_value("color")
    app.selectbox(key="edit_new_field").set_value("sex")
    app.button(key="edit_new").click().run()
    assert chart_of(app)["encoding"]["color"] == {"field": "sex", "type": "nominal", "title": "sex"}
    app.selectbox(key="edit_y_stack_zero").set_value("normalize").run()
    assert chart_of(app)["encoding"]["y"]["stack"] == "normalize"
    app.button(key="edit_color_remove").click().run()
    app.selectbox(key="edit_y_field").set_value(0).run()
    app.button(key="edit_swap").click().run()
    assert not app.exception
    assert not app.error
    assert chart_of(app)["encoding"]["x"]["aggregate"] == "count"
    assert chart_of(app)["encoding"]["y"]["field"] == "species"


def test_a_repaired_scale_stays_repaired(open_page: Open) -> None:
    app = opened(open_page, MEANS)
    app.selectbox(key="edit_y_scale_auto").set_value("log").run()
    assert "cannot be drawn on a logarithmic scale" in said(app)
    stale = app.selectbox(key="edit_y_scale_log").proto.id
    next(b for b in app.main.button if "linear scale" in b.label).click().run()
    assert "scale" not in chart_of(app)["encoding"]["y"]
    assert stale not in {box.proto.id for box in app.selectbox}
    app.selectbox(key="edit_y_shown").set_value("median").run()
    assert "scale" not in chart_of(app)["encoding"]["y"]
    assert app.selectbox(key="edit_y_scale_auto").value == "auto"


def test_a_chart_without_a_mark_is_told_so_once(open_page: Open) -> None:
    app = opened(open_page, {"title": "Nothing"})
    assert said(app).count("no Vega-Lite chart") == 1
    assert "repair" not in said(app)
    app.query_params["chart"] = packed({"encoding": {"x": {"field": "sex"}}})
    app.run()
    assert said(app).count("has no “mark”.") == 1


def test_json_that_is_no_chart_is_kept_beside_what_is_wrong(open_page: Open) -> None:
    app = opened(open_page, MEANS)
    json_box(app).set_value("{ broken").run()
    box = next(box for box in app.expander if box.label == "As Vega-Lite JSON")
    assert box.proto.expanded
    assert "not valid JSON" in box.error[0].value
    assert box.text_area[0].value == "{ broken"
    json_box(app).set_value(json.dumps({**MEANS, "mark": "point"})).run()
    assert not app.error
    assert chart_of(app)["mark"] == "point"
    app.button(key="edit_undo").click().run()
    assert json.loads(json_box(app).value) == MEANS


def test_a_broken_chart_says_why_and_is_put_right_by_one_click(open_page: Open) -> None:
    app = opened(open_page, BROKEN)
    assert "This chart breaks rules that every chart must keep" in said(app)
    assert "two numbers want points" in said(app)
    repair = app.button(key="edit_repair_0")
    assert "point" in repair.label
    repair.click().run()
    assert not app.error
    assert chart_of(app)["mark"] == "point"
    assert "It keeps every rule" in said(app)
    app.button(key="edit_undo").click().run()
    assert chart_of(app) == BROKEN


def test_a_chart_that_costs_more_is_told_why_the_best_is_better(open_page: Open) -> None:
    app = opened(open_page, {**MEANS, "mark": "point"})
    assert "The best chart of these fields costs" in said(app)
    app.button(key="edit_best_compare").click().run()
    assert chart_of(app, "against")["mark"] == "bar"
    assert "The second one is better: it costs" in said(app)
    costs = [int(n) for n in re.findall(r"costs (\d+), the first one (\d+)", said(app))[0]]
    gaps = re.findall(r"\*\*(\d+)\*\* more for the (first|second)", said(app))
    assert sum(int(n) * (1 if side == "first" else -1) for n, side in gaps) == costs[1] - costs[0]
    app.button(key="contest_swap").click().run()
    assert "The first one is better" in said(app)


def test_the_rules_name_the_better_one() -> None:
    from observatory.model import RankedChart, Violation
    from observatory.ui.chart_contest import headline

    def chart(*found: tuple[str, int | None, int]) -> RankedChart:
        broken = tuple(Violation(rule, rule.upper(), weight, n) for rule, weight, n in found)
        return RankedChart(0, sum((v.weight or 0) * v.count for v in broken), {}, "", (), broken, "")

    left, right = chart(("a", 2, 1), ("b", 1, 1)), chart(("a", 2, 3), ("c", 5, 1))
    assert headline(left, right) == "The first one is better: it costs 3, the second one 11"
    assert "both equally good" in headline(left, left)
    assert headline(chart(("h", None, 1)), right).startswith("The second one")


def test_what_a_choice_changed_is_said_as_it_is() -> None:
    from observatory.model import RankedChart, Violation
    from observatory.ui.chart_contest import learned

    def chart(rule: str, weight: int | None) -> RankedChart:
        return RankedChart(0, weight or 0, {}, "", (), (Violation(rule, rule, weight, 1),), "")

    dear, cheap, between = chart("a", 5), chart("b", 1), chart("a", 0)
    assert "does not outweigh" in learned((dear, cheap), (dear, cheap))
    assert "now put that one first" in learned((dear, cheap), (between, cheap))
    assert "already" in learned((cheap, dear), (cheap, dear))
    assert "no difference" in learned((dear, dear), (dear, dear))
    assert "must keep" in learned((chart("h", None), cheap), (chart("h", None), cheap))


def test_a_chart_is_set_beside_one_of_its_own_fields(open_page: Open) -> None:
    app = open_page("charts", dataset="penguins")
    shown = {b.key for b in app.main.button if str(b.key).endswith("_better")}
    app.button(key=min(shown)).click().run()
    assert not app.error
    fields = [
        {d["field"] for d in chart_of(app, name)["encoding"].values() if "field" in d} for name in ("chart", "against")
    ]
    assert fields[0] == fields[1]


def test_a_pinned_chart_stands_in_the_report(open_page: Open) -> None:
    app = opened(open_page, MEANS)
    app.button(key="edit_pin").click().run()
    assert app.button(key="edit_pin").label == "Pinned"
    app.button(key="edit_leave").click().run()
    app.text_input(key="charts_pin_0").set_value("For the talk").run()
    from observatory.ui.chart_pins import page
    from observatory.ui.session import observatory

    dataset = observatory().dataset("penguins")
    written = page(dataset)
    assert written.index("Pinned charts") < written.index("For the talk") < written.index("Can I trust it?")
    assert '<p class="note"><strong>For the talk</strong></p>' in written
    best = observatory().recommend(dataset)[0]
    observatory().pin(dataset, best.spec)
    told = observatory().report(dataset)
    assert best.spec in [chart.spec for chart in told.pinned]
    assert best.spec not in [chart.spec for chart in told.charts]
    assert [chart.rank for chart in told.charts] == [1, 2, 3, 4, 5][: len(told.charts)]
    observatory().unpin(dataset, 1)
    overview = open_page("overview", dataset="penguins")
    assert not overview.error
    assert "For the talk" in said(overview)
    app.button(key="charts_pin_0_remove").click().run()
    assert observatory().pins(dataset) == []
    assert "Pinned to the report" not in [box.label for box in app.expander]


def test_a_chart_of_yours_is_checked_over_this_data(open_page: Open) -> None:
    app = open_page("charts", dataset="penguins")
    app.text_area(key="charts_pasted").set_value(json.dumps({**MEANS, "data": {"url": "elsewhere.csv"}}))
    app.button(key="charts_check").click().run()
    assert not app.error
    assert chart_of(app) == MEANS
    assert len(app.get("vega_lite_chart")) == 1


def test_what_is_no_chart_gets_a_sentence(open_page: Open) -> None:
    app = open_page("charts", dataset="penguins")
    for text, words in (("", "nothing to check"), ("{", "not valid JSON"), ("[1]", "not a JSON object")):
        app.text_area(key="charts_pasted").set_value(text)
        app.button(key="charts_check").click().run()
        assert not app.exception
        box = next(box for box in app.expander if box.label == "Check a chart of yours")
        assert box.proto.expanded
        assert words in box.error[0].value
        assert box.text_area[0].value == text
        assert "chart" not in app.query_params


def test_a_link_without_a_readable_chart_shows_the_list(open_page: Open) -> None:
    app = open_page("charts", dataset="penguins", chart="!")
    assert not app.exception
    assert app.error
    assert len(app.get("vega_lite_chart")) >= 4


ODD: list[dict[str, Any]] = [
    {},
    {"mark": "bar"},
    {"mark": "scatter", "encoding": {"x": {"field": "year"}}},
    {"mark": "bar", "encoding": {"x": {"field": "nobody", "type": "nominal"}}},
    {"mark": {"type": []}, "encoding": {"x": 5, "y": {"field": {}}}},
    {"layer": [MEANS, {"mark": "rule", "encoding": {"y": {"aggregate": "mean", "field": "body_mass_g"}}}]},
    {"encoding": {"x": {"field": HOSTILE, "title": HOSTILE}}, "mark": HOSTILE, "title": HOSTILE},
    {**MEANS, "transform": [{"calculate": "datum.a", "as": "b"}], "params": [{"name": "p"}]},
]


def test_an_odd_chart_in_the_link_is_answered_in_sentences(open_page: Open) -> None:
    app = opened(open_page, MEANS)
    for spec in ODD:
        app.query_params["chart"] = packed(spec)
        app.run()
        assert not app.exception
        assert "on our side" not in said(app), spec
        assert "edit_leave" in {button.key for button in app.main.button}
        assert json_box(app).value == json.dumps(spec, indent=2, ensure_ascii=False)


def test_hostile_names_do_no_harm_in_the_editor(open_page: Open) -> None:
    open_page()
    from observatory.ui.session import observatory

    dataset = observatory().ingest(pd.DataFrame({HOSTILE: ["<b>", ":red[x]"] * 30, "n": range(60)}), "hostile")
    spec = {
        "mark": "bar",
        "encoding": {"y": {"field": HOSTILE, "type": "nominal"}, "x": {"field": "n", "aggregate": "mean"}},
    }
    app = open_page("charts", dataset=dataset.id, chart=packed(spec))
    assert not app.exception
    assert not app.error
    assert "<img" not in "\n".join(str(m.value) for m in app.markdown).replace("\\<img", "")


def test_what_one_finds_better_is_shown_editable_and_taken_back(open_page: Open) -> None:
    from observatory.ui.session import observatory

    app = opened(open_page, MEANS, against=packed({**MEANS, "mark": "point"}))
    app.button(key="contest_second_better").click().run()
    assert not app.error
    assert len(observatory().choices()) == 1
    app.button(key="contest_leave").click().run()
    app.session_state["charts_prefer"] = True
    app.run()
    assert not app.exception
    assert not app.error
    assert "You found 1 chart better than another" in said(app)
    app.selectbox(key="prefer_another").set_value("bin").run()
    app.number_input(key="prefer_bin").set_value(77).run()
    assert observatory().rule_weights().of("bin") == 77
    assert "as shipped" in said(app)
    app.button(key="prefer_reset").click().run()
    assert observatory().choices() == []
    assert "Nothing yet" in said(app)
