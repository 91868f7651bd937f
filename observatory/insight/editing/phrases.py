"""Phrases that say how a chart shall look, not what it shows: each is read once and then taken out of the text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from observatory.insight import clauses
from observatory.insight.words import alike, name_words, tokens
from observatory.model import ChartEdit

_NAMES = re.compile(r"\b(?:names?|labels?|alphabet\w*|categor\w+|a\s*(?:to|-)\s*z|z\s*(?:to|-)\s*a)\b")
_BARE_SORT = re.compile(
    r"(?<!\w)(?:sort|order|rank)(?:ed)?"
    r"(?:\s+(?:it|them|the\s+bars?|by\s+(?:the\s+)?(?:values?|size|length|height|numbers?|counts?|amount|bars?)))?"
    r"(?=\s*(?:$|[;,.?!]|and\b|please))",
    re.IGNORECASE,
)
_MOST_BINS = 100


class Found(NamedTuple):
    """What a text says of looks, the sentences for what cannot be, and the text with all that blanked out."""

    edits: list[ChartEdit]
    problems: list[str]
    left: str


class Phrase(NamedTuple):
    """A pattern and the edit that it stands for."""

    pattern: re.Pattern[str]
    op: str
    value: str | int | None

    def edit(self, match: re.Match[str]) -> ChartEdit | None:
        """The edit of what was found; None for an empty title."""
        said = match.groupdict()
        colour = said.get("colour") or said.get("colour2")
        value: str | int | None = said.get("value") or self.value
        if colour is not None:
            value = _colour(colour)
        elif self.op == "bin" and isinstance(value, str):
            value = min(max(int(value), 2), _MOST_BINS)
        elif isinstance(value, str) and self.op == "title":
            value = value.strip().strip("\"'“”‘’.").strip()
            if not value:
                return None
        return ChartEdit(self.op, value)  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, Any]:
    return tomllib.loads(files("observatory.insight.editing").joinpath("phrases.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    known = dict(_lexicon()["words"])
    return known | {"colours": " | ".join(_lexicon()["colours"].values())}


def _compiled(pattern: str, **more: str) -> re.Pattern[str]:
    """A pattern with its words filled in; words may stand in words."""
    for _ in range(2):
        for name, words in (*more.items(), *_words().items()):
            pattern = pattern.replace(f"{{{name}}}", words)
    return re.compile(rf"(?<![\w-]) (?: {pattern} ) (?!\w)", re.IGNORECASE | re.VERBOSE)


@lru_cache(maxsize=1)
def _phrases() -> tuple[Phrase, ...]:
    found = []
    for entry in _lexicon()["phrases"]:
        if entry["op"] == "mark":
            marks = _lexicon()["marks"].items()
            found += [Phrase(_compiled(entry["pattern"], mark=said), "mark", name) for name, said in marks]
        else:
            found.append(Phrase(_compiled(entry["pattern"]), entry["op"], entry.get("value")))
    return tuple(found)


@lru_cache(maxsize=1)
def _impossible() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_compiled(entry["pattern"]), entry["says"]) for entry in _lexicon()["impossible"])


@lru_cache(maxsize=1)
def _instead() -> re.Pattern[str]:
    """“points instead of bars”: what is to give way is no wish."""
    marks = " | ".join(_lexicon()["marks"].values())
    others = "mean | average | median | total | sum"
    return _compiled(rf"(?: instead \s+ of | rather \s+ than | not ) \s+ {{art}} (?: {marks} | {others} )")


def _colour(said: str) -> str:
    known: dict[str, str] = _lexicon()["colours"]
    return next(name for name, words in known.items() if re.fullmatch(words, said, re.IGNORECASE | re.VERBOSE))


def looks(text: str, groups: Sequence[str] = ()) -> Found:
    """What a text says of looks, in the order in which it says it; `groups` are the fields that may be sorted by name.

    >>> [(e.op, e.value) for e in looks("make it a line, sort high to low and use a log scale").edits]
    [('mark', 'line'), ('sort', 'descending'), ('scale', 'log')]
    """
    found: list[tuple[int, ChartEdit]] = []
    problems = []
    for pattern, sentence in _impossible():
        if match := pattern.search(text):
            problems.append(sentence)
            text = blank(text, match.start(), match.end())
    text = _instead().sub(lambda m: blank(m[0], 0, len(m[0])), text)
    titles = [phrase for phrase in _phrases() if phrase.op == "title"]
    text = _ordered(_read(text, titles, found), found, groups)
    text = _read(text, [phrase for phrase in _phrases() if phrase not in titles], found)
    return Found([edit for _, edit in sorted(found, key=lambda pair: pair[0])], problems, text)


def _read(text: str, phrases: Sequence[Phrase], found: list[tuple[int, ChartEdit]]) -> str:
    """The text without these phrases, of which the edits are kept with their places."""
    for phrase in phrases:
        while (match := phrase.pattern.search(text)) and match.start() < match.end():
            edit = phrase.edit(match)
            found += [(match.start(), edit)] if edit is not None else []
            text = blank(text, match.start(), match.end())
    return text


def _ordered(text: str, found: list[tuple[int, ChartEdit]], groups: Sequence[str]) -> str:
    """The first few, and an order: by the number, by the names, or by neither."""
    words = tokens(text)
    if limit := clauses.limit(text, words):
        first = min(limit[2])
        found.append((words[first].start, ChartEdit("limit", limit[0] if limit[1] == "descending" else -limit[0])))
        text = blank(text, words[first].start, words[max(limit[2])].end)
    if bare := _BARE_SORT.search(text):
        found.append((bare.start(), ChartEdit("sort", "descending")))
        return blank(text, bare.start(), bare.end())
    words = tokens(text)
    order = clauses.order(text, words)
    if order is None or not order.tokens:
        return text
    inside = words[min(order.tokens) : max(order.tokens) + 1]
    start, end = inside[0].start, inside[-1].end
    said = text[start:end].lower()
    named = any(alike(token.text, part) for token in inside for group in groups for part in name_words(group))
    by_name = named or order.target in ("dimension", "x") or _NAMES.search(said)
    direction = order.direction if by_name or clauses.has_direction(said) else "descending"
    value = ("a-z" if direction == "ascending" else "z-a") if by_name else direction
    found.append((start, ChartEdit("sort", value)))
    return blank(text, start, end)


def blank(text: str, start: int, end: int) -> str:
    """The text with a part of it blanked out, so that all else keeps its place."""
    return text[:start] + ";" + " " * (end - start - 1) + text[end:]
