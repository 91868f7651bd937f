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
        Settings(llm_base_url="http://[::1]:8000/v1"),
        Settings(llm="off", llm_base_url="https://models.example/v1"),
    ],
)
def test_nothing_leaves_a_machine_that_asks_itself_or_nobody(settings: Settings) -> None:
    assert privacy(settings) == "Nothing you drop here leaves this machine."


@pytest.mark.parametrize("host", ["models.example", "vllm", "10.0.0.7"])
def test_a_model_of_another_machine_is_named_with_all_that_it_is_sent(host: str) -> None:
    assert privacy(Settings(llm_base_url=f"http://{host}:8000/v1")) == (
        "Your file stays on this machine; your questions, names of fields, common values and figures go to the model "
        f"at {host}."
    )


@pytest.mark.parametrize("settings", [Settings(host="0.0.0.0"), Settings(hosts="data.example")])
def test_those_who_reach_the_dashboard_over_a_network_are_not_told_that_it_is_their_machine(settings: Settings) -> None:
    assert privacy(settings) == "Nothing you drop here leaves the machine of this dashboard."
