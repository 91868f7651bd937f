"""The command that repairs broken chart code, and tells each attempt."""

from __future__ import annotations

import argparse

from observatory.cli.commands import _code, _open, _print
from observatory.errors import ChartCodeFailed
from observatory.model import Attempt

_WHO = {"person": "as given", "rules": "changed by rule", "llm": "written by the model"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command may be told."""
    parser.add_argument("code", metavar="CODE.py", help="broken Python that is to draw a chart; - for standard input")


def repair(arguments: argparse.Namespace) -> None:
    """The attempts at a chart from broken code, and the code of the last one; exit code 2 where none gives a chart."""
    with _open(arguments, llm=True) as obs:
        attempts = obs.repair_code(_code(arguments.code), arguments.file)
    last = attempts[-1]
    value = {"ok": last.ok, "code": last.code, "spec": last.spec, "attempts": [one.to_dict() for one in attempts]}
    lines = [told(number, one) for number, one in enumerate(attempts, 1)]
    _print(value, "\n".join([*lines, "", last.code or ""] if last.ok else lines), as_json=arguments.json)
    if not last.ok:
        raise SystemExit(ChartCodeFailed.exit_code)


def told(number: int, attempt: Attempt) -> str:
    """An attempt in a line or two: who made it, what was changed, and what came of it.

    >>> print(told(2, Attempt("fix", "rules", True, changed="Use mark_point.")))
    2. changed by rule: Use mark_point.
       It gives a chart.
    """
    changed = f": {attempt.changed}" if attempt.changed else ""
    who = "made anew by the chart rules" if attempt.step == "fallback" else _WHO[attempt.source]
    outcome = "It gives a chart." if attempt.ok else attempt.error or "It gave no chart."
    return f"{number}. {who}{changed}\n   {outcome}"
