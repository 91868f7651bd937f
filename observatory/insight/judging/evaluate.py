"""The six scores of a chart out of its faults, and the model's words beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from observatory.insight.facts import Facts
from observatory.insight.judging.aesthetics import aesthetics
from observatory.insight.judging.bugs import bugs
from observatory.insight.judging.comments import commented
from observatory.insight.judging.compliance import compliance
from observatory.insight.judging.encoding import encoding
from observatory.insight.judging.faults import DIMENSIONS, dimension_of
from observatory.insight.judging.kind import kind
from observatory.insight.judging.praise import praise
from observatory.insight.judging.ruled import ruled
from observatory.insight.judging.seen import Seen
from observatory.insight.judging.transformation import transformation
from observatory.model import Dimension, DimensionScore, Evaluation, Fault

if TYPE_CHECKING:
    from observatory.llm import LLM

BEST, WORST = 10.0, 1.0
_JUDGES = (ruled, bugs, transformation, compliance, kind, encoding, aesthetics)


def evaluate(seen: Seen, llm: LLM | None = None, facts: Facts | None = None) -> Evaluation:
    """A chart judged on LIDA's six dimensions, each from 1 to 10 (Dibia 2023, doi:10.18653/v1/2023.acl-demo.11).

    A dimension starts at 10 and loses the points of its worst fault and half those of each other one. The overall
    score is half the mean of the six and half the lowest: a chart that fails in one way is no good chart. With a model
    and `facts` about the table each dimension gets a comment, checked against them; no score depends on it.
    """
    found: dict[Dimension, dict[str, Fault]] = defaultdict(dict)
    for judge in _JUDGES:
        for one in judge(seen):
            found[dimension_of(one)].setdefault(one.reason, one)
    scores = tuple(_score(dimension, list(found[dimension].values()), seen) for dimension in DIMENSIONS)
    judged = Evaluation(overall(scores), scores, seen.question, _notes(seen))
    return judged if llm is None or facts is None else commented(judged, seen, llm, facts)


def _score(dimension: Dimension, faults: list[Fault], seen: Seen) -> DimensionScore:
    faults = sorted(faults, key=lambda fault: (-fault.points, fault.name))
    reasons = tuple(fault.reason for fault in faults) or (praise(dimension, seen),)
    mends = tuple(dict.fromkeys(fault.mend for fault in faults if fault.mend))
    return DimensionScore(dimension, points_left(faults), tuple(faults), reasons, mends)


def points_left(faults: Sequence[Fault]) -> float:
    """The score that faults leave, the worst one first.

    >>> points_left([Fault("a", "", "", 4.0), Fault("b", "", "", 1.0)]), points_left([])
    (5.5, 10.0)
    """
    lost = sum(fault.points if place == 0 else fault.points / 2 for place, fault in enumerate(faults))
    return round(max(WORST, BEST - lost), 1)


def overall(scores: Sequence[DimensionScore]) -> float:
    """Half the mean of the scores and half the lowest of them."""
    values = [one.score for one in scores]
    return round((sum(values) / len(values) + min(values)) / 2, 2)


def _notes(seen: Seen) -> tuple[str, ...]:
    said = list(seen.check.notes)
    if not seen.question:
        said.append("No question was given: compliance is judged by the titles alone.")
    elif seen.asked is None or not seen.asked.understood:
        said.append("The question names nothing that is in the table, so compliance is judged by the titles alone.")
    if any(plotted is None for plotted in seen.plotted) or len(seen.plotted) < len(seen.views):
        said.append("The rows of the chart were not counted, for it computes fields of its own or cannot be drawn.")
    return tuple(dict.fromkeys(said))
