"""Attempts at a chart as people see them: who made each, what was changed, what went wrong, and its code."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from observatory.model import Attempt

BROKEN = "chart = alt.Chart(data).mark_scatter()"
MENDED = "chart = alt.Chart(data).mark_point()"
HOSTILE = "</code><img src=x onerror=alert(1)> :red[b] [d](http://e.f) ```"
FOUND = (
    Attempt("generate", "person", False, BROKEN, error="There is no mark_scatter."),
    Attempt("fix", "rules", True, MENDED, {"mark": "point"}, changed="Did you mean “mark_point”?"),
    Attempt("repair", "llm", False, error=HOSTILE),
)


def _page(found: object, inside: bool) -> None:
    from contextlib import nullcontext

    import streamlit as st

    from observatory.ui.attempts import attempts

    with st.expander("How this was made") if inside else nullcontext():
        attempts(found)  # type: ignore[arg-type]


def page(found: tuple[Attempt, ...], *, inside: bool = False) -> AppTest:
    app = AppTest.from_function(_page, kwargs={"found": found, "inside": inside}).run()
    assert not app.exception
    return app


def test_each_attempt_says_who_made_it_what_was_changed_and_what_went_wrong() -> None:
    first, second, third = [line.value.replace("\\", "") for line in page(FOUND).markdown]
    assert "(you)" in first
    assert "There is no mark_scatter." in first
    assert "(rules)" in second
    assert "Did you mean “mark_point”?" in second
    assert "(language model)" in third


def test_code_is_behind_a_click_with_what_was_changed_of_the_one_before() -> None:
    app = page(FOUND)
    assert [box.label for box in app.expander] == ["Code of step 1", "Code of step 2"]
    assert [code.value for code in app.code] == [BROKEN, f"-{BROKEN}\n+{MENDED}", MENDED]


def test_what_code_and_errors_say_is_shown_as_text() -> None:
    last = page(FOUND).markdown[-1].value
    assert "<img" not in last.replace("\\<", "")
    assert ":red[b]" not in last.replace("\\[", "").replace("\\:", "")


def test_they_can_stand_in_an_expander() -> None:
    assert len(page(FOUND, inside=True).code) == 3
