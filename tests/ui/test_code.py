"""The code page: a chart's code is read, changed, run and mended; the link holds it, and no error text does harm."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from observatory import bootstrap
from observatory.errors import ChartCodeError, ChartCodeFailed, SandboxUnavailable
from observatory.model import SandboxLayer, SandboxStatus
from observatory.sandbox.box import Drawn
from observatory.ui import chart_link
from observatory.ui.code_diff import diff, replaced, summary
from observatory.ui.code_error import excerpt
from observatory.ui.code_link import CODE, MOST, packed, unpacked
from observatory.ui.code_result import shortened

COUNTS: dict[str, Any] = {
    "mark": "bar",
    "encoding": {"x": {"field": "species", "type": "nominal"}, "y": {"aggregate": "count", "type": "quantitative"}},
}
GOOD = "chart = alt.Chart(data).mark_bar().encode(x='species', y='count()')"
BAD = "import altair as alt\n\nchart = alt.Chart(dta).mark_bar()"
HOSTILE = "</code><img src=x onerror=alert(1)> :red[b] $c$ [d](http://e.f) ```"
LAYERS = (
    SandboxLayer("rlimits", "on", True, "Time and memory end."),
    SandboxLayer("seccomp", "missing", True, "Few calls are let through."),
    SandboxLayer("landlock", "off", False, HOSTILE),
)

Open = Callable[..., AppTest]


class ScriptedSandbox:
    """A sandbox that runs nothing: it draws counts, knows one mistake, and can be as hostile as code can."""

    def __init__(self, status: SandboxStatus) -> None:
        self._status = status
        self.asked: list[str] = []

    def status(self) -> SandboxStatus:
        return self._status

    def run(self, code: str, key: str, rows: Callable[[], Any]) -> Drawn:
        self.asked.append(code)
        if not self._status.ready:
            raise SandboxUnavailable(self._status.detail)
        if "hostile" in code:
            raise ChartCodeFailed(HOSTILE, HOSTILE, line=1, fix=HOSTILE, printed=HOSTILE)
        if "dta" in code:
            fix = code.replace("dta", "data")
            raise ChartCodeFailed("The name “dta” is not defined.", "Did you mean “data”?", line=3, fix=fix)
        return Drawn(COUNTS, (HOSTILE,) if "noted" in code else (), 0.01, "[1, 2]" if "print" in code else "")

    def close(self) -> None: ...


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> ScriptedSandbox:
    """The sandbox of the dashboard, scripted and ready."""
    scripted = ScriptedSandbox(SandboxStatus(True, "Chart code is held by 2 layers.", LAYERS))
    monkeypatch.setattr(bootstrap, "_sandbox", lambda settings: scripted)
    return scripted


def said(app: AppTest) -> str:
    """All the words on the page, as they are read."""
    kinds = (app.title, app.header, app.markdown, app.caption, app.error, app.info)
    return "\n".join(str(element.value) for kind in kinds for element in kind).replace("\\", "")


def plain(app: AppTest) -> str:
    """The words on the page without the marks of their colour and weight."""
    return said(app).replace(":gray[", "").replace("]", "").replace("**", "")


def opened(open_page: Open, code: str | None = None, chart: Mapping[str, Any] | None = None) -> AppTest:
    params = {CODE: packed(code)} if code is not None else {}
    if chart is not None:
        params[chart_link.CHART] = chart_link.packed(chart)
    app = open_page("code", dataset="penguins", **params)
    assert not app.exception
    return app


def editor(app: AppTest) -> Any:
    return app.text_area(key="code_text")


def run(app: AppTest, code: str) -> AppTest:
    editor(app).set_value(code)
    app.button(key="code_run").click().run()
    assert not app.exception
    return app


def linked(app: AppTest) -> str:
    text = app.query_params[CODE]
    return unpacked(text if isinstance(text, str) else text[0])


def drawn(app: AppTest) -> list[Any]:
    return list(app.get("vega_lite_chart"))


def test_without_a_data_set_there_is_one_way_on(open_page: Open, box: ScriptedSandbox) -> None:
    app = open_page("code")
    assert not app.exception
    assert "No data set is open yet" in said(app)
    assert [button.label for button in app.main.button] == ["Choose a data set"]
    assert box.asked == []


def test_it_opens_with_the_code_of_the_best_chart_and_draws_it(open_page: Open, box: ScriptedSandbox) -> None:
    from observatory.ui.session import observatory

    app = opened(open_page)
    assert not app.error
    best = observatory().recommend("penguins", k=1)[0]
    assert editor(app).value == best.code.rstrip()
    assert CODE not in app.query_params
    assert editor(app).label == "Python code"
    assert len(drawn(app)) == 1
    assert drawn(app)[0].proto.alt
    assert not app.radio


def test_it_opens_with_the_code_of_the_chart_one_came_from(open_page: Open, box: ScriptedSandbox) -> None:
    app = opened(open_page, chart=COUNTS)
    assert "aggregate='count'" in editor(app).value
    assert CODE not in app.query_params
    run(app, GOOD)
    assert linked(app) == GOOD
    assert chart_link.CHART not in app.query_params


def test_a_link_with_code_runs_it_and_shows_the_same_again(open_page: Open, box: ScriptedSandbox) -> None:
    app = opened(open_page, GOOD)
    assert editor(app).value == GOOD
    assert box.asked == [GOOD]
    assert len(drawn(app)) == 1
    app.run()
    assert box.asked == [GOOD]
    again = opened(open_page, linked(app))
    assert drawn(again)[0].proto.spec == drawn(app)[0].proto.spec


def test_an_error_names_the_line_and_its_fix_mends_it(open_page: Open, box: ScriptedSandbox) -> None:
    app = run(opened(open_page, GOOD), BAD)
    assert "Line 3: The name “dta” is not defined." in said(app)
    assert "Did you mean “data”?" in said(app)
    assert [c.value for c in app.code][:2] == [
        "  1  import altair as alt\n  2\n▶ 3  chart = alt.Chart(dta).mark_bar()",
        "-chart = alt.Chart(dta).mark_bar()\n+chart = alt.Chart(data).mark_bar()",
    ]
    assert drawn(app) == []
    assert linked(app) == BAD
    app.button(key="code_fix").click().run()
    assert not app.exception
    assert not app.error
    assert editor(app).value == linked(app) == BAD.replace("dta", "data")
    assert len(drawn(app)) == 1


def test_attempts_are_kept_compared_and_gone_back_to(open_page: Open, box: ScriptedSandbox) -> None:
    app = run(opened(open_page, GOOD), BAD)
    app.button(key="code_fix").click().run()
    attempts = app.radio(key="code_chosen")
    assert [line.replace("\\", "") for line in attempts.options] == [
        "3 · data",
        "2 · failed: The name “dta” is not defined.",
        "1 · where it began",
    ]
    assert "dta became data" in plain(app)
    assert app.code[-1].value.endswith("-chart = alt.Chart(dta).mark_bar()\n+chart = alt.Chart(data).mark_bar()")
    attempts.set_value(2).run()
    assert editor(app).value == linked(app) == BAD
    assert "Line 3" in said(app)
    assert len(app.radio(key="code_chosen").options) == 3
    app.radio(key="code_chosen").set_value(1).run()
    assert editor(app).value == GOOD
    assert "Attempt 1 is where it began." in said(app)
    app.selectbox(key="code_against_1").select(3).run()
    assert app.code[-1].value.endswith(f"+{GOOD}")


def test_few_attempts_are_listed_and_all_on_demand(open_page: Open, box: ScriptedSandbox) -> None:
    app = opened(open_page, GOOD)
    for number in range(2, 9):
        run(app, f"{GOOD}  # {number}")
    assert [option.partition(" ")[0] for option in app.radio(key="code_chosen").options] == ["8", "7", "6", "5", "4"]
    app.button(key="code_more").click().run()
    assert len(app.radio(key="code_chosen").options) == 8
    app.radio(key="code_chosen").set_value(1).run()
    app.button(key="code_more").click().run()
    assert [option[0] for option in app.radio(key="code_chosen").options] == ["8", "7", "6", "5", "4", "1"]


def test_what_is_not_run_is_marked_kept_and_taken_back(open_page: Open, box: ScriptedSandbox) -> None:
    since = "What you changed since is not in it."
    app = run(opened(open_page, GOOD), f"{GOOD}  # 2")
    assert since not in said(app)
    editor(app).set_value("a draft").run()
    assert since in said(app)
    assert box.asked == [GOOD, f"{GOOD}  # 2"]
    app.radio(key="code_chosen").set_value(1).run()
    assert editor(app).value == GOOD
    assert since not in said(app)
    app.switch_page("pages/overview.py").run()
    app.switch_page("pages/code.py").run()
    assert editor(app).value == GOOD
    app.radio(key="code_chosen").set_value(2).run()
    assert editor(app).value == "a draft"
    assert since in said(app)
    app.button(key="code_undo").click().run()
    assert editor(app).value == f"{GOOD}  # 2"
    assert since not in said(app)


def test_a_draft_that_is_run_is_none_any_more(open_page: Open, box: ScriptedSandbox) -> None:
    app = run(opened(open_page, GOOD), f"{GOOD}  # 2")
    app.radio(key="code_chosen").set_value(1).run()
    assert editor(app).value == GOOD
    assert "What you changed since" not in said(app)


def test_what_was_open_last_is_open_and_linked_on_the_way_back(open_page: Open, box: ScriptedSandbox) -> None:
    app = run(opened(open_page), GOOD)
    del app.query_params[CODE]
    app.switch_page("pages/overview.py").run()
    app.switch_page("pages/code.py").run()
    assert editor(app).value == GOOD == linked(app)
    del app.query_params[CODE]
    app.run()
    assert "alt.Chart(data" in editor(app).value
    assert editor(app).value != GOOD
    assert CODE not in app.query_params


def test_the_same_code_is_run_again_on_demand_and_is_one_attempt(open_page: Open, box: ScriptedSandbox) -> None:
    app = run(opened(open_page, GOOD), GOOD)
    assert box.asked == [GOOD, GOOD]
    assert not app.radio


def test_the_attempts_of_another_data_set_stay_there(open_page: Open, box: ScriptedSandbox) -> None:
    app = run(opened(open_page, GOOD), BAD)
    del app.query_params[CODE]
    app.query_params["dataset"] = "cars"
    app.run()
    assert not app.exception
    assert not app.radio
    assert editor(app).value != BAD
    assert CODE not in app.query_params
    app.query_params["dataset"] = "penguins"
    app.run()
    assert linked(app) == BAD
    assert len(app.radio(key="code_chosen").options) == 2


def test_what_the_code_prints_stands_beneath_the_chart(open_page: Open, box: ScriptedSandbox) -> None:
    app = run(opened(open_page), f"print([1, 2])\n{GOOD}")
    assert "[1, 2]" in [block.value for block in app.code]
    assert "Your code printed:" not in said(run(app, GOOD))


def test_views_show_the_spec_and_what_the_rules_say(open_page: Open, box: ScriptedSandbox) -> None:
    app = opened(open_page, GOOD)
    app.session_state["code_view"] = "Vega-Lite"
    app.run()
    assert '"aggregate": "count"' in app.code[-1].value
    assert "This is what your code gave" in said(app)
    app.session_state["code_view"] = "What the rules say"
    app.run()
    assert not app.exception
    assert "It costs" in said(app)


def test_parts_are_promised_only_where_there_are_parts(
    open_page: Open, box: ScriptedSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise, own = "its parts can be changed", {"data": {"name": "own"}, "datasets": {"own": [{"species": "A"}] * 3}}
    app = opened(open_page, GOOD)
    assert promise in app.button(key="code_make").help
    monkeypatch.setattr(box, "run", lambda code, key, rows: Drawn(COUNTS | own, (), 0.01))
    run(app, f"{GOOD}  # 2")
    assert promise not in app.button(key="code_make").help
    app.session_state["code_view"] = "What the rules say"
    app.run()
    assert promise not in said(app)


def test_the_chart_is_pinned_and_made_the_chart(open_page: Open, box: ScriptedSandbox) -> None:
    from observatory.ui.session import observatory

    app = opened(open_page, GOOD)
    app.button(key="code_pin").click().run()
    assert [chart.spec for chart in observatory().pins("penguins")] == [COUNTS]
    app.button(key="code_make").click().run()
    assert not app.exception
    assert "How do I show it?" in said(app)
    text = app.query_params[chart_link.CHART]
    assert chart_link.unpacked(text if isinstance(text, str) else text[0]) == COUNTS


def test_the_code_of_a_chart_leads_here(open_page: Open, box: ScriptedSandbox) -> None:
    app = open_page("charts", dataset="penguins", chart=chart_link.packed(COUNTS))
    app.session_state["edit_details"] = True
    app.run()
    assert not app.exception
    links = [link.proto for link in app.get("page_link") if link.proto.label == "Edit and run"]
    assert [link.query_string.split("&")[-1] for link in links] == [f"chart={chart_link.packed(COUNTS)}"]


def test_what_the_code_says_does_no_harm(open_page: Open, box: ScriptedSandbox) -> None:
    app = run(run(opened(open_page, GOOD), "hostile"), "noted")
    app.radio(key="code_chosen").set_value(2).run()
    shown = [*app.error, *app.markdown, *app.caption, *app.radio[0].options]
    texts = [str(getattr(element, "value", element)) for element in shown]
    assert any("onerror" in text for text in texts)
    for text in texts:
        bare = text.replace("\\<", "").replace("\\:", "").replace("\\[", "").replace("\\$", "").replace("\\`", "")
        assert not any(sign in bare for sign in ("<img", ":red[", "$c", "[d]", "```")), text


def test_layers_are_told_with_their_state(open_page: Open, box: ScriptedSandbox) -> None:
    app = opened(open_page, GOOD)
    told = app.table[0].value
    assert [name.partition(" :gray")[0] for name in told["Layer"]] == [
        "Bounds on time and memory",
        "Few calls to the system",
        "Files and ports are closed",
    ]
    assert list(told["Needed"]) == ["yes", "yes", "one of the two"]
    assert list(told["Here"]) == ["● holds", "◌ not on this machine", "○ left out"]
    assert "Chart code is held by 2 layers." in said(app)


def test_where_code_cannot_be_held_it_is_shown_and_not_run(open_page: Open, box: ScriptedSandbox) -> None:
    box._status = SandboxStatus(False, "Chart code is not run here, for this machine lacks seccomp.", LAYERS)
    app = opened(open_page)
    assert not app.error
    assert "this machine lacks seccomp" in said(app)
    assert [c.language for c in app.code] == ["python"]
    assert "alt.Chart(data" in app.code[0].value
    assert len(drawn(app)) == 1
    assert not app.text_area
    assert {button.label for button in app.main.button} == set()
    assert len(app.table) == 1
    other = opened(open_page, "hostile")
    assert other.code[0].value == "hostile"
    assert drawn(other) == []
    assert box.asked == []


def test_a_link_without_readable_code_is_told_and_the_best_chart_opens(open_page: Open, box: ScriptedSandbox) -> None:
    for text in ("!", packed("x" * (MOST + 1)), packed("x" * 5_000_000), packed(GOOD)[:-8], "aGVsbG8"):
        app = open_page("code", dataset="penguins", **{CODE: text})
        assert not app.exception
        assert "in the link" in said(app) or "The link holds" in said(app)
        assert "alt.Chart(data" in editor(app).value


def test_a_chart_that_has_no_code_is_told(open_page: Open, box: ScriptedSandbox) -> None:
    app = opened(open_page, chart={"title": "Nothing"})
    assert app.error
    assert "alt.Chart(data" in editor(app).value


def test_code_goes_through_a_link_unchanged() -> None:
    for code in ("", GOOD, "é“”\t\r\n🐧", "x" * MOST):
        assert unpacked(packed(code)) == code
    with pytest.raises(ChartCodeError):
        unpacked(packed("x" * (MOST + 1)))


def test_an_excerpt_stays_inside_the_code() -> None:
    code = "\n".join(f"line {n}" for n in range(1, 13))
    assert excerpt(code, 1).splitlines() == ["▶ 1  line 1", "  2  line 2", "  3  line 3"]
    assert excerpt(code, 12).splitlines() == ["  10  line 10", "  11  line 11", "▶ 12  line 12"]


def test_a_difference_shows_what_changed() -> None:
    assert diff("a", "a") == ""
    assert diff("", "a") == "+a"
    assert diff("a\nb\nc", "a\nc", around=0) == "-b"


def test_a_change_is_told_by_the_words_that_are_new() -> None:
    assert replaced(GOOD, GOOD.replace("count()", "mean(mass)")) == ("y='count()'", "y='mean(mass)'")
    assert summary(GOOD, GOOD.replace("count()", "mean(mass)")) == "y='mean(mass)'"
    assert summary(GOOD, GOOD.replace(", y='count()'", "")) == "without y='count()'"
    assert summary(GOOD, f"a = 1\nb = 2\n{GOOD}") == "a = 1 and 1 more line"
    assert summary(GOOD, f"{GOOD}\n\n") == "spaces and blank lines"
    assert summary(f"a = 1\n{GOOD}", GOOD) == "without a = 1"
    assert replaced(GOOD, "something else") is None
    assert replaced("x(" * 5_000, "y(" * 5_000) is None


def test_many_lines_that_are_alike_are_compared_line_by_line() -> None:
    old = "".join(f"{chr(200 + n % 60)}\nclas\n" for n in range(2_400))
    new = old.replace("clas", "class")
    assert diff(old, new) == "\n".join(["-clas"] * 2_400 + ["+class"] * 2_400)
    assert diff(old, old) == ""


def test_own_rows_are_shortened_in_the_view() -> None:
    spec = {"mark": "bar", "datasets": {"a": [{"x": n} for n in range(10)], "b": [{"x": 1}]}}
    shown, left_out = shortened(spec)
    assert left_out == 7
    assert shown["datasets"] == {"a": [{"x": 0}, {"x": 1}, {"x": 2}], "b": [{"x": 1}]}
    assert len(spec["datasets"]["a"]) == 10  # type: ignore[index]


def test_the_look_is_one_file_of_the_package() -> None:
    from observatory.ui import LOOK

    assert "stCode" in Path(LOOK).read_text("utf-8")


def test_a_field_that_does_not_exist_is_an_error_with_its_line_and_fix(
    open_page: Open, box: ScriptedSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {**COUNTS, "encoding": {**COUNTS["encoding"], "x": {"field": "speices", "type": "nominal"}}}
    monkeypatch.setattr(box, "run", lambda code, key, rows: Drawn(wrong if "speices" in code else COUNTS, (), 0.01))
    app = run(opened(open_page, GOOD), "# a\n" + GOOD.replace("species", "speices"))
    assert "Line 2: There is no field called “speices”." in said(app)
    app.button(key="code_fix").click().run()
    assert not app.error
    assert editor(app).value == "# a\n" + GOOD
    assert len(drawn(app)) == 1


def test_a_chart_too_large_for_a_link_is_told_so(
    open_page: Open, box: ScriptedSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(1)
    rows = [{"species": draw.choice("abc"), "n": draw.random(), "m": str(draw.random())} for _ in range(15_000)]
    large = {**COUNTS, "data": {"name": "own"}, "datasets": {"own": rows}}
    monkeypatch.setattr(box, "run", lambda code, key, rows: Drawn(large, (), 0.01))
    app = opened(open_page, GOOD)
    app.button(key="code_make").click().run()
    assert not app.exception
    assert "What if I write it myself?" in said(app)
    assert len(app.error) == 1
    assert "on our side" not in said(app)


def test_code_that_fails_is_repaired_on_request_step_by_step(open_page: Open, box: ScriptedSandbox) -> None:
    app = run(opened(open_page, GOOD), BAD)
    app.button(key="code_repair").click().run()
    assert not app.exception
    assert "(you)" in said(app)
    assert "Did you mean “data”?" in said(app)
    assert [box.label for box in app.main.expander if box.label.startswith("Code of")] == [
        "Code of step 1",
        "Code of step 2",
    ]
    assert linked(app) == BAD
    app.button(key="code_use_repaired").click().run()
    assert not app.exception
    assert editor(app).value == linked(app) == BAD.replace("dta", "data")
    assert len(drawn(app)) == 1


def test_code_that_cannot_be_repaired_says_so_calmly(
    open_page: Open, box: ScriptedSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(code: str, key: str, rows: Callable[[], Any]) -> Drawn:
        raise ChartCodeFailed(HOSTILE, HOSTILE)

    monkeypatch.setattr(box, "run", fails)
    app = opened(open_page, "nothing of the table")
    app.button(key="code_repair").click().run()
    assert not app.exception
    assert "No correction that is known gives a chart." in said(app)
    assert not [button for button in app.button if button.key == "code_use_repaired"]
