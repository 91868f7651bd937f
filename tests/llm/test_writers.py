"""Which models are asked for code first, by their names."""

from __future__ import annotations

import pytest

from observatory.errors import ObservatoryError
from observatory.llm.writers import writes_code

LARGE = (
    *("qwen2.5-coder-7b-instruct", "Qwen/Qwen2.5-Coder-32B-Instruct", "meta-llama/Llama-3.1-70B-Instruct", "llama3:8b"),
    *("mixtral-8x7b-instruct-v0.1", "gpt-4o", "gpt-5-mini", "o3-mini", "claude-sonnet-4-5", "gemini-2.5-pro"),
    *("anthropic/claude-3-haiku", "deepseek-chat", "mistral-large-latest", "codestral-latest", "gemma-2-27b-it"),
)
SMALL = (
    *("qwen2.5-coder-1.5b-instruct", "qwen2.5-coder-0.5b-instruct", "smollm2-135m-instruct", "Llama-3.2-3B-Instruct"),
    *("phi-3-mini", "tiny", "", "my-model", "gemma-2-2b-it", "qwen2.5-coder", "gpt2", "gpt-4.1-nano"),
)


@pytest.mark.parametrize("name", LARGE)
def test_large_models_write_code(name: str) -> None:
    assert writes_code("auto", name)


@pytest.mark.parametrize("name", SMALL)
def test_small_and_unknown_models_do_not(name: str) -> None:
    assert not writes_code("auto", name)


def test_the_setting_decides_where_it_is_not_auto() -> None:
    assert writes_code("always", "tiny")
    assert not writes_code("never", "gpt-4o")
    with pytest.raises(ObservatoryError):
        writes_code("sometimes", "gpt-4o")
