"""The ask page as a conversation: follow-ups, edits, the link that restores it, and pins."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest
from streamlit.testing.v1 import AppTest

from observatory.model import EngineStatus, Sentence, Turn

TITANIC = "titanic_passengers"


def said(app: AppTest) -> str:
    elements = [*app.markdown, *app.caption, *app.warning, *app.error]
    return "\n".join(str(element.value) for element in elements).replace("\\", "")


def conversation(open_page: Callable[..., AppTest], *questions: str) -> AppTest:
    app = open_page()
    app.query_params["dataset"] = TITANIC
    app.query_params["ask_question"] = list(questions)
    return app.switch_page("pages/ask.py").run()


def test_questions_follow_on_each_other_and_stand_in_the_link(open_page: Callable[..., AppTest]) -> None:
    app = open_page("ask", dataset=TITANIC)
    app.chat_input[0].set_value("average age by class").run()
    app.chat_input[0].set_value("and by sex?").run()
    assert not app.exception
    assert not app.error
    assert "Changed: x: class → sex." in said(app)
    assert "The mean age is highest for male" in said(app)
    assert app.query_params["ask_question"] == ["average age by class", "and by sex?"]


def test_a_link_restores_a_conversation(open_page: Callable[..., AppTest]) -> None:
    app = conversation(open_page, "average age by class", "only women")
    assert not app.exception
    assert "only rows where sex is female" in said(app)
    assert len(app.chat_message) == 4


def test_a_chart_is_changed_in_its_box_and_an_earlier_one_by_its_number(open_page: Callable[..., AppTest]) -> None:
    app = conversation(open_page, "average age by class", "how many passengers per sex?")
    app.text_input(key="ask_1_edit").set_value("use the median").run()
    assert app.query_params["ask_question"][-1] == "#1 use the median"
    assert "y: mean age → median age" in said(app)
    assert not app.text_input(key="ask_1_edit").value


def test_a_suggestion_is_the_next_question_and_can_be_taken_back(open_page: Callable[..., AppTest]) -> None:
    app = conversation(open_page, "average age by class")
    next(button for button in app.button if button.label == "by sex too").click().run()
    assert "coloured by sex" in said(app)
    next(button for button in app.button if button.label == "Take back").click().run()
    assert app.query_params["ask_question"] == "average age by class"
    next(button for button in app.button if button.label == "Start over").click().run()
    assert "Questions worth asking" in [header.value for header in app.header]


def test_a_chart_is_told_in_words_and_judged_when_asked(open_page: Callable[..., AppTest]) -> None:
    app = conversation(open_page, "average age by class")
    assert "**What stands for what.**" in said(app)
    assert "The question" not in said(app)
    app.toggle(key="judge_1").set_value(True).run()
    assert not app.exception
    assert "**The question**: good, 10 of 10" in said(app)


def test_who_asks_decides_what_is_worth_asking(open_page: Callable[..., AppTest]) -> None:
    app = open_page("ask", dataset="gapminder")
    app.text_input(key=next(t.key for t in app.text_input if t.key.startswith("persona_own"))).set_value(
        "somebody who cares about pop"
    ).run()
    assert not app.exception
    links = [link.proto.label for link in app.get("page_link")]
    assert any("pop" in label for label in links[:2])


def test_a_conversation_is_pinned_with_its_questions_as_notes(open_page: Callable[..., AppTest]) -> None:
    app = conversation(open_page, "average age by class", "and by sex?")
    next(button for button in app.button if button.label == "Pin all to the report").click().run()
    from observatory.ui.session import observatory

    notes = [pinned.note for pinned in observatory().pins(TITANIC)]
    assert notes == ["average age by class", "and by sex?"]


@pytest.mark.parametrize("question", ["average unicorn by rainbow", "make it 3D", "<img src=x> :red[x]"])
def test_what_cannot_be_answered_is_said(open_page: Callable[..., AppTest], question: str) -> None:
    app = conversation(open_page, question)
    assert not app.exception
    assert not app.error
    assert app.warning


def test_a_very_long_conversation_keeps_its_last_twenty(open_page: Callable[..., AppTest]) -> None:
    app = conversation(open_page, "average age by class", *["which is highest?"] * 25)
    assert not app.exception
    assert len(app.query_params["ask_question"]) == 20


class Wording:
    """An observatory whose model words one sentence that holds and one that does not."""

    n_asked = 0

    def engine(self) -> EngineStatus:
        return EngineStatus("ready", "scripted")

    def retell(self, turn: Turn) -> Iterator[Sentence | None]:
        self.n_asked += 1
        yield Sentence("The mean age of 1st is 39.2.", "llm")
        yield None


def test_the_models_words_are_shown_once_checked_and_asked_for_once(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    wording = Wording()
    monkeypatch.setattr("observatory.ui.rewording.observatory", lambda: wording)
    app = conversation(open_page, "average age by class")
    for shown in (said(app), said(app.run())):
        assert "The mean age of 1st is 39.2." in shown
        assert "every number checked. 1 of its sentences did not hold and is left out." in shown
    assert not app.exception
    assert wording.n_asked == 1


class Reader:
    """A question that a model reads in the background and never finishes."""

    def __init__(self) -> None:
        self.stopped: list[object] = []

    def __call__(self, key: tuple[object, ...], work: Callable[[], object]) -> Future[object]:
        return Future()


def test_a_model_that_reads_on_can_be_stopped_and_the_answer_by_rules_is_there_at_once(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    from observatory.workbench import Observatory

    reader = Reader()
    monkeypatch.setattr(Observatory, "engine", lambda self: EngineStatus("ready", "scripted"))
    page = importlib.import_module("observatory.ui.conversation")
    monkeypatch.setattr(page, "later", reader)
    monkeypatch.setattr(page, "stop", reader.stopped.append)
    app = conversation(open_page, "average age by class")
    assert "The mean age is highest for 1st" in said(app)
    assert "is reading the question too" in said(app)
    next(button for button in app.button if button.label == "Stop").click().run()
    assert len(reader.stopped) == 1
    assert "is reading the question too" not in said(app)
    assert not app.exception
