"""Chart code over data sets: from the code to a chart that is drawn, checked and pinned like any other."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

import observatory
from observatory import Observatory, Settings
from observatory.errors import ChartCodeFailed, ChartCodeRejected, SandboxUnavailable
from observatory.model import SandboxStatus

CODE = """
def plot(data):
    return alt.Chart(data).mark_bar().encode(x="class:N", y="mean(displacement):Q")
"""


@pytest.fixture(scope="module")
def obs() -> Iterator[Observatory]:
    with observatory.open() as made:
        yield made


def test_code_gives_a_chart_that_is_drawn_and_checked(obs: Observatory) -> None:
    if not obs.sandbox().ready:
        with pytest.raises(SandboxUnavailable):
            obs.run_code(CODE, "cars")
        return
    spec = obs.run_code(CODE, "cars").to_dict()
    assert "data" not in spec
    assert obs.check(spec, "cars").valid
    assert "class" in obs.draw(spec, "cars").alt


def test_what_the_code_computed_is_drawn_from_the_chart(obs: Observatory) -> None:
    code = """
best = data.groupby("class", as_index=False)["hwy"].max().rename(columns={"hwy": "best"})
chart = alt.Chart(best).mark_bar().encode(x="class:N", y="best:Q")
"""
    if obs.sandbox().ready:
        spec = obs.run_code(code, "cars").to_dict()
        (rows,) = spec["datasets"].values()
        assert {row["class"]: row["best"] for row in rows}["subcompact"] == 44
        assert "44" in str(obs.draw(spec, "cars").chart.to_dict())


def test_code_that_every_chart_shows_gives_the_chart_again(obs: Observatory) -> None:
    if obs.sandbox().ready:
        for chart in obs.recommend("cars", k=5):
            again = obs.run_code(chart.code, "cars").to_dict()
            assert obs.draw(again, "cars").alt == obs.draw(chart.spec, "cars").alt


def test_a_field_that_does_not_exist_is_an_error_of_its_line(obs: Observatory) -> None:
    wrong = CODE.replace("displacement", "displacment")
    with pytest.raises(ChartCodeFailed if obs.sandbox().ready else SandboxUnavailable) as caught:
        obs.run_code(wrong, "cars")
    if isinstance(caught.value, ChartCodeFailed):
        assert (caught.value.line, caught.value.fix) == (3, CODE)


def test_errors_carry_line_and_fix(obs: Observatory) -> None:
    right = CODE.replace("mean(displacement):Q", "mean(displacement)")
    run = obs.try_code(right.replace("displacement", "displacment"), "cars")
    assert not run.ok
    assert run.error is not None
    if obs.sandbox().ready:
        assert run.error["type"] in ("ChartCodeFailed", "ChartCodeRejected")
        assert run.error["line"] == 3
        assert run.error["fix"] == right
        with pytest.raises((ChartCodeFailed, ChartCodeRejected)):
            obs.run_code("import os\nos.getcwd()\n" + CODE, "cars")
    else:
        assert run.error["type"] == "SandboxUnavailable"


def test_a_large_table_gives_the_code_a_fixed_sample_and_says_so() -> None:
    settings = Settings(code_rows=50)
    with observatory.open(settings=settings) as obs:
        frame = pd.DataFrame({"n": range(200)})
        dataset = obs.ingest(frame, name="many")
        one, two = obs.rows_for_code(dataset), obs.rows_for_code(dataset)
        assert len(one) == 50
        pd.testing.assert_frame_equal(one, two)
        run = obs.try_code("chart = alt.Chart(data).mark_point().encode(x='n:Q')", dataset)
        if obs.sandbox().ready:
            assert run.notes == ("The code saw a fixed random sample of 50 of 200 rows.",)


def test_without_a_sandbox_charts_from_specs_still_work() -> None:
    class Missing:
        def status(self) -> SandboxStatus:
            return SandboxStatus(False, "Chart code is not run here, for this machine lacks seccomp.")

        def run(self, *_: object) -> None:
            raise SandboxUnavailable(self.status().detail)

        def close(self) -> None:
            pass

    with observatory.open(sandbox=Missing()) as obs:  # type: ignore[arg-type]
        with pytest.raises(SandboxUnavailable, match="seccomp"):
            obs.run_code(CODE, "cars")
        chart = obs.recommend("cars", k=1)[0]
        assert obs.draw(chart.spec, "cars").alt


ODD = pd.DataFrame({"price.usd": [1, 2], "[weird]": [3, 4], "a'b": [5, 6], "sex": ["f", "m"], "code": ["1", "2"]})
TEXT = "“sex” is text: it has no mean."
PATH = "“{}” is read as a path, because of its dots or brackets."
CODES = {
    "y='price.usd'": (PATH.format("price.usd"), r"y='price\\.usd'"),
    "y=alt.Y('mean(price.usd):Q', title='price.usd')": (
        PATH.format("price.usd"),
        r"y=alt.Y('mean(price\\.usd):Q', title='price.usd')",
    ),
    "tooltip=['sex', 'price.usd']": (PATH.format("price.usd"), r"tooltip=['sex', 'price\\.usd']"),
    "y='[weird]:Q'": (PATH.format("[weird]"), r"y='\\[weird\\]:Q'"),
    "y='price_usd:Q'": ("There is no field called “price_usd”.", r"y='price\\.usd:Q'"),
    'y="a\'c:Q"': ("There is no field called “a'c”.", 'y="a\'b:Q"'),
    "y='Mean(code):Q'": ("There is no field called “Mean(code)”.", "y='mean(code):Q'"),
    "y='count(x):Q'": ("count() takes no column: it counts rows.", "y='count()'"),
    "y='mean(sex)'": (TEXT, "y='count()'"),
    "y=alt.Y('sex', aggregate='mean')": (TEXT, "y=alt.Y('count()')"),
    "y=alt.Y(field='sex', aggregate='mean', type='quantitative')": (
        TEXT,
        "y=alt.Y(aggregate='count', type='quantitative')",
    ),
}


@pytest.fixture(scope="module")
def odd(obs: Observatory) -> str:
    return obs.ingest(ODD, name="odd").id


@pytest.mark.parametrize("given", CODES)
def test_a_field_that_would_show_nothing_is_an_error_whose_fix_draws(obs: Observatory, odd: str, given: str) -> None:
    if not obs.sandbox().ready:
        return
    message, mended = CODES[given]
    code = "d = data[['price.usd', 'sex']]\nchart = alt.Chart(data).mark_bar().encode(x='code',\n  {})"
    run = obs.try_code(code.format(given), odd)
    assert run.error is not None
    assert (run.error["message"], run.error["line"]) == (message, 3)
    assert run.error["fix"] == code.format(mended)
    assert obs.draw(obs.run_code(run.error["fix"], odd).to_dict(), odd).alt


@pytest.mark.parametrize(
    "code",
    [
        "chart = alt.Chart(data).mark_bar().encode(x='code', y='max(sex)')",
        "chart = alt.Chart(data).mark_bar().encode(x='sex', y='distinct(sex)')",
        "chart = alt.Chart(data).mark_bar().encode(x='sex', y='mean(code):Q')",
        "chart = alt.Chart(data).transform_calculate(sex='1').mark_bar().encode(x='code', y='mean(sex):Q')",
        "data['sex'] = 1\nchart = alt.Chart(data).mark_bar().encode(x='code', y='mean(sex):Q')",
    ],
)
def test_what_text_has_and_what_the_code_makes_numbers_is_summed_up(obs: Observatory, odd: str, code: str) -> None:
    if obs.sandbox().ready:
        assert obs.try_code(code, odd).error is None


def test_what_was_printed_is_told_with_the_error(obs: Observatory, odd: str) -> None:
    run = obs.try_code("print(1)\nchart = alt.Chart(data).mark_bar().encode(y='mean(sex)')", odd)
    assert run.printed == ("1\n" if obs.sandbox().ready else "")
