"""Notes to read: one of each kind, nothing in them said twice."""

from __future__ import annotations

import re
from collections.abc import Sequence

from observatory.model import Note

_SENTENCE = re.compile(r"(?<=[.?]) (?=[A-Z])")
_SHOWN = 3


def folded(notes: Sequence[Note]) -> tuple[Note, ...]:
    """The notes of each kind as one, where the first stood; of more than three of a kind the others are counted.

    >>> a, b = (Note("edges", (x,), f"{x.upper()} ends. Why is that?") for x in "ab")
    >>> [(n.columns, n.statement) for n in folded([a, b])]
    [(('a', 'b'), 'A ends. Why is that? B ends.')]
    """
    by_kind: dict[str, list[Note]] = {}
    for note in notes:
        by_kind.setdefault(note.kind, []).append(note)
    return tuple(_one(kind, alike) for kind, alike in by_kind.items())


def _one(kind: str, alike: Sequence[Note]) -> Note:
    if len(alike) == 1:
        return alike[0]
    columns = tuple(dict.fromkeys(c for n in alike for c in n.columns))
    said = _once([n.statement for n in alike[:_SHOWN]])
    if len(alike) > _SHOWN:
        said += f" {len(alike) - _SHOWN} more of this kind are left out."
    return Note(kind, columns, said, _once([n.needs for n in alike[:_SHOWN] if n.needs]))


def _once(texts: Sequence[str]) -> str:
    """The texts as one, each sentence where it first stood."""
    return " ".join(dict.fromkeys(sentence for text in texts for sentence in _SENTENCE.split(text)))
