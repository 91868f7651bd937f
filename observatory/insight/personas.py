"""Who may ask of a data set, and what such a person looks at first (LIDA's personas)."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from observatory.errors import LLMError
from observatory.insight.ground import is_plain
from observatory.insight.meanings import is_personal, meaning
from observatory.insight.prompts import fill
from observatory.insight.sheet import sheet
from observatory.insight.words import STOP, alike, name_words
from observatory.model import Persona, Profile

if TYPE_CHECKING:
    from observatory.llm import LLM

_ROLE = re.compile(r"an? [a-z][a-z'’-]*(?: [a-z][a-z'’-]*){0,5}")
_LEAST_WORDS = 2
"""Words that the fields must share with a role of the table before it is proposed."""


@lru_cache(maxsize=1)
def _roles() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files("observatory.insight").joinpath("personas.toml").read_text(encoding="utf-8"))


def personas(profile: Profile, llm: LLM | None = None, *, n: int = 4) -> tuple[Persona, ...]:
    """At most `n` kinds of people who may ask of a table: those its fields speak for, then the model's, then anybody.

    They are guesses, and `why` says what they rest on.

    >>> personas(Profile(9, ()), n=1)[0].name
    'a local journalist'
    """
    found = [*_by_fields(profile)[: max(1, n - 1)], *(_proposed(profile, llm, n) if llm and n > 1 else ())]
    anybody = [Persona(name, "may ask of any table", "template") for name, role in _roles().items() if role.get("any")]
    unique = {persona.name: persona for persona in reversed([*found, *anybody])}
    return tuple(reversed(unique.values()))[:n]


def _by_fields(profile: Profile) -> list[Persona]:
    words = {word: f.name for f in profile.fields for word in (*name_words(f.name), *meaning(f).split())}
    scored = []
    for name, role in _roles().items():
        wanted = {part for word in role.get("words", "").split() for part in word.split("_")}
        shared = list(dict.fromkeys(words[w] for w in words if w in wanted))
        if len(shared) >= _LEAST_WORDS:
            scored.append((-len(shared), Persona(name, f"the table has {' and '.join(shared[:2])}", "template")))
    return [persona for _, persona in sorted(scored, key=lambda pair: pair[0])]


def _proposed(profile: Profile, llm: LLM, n: int) -> list[Persona]:
    """The model's roles, those that are plain: no names, no numbers, nothing but a few words."""
    schema = {
        "type": "object",
        "properties": {"people": {"type": "array", "maxItems": n, "items": {"type": "string", "maxLength": 50}}},
        "required": ["people"],
        "additionalProperties": False,
    }
    messages = [
        {"role": "system", "content": fill("personas_system")},
        {
            "role": "user",
            "content": fill("data", data=sheet(profile).text) + "\n" + fill("personas_task", n=str(n)),
        },
    ]
    try:
        said = json.loads(llm.complete(messages, schema=schema, max_tokens=20 * n))["people"]
    except (LLMError, ValueError, KeyError, TypeError):
        return []
    names = [" ".join(str(s).split()).rstrip(".") for s in said] if isinstance(said, list) else []
    return [Persona(name, "a guess of the model", "llm") for name in names if _ROLE.fullmatch(name) and is_plain(name)]


def favoured(profile: Profile, persona: str) -> tuple[str, ...]:
    """The fields that a persona's words name, then those that people of that role look at first.

    >>> from observatory.model import FieldProfile
    >>> pay = FieldProfile("Salary", "quantitative", "measure", "DOUBLE", 0, 9)
    >>> favoured(Profile(9, (pay,)), "somebody worried about pay"), favoured(Profile(9, (pay,)), "a sailor")
    (('Salary',), ())
    """
    said = [w for w in re.findall(r"[^\W\d_]+", persona.lower()) if w not in STOP]
    role: Mapping[str, Any] = next((r for name, r in _roles().items() if name in persona.lower()), {})
    return tuple(dict.fromkeys([*_named(profile, said), *_named(profile, role.get("cares", "").split())]))


def _named(profile: Profile, words: Sequence[str]) -> list[str]:
    public = [f for f in profile.fields if not is_personal(f) and f.role not in ("identifier", "text")]
    return [f.name for word in words for f in public if any(alike(word, p) for p in (*name_words(f.name), meaning(f)))]
