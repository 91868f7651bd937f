"""What a data set is about: computed facts first, then at most three sentences of the model that they bear out."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from observatory.errors import LLMError
from observatory.insight.aggregates import Query, aggregates
from observatory.insight.facts import Fact, Facts, known
from observatory.insight.ground import check
from observatory.insight.prompts import fill
from observatory.insight.sheet import Sheet, safe_text, sheet
from observatory.insight.symbols import spots
from observatory.model import Finding, Profile, Sentence, Summary

if TYPE_CHECKING:
    from observatory.llm import LLM

_MAX_SENTENCES = 3
_PROMPT_FACTS = 8
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "sentences": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "string", "maxLength": 160}}
    },
    "required": ["sentences"],
    "additionalProperties": False,
}


def summarize(
    profile: Profile, findings: Sequence[Finding], llm: LLM | None, *, title: str, query: Query | None = None
) -> Summary:
    """The summary of a data set; without a model, or where it fails, its sentences are the facts themselves.

    `dropped` counts the sentences of the model that were not shown: no fact bears them out, or they say nothing. With
    `query`, which runs one SELECT over the table `t`, sentences about groups and pairs of fields can be borne out too.

    >>> summarize(Profile(2, ()), (), None, title="Empty").sentences[0].text
    'The table has 2 rows and 0 fields.'
    """
    computed = aggregates(profile, query) if query is not None and llm is not None else ()
    facts = known(profile, findings, title=title, computed=computed)
    chosen = _chosen(facts)
    templates = tuple(Sentence(f.text, "template") for f in chosen[:_MAX_SENTENCES])
    texts = tuple(f.text for f in chosen)
    if llm is None:
        return Summary(templates, texts)
    try:
        said = _ask(llm, profile, chosen, title)
    except LLMError:
        return Summary(templates, texts)
    accepted = check(said, facts).accepted
    worded = tuple(Sentence(text, "llm") for text in accepted if _says_something(text, facts))
    return Summary(_filled_up(worded, templates), texts, len(said) - len(worded))


def _says_something(text: str, facts: Facts) -> bool:
    """Whether a sentence names a field or a value, or a number beyond those of rows and fields."""
    size = {n.value for n in facts.numbers if n.kind in ("rows", "fields")}
    numbers = {float(n.replace(",", "")) for n in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text)}
    return bool(spots(text, facts)) or bool(numbers - size)


def _filled_up(worded: Sequence[Sentence], templates: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The model's sentences, after the size of the table where none of them says it, and facts for those dropped."""
    if len(worded) >= _MAX_SENTENCES:
        return tuple(worded)
    said = {s.text for s in worded}
    size = [s for s in templates[:1] if not any(" rows" in w.text for w in worded)]
    rest = [s for s in templates[1:] if s.text not in said]
    return (*size, *worded, *rest)[: max(_MAX_SENTENCES, len(worded))]


def _chosen(facts: Facts) -> list[Fact]:
    """The facts worth a newcomer's time: size, times, the largest groups, ranges, gaps and the strongest finding."""
    size, *rest = facts.sentences
    kinds: dict[str, list[Fact]] = {"time": [], "group": [], "range": [], "missing": [], "finding": []}
    for fact in rest:
        kinds[_kind(fact)].append(fact)
    return [
        size,
        *kinds["time"][:1],
        *kinds["group"][:1],
        *kinds["range"][:1],
        *kinds["finding"][:1],
        *kinds["group"][1:2],
        *kinds["missing"][:2],
        *kinds["range"][1:3],
        *kinds["finding"][1:],
    ]


def _kind(fact: Fact) -> str:
    found = {n.kind for n in fact.numbers}
    for kind, name in (("min_year", "time"), ("distinct", "group"), ("missing", "missing"), ("min", "range")):
        if kind in found:
            return name
    return "finding"


def _ask(llm: LLM, profile: Profile, chosen: Sequence[Fact], title: str) -> list[str]:
    """The model's sentences; only facts whose names and values may stand in a prompt are shown to it."""
    shown = sheet(profile)
    lines = [json.dumps(f"Title: {safe_text(title)}", ensure_ascii=False)]
    lines += [json.dumps(f.text, ensure_ascii=False) for f in chosen[:_PROMPT_FACTS] if _may_show(f, shown)]
    messages = [
        {"role": "system", "content": fill("summary_system")},
        {"role": "user", "content": fill("data", data="\n".join(lines)) + "\n" + fill("summary_task")},
    ]
    reply = llm.complete(messages, schema=_SCHEMA, max_tokens=160)
    try:
        found = json.loads(reply)["sentences"]
    except (ValueError, KeyError, TypeError):
        return []
    return [str(s) for s in found if isinstance(s, str)][:_MAX_SENTENCES] if isinstance(found, list) else []


def _may_show(fact: Fact, shown: Sheet) -> bool:
    return all(shown.label(name) == name for name in fact.fields) and len(fact.text) <= 200
