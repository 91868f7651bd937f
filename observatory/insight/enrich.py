"""What each field means, and what a data set is about: rules, then the model's words where they can be checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from observatory.errors import LLMError
from observatory.insight.ground import is_plain
from observatory.insight.meanings import fits, is_personal, meaning, meanings, template
from observatory.insight.prompts import fill
from observatory.insight.sheet import safe_text, sheet
from observatory.insight.words import STOP, alike, name_words, stem, vocabulary
from observatory.model import DataCard, Enrichment, FieldMeaning, FieldProfile, Profile, Sentence, Summary

if TYPE_CHECKING:
    from observatory.llm import LLM

BATCH, MOST_ASKED, LONGEST = 12, 48, 100
VAGUE = frozenset({"category", "level", "measure", "name", "text"})
"""Semantic types that say no more than the type of the field, so that a model may know better."""
_NEUTRAL = vocabulary(
    "name number value type kind unit size measured recorded given whether each one single row record date day time "
    "category level group amount during within per used belong belonging called identifier identify unique field"
)


def enrich(profile: Profile, summary: Summary, card: DataCard | None, llm: LLM | None, *, title: str) -> Enrichment:
    """The semantic type and a description of each field, and a description of the data set.

    The data set's card comes first, then the model where its words can be checked, then a template. A description of
    the model may only use words of the field's name, of what it means, and of the card; numbers, values and causes
    are not among them. Its semantic type counts where the rules know none and the data allow it.
    """
    found = {f.name: _by_rules(f, card) for f in profile.fields}
    dropped = 0
    if llm is not None:
        words = _words(card, title)
        for field, said in _asked(
            profile, [f for f in profile.fields if found[f.name].source == "template"], llm, title
        ):
            found[field.name], ok = _worded(found[field.name], field, said, words)
            dropped += not ok
    return Enrichment(_description(summary, card), tuple(found.values()), dropped)


def _by_rules(field: FieldProfile, card: DataCard | None) -> FieldMeaning:
    kind = meaning(field)
    told = card.fields.get(field.name) if card else None
    text = told or template(kind, field)
    return FieldMeaning(field.name, kind, "rules", text, "card" if told else "template")


def _description(summary: Summary, card: DataCard | None) -> Sentence:
    if card and card.description.strip():
        return Sentence(" ".join(card.description.split()), "card")
    return next((s for s in summary.sentences if s.source == "llm"), summary.sentences[0])


# ── the model ────────────────────────────────────────────────────────────────────────────────────


def _asked(
    profile: Profile, fields: Sequence[FieldProfile], llm: LLM, title: str
) -> Iterator[tuple[FieldProfile, Mapping[str, Any]]]:
    """What the model says of each field that may stand in a prompt, a dozen at a time, until the model fails."""
    shown = [f for f in fields if not is_personal(f)][:MOST_ASKED]
    for start in range(0, len(shown), BATCH):
        chosen = shown[start : start + BATCH]
        labels = sheet(Profile(profile.n_rows, tuple(chosen)))
        schema = {
            "type": "object",
            "properties": {label: _schema(field) for label, field in labels.fields.items()},
            "required": list(labels.labels),
            "additionalProperties": False,
        }
        names = json.dumps(list(labels.labels), ensure_ascii=False)
        task = fill("enrich_task", title=json.dumps(safe_text(title), ensure_ascii=False), fields=names)
        messages = [
            {"role": "system", "content": fill("enrich_system")},
            {"role": "user", "content": fill("data", data=labels.text) + "\n" + task},
        ]
        try:
            reply = json.loads(llm.complete(messages, schema=schema, max_tokens=60 * len(chosen)))
        except (LLMError, ValueError):
            return
        if not isinstance(reply, dict):
            return
        for label, field in labels.fields.items():
            said = reply.get(label)
            if isinstance(said, dict):
                yield field, said


def _schema(field: FieldProfile) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "meaning": {"enum": [name for name in meanings() if fits(name, field)]},
            "description": {"type": "string", "maxLength": LONGEST},
        },
        "required": ["meaning", "description"],
        "additionalProperties": False,
    }


def _worded(
    draft: FieldMeaning, field: FieldProfile, said: Mapping[str, Any], words: frozenset[str]
) -> tuple[FieldMeaning, bool]:
    """The field in the model's words where they hold, and whether they do."""
    kind, source = draft.semantic_type, draft.semantic_source
    proposed = said.get("meaning")
    if kind in VAGUE and proposed in set(meanings()) - VAGUE and fits(str(proposed), field):
        kind, source = str(proposed), "llm"
    text = " ".join(str(said.get("description", "")).split())
    if not describes(text, field, kind, words):
        return FieldMeaning(field.name, kind, source, template(kind, field), "template"), False
    return FieldMeaning(field.name, kind, source, text if text.endswith(".") else text + ".", "llm"), True


def describes(text: str, field: FieldProfile, kind: str, words: frozenset[str] = frozenset()) -> bool:
    """Whether a description says no more than the name of the field, its meaning and `words` (stems) do.

    >>> mass = FieldProfile("body_mass_g", "quantitative", "measure", "BIGINT", 2, 94, 2700, 6300)
    >>> describes("Mass of the body in grams.", mass, "weight"), describes("Health of the bird.", mass, "weight")
    (True, False)
    """
    if not 3 <= len(text) <= LONGEST or not is_plain(text) or re.search(r"\d|[:;?!]", text.replace(field.name, "")):
        return False
    own = [*name_words(field.name), *name_words(kind), *re.findall(r"[a-z]+", template(kind, field).partition(":")[0])]
    said = [w for w in re.findall(r"[^\W\d_]+", text) if w.lower() not in STOP | _NEUTRAL]
    if not said or not any(_same(w, part) for w in said for part in own):
        return False
    return all(stem(w) in words or any(_same(w, part) for part in own) for w in said)


def _same(word: str, part: str) -> bool:
    """Whether a word is a part of a name, or what an abbreviation in a name stands for."""
    whole, short = word.lower(), part.lower()
    begins = len(short) >= 3 and whole.startswith(short)
    return alike(whole, short) or begins or short in _UNITS.get(stem(whole), ())


_UNITS = {
    "gram": ("g",), "kilogram": ("kg",), "millimeter": ("mm",), "millimetr": ("mm",), "centimeter": ("cm",),
    "centimetr": ("cm",), "meter": ("m",), "metr": ("m",), "dollar": ("usd",), "hour": ("hrs", "hr"), "degre": ("deg",),
}  # fmt: skip


def _words(card: DataCard | None, title: str) -> frozenset[str]:
    """The stems of what people say about the data set: its title and its card."""
    texts = [title, *((card.title, card.description, card.population, *card.tags) if card else ())]
    return frozenset(stem(word) for text in texts for word in re.findall(r"[^\W\d_]{3,}", text))
