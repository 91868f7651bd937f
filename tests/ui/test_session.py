"""What the dashboard says of where data goes is true of the settings."""

from __future__ import annotations

import pytest

from observatory.settings import Settings
from observatory.ui.session import privacy


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(llm_base_url="http://127.0.0.1:8000/v1"),
        Settings(llm="off", llm_base_url="https://models.example/v1"),
    ],
)
def test_nothing_leaves_a_machine_that_asks_itself_or_nobody(settings: Settings) -> None:
    assert privacy(settings) == "Nothing you drop here leaves this machine."


def test_a_model_of_another_machine_is_named() -> None:
    told = privacy(Settings(llm_base_url="https://models.example/v1"))
    assert "models.example" in told
    assert "Nothing" not in told
