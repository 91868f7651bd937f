"""The command that judges a chart on six dimensions."""

from __future__ import annotations

import argparse

from observatory.cli.commands import _open, _print
from observatory.model import Evaluation


def evaluate(arguments: argparse.Namespace) -> None:
    """A chart over a table, judged on LIDA's six dimensions."""
    from observatory.charts.rules.told import read_chart

    spec = read_chart(arguments.spec)
    with _open(arguments, llm=True) as obs:
        found = obs.evaluate(arguments.file, spec, arguments.question)
    _print(found.to_dict(), text(found), as_json=arguments.json)


def text(found: Evaluation) -> str:
    """An evaluation for the terminal: a line for each dimension, its reasons, and what would mend it.

    >>> from observatory.model import DimensionScore
    >>> print(text(Evaluation(9.5, (DimensionScore("bugs", 10.0, (), ("It can be drawn.",)),))))
    Overall 9.5 of 10
    bugs           10    It can be drawn.
    """
    lines = [f"Overall {found.overall:g} of 10"]
    for one in found.dimensions:
        heads = [f"{one.dimension:<15}{one.score:<6g}", *[" " * 21] * len(one.reasons)]
        lines += [head + reason for head, reason in zip(heads, one.reasons)]
        lines += [f"{'':<21}→ {mend}" for mend in one.mends]
        lines += [f"{'':<21}“{one.comment}”"] if one.comment else []
    return "\n".join([*lines, *(f"! {note}" for note in found.notes)])
