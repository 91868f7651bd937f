"""A question in the words of the table: “the poorest” is the lowest GDP, “windier” is more wind (`world.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from observatory.insight.words import Token, meanings, name_words, stem
from observatory.model import FieldProfile, Profile

_DEGREES = {"more": "higher", "most": "highest", "less": "lower", "least": "lowest", "total": "total", "plain": ""}
_COMPARED = re.compile(r"([^\W\d_]{3,})(er|est)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{6,}")


@lru_cache(maxsize=1)
def _table() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(files("observatory.insight").joinpath("world.toml").read_text(encoding="utf-8"))


def restated(text: str, profile: Profile) -> str:
    """The question with words of the world put as fields of the table, where exactly one field fits.

    >>> wind = FieldProfile("wind", "quantitative", "measure", "DOUBLE", 0, 9)
    >>> gdp = FieldProfile("gdpPercap", "quantitative", "measure", "DOUBLE", 0, 9)
    >>> restated("Where is it windier? Who is the poorest?", Profile(9, (wind, gdp)))
    'Where is it higher `wind`? Who is the lowest `gdpPercap`?'
    """
    for rule in _table()["phrases"]:
        needs = rule.get("needs")
        if needs is None or any(needs in name_words(f.name) for f in profile.fields):
            text = re.sub(rule["pattern"], rule["says"], text, flags=re.IGNORECASE)
    for rule in _table()["measures"]:
        field = _only(rule["fields"], profile, numbers=True)
        if field is not None:
            for degree, says in _DEGREES.items():
                text = _put(text, rule.get(degree, ""), says, field, profile)
    return _COMPARED.sub(lambda found: _compared(found, profile), text)


def _put(text: str, said: str, says: str, field: FieldProfile, profile: Profile) -> str:
    """The text with words put as a field, but for those that the table has itself; a number stays the field's."""
    own = {form for f in profile.fields for part in name_words(f.name) for form in meanings(part)}
    own |= {str(t.value).lower() for f in profile.fields for t in f.top}
    free = [words for words in _phrases(said) if " " in words or not {words, stem(words)} & own]
    if not free:
        return text
    pattern = "|".join(re.escape(words) for words in sorted(free, key=len, reverse=True))
    name = _written(field).replace("\\", "\\\\")
    text = re.sub(
        rf"(?<![\w'’])(?:{pattern})(?=\s+than\s+[-−$]?\d)", f"{name} {says}".rstrip(), text, flags=re.IGNORECASE
    )
    return re.sub(rf"(?<![\w'’])(?:{pattern})(?![\w'’])", f"{says} {name}".lstrip(), text, flags=re.IGNORECASE)


def _phrases(said: str) -> list[str]:
    return [words.strip() for words in said.split(",") if words.strip()]


def _only(choices: Sequence[str], profile: Profile, *, numbers: bool = False) -> FieldProfile | None:
    """The field of the first choice that exactly one field's name holds the words of."""
    for choice in choices:
        wanted = [meanings(word) for word in choice.split()]
        fitting = [
            f
            for f in profile.fields
            if (f.type == "quantitative") >= numbers
            and all(group & {stem(w) for w in name_words(f.name)} for group in wanted)
        ]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _written(field: FieldProfile) -> str:
    return f"`{field.name}`"


def _compared(found: re.Match[str], profile: Profile) -> str:
    """“windier” as more of the one field that is called wind."""
    word = found[0]
    base = found[1].lower()
    nouns = {base[:-1], base[:-2] if base[-2:-1] == base[-3:-2] else base[:-1]} if base.endswith("i") else {base}
    named = any(word.lower() in name_words(f.name) for f in profile.fields)
    if named or not base.endswith("i"):
        return word
    fitting = [f for f in profile.fields if f.type == "quantitative" and set(name_words(f.name)[:1]) & nouns]
    if len(fitting) != 1:
        return word
    return f"{'higher' if found[2].lower() == 'er' else 'highest'} {_written(fitting[0])}"


def spoken_values(question: Sequence[Token], profile: Profile) -> Iterator[tuple[FieldProfile, str, int, int]]:
    """A field, which of its values words of the world mean (“yes” and “no” of an outcome), and which tokens say so."""
    for rule in _table()["values"]:
        field = _only(rule["fields"], profile)
        if field is None:
            continue
        for words in map(str.split, _phrases(rule["said"])):
            for i in range(len(question) - len(words) + 1):
                if [t.lower for t in question[i : i + len(words)]] == words:
                    yield field, str(rule["value"]), i, i + len(words)


def root(word: str) -> str:
    """A long word without the endings that make a noun of an adjective, or an adjective of a verb.

    >>> root("disability"), root("disabled"), root("movement")
    ('disabl', 'disabl', 'move')
    """
    text = stem(word)
    if _WORD.fullmatch(text) is None:
        return text
    text = re.sub(r"(?:bilit[iy]|bl)$", "bl", text)
    return re.sub(r"(?:ment|ness)$", "", text)
