"""Questions that are not English, and those that no chart answers: found before anything is read into them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from observatory.errors import LLMInvalidReply
from observatory.insight.prompts import fill
from observatory.insight.sheet import sheet
from observatory.insight.words import tokens, vocabulary
from observatory.model import Profile

if TYPE_CHECKING:
    from observatory.llm import LLM

_WORDS = {
    "German": vocabulary(
        "wie viele viel der die das den dem des ein eine einen ist sind war waren und oder nach pro je für im mit von "
        "vom zum zur welche welcher welches zeige zeig mir durchschnittliche durchschnittlicher durchschnitt "
        "anzahl hoch nicht zwischen über warum wer sich auf bei jede jeder jedes jedem hat haben gibt"
    ),
    "Spanish": vocabulary(
        "el la los las un una de del por para cuál cuáles cuántos cuántas cuanto cuántas es son y con según "
        "promedio medio media número muéstrame qué cómo entre más menos cada quién hay en"
    ),
    "French": vocabulary(
        "le la les un une des du de par pour quel quelle quels quelles combien est sont et avec selon moyenne moyen "
        "nombre montre moi qui comment entre plus moins chaque dans il y a sur"
    ),
    "Italian": vocabulary(
        "il lo gli uno una di del della dei per quale quali quanti quante è sono e con media numero tra"
    ),
    "Portuguese": vocabulary(
        "o os as um uma do da dos das por para qual quais quantos quantas é são e com média número"
    ),
    "Dutch": vocabulary(
        "de het een van per voor welke hoeveel is zijn en met gemiddelde gemiddeld aantal tussen elk elke"
    ),
}
_SCRIPTS = (
    ("Japanese", re.compile(r"[\u3040-\u30ff]")),
    ("Chinese", re.compile(r"[\u4e00-\u9fff]")),
    ("Korean", re.compile(r"[\uac00-\ud7af]")),
    ("Russian", re.compile(r"[\u0400-\u04ff]")),
    ("Arabic", re.compile(r"[\u0600-\u06ff]")),
    ("Greek", re.compile(r"[\u0370-\u03ff]")),
    ("Hindi", re.compile(r"[\u0900-\u097f]")),
)
_ENGLISH = vocabulary(
    "the of by for each and how many what which is are was were average mean number show me chart with per in between "
    "than do does total from to a an on who that those where"
)
_NO_CHART = re.compile(
    r"^\s*(?:please\s+|can\s+you\s+|could\s+you\s+)?(?:write|compose|tell\s+me\s+a\s+(?:joke|story)|sing|translate)\b"
    r"|\b(?:poem|joke|essay|song|haiku)\b",
    re.IGNORECASE,
)
_WHY = re.compile(r"^\s*(?:why|how\s+come)\b|\bwhat\s+(?:caused|causes|is\s+the\s+(?:reason|cause))\b", re.IGNORECASE)
_LATER = re.compile(
    r"\b(?:predict|forecast|will\s+(?:the|be|it|there|my|our)|next\s+(?:year|month|week))\b", re.IGNORECASE
)


def language_of(question: str, profile: Profile) -> str | None:
    """The language of a question that is not English, in English; names of fields say nothing of it.

    >>> language_of("Wie hoch ist der Durchschnitt je Region?", Profile(0, ()))
    'German'
    >>> language_of("average salary by department", Profile(0, ())) is None
    True
    """
    names = {word.lower() for field in profile.fields for word in re.findall(r"\w+", field.name)}
    said = [t.lower for t in tokens(question) if t.kind == "word" and t.lower not in names]
    rest = " ".join(said)
    for language, letters in _SCRIPTS:
        if len(letters.findall(rest)) >= 2:
            return language
    scores = {language: sum(word in words for word in said) for language, words in _WORDS.items()}
    best = max(scores, key=lambda language: scores[language])
    english = sum(word in _ENGLISH for word in said)
    return best if scores[best] >= 2 and scores[best] > english else None


def no_answer(question: str) -> str:
    """Why no chart answers a question such as “write me a poem”; "" for any other.

    >>> no_answer("Write me a poem about sales")
    'That is nothing a chart of this table can show.'
    """
    return "That is nothing a chart of this table can show." if _NO_CHART.search(question) else ""


def beyond(question: str) -> str:
    """What a chart cannot say of a question that it can help with; "" where there is nothing.

    >>> beyond("Why did sales fall in May?")
    'A chart shows what is in the table, not why it is so.'
    """
    if _WHY.search(question):
        return "A chart shows what is in the table, not why it is so."
    return "A chart shows what is in the table, nothing that is yet to come." if _LATER.search(question) else ""


def in_english(llm: LLM, profile: Profile, question: str) -> str:
    """The question in English as the model puts it, with the names of fields as they are; raises LLMError."""
    known = sheet(profile, question)
    messages = [
        {"role": "system", "content": fill("translate_system")},
        {
            "role": "user",
            "content": fill("data", data=known.text)
            + "\n"
            + fill("translate_task", question=json.dumps(question[:500], ensure_ascii=False)),
        },
    ]
    properties = {"english": {"type": "string", "maxLength": 300}}
    schema = {"type": "object", "properties": properties, "required": ["english"], "additionalProperties": False}
    reply = llm.complete(messages, schema=schema, max_tokens=120)
    try:
        return str(json.loads(reply)["english"])
    except (ValueError, KeyError, TypeError) as exc:
        raise LLMInvalidReply("The model did not translate the question.", "Ask in English.") from exc
