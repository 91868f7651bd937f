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
