"""The words with which a sentence claims more than a number: comparisons, directions, causes, vague amounts."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    lexicon = tomllib.loads(files("observatory.insight").joinpath("claims.toml").read_text(encoding="utf-8"))
    return {
        kind: re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])", re.IGNORECASE) for kind, words in lexicon.items()
    }


def claims(text: str) -> set[str]:
    """The kinds of claim a sentence makes.

    >>> sorted(claims("Fare increases with Age because it is correlated"))
    ['cause', 'relate', 'rise']
    """
    return {kind for kind, pattern in _patterns().items() if pattern.search(text)}


def claim_word(text: str, kind: str) -> str:
    """The first words of a text that make a claim of that kind."""
    match = _patterns()[kind].search(text)
    return match[0] if match else kind
