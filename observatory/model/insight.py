"""What is worth asking, and how a question became a chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from observatory.model.chart import Wish
from observatory.model.record import Record


@dataclass(frozen=True)
class Exchange(Record):
    """What a language model was sent and what it answered, word for word; `error` says why there is no answer."""

    model: str
    messages: tuple[Mapping[str, str], ...]
    reply: str = ""
    seconds: float = 0.0
    error: str | None = None


@dataclass(frozen=True)
class Sentence(Record):
    """A sentence whose numbers and names were checked against the Profile, and who worded it."""

    text: str
    source: Literal["llm", "template", "card"]


@dataclass(frozen=True)
class FieldMeaning(Record):
    """What a field means: a semantic type of a closed list (LIDA), a description, and who says each of them."""

    field: str
    semantic_type: str
    semantic_source: Literal["llm", "rules"]
    description: str
    source: Literal["llm", "template", "card"]


@dataclass(frozen=True)
class Enrichment(Record):
    """What a data set and each of its fields are about; `dropped` counts those of the model that did not hold."""

    description: Sentence
    fields: tuple[FieldMeaning, ...]
    dropped: int = 0
    sent: tuple[Exchange, ...] = ()


@dataclass(frozen=True)
class Explanation(Record):
    """A chart in words: its data, its encodings and its transformation; `text` is all of it, as it is read.

    `text` is the model's wording where it says the same, and `dropped` counts its sentences that did not hold.
    """

    data: str
    encodings: str
    transformation: str
    text: str
    dropped: int = 0
    sent: tuple[Exchange, ...] = ()


@dataclass(frozen=True)
class Persona(Record):
    """Somebody who may ask of a data set: who they are, why that is guessed, and who guessed it."""

    name: str
    why: str
    source: Literal["llm", "template"]


@dataclass(frozen=True)
class Summary(Record):
    """What a data set is about; `dropped` counts sentences of the model that the facts did not bear out."""

    sentences: tuple[Sentence, ...]
    facts: tuple[str, ...]
    dropped: int = 0
    sent: tuple[Exchange, ...] = ()


@dataclass(frozen=True)
class Goal(Record):
    """A question worth asking of a data set and the chart that answers it (LIDA)."""

    index: int
    question: str
    visualization: str
    rationale: str
    fields: tuple[str, ...]
    spec: Mapping[str, Any]
    facts: tuple[str, ...]
    source: Literal["llm", "template"]
    code: str = ""
    sent: tuple[Exchange, ...] = ()


@dataclass(frozen=True)
class Attempt(Record):
    """One step on the way to a chart, kept so that people see how it came about.

    `changed` says in a sentence what was changed of the attempt before it, "" for the first one.
    """

    step: Literal["specify", "generate", "fix", "repair", "fallback"]
    source: Literal["llm", "rules", "person"]
    ok: bool
    code: str | None = None
    spec: Mapping[str, Any] | None = None
    error: str | None = None
    changed: str = ""


@dataclass(frozen=True)
class EngineStatus(Record):
    """How the language model is: `progress` is the share of a download or load that is done."""

    state: Literal["off", "downloading", "starting", "ready", "down"]
    model: str | None = None
    detail: str = ""
    progress: float | None = None


@dataclass(frozen=True)
class Visualization(Record):
    """The answer to a question: a chart, its code, how it came about, and words that the facts bear out.

    `wish` is what was understood of the question, None where nothing was; `sent` is what went to a language model.
    `changes` say, for a chart that was edited, what was changed.
    """

    question: str
    spec: Mapping[str, Any]
    code: str
    attempts: tuple[Attempt, ...]
    explanation: str
    warnings: tuple[str, ...]
    engine: EngineStatus
    wish: Wish | None = None
    sent: tuple[Exchange, ...] = ()
    changes: tuple[str, ...] = ()
