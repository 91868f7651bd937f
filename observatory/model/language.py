"""The language models that there are to choose from."""

from __future__ import annotations

from dataclasses import dataclass

from observatory.model.record import Record


@dataclass(frozen=True)
class ModelChoice(Record):
    """A language model that can be used, as far as it is known; of a model on another machine only its name is.

    `bytes` is the length of its file, `context` in tokens, `memory` the bytes that a machine should have for it;
    `is_installed` says whether it is here already, and `fits` whether this machine has the memory.
    """

    name: str
    bytes: int | None = None
    quantization: str = ""
    licence: str = ""
    context: int | None = None
    use: str = ""
    memory: int | None = None
    is_installed: bool = True
    fits: bool = True
