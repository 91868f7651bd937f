"""The bias page while the report is being made, when it is stopped, and what its sections say."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from observatory.bias import Run, detect
from observatory.bias.run import Outcome
from observatory.model import Note

ROWS = pd.DataFrame({"sex": ["F", "M"] * 200, "age": list(range(20, 70)) * 8, "=cmd": ["=1+1", "b"] * 200})
POPULATION = pd.DataFrame({"sex": ["F"] * 350 + ["M"] * 50, "age": list(range(20, 70)) * 8})


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Three detectors, of which the second waits until the gate is opened."""
    event = threading.Event()

    def missing(_: Run) -> Outcome:
        return Outcome(notes=(Note("quick", (), "The quick one has spoken."),))

    def duplicates(_: Run) -> Outcome:
        assert event.wait(60)
        return Outcome(notes=(Note("slow", (), "The slow one has spoken."),))

    def dominance(_: Run) -> Outcome:
        return Outcome(notes=(Note("last", (), "The last one has spoken."),))

    monkeypatch.setattr(detect, "DETECTORS", (missing, duplicates, dominance))
    yield event
    event.set()


def ingest(frame: pd.DataFrame, name: str) -> str:
    from observatory.ui.session import observatory

    return observatory().ingest(frame, name).id


def finish(dataset: str, reference: str | None = None) -> None:
    """Wait for the report that the page asks for."""
    from observatory.ui.session import observatory

    observatory().bias_job(dataset, reference).wait()


def said(app: AppTest) -> str:
    return "\n".join(
        str(e.value) for e in (*app.title, *app.subheader, *app.markdown, *app.caption, *app.error, *app.info)
    ).replace("\\", "")


def labels(app: AppTest) -> set[str]:
    return {button.label for button in app.main.button}


def progress(app: AppTest) -> str:
    return " ".join(element.proto.text for element in app.get("progress"))


def test_what_is_known_is_shown_while_the_rest_is_looked_for(
    open_page: Callable[..., AppTest], gate: threading.Event
) -> None:
    open_page()
    dataset = ingest(ROWS, "people")
    app = open_page("bias", dataset=dataset)
    assert "Nothing found so far" in said(app)
    assert "The quick one has spoken" in said(app)
    assert "The slow one" not in said(app)
    assert progress(app) == "Looking for exact copies … 2 of 3"
    gate.set()
    finish(dataset)
    app.run()
    assert "The last one has spoken" in said(app)
    assert not app.get("progress")
    assert "Stop here" not in labels(app)


def test_stopping_keeps_what_is_known_and_continuing_ends_the_search(
    open_page: Callable[..., AppTest], gate: threading.Event
) -> None:
    open_page()
    from observatory.ui.session import observatory

    dataset = ingest(ROWS, "people")
    app = open_page("bias", dataset=dataset)
    app.button(key="bias_stop").click().run()
    assert progress(app) == "Stopping after this step …"
    gate.set()
    observatory().bias_job(dataset).rest()
    app.run()
    assert "The slow one has spoken" in said(app)
    assert "**Stopped.** Not looked for: values that nearly every row holds" in said(app)
    assert not app.get("progress")
    app.button(key="bias_continue").click().run()
    finish(dataset)
    app.run()
    assert "The last one has spoken" in said(app)
    assert "Stopped" not in said(app)


def test_a_search_can_be_stopped_before_anything_is_known(
    open_page: Callable[..., AppTest], gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detect, "DETECTORS", (detect.DETECTORS[1], detect.DETECTORS[0]))
    open_page()
    app = open_page("bias", dataset=ingest(ROWS, "people"))
    assert "Looking for who or what is missing" in said(app)
    assert "Stop here" in labels(app)
    gate.set()


def test_an_error_of_ours_can_be_tried_again(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [True]

    def missing(_: Run) -> Outcome:
        if broken.pop() if broken else False:
            raise ZeroDivisionError
        return Outcome(notes=(Note("quick", (), "It went well this time."),))

    monkeypatch.setattr(detect, "DETECTORS", (missing,))
    open_page()
    dataset = ingest(ROWS, "people")
    app = open_page("bias", dataset=dataset)
    assert "an error of ours" in said(app)
    app.button(key="bias_again").click().run()
    finish(dataset)
    app.run()
    assert not app.error
    assert "It went well this time" in said(app)


def test_two_gaps_of_one_field_are_two_cards(open_page: Callable[..., AppTest]) -> None:
    open_page()
    days = pd.date_range("2022-01-01", "2023-12-31")
    empty = [("2022-05-01", "2022-06-20"), ("2023-02-01", "2023-04-10")]
    kept = [d for d in days if not any(pd.Timestamp(a) <= d <= pd.Timestamp(b) for a, b in empty)]
    dataset = ingest(pd.DataFrame({"when": kept * 20}), "visits")
    finish(dataset)
    app = open_page("bias", dataset=dataset)
    assert not app.exception
    assert not app.error
    assert "from 1 May 2022 to 20 June 2022" in said(app)
    assert "from 1 February 2023 to 10 April 2023" in said(app)


def test_the_overview_asks_for_the_same_report(open_page: Callable[..., AppTest]) -> None:
    open_page()
    from observatory.ui.session import observatory

    open_page("overview", dataset="titanic_passengers")
    open_page("bias", dataset="titanic_passengers")
    assert observatory()._bias.cache_info().currsize == 2  # the other one is for words and questions


@pytest.mark.parametrize("page", ["overview", "bias"])
@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [None] * 200, "b": [None] * 200}),
        pd.DataFrame({"a": [1]}),
        pd.DataFrame({"table": range(50), "--": ["x", "/*"] * 25, "<b>": ["'", '"'] * 25}),
    ],
)
def test_awkward_tables_have_every_page(open_page: Callable[..., AppTest], page: str, frame: pd.DataFrame) -> None:
    open_page()
    dataset = ingest(frame, "awkward")
    app = open_page(page, dataset=dataset)
    assert not app.exception
    assert not app.error


def test_everything_that_is_looked_for_is_named_in_plain_words() -> None:
    from observatory.ui.bias_job import LOOKS_FOR

    assert set(LOOKS_FOR) == {detector.__name__ for detector in detect.DETECTORS}


def test_the_first_of_a_report_does_not_wait_for_the_rest(
    open_page: Callable[..., AppTest], gate: threading.Event
) -> None:
    open_page()
    from observatory.ui.bias_job import Asked, Comparison, so_far
    from observatory.ui.session import observatory

    report = so_far(Asked(observatory().dataset(ingest(ROWS, "people")), Comparison()))
    assert [note.kind for note in report.notes] == ["quick"]
    assert "duplicates" in report.pending
    gate.set()


@pytest.fixture
def compared(open_page: Callable[..., AppTest]) -> tuple[Callable[..., AppTest], dict[str, str]]:
    """A sample with too few women beside its population, searched to the end."""
    open_page()
    dataset, reference = ingest(ROWS, "people"), ingest(POPULATION, "population")
    finish(dataset, reference)
    return open_page, {"dataset": dataset, "bias_reference": reference}


def opened(app: AppTest, section: str) -> AppTest:
    app.session_state["bias_more"] = section
    return app.run()


def test_a_finding_has_its_chart_its_evidence_and_a_remedy(
    compared: tuple[Callable[..., AppTest], dict[str, str]],
) -> None:
    open_page, link = compared
    app = open_page("bias", **link)
    assert not app.exception
    assert not app.error
    assert "Found 1 group out of step with the reference" in said(app)
    assert "Cohen's h" in said(app)
    assert "found by cells" in said(app)
    assert "What to do:" in said(app)
    charts = app.get("vega_lite_chart")
    assert charts
    assert all(chart.proto.alt for chart in charts)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("Remedy", "The findings under these weights"),
        ("Explore", "No rows picked yet"),
        ("Odd rows", "odd is not wrong"),
        ("Combinations", "hardly any rows"),
        ("Fairness", "Choose the field that matters most"),
        ("What was looked for", "groups out of step"),
    ],
)
def test_every_section_says_what_it_is_for(
    compared: tuple[Callable[..., AppTest], dict[str, str]], section: str, words: str
) -> None:
    open_page, link = compared
    app = opened(open_page("bias", **link), section)
    assert not app.exception
    assert not app.error
    assert words.lower() in said(app).lower()


def test_weights_go_out_beside_the_data_without_formulas(
    compared: tuple[Callable[..., AppTest], dict[str, str]],
) -> None:
    _, link = compared
    from observatory.ui.bias_job import Asked, Comparison
    from observatory.ui.remedy import weights_csv
    from observatory.ui.session import observatory

    asked = Asked(observatory().dataset(link["dataset"]), Comparison(link["bias_reference"]))
    head, first, *rest = weights_csv(asked, {"fields": ("sex",)}).splitlines()
    assert head == "sex,age,'=cmd,weight"
    assert first.startswith("F,20,'=1+1,1.75")
    assert len(rest) == len(ROWS) - 1


def test_parameters_stand_in_the_link(compared: tuple[Callable[..., AppTest], dict[str, str]]) -> None:
    open_page, link = compared
    app = open_page("bias", **link, bias_effect="0.9", bias_seed="7")
    assert not app.exception
    assert app.number_input(key="bias_effect").value == 0.9
    assert app.number_input(key="bias_seed").value == 7
