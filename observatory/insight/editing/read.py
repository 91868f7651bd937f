"""An instruction read by rules: the edits it asks for, what cannot be, and the words nothing was made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from observatory.insight.editing.naming import named
from observatory.insight.editing.phrases import looks
from observatory.insight.wording import parts
from observatory.insight.words import STOP, is_aside, name_words, nearest, tokens, vocabulary
from observatory.model import ChartEdit, Profile

LONGEST = 1000
_BY = re.compile(r"\b(?:by|per|for\s+each|for\s+every)\s+(?:the\s+|each\s+)*([^\W\d_][\w-]*)", re.IGNORECASE)
_FILLER = STOP | vocabulary(
    "turn change switch convert add remove drop put set let keep only just now instead too also again same but please "
    "well else there here one ones thing again rather more me us it's that's ok okay thanks thank now next again "
    "show only those them people rows values value data group groups each every per instead other others "
    "back over out up off into split broken break down colour color coloured colored colours colors chart's not no "
    "filter without exclude excluding except leave left hide everything else like need get use using used take "
    "bigger smaller small larger nice nicer better clear clearer simple good compare compared comparison versus vs "
    "against what's how's happens happen if look looks see done still while new question answer so yes replace replaced"
)


@dataclass(frozen=True)
class Instruction:
    """Edits in the order of making them, sentences on what cannot be done, and words that nothing was made of."""

    edits: tuple[ChartEdit, ...]
    problems: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def read(instruction: str, profile: Profile, spec: Mapping[str, Any]) -> Instruction:
    """What an instruction wants changed of a chart.

    >>> from observatory.model import FieldProfile
    >>> sex = FieldProfile("Sex", "nominal", "dimension", "VARCHAR", 0, 2)
    >>> found = read("as horizontal bars, coloured by sex", Profile(9, (sex,)), {"mark": "point"})
    >>> [(e.op, e.value or e.field) for e in found.edits]
    [('mark', 'bar'), ('color', 'Sex'), ('orient', 'horizontal')]
    """
    text = " ".join(instruction.split())[:LONGEST]
    groups = [s.field for s in parts(spec)[1] if s.field is not None]
    seen = looks(text, groups)
    told = named(seen.left, profile, spec)
    unknown, said = _unknown(told.left, profile)
    problems = [*seen.problems, *told.problems, *said]
    words = [t.text for t in tokens(told.left) if t.kind in ("word", "quoted", "number")]
    unread = [w for w in words if w.lower() not in _FILLER and not is_aside(w) and w not in unknown and len(w) > 1]
    return Instruction(_in_turn([*seen.edits, *told.edits]), tuple(problems), tuple(dict.fromkeys(unread)))


_TURNS = (
    *("mark unfilter", "measure aggregate", "group time_unit", "color panels", "filter", "stack", "orient"),
    "sort limit line_at",
)
_TURN = {op: turn for turn, ops in enumerate(_TURNS) for op in ops.split()}


def _in_turn(edits: list[ChartEdit]) -> tuple[ChartEdit, ...]:
    """What is shown before how it is ordered: a chart is sorted by what it shows in the end."""
    once = [edit for i, edit in enumerate(edits) if edit not in edits[:i]]
    if any(e.op == "stack" and e.value == "normalize" for e in once):
        once = [replace(e, op="color") if e.op == "group" else e for e in once]
    return tuple(sorted(once, key=lambda e: _TURN.get(e.op, 5)))


def _unknown(text: str, profile: Profile) -> tuple[set[str], list[str]]:
    """Words after “by” that name no field, each with the nearest names, or with those that there are."""
    found, said = set(), []
    names = [f.name for f in profile.fields]
    for match in _BY.finditer(text):
        word = match[1]
        if word.lower() in _FILLER or any(word.lower() == part for n in names for part in name_words(n)):
            continue
        close = nearest(word, names)
        listed = ", ".join(close or names[:8]) + ("" if close or len(names) <= 8 else " …")
        which = "The nearest:" if close else "There are:"
        found.add(word)
        said.append(f"No field is called “{word}”. {which} {listed}.")
    return found, said
