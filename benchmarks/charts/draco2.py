"""Draco 2 in an environment of its own: one JSON request a line, one answer a line.

Draco 2.0.1 fails with clingo 5.8 and pins altair<6, pandas<3 and Python<3.12, so it cannot live beside the observatory:

    python3.11 -m venv PEER
    PEER/bin/python -m pip install draco==2.0.1 "clingo<5.8" "altair<6" "pandas<3"

`PEER/bin/python` is then what `--peer` wants. This file runs on both sides and so imports nothing of either at the top.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.piped import Piped


@contextmanager
def peer(python: str) -> Iterator[Piped]:
    """Draco, run by the Python of its own environment until the block is left."""
    from benchmarks.piped import Piped

    command = [python, str(Path(__file__).resolve())]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Piped(process, "benchmarks/charts/draco2.py")
        assert process.stdin
        process.stdin.close()


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """`complete`: the `k` best charts and their CPU milliseconds; `judge`: the hard rules that a chart breaks;
    `count`: how many charts complete the facts, at most `most`; `rules`: how many hard and soft rules there are."""
    import draco

    draco2 = draco.Draco()
    match request["do"]:
        case "complete":
            start = time.process_time()
            models = list(draco2.complete_spec(request["facts"], request["k"]))
            ms = 1000 * (time.process_time() - start)
            return {"ms": ms, "answers": [{"cost": model.cost[0], "facts": str(model)} for model in models]}
        case "judge":
            violations = draco2.get_violations(request["facts"])
            return {"accepted": draco2.check_spec(request["facts"]), "violations": violations}
        case "count":
            parts = (draco2.define, draco2.generate, draco2.constraints, draco2.helpers, draco2.hard, request["facts"])
            return {"charts": sum(1 for _ in draco.run_clingo("\n".join(parts), request["most"]))}
        case "rules":
            hard = len(re.findall(r"^% @hard\(", draco2.hard, re.MULTILINE))
            return {"hard": hard, "soft": len(draco2.soft_constraint_names)}
    raise ValueError(request["do"])


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
