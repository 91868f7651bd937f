"""What a server takes: parameters that it refuses are left out, or named as it wants them, from then on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import openai

_INSTEAD = {"max_tokens": "max_completion_tokens", "seed": None, "temperature": None, "stream_options": None}
_UNKNOWN_MODEL = re.compile(
    r"model\b.*\b(not found|not exist|unknown|not a valid)|not a valid model|unknown model", re.IGNORECASE
)
_OVERFLOW = re.compile(
    r"context (length|size|window)|context is too small|too many tokens|prompt is too long", re.IGNORECASE
)


class Dialect:
    """What one server was found not to take; may be asked by several threads at once.

    >>> dialect = Dialect()
    >>> dialect.learns({"seed": 0, "max_tokens": 9}, "'max_tokens' is not supported, use 'max_completion_tokens'")
    True
    >>> dialect.adapted({"seed": 0, "max_tokens": 9})
    {'seed': 0, 'max_completion_tokens': 9}
    """

    def __init__(self) -> None:
        self._refused: set[str] = set()

    def adapted(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The request in words that the server takes."""
        names = {name: _INSTEAD[name] if name in self._refused else name for name in request}
        return {name: request[key] for key, name in names.items() if name is not None}

    def learns(self, sent: Mapping[str, Any], refusal: str) -> bool:
        """Whether a refusal names a parameter that was sent and can be done without; if so, it will be."""
        named = next((name for name in _INSTEAD if name in sent and re.search(rf"\b{name}\b", refusal)), None)
        if named is None or _OVERFLOW.search(refusal):
            return False
        self._refused.add(named)
        return True


def reason(refusal: openai.APIStatusError) -> str:
    """What a server said when it refused, as one line."""
    said = refusal.body.get("message") if isinstance(refusal.body, dict) else None
    return " ".join(str(said or refusal.message).split())


def is_too_long(refusal: openai.APIStatusError) -> bool:
    """Whether a question was refused because it does not fit into the model's context."""
    known = refusal.code == "context_length_exceeded" or refusal.type == "exceed_context_size_error"
    return (
        known or refusal.status_code == 413 or (refusal.status_code < 500 and bool(_OVERFLOW.search(reason(refusal))))
    )


def is_unknown_model(refusal: openai.APIStatusError) -> bool:
    """Whether a question was refused because the server has no model of that name (or no such address)."""
    known = refusal.code == "model_not_found" or refusal.status_code == 404
    return known or (refusal.status_code in (400, 422) and bool(_UNKNOWN_MODEL.search(reason(refusal))))
