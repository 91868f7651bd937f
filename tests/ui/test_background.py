"""Work in the background lives as long as somebody waits for it, and is begun anew when it came to nothing."""

import threading
import time
from collections.abc import Callable

import pytest

from observatory.errors import LLMCancelled, LLMTimeout
from observatory.llm import asker
from observatory.ui.background import Background


def patient() -> str:
    """Work that goes on until whoever asked has left, like an answer of a model."""
    current = asker.current()
    current.cancelled.wait(20)
    current.check()
    return "done"


def failing(error: Exception) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


def test_the_same_work_is_done_once_for_all_sessions():
    background, times = Background(2, lambda _: True), []
    for session in ("first", "second"):
        assert background.begin("key", lambda: times.append(1) or "done", session).result(10) == "done"
    assert times == [1]


def test_work_is_asked_on_behalf_of_the_session_that_began_it():
    background = Background(2, lambda _: True)
    assert background.begin("key", lambda: asker.current().id, "session 7").result(10) == "session 7"


def test_work_goes_on_while_one_of_its_sessions_is_here_and_ends_when_all_have_left():
    here = {"first", "second"}
    background = Background(2, here.__contains__, look=0.02)
    work = background.begin("key", patient, "first")
    assert background.begin("key", patient, "second") is work
    here.remove("first")
    time.sleep(0.2)
    assert not work.done()
    here.remove("second")
    assert isinstance(work.exception(10), LLMCancelled)


def test_a_session_that_is_away_for_a_moment_keeps_its_work():
    away = iter([True, False])
    background = Background(2, lambda _: next(away, True), look=0.02)
    work = background.begin("key", patient, "session")
    time.sleep(0.2)
    assert not work.done()
    background.stop("key")


def test_work_that_waits_for_a_worker_is_dropped_with_its_session():
    here, done = {"first", "second"}, []
    background = Background(1, here.__contains__, look=0.02)
    first = background.begin("first", patient, "first")
    second = background.begin("second", lambda: done.append(1), "second")
    here.remove("second")
    assert isinstance(second.exception(10), LLMCancelled)
    assert not first.done()
    background.stop("first")
    first.exception(10)
    assert done == []


def test_stopped_work_is_begun_anew_when_it_is_asked_for_again():
    background = Background(2, lambda _: True)
    stopped = background.begin("key", patient, "session")
    background.stop("key")
    assert isinstance(stopped.exception(10), LLMCancelled)
    assert background.begin("key", lambda: "anew", "session").result(10) == "anew"


def test_words_from_templates_after_a_stop_are_not_kept_as_those_of_the_model():
    background, began = Background(2, lambda _: True), threading.Event()

    def work() -> str:
        began.set()
        try:
            return patient()
        except LLMCancelled:
            return "template"

    stopped = background.begin("key", work, "session")
    began.wait(10)
    background.stop("key")
    assert stopped.result(10) == "template"
    assert background.begin("key", lambda: "anew", "session").result(10) == "anew"


def test_a_failure_of_the_model_is_tried_again_but_not_at_once():
    background = Background(2, lambda _: True, again=0.3)
    failed = background.begin("key", failing(LLMTimeout("Too slow.")), "session")
    failed.exception(10)
    assert background.begin("key", lambda: "anew", "session") is failed
    time.sleep(0.35)
    assert background.begin("key", lambda: "anew", "session").result(10) == "anew"


def test_a_failure_of_our_own_is_kept():
    background = Background(2, lambda _: True, again=0.0)
    failed = background.begin("key", failing(ZeroDivisionError()), "session")
    with pytest.raises(ZeroDivisionError):
        failed.result(10)
    assert background.begin("key", lambda: "anew", "session") is failed
