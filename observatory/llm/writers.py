"""Which models write chart code well enough to be asked for it first, told by their names."""

from __future__ import annotations

import re

from observatory.errors import ObservatoryError

SMALLEST = 7.0
"""Billions of parameters from which on free code is asked for."""
_SIZE = re.compile(r"(?<![a-z0-9.])(?:(\d+)x)?(\d+(?:\.\d+)?)([bm])(?![a-z0-9])", re.IGNORECASE)
_HOSTED = re.compile(
    r"(?:^|/)(?:gpt-|o\d|chatgpt|claude|gemini|grok|deepseek-(?:chat|coder|reasoner|v\d|r1)|mistral-(?:large|medium)"
    r"|codestral|command-r|qwen-(?:max|plus))",
    re.IGNORECASE,
)
_SMALL_HOSTED = re.compile(r"nano|distill", re.IGNORECASE)


def writes_code(setting: str, name: str) -> bool:
    """Whether a model is asked for code first: as the setting says, or with `auto` by its name.

    A size in the name decides (of mixtures of experts, that of all experts together); without one, the names of hosted
    models count as large, and all others as small. Raises ObservatoryError for another setting.

    >>> [writes_code("auto", name) for name in ("qwen2.5-coder-7b-instruct", "qwen2.5-coder-1.5b-instruct", "gpt-4o")]
    [True, False, True]
    """
    if setting not in ("auto", "always", "never"):
        raise ObservatoryError(
            f"The setting OBSERVATORY_LLM_CODE is “{setting[:40]}”.", "Set it to auto, always or never."
        )
    if setting != "auto":
        return setting == "always"
    size = billions(name)
    if size is not None:
        return size >= SMALLEST
    return _HOSTED.search(name) is not None and _SMALL_HOSTED.search(name) is None


def billions(name: str) -> float | None:
    """The billions of parameters that a model's name tells, or None.

    >>> billions("Mixtral-8x7B-Instruct"), billions("smollm2-135m-instruct"), billions("claude-sonnet")
    (56.0, 0.135, None)
    """
    found = _SIZE.search(name)
    if found is None:
        return None
    return float(found[1] or 1) * float(found[2]) / (1 if found[3] in "bB" else 1000)
