"""A second set of good and spoilt charts, written by a judge who had read neither the evaluation nor its mutations.

`second.json` holds charts as a data journalist draws them: layers, annotations, panels, stacks of shares, logarithmic
scales, windows, folds, in all with a question for most. Each comes with what novices and language models do to it, as a
merge patch (RFC 7386) or as a spec of its own. `asked` are the kinds that only the question tells from a good chart,
`held_out` those that were kept apart until the first changes were made; charts carry `held_out` too. What the held-out
ones then taught was used as well, so `third.json` holds a few more, written and scored once after that.

The charts are our own work under the licence of this repository; the tables they show are those of datasets/ and, where
the name begins with `nl2vis:`, of the nl2vis set.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECOND = Path(__file__).parent / "second.json"
THIRD = SECOND.with_name("third.json")


@dataclass(frozen=True)
class Judged:
    """A chart of the set; `kind` is "" for a good one and says what spoils the others."""

    origin: int
    dataset: str
    kind: str
    question: str
    spec: Mapping[str, Any]
    held_out: bool


def second_set(path: Path = SECOND) -> Iterator[Judged]:
    """Every chart with its question, and again without it unless its kind needs one; a good one before its spoilt ones.

    >>> first = next(second_set())
    >>> first.kind, first.dataset
    ('', 'gapminder')
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    for origin, chart in enumerate(found["charts"]):
        for question in [chart["question"], ""] if chart["question"] else [""]:
            yield Judged(origin, chart["dataset"], "", question, chart["spec"], chart["held_out"])
            for spoilt in chart["spoilt"]:
                kind = spoilt["kind"]
                if question or kind not in found["asked"]:
                    spec = spoilt["spec"] if "spec" in spoilt else merged(chart["spec"], spoilt["patch"])
                    held_out = chart["held_out"] or kind in found["held_out"]
                    yield Judged(origin, chart["dataset"], kind, question, spec, held_out)


def merged(target: Any, patch: Any) -> Any:
    """A JSON merge patch applied (RFC 7386): null takes away, objects merge, anything else replaces.

    >>> merged({"mark": "bar", "encoding": {"x": 1, "y": 2}}, {"mark": None, "encoding": {"y": 3}})
    {'encoding': {'x': 1, 'y': 3}}
    """
    if not isinstance(patch, Mapping):
        return patch
    found = dict(target) if isinstance(target, Mapping) else {}
    for key, inner in patch.items():
        if inner is None:
            found.pop(key, None)
        else:
            found[key] = merged(found.get(key), inner)
    return found
