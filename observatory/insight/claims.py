"""The words with which a sentence claims more than a number: comparisons, directions, causes, vague amounts."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

from observatory.insight.words import stem


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    lexicon = tomllib.loads(files("observatory.insight").joinpath("claims.toml").read_text(encoding="utf-8"))
    return {
        kind: re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])", re.IGNORECASE) for kind, words in lexicon.items()
    }


_ALIKE = frozenset({"top", "majority", "rise", "fall", "over", "under", "gap"})


def claims(text: str) -> set[tuple[str, str]]:
    """The claims of a sentence: their kind, and the stem of the word unless all words of the kind say the same.

    >>> sorted(claims("Fare increases with Age because it is higher"))
    [('cause', 'becaus'), ('compare', 'higher'), ('rise', '')]
    """
    return {
        (kind, "" if kind in _ALIKE else stem(match[0]))
        for kind, pattern in _patterns().items()
        for match in pattern.finditer(text)
    }


def claim_word(text: str, kind: str) -> str:
    """The first words of a text that make a claim of that kind."""
    match = _patterns()[kind].search(text)
    return match[0] if match else kind
