"""How weights of soft rules order charts that people chose between: hand-set, learned and shipped ones.

    python benchmarks/chart_pairs.py --pairs FILE [--json] [--write]

Learned weights are judged on data left out: a fold is a `distribution`, never a random share of the pairs. Shipped
weights, those of draco_rules/learned.lp, are taken as they are; they were learned from kim2018.json. With --write the
weights learned from all pairs of FILE become the shipped ones, if they order the pairs on data left out better than
the hand-set weights and no request of the two panels gets another first chart.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.charts.pairs import Score, changed_firsts, evaluate, fit, read
from observatory.charts.rules.base import rules_folder
from observatory.charts.rules.rule_weights import LEARNED

NOTE = (
    "These pairs come from experiments with a few designs and tasks (kim2018: point charts of three fields, the tasks "
    "value and summary): the figures are no measure of charts in general."
)
TRAINED = "The shipped weights were learned from kim2018: their figures over those pairs are no test."
_HEAD = """% What some soft rules cost for a task, learned by `python benchmarks/chart_pairs.py --pairs {file} --write`
% from {n} preferences between charts: Kim and Heer 2018 as packaged by cmudig/draco2 (MIT licence).
% On data left out {learned} of {n} pairs are ordered right, {hand} by the weights set by hand.
% {note}
"""


def as_text(table: dict[str, dict[str, Score]], unread: int) -> str:
    """The table as text."""
    lines = [f"{'task':<14}{'weights':<10}{'right':>7}{'wrong':>7}{'tied':>7}{'accuracy':>10}{'decided':>9}"]
    for task, ways in table.items():
        for way, s in ways.items():
            lines.append(f"{task:<14}{way:<10}{s.right:>7}{s.wrong:>7}{s.tied:>7}{s.accuracy:>10.1%}{s.decided:>9.1%}")
    if unread:
        lines.append(f"{unread} pairs hold a chart that cannot be read and are left out.")
    return "\n".join([*lines, "Accuracy is right over all, decided leaves ties out.", TRAINED, NOTE])


def as_json(table: dict[str, dict[str, Score]], unread: int) -> str:
    """The table as JSON."""
    tasks = {
        task: {
            way: vars(s) | {"accuracy": round(s.accuracy, 4), "decided": round(s.decided, 4)} for way, s in ways.items()
        }
        for task, ways in table.items()
    }
    return json.dumps({"note": f"{TRAINED} {NOTE}", "unread": unread, "tasks": tasks})


def main() -> int:
    """Print the table; with --write replace the shipped weights, or say why not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True, metavar="FILE")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    pairs, unread = read(given.pairs)
    table = evaluate(pairs)
    print(as_json(table, unread) if given.json else as_text(table, unread))
    if not given.write:
        return 0
    weights, scores = fit(pairs), table["all"]
    lost = changed_firsts(weights)
    if scores["learned"].right <= scores["hand_set"].right or lost:
        print("Not accepted. " + ("Other first charts: " + "; ".join(lost) if lost else "The pairs do not improve."))
        return 1
    counts = {"learned": scores["learned"].right, "hand": scores["hand_set"].right, "n": len(pairs)}
    lines = [
        f"task_weight({task},{rule},{weight}).\n"
        for task, changed in sorted(weights.by_task.items())
        for rule, weight in sorted(changed.items())
    ]
    text = _HEAD.format(file=given.pairs.name, note=NOTE, **counts) + "".join(lines)
    (rules_folder() / LEARNED).write_text(text, encoding="utf-8")
    print(f"Accepted: {len(lines)} weights written to {LEARNED}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
