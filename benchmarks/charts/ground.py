"""How large the rule base is once it is instantiated: for the chart of each rule's example, completed from its fields.

Run: python -m benchmarks.charts.ground [--json], or `make ground`. Prints ground rules, ground atoms, and milliseconds
of process CPU time for reading and grounding (the median of several runs).
"""

from __future__ import annotations

import argparse
import json
import time
from statistics import median

import clingo

from observatory.charts.rules.base import rules, rules_folder
from observatory.charts.rules.facts import Facts, wish_facts
from observatory.charts.rules.ground import program_for, statements
from observatory.charts.rules.rule_weights import hand_set
from observatory.charts.rules.solver import RANK, ground_size
from observatory.model import FieldProfile, Profile, Wish, WishedField

REPEATS = 5


def example(rule: str) -> Facts:
    """The fields of the chart that breaks a rule, as a wish for any chart of them."""
    made = json.loads((rules_folder() / "examples" / f"{rule}.json").read_text(encoding="utf-8"))["breaks"]
    fields = tuple(
        FieldProfile.from_dict({"name": name, "storage": "", "missing": 0, **field})
        for name, field in made["fields"].items()
    )
    task = made.get("task") if made.get("task") != "open" else None
    wished = tuple(WishedField(field.name) for field in fields[:4])
    return wish_facts(Profile(made["rows"], fields), Wish(wished, task=task))


def cpu_ms(facts: Facts) -> float:
    """Milliseconds for reading what can fire and grounding it."""
    start = time.process_time()
    control = clingo.Control(["--warn=none"])
    program_for(control, RANK, hand_set().text(facts.task), facts.text)
    control.ground([("base", [])])
    return 1000 * (time.process_time() - start)


def measure() -> list[dict[str, object]]:
    """One row for each rule's example."""
    rows: list[dict[str, object]] = []
    for rule in rules():
        facts = example(rule)
        cpu_ms(facts)
        ms = median(cpu_ms(facts) for _ in range(REPEATS))
        rows.append({"example": rule, "fields": len(facts.names), **ground_size(facts), "ms": round(ms, 1)})
    return rows


def main() -> None:
    """Print the table and its summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    rows = measure()
    if parser.parse_args().json:
        print(json.dumps(rows))
        return
    print(f"{'example':<24}{'fields':>7}{'rules':>8}{'atoms':>8}{'ms':>7}")
    for row in rows:
        print(f"{row['example']:<24}{row['fields']:>7}{row['rules']:>8}{row['atoms']:>8}{row['ms']:>7}")
    times = sorted(float(str(row["ms"])) for row in rows)
    n_rules, n_statements = len(rules()), len(statements(RANK))
    print(f"\n{n_rules} rules in {n_statements} statements: median {median(times)} ms, largest {times[-1]} ms.")


if __name__ == "__main__":
    main()
