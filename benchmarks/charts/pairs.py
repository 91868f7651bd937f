"""Preferences between two charts of the same data, as choices that weights are learned from and judged by.

A pair is `{task, distribution, n_rows, fields, better, worse}`; a field `{name, type, unique, entropy, interesting}`
with the entropy in thousandths of a bit; a chart `{mark, encoding}` in the words of Vega-Lite, whose types are those of
the fields unless a scale is ordinal. `distribution` names the data that pairs share: without it they share the table.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from benchmarks.charts.wishes import textbook
from observatory.charts import recommend
from observatory.charts.rules.facts import Facts, whole
from observatory.charts.rules.learn import learn, perceptual
from observatory.charts.rules.rule_weights import RuleWeights, hand_set, shipped
from observatory.charts.rules.solver import judge
from observatory.charts.rules.view_facts import view_facts
from observatory.charts.spec.reading import parse
from observatory.errors import ObservatoryError
from observatory.model import Choice, FieldProfile, Profile, Task

_TYPES = {
    **dict.fromkeys(("number", "integer", "quantitative", "float"), ("quantitative", "measure")),
    **dict.fromkeys(("date", "datetime", "time", "temporal"), ("temporal", "time")),
    "ordinal": ("ordinal", "dimension"),
}
_SCALES = ("linear", "log", "symlog", "sqrt", "pow")
_ANY_ROWS = 100


@dataclass(frozen=True)
class Pair:
    """A choice, the data it was made over, and the task as it is called there."""

    choice: Choice
    data: str
    task: str


@dataclass(frozen=True)
class Score:
    """How many pairs some weights order as people did, how many the other way round, and how many not at all."""

    right: int = 0
    wrong: int = 0
    tied: int = 0

    @property
    def accuracy(self) -> float:
        """The share of all pairs that is ordered right: a tie is not."""
        return self.right / max(self.right + self.wrong + self.tied, 1)

    @property
    def decided(self) -> float:
        """The share that is ordered right of the pairs that are ordered at all."""
        return self.right / max(self.right + self.wrong, 1)


def read(path: Path) -> tuple[list[Pair], int]:
    """The pairs of a file, and the number of those of which a chart cannot be read."""
    records = json.loads(path.read_text("utf-8"))
    seen: dict[str, Mapping[str, int] | None] = {}
    pairs = [_pair(record, seen) for record in records]
    return [pair for pair in pairs if pair is not None], pairs.count(None)


def _pair(record: Mapping[str, Any], seen: dict[str, Mapping[str, int] | None]) -> Pair | None:
    task = next((known for known in get_args(Task) if known == record.get("task")), None)
    data = json.dumps([record.get("n_rows"), record.get("fields")], sort_keys=True)
    counts: list[Mapping[str, int]] = []
    for side in ("better", "worse"):
        key = json.dumps([task, data, record.get(side)], sort_keys=True)
        if key not in seen:
            seen[key] = _counts(record.get(side), record, task)
        known = seen[key]
        if known is None:
            return None
        counts.append(known)
    distribution = record.get("distribution")
    name = str(record.get("task") or "none")
    return Pair(Choice(counts[0], counts[1], task), data if distribution is None else str(distribution), name)


def _counts(chart: Any, record: Mapping[str, Any], task: str | None) -> Mapping[str, int] | None:
    """How often a chart breaks each soft rule, or None when it cannot be read."""
    if not isinstance(chart, Mapping) or not isinstance(chart.get("encoding"), Mapping) or not chart["encoding"]:
        return None
    fields = {str(field["name"]): field for field in record.get("fields") or () if "name" in field}
    n_rows = int(record.get("n_rows") or _ANY_ROWS)
    profile = Profile(n_rows, tuple(_field(field, n_rows) for field in fields.values()))
    try:
        facts = view_facts(parse(_spec(chart, fields)), profile, task)
    except ObservatoryError:
        return None
    lines = [facts.text]
    for index, name in enumerate(facts.names):
        known = fields.get(name, {})
        if known.get("interesting"):
            lines.append(f"attribute((field,interesting),f{index},true).")
        if isinstance(known.get("entropy"), (int, float)):
            lines.append(f"attribute((field,entropy),f{index},{whole(known['entropy'] / 10)}).")
    answer = judge(Facts("\n".join(lines), facts.names, facts.task))
    return Counter(rule for rule, _ in answer.preferences)


def _field(field: Mapping[str, Any], n_rows: int) -> FieldProfile:
    kind, role = _TYPES.get(str(field.get("type")), ("nominal", "dimension"))
    return FieldProfile(str(field["name"]), kind, role, "", 0, int(field.get("unique") or n_rows))  # type: ignore[arg-type]


def _spec(chart: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """A chart as whole Vega-Lite: types are given, scales are those of Vega-Lite."""
    encoding = {}
    for channel, given in chart["encoding"].items():
        if not isinstance(given, Mapping):
            continue
        scale = given.get("scale") if isinstance(given.get("scale"), Mapping) else {}
        kind = _TYPES.get(str(fields.get(given.get("field"), {}).get("type")), ("nominal",))[0]
        if scale.get("type") in ("ordinal", "categorical", "point", "band") and kind != "nominal":
            kind = "ordinal"
        kept = {key: value for key, value in scale.items() if key == "zero" or value in _SCALES}
        if given.get("aggregate") == "count":
            given, kind = {"aggregate": "count"}, "quantitative"
        encoding[channel] = {"type": kind, **given, "scale": kept}
    return {"mark": chart.get("mark"), "encoding": encoding}


def score(choices: Sequence[Choice], weights: RuleWeights) -> Score:
    """How the costs of the charts order the pairs."""
    gaps = [cost(c.worse, weights, c.task) - cost(c.better, weights, c.task) for c in choices]
    return Score(sum(g > 0 for g in gaps), sum(g < 0 for g in gaps), sum(g == 0 for g in gaps))


def cost(counts: Mapping[str, int], weights: RuleWeights, task: str | None) -> int:
    """What a chart costs that breaks each rule so many times."""
    return sum(weights.of(rule, task) * n for rule, n in counts.items())


def fit(pairs: Sequence[Pair]) -> RuleWeights:
    """The weights learned from pairs: those of perception for the tasks that are there, all others as set by hand."""
    return learn([pair.choice for pair in pairs], hand_set(), rules=perceptual())


def evaluate(pairs: Sequence[Pair]) -> dict[str, dict[str, Score]]:
    """The scores of each task, and of "all": hand-set weights, learned ones on data left out, and the shipped ones."""
    groups = sorted({pair.data for pair in pairs})
    without = {data: fit([pair for pair in pairs if pair.data != data]) for data in groups}
    ways: dict[str, Callable[[Pair], RuleWeights]] = {
        "hand_set": lambda _: hand_set(),
        "learned": lambda pair: without[pair.data],
        "shipped": lambda _: shipped(),
    }
    table: dict[str, dict[str, Score]] = {}
    for task in [*sorted({pair.task for pair in pairs}), "all"]:
        chosen = [pair for pair in pairs if task in ("all", pair.task)]
        table[task] = {way: _sum([score([p.choice], weights(p)) for p in chosen]) for way, weights in ways.items()}
    return table


def _sum(scores: Sequence[Score]) -> Score:
    return Score(*(sum(getattr(s, name) for s in scores) for name in ("right", "wrong", "tied")))


def changed_firsts(weights: RuleWeights) -> list[str]:
    """The requests of both panels whose first chart is another one under these weights than under the hand-set ones.

    Only requests with a task that has weights of its own can have one.
    """
    changed = []
    for label, profile, wish in textbook():
        if hand_set().text(wish.task) == weights.text(wish.task):
            continue
        first, other = (_first(profile, wish, given) for given in (hand_set(), weights))
        if first != other:
            changed.append(f"{label}: {', '.join(str(item.field) for item in wish.fields)} ({wish.task})")
    return changed


def _first(profile: Profile, wish: Any, weights: RuleWeights) -> Any:
    try:
        return recommend(profile, wish, 1, weights=weights)[0].spec
    except ObservatoryError as error:
        return str(error)
