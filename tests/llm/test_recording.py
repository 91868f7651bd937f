"""What a model was sent is kept word for word, also where it gave no answer."""

from __future__ import annotations

import pytest

from observatory.errors import LLMTimeout, LLMUnavailable
from observatory.llm import RecordingLLM, ScriptedLLM

QUESTION = [{"role": "user", "content": "Which fields?"}]


def test_question_and_answer_are_kept_in_order() -> None:
    model = RecordingLLM(ScriptedLLM(["one", "two"], name="small"))
    model.complete(QUESTION)
    model.complete([{"role": "user", "content": "And now?"}])
    assert [(e.model, e.messages[0]["content"], e.reply) for e in model.exchanges] == [
        ("small", "Which fields?", "one"),
        ("small", "And now?", "two"),
    ]


def test_a_question_without_an_answer_is_kept_with_the_reason() -> None:
    model = RecordingLLM(ScriptedLLM([LLMTimeout("Too slow.", "Wait.")]))
    with pytest.raises(LLMTimeout):
        model.complete(QUESTION)
    assert (model.exchanges[0].reply, model.exchanges[0].error) == ("", "Too slow.")


def test_a_stream_that_breaks_or_is_left_keeps_the_pieces_that_came() -> None:
    model = RecordingLLM(ScriptedLLM(["a b c"]))
    for piece in model.stream(QUESTION):
        if piece.strip() == "b":
            break
    assert model.exchanges[0].reply.split() == ["a", "b"]
    with pytest.raises(LLMUnavailable):
        list(model.stream(QUESTION))
    assert model.exchanges[1].error
