"""The page of the language model with each of its faces: ready, elsewhere, off, down, fetched, changed, measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from observatory import bootstrap
from observatory.errors import LLMUnavailable
from observatory.llm import NoLLM, models
from observatory.llm.bench import EngineBench, Speculation, Speed
from observatory.model import EngineLive, EngineStatus, ModelChoice

SMALL, MIDDLE, LARGE = list(models.registry())
READY = EngineStatus("ready", LARGE, "The model is ready.")
LIVE = EngineLive(
    model=LARGE, resident=2_000_000_000, context=8192, slots=4, threads=2, draft="off", answering=2, waiting=3,
    answered=12, cancelled=7, prompt_tokens=1000, cached_tokens=750, written_tokens=900, last_tokens_per_second=27.44,
    first_token_seconds=0.62, last_minute=(0,) * 50 + (20,) * 10,
)  # fmt: skip


class FakeSource(NoLLM):
    """A source that is as the test wants it, and remembers what was chosen."""

    def __init__(self, status: EngineStatus = READY, live: EngineLive | None = LIVE) -> None:
        self.is_now, self.does, self.change = status, live, None
        self.choices = models.choices(Path("nowhere"), memory=2 * models.GIB)
        self.used: list[tuple[str, str | None]] = []

    def status(self) -> EngineStatus:
        return self.is_now

    def live(self) -> EngineLive | None:
        return self.does

    def models(self) -> list[ModelChoice]:
        return self.choices

    def use(self, name: str, draft: str | None = None) -> None:
        if self.change is not None:
            raise LLMUnavailable(f"The model {self.change.model} is being made ready.", "Wait for it.")
        self.used.append((name, draft))
        self.change = EngineStatus("downloading", name, "The model is being downloaded: 40 of 100 MB.", 0.4)

    def coming(self) -> EngineStatus | None:
        return self.change

    def stay(self) -> None:
        self.change = None


@pytest.fixture
def page(open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], AppTest]:
    """Opens the page over a source."""

    def opened(source: Any) -> AppTest:
        monkeypatch.setattr(bootstrap, "_source", lambda llm, settings: source)
        app = open_page("engine")
        assert not app.exception
        return app

    return opened


def said(app: AppTest) -> str:
    """All the words on the page, without the marks that keep Markdown from reading them."""
    shown = [*app.title, *app.header, *app.subheader, *app.markdown, *app.caption, *app.error, *app.warning]
    return "\n".join(str(element.value) for element in shown).replace("\\", "")


def test_a_ready_model_says_what_it_is_and_what_it_does(page: Callable[[Any], AppTest]) -> None:
    app = page(FakeSource())
    assert f"Yes: {LARGE} runs on this machine." in said(app)
    assert {metric.label: metric.value for metric in app.metric} == {
        "Answering": "2",
        "Waiting": "3",
        "Tokens per second": "27.4",
        "To the first word": "0.6 s",
        "Read before": "75 %",
    }
    for fact in ("8,192 tokens, about 6,100 words", "2.0 GB", "Apache-2.0", "Q4_K_M", "7 dropped"):
        assert fact in said(app)
    assert not app.error


def test_a_model_that_was_never_asked_shows_no_figures_that_it_does_not_have(page: Callable[[Any], AppTest]) -> None:
    app = page(FakeSource(live=EngineLive(model=LARGE)))
    assert [metric.value for metric in app.metric] == ["0", "0", "–", "–", "–"]
    assert "Nothing was written in the last minute" in said(app)


def test_off_says_how_to_have_one(page: Callable[[Any], AppTest]) -> None:
    app = page(NoLLM())
    assert "No language model is used." in said(app)
    assert "OBSERVATORY_LLM" in said(app)
    assert not app.metric
    assert [button.label for button in app.main.button] == []


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (EngineStatus("down", LARGE, "The engine cannot run: out of memory."), "out of memory"),
        (EngineStatus("starting", LARGE, "The model is being loaded."), "being loaded"),
    ],
)
def test_a_model_that_is_not_ready_says_why_and_can_be_changed(
    page: Callable[[Any], AppTest], status: EngineStatus, sentence: str
) -> None:
    app = page(FakeSource(status, None))
    assert sentence in said(app)
    assert "Everything works without it" in said(app)
    assert not app.metric
    assert not app.button(key=f"engine_use_{SMALL}").disabled


def test_a_model_that_does_not_fit_or_is_in_use_cannot_be_chosen(page: Callable[[Any], AppTest]) -> None:
    app = page(FakeSource(replace(READY, model=MIDDLE)))
    disabled = {name: app.button(key=f"engine_use_{name}").disabled for name in (SMALL, MIDDLE, LARGE)}
    assert disabled == {SMALL: False, MIDDLE: True, LARGE: True}
    assert "It wants 4.3 GB of memory" in said(app)


def test_a_change_shows_how_far_it_is_and_can_be_stopped(page: Callable[[Any], AppTest]) -> None:
    source = FakeSource()
    app = page(source)
    app.button(key=f"engine_use_{MIDDLE}").click().run()
    assert source.used == [(MIDDLE, None)]
    assert "Changing to" in said(app)
    assert app.button(key=f"engine_use_{SMALL}").disabled
    app.button(key="engine_stay").click().run()
    assert source.change is None
    assert "Changing to" not in said(app)


def test_a_change_that_failed_says_so_until_it_is_read(page: Callable[[Any], AppTest]) -> None:
    source = FakeSource()
    source.change = EngineStatus("down", MIDDLE, "The connection broke. Pull again.")
    app = page(source)
    assert "could not be used: The connection broke" in said(app)
    app.button(key="engine_read").click().run()
    assert "could not be used" not in said(app)


def test_a_choice_that_comes_too_late_is_a_sentence(page: Callable[[Any], AppTest]) -> None:
    source = FakeSource()
    app = page(source)
    button = app.button(key=f"engine_use_{MIDDLE}")
    source.change = EngineStatus("starting", SMALL, "The model is being loaded.")
    button.click().run()
    assert not app.exception
    assert f"The model {SMALL} is being made ready" in app.error[0].value.replace("\\", "")


def test_guessing_ahead_can_be_chosen(page: Callable[[Any], AppTest]) -> None:
    source = FakeSource()
    app = page(source)
    app.selectbox(key="engine_draft").select("ngram").run()
    app.button(key="engine_guess").click().run()
    assert source.used == [(LARGE, "ngram")]


def test_models_at_a_url_are_known_by_name_only(
    page: Callable[[Any], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBSERVATORY_LLM", "engine")
    monkeypatch.setenv("OBSERVATORY_LLM_BASE_URL", "https://models.example/v1")
    source = FakeSource(EngineStatus("ready", "first:[x]", "It is asked for JSON by guided_json."), EngineLive())
    source.choices = [ModelChoice("first:[x]"), ModelChoice("second")]
    app = page(source)
    assert "answers at models.example" in said(app)
    assert "go to the model at models.example" in said(app)
    assert "It is asked for JSON by guided" in said(app)
    app.selectbox(key="engine_name").select("second").run()
    app.button(key="engine_use").click().run()
    assert source.used == [("second", None)]
    assert "How fast is it on this machine?" not in said(app)


# ── the measurement ──────────────────────────────────────────────────────────────────────────────

FOUND = EngineBench(
    model=LARGE, threads=2, load_time=5.9, speeds=(Speed(1, 84.0, 30.1), Speed(4, 95.0, 41.3)), busy_decode=21.5,
    busy_threads=1, busy_decode_fixed=14.0, first_token_uncached=8.3, first_token_cached=0.5, resident=2_040_000_000,
    bandwidth=37.8e9, roofline_share=0.89, other_cores=0.04, load_average=0.3, users_speedup=1.2, prefix_reuse=0.97,
)  # fmt: skip


def measured(app: AppTest, error: Exception | None = None, **figures: Any) -> AppTest:
    """The page after a click on “Measure”, with what the measurement gives in place of a real one."""
    from observatory.ui.session import observatory

    def measure(progress: Callable[[str, float], None], anyway: bool) -> EngineBench:
        progress("four users", 0.7)
        if error is not None and not anyway:
            raise error
        return replace(FOUND, **figures)

    run = observatory().bench()
    assert run is not None
    run._measure = measure
    app.button(key="engine_bench").click().run()
    run.wait()
    return app.run()


def test_a_measurement_is_a_sentence_and_a_table(page: Callable[[Any], AppTest]) -> None:
    app = measured(page(FakeSource()))
    assert f"{LARGE} writes 30 tokens a second for one reader, 89 % of what the memory of this machine allows." in said(
        app
    )
    assert app.dataframe[0].value.to_dict("list") == {
        "At once": [1, 4],
        "Reads": [84.0, 95.0],
        "Writes": [30.1, 41.3],
        "Writes each": [30.1, 10.3],
    }
    assert "34 tokens a second are the most" in said(app)
    assert not app.warning


def test_a_measurement_that_was_disturbed_says_so(page: Callable[[Any], AppTest]) -> None:
    app = measured(page(FakeSource()), other_cores=0.9)
    assert "Other programs kept 0.9 cores busy" in app.warning[0].value


def test_a_busy_machine_is_refused_and_can_be_measured_anyway(page: Callable[[Any], AppTest]) -> None:
    app = measured(page(FakeSource()), LLMUnavailable("Other programs keep 1.2 cores busy.", "Try again."))
    assert "keep 1.2 cores busy" in app.warning[0].value.replace("\\", "")
    app.button(key="engine_bench_anyway").click().run()
    from observatory.ui.session import observatory

    observatory().bench().wait()
    assert "30 tokens a second" in said(app.run())


def test_guessing_ahead_is_reported_as_it_is(page: Callable[[Any], AppTest]) -> None:
    slower = Speculation(MIDDLE, 30.0, 24.0, 100, 84, 2_700_000_000)
    app = measured(page(FakeSource()), speculation=slower)
    assert f"with {MIDDLE} it writes 24 tokens a second and 30 without; 84 % of 100 guesses were right" in said(app)
