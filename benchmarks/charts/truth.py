"""Whether the first charts are the cheapest there are: the answers of the search against a full enumeration.

Run: python -m benchmarks.charts.truth [--requests 200] [--seed 0] [--json]. Each request wishes one to four random
fields of a random table, some with a task or an aggregate. Prints for how many the costs of the first five are those of
the five cheapest charts of the enumeration, the explanations sum to the cost, and five charts differ where five exist.
"""

from __future__ import annotations

import argparse
import json
import random

from observatory.charts import recommend
from observatory.charts.rules.facts import wish_facts
from observatory.charts.rules.rule_weights import shipped
from observatory.charts.rules.solver import Answer, every, top_k
from observatory.errors import RuleUnsatisfiable
from observatory.model import FieldProfile, Profile, RankedChart, Wish, WishedField

TASKS = (None, None, "value", "summary", "trend", "distribution", "relation", "part")


def table(dice: random.Random) -> Profile:
    """A table of ten fields whose sizes and spreads are drawn at random."""
    n_rows = int(10 ** dice.uniform(1, 6))
    return Profile(n_rows, tuple(_field(dice, f"field {place}", n_rows) for place in range(10)))


def _field(dice: random.Random, name: str, n_rows: int) -> FieldProfile:
    missing = dice.choice([0, 0, n_rows // 10])
    kind = dice.choice(["number", "number", "nominal", "ordinal", "time", "year"])
    if kind == "number":
        low, high = dice.choice([(0.0, 1.0), (1.0, 1e6), (-5.0, 5.0), (40.0, 60.0), (0.0, 3e4)])
        mean, median = low + (high - low) * dice.uniform(0.1, 0.6), low + (high - low) * dice.uniform(0.05, 0.5)
        distinct = min(n_rows, dice.choice([3, 12, 80, 5_000]))
        spread = (high - low) / dice.uniform(4, 12)
        storage, half = "DOUBLE", {"0.5": median}
        return FieldProfile(name, "quantitative", "measure", storage, missing, distinct, low, high, mean, spread, half)
    if kind == "year":
        return FieldProfile(name, "quantitative", "time", "BIGINT", 0, 30, 1990, 2019, 2004.0, 8.0, {"0.5": 2004})
    if kind == "time":
        return FieldProfile(name, "temporal", "time", "DATE", missing, min(n_rows, 1_400), "2012-01-01", "2015-12-31")
    levels = min(n_rows, dice.choice([2, 3, 5, 8, 15, 40, 300]))
    return FieldProfile(name, "ordinal" if kind == "ordinal" else "nominal", "dimension", "VARCHAR", missing, levels)


def wish(dice: random.Random, profile: Profile) -> Wish:
    """One to four fields, perhaps an aggregate of one and a task."""
    names = dice.sample([field.name for field in profile.fields], dice.choice([1, 2, 2, 3, 3, 4]))
    numbers = {field.name for field in profile.fields if field.role == "measure"}
    fields = []
    for name in names:
        aggregate = dice.choice(["mean", "median", "sum"]) if name in numbers and dice.random() < 0.2 else None
        fields.append(WishedField(name, aggregate))
    return Wish(tuple(fields), task=dice.choice(TASKS))


def price(answer: Answer, task: str | None) -> int:
    """The cost of an answer from its rules, not from the solver."""
    return sum(shipped().of(rule, task) for rule, _ in answer.preferences)


def recommended(profile: Profile, asked: Wish, k: int) -> list[RankedChart]:
    """The charts of a request, none where the rules leave none."""
    try:
        return recommend(profile, asked, k)
    except RuleUnsatisfiable:
        return []


def measure(n_requests: int, seed: int) -> dict[str, int]:
    """How many requests hold each of the three promises."""
    dice = random.Random(seed)
    held = {"requests": 0, "unsatisfiable": 0, "costs": 0, "sums": 0, "distinct": 0, "charts": 0}
    for _ in range(n_requests):
        profile = table(dice)
        asked = wish(dice, profile)
        facts = wish_facts(profile, asked)
        all_costs = sorted(price(answer, asked.task) for answer in every(facts))
        held["requests"] += 1
        held["charts"] += len(all_costs)
        held["costs"] += [answer.cost for answer in top_k(facts, 5)] == all_costs[:5]
        charts = recommended(profile, asked, 5)
        held["unsatisfiable"] += not charts and not all_costs
        held["sums"] += all(c.cost == sum((v.weight or 0) * v.count for v in c.violations) for c in charts)
        seen = {json.dumps({key: part for key, part in c.spec.items() if key != "title"}) for c in charts}
        held["distinct"] += len(seen) == len(charts) and (len(charts) == 5 or len(recommended(profile, asked, 50)) < 5)
    return held


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    held = measure(arguments.requests, arguments.seed)
    if arguments.json:
        print(json.dumps(held))
        return
    print(f"{held['requests']} requests, {held['charts']:,} charts enumerated, {held['unsatisfiable']} with none.")
    print(f"costs of the first five as enumerated: {held['costs']}")
    print(f"explanations sum to the cost:          {held['sums']}")
    print(f"five distinct charts where there are:  {held['distinct']}")


if __name__ == "__main__":
    main()
