"""Free code first: a chart of the model's own is shown where it shows what was asked, and never else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from observatory.errors import LLMUnavailable
from observatory.insight import visualize
from observatory.insight.wording import flat
from observatory.llm import ScriptedLLM
from observatory.model import CodeRun, EngineStatus, Profile, RankedChart, Wish

READY = EngineStatus("ready", "large")
Recommend = Callable[[Wish, int], list[RankedChart]]
ENCODING = {
    "x": {"field": "Department", "type": "nominal"},
    "y": {"field": "Salary", "aggregate": "mean", "type": "quantitative"},
}
CODE = "chart = alt.Chart(data).mark_bar().encode(x='Department', y='mean(Salary)')"
WISH = (
    '{"filters":[],"chart":"bar chart","x":"Department","y":"average of Salary","color":"none","sort":"none","top":0}'
)


def runs(code: str) -> CodeRun:
    mean = "mean(Salary)" in code
    spec = {"mark": "bar", "encoding": ENCODING if mean else {"x": ENCODING["x"], "y": {"aggregate": "count"}}}
    return CodeRun(code, True, spec)


def test_code_that_shows_what_was_asked_is_the_answer(staff: Profile, staff_charts: Recommend) -> None:
    llm = ScriptedLLM([f"```python\n{CODE}\n```"])
    answer = visualize(staff, "mean salary by department", staff_charts, llm, status=READY, try_code=runs)
    assert answer.code.strip() == CODE
    assert [(a.step, a.source, a.ok) for a in answer.attempts] == [("generate", "llm", True)]
    assert answer.explanation


@pytest.mark.parametrize(
    ("question", "lacks"),
    [
        ("mean salary by department", "the mean of Salary"),
        ("mean salary by department of women", "rows by Sex"),
        ("mean salary by city", "the field City"),
        ("pie chart of employees by department", "the mark arc"),
    ],
)
def test_code_that_shows_something_else_is_an_attempt_that_says_so(
    staff: Profile, staff_charts: Recommend, question: str, lacks: str
) -> None:
    llm = ScriptedLLM(["chart = alt.Chart(data).mark_bar().encode(x='Department', y='count()')", WISH])
    answer = visualize(staff, question, staff_charts, llm, status=READY, try_code=runs)
    first = answer.attempts[0]
    assert not first.ok
    assert lacks in (first.error or "")
    assert flat(answer.spec)[1]
    assert answer.code != first.code


@pytest.mark.parametrize("reply", ["I cannot do that.", "", LLMUnavailable("Gone.")])
def test_a_model_that_gives_no_code_falls_to_the_wish(
    staff: Profile, staff_charts: Recommend, reply: str | LLMUnavailable
) -> None:
    def refuses(code: str) -> CodeRun:
        return CodeRun(code, False, error={"message": "This is no Python.", "hint": ""})

    llm = ScriptedLLM([reply, reply, WISH, WISH])
    answer = visualize(staff, "mean salary by department", staff_charts, llm, status=READY, try_code=refuses)
    assert not answer.attempts[0].ok
    assert {e.get("field") for e in flat(answer.spec)[1].values()} == {"Department", "Salary"}


def test_small_models_are_not_asked_for_code(staff: Profile, staff_charts: Recommend) -> None:
    answer = visualize(staff, "mean salary by department", staff_charts, ScriptedLLM([WISH]), status=READY)
    assert "generate" not in {a.step for a in answer.attempts}
