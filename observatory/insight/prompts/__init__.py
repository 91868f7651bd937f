"""The prompts: text files with named slots, read once."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

_SLOT = re.compile(r"\{\{(\w+)\}\}")


@lru_cache(maxsize=32)
def _template(name: str) -> str:
    return files("observatory.insight.prompts").joinpath(f"{name}.md").read_text(encoding="utf-8").strip()


def fill(name: str, **slots: str) -> str:
    """A prompt with its slots filled; what fills a slot is never read for slots itself.

    >>> fill("data", data="{{task}}", n="0").splitlines()[1:4]
    ['<data>', '{{task}}', '</data>']
    """
    return _SLOT.sub(lambda match: _inert(slots[match[1]]), _template(name))


def slots(name: str) -> set[str]:
    """The names of a prompt's slots."""
    return set(_SLOT.findall(_template(name)))


def _inert(text: str) -> str:
    """Text that cannot end the block of data it stands in, nor start a turn of the conversation."""
    text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]", " ", text)
    return re.sub(r"</?data>|<\|[^|]*\|>", " ", text, flags=re.IGNORECASE)
