"""The command `check`: a chart read from a file, and what the rules say of it as text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from observatory.charts.draco import read_facts
from observatory.charts.rules.check import NOTHING_JUDGED
from observatory.errors import ChartInvalidSpec
from observatory.model import ChartCheck, Violation

LARGEST = 50_000_000


def read_chart(path: str) -> dict[str, Any]:
    """The chart in a file of JSON, or of facts of Draco 2 (`.lp`); raises ChartInvalidSpec for one that holds none."""
    file = Path(path)
    try:
        if file.stat().st_size > LARGEST:
            raise ChartInvalidSpec(f"“{file.name}” is too large for a chart.", "Leave its data out.")
        text = file.read_text(encoding="utf-8-sig")
        chart = read_facts(text) if file.suffix == ".lp" else json.loads(text)
    except OSError as exc:
        raise ChartInvalidSpec(f"“{path}” cannot be read.", "Give the path of a file with a Vega-Lite chart.") from exc
    except RecursionError as exc:
        raise ChartInvalidSpec(f"“{file.name}” is nested too deeply to be read.", "Give a flatter chart.") from exc
    except ValueError as exc:
        raise ChartInvalidSpec(f"“{file.name}” is not valid JSON.", "Give a file with a Vega-Lite chart.") from exc
    if not isinstance(chart, dict):
        raise ChartInvalidSpec(f"“{file.name}” holds no JSON object.", "Give a file with a Vega-Lite chart.")
    return chart


def told(found: ChartCheck, *, repair: bool = False) -> str:
    """What the rules say, one line for each.

    >>> print(told(ChartCheck(True, (), (), 0)))
    The chart keeps every hard rule. It costs 0.
    """
    if NOTHING_JUDGED in found.notes:
        lines = [NOTHING_JUDGED]
    elif found.valid:
        lines = [f"The chart keeps every hard rule. It costs {found.cost}."]
    else:
        what = "a hard rule" if len(found.hard) == 1 else f"{len(found.hard)} hard rules"
        lines = [f"The chart breaks {what}. Its design costs {found.cost}."]
    lines += [f"● {_line(v)}" for v in found.hard]
    lines += [f"○ {_line(v)} (+{(v.weight or 0) * v.count})" for v in found.soft if v.weight]
    for place, mended in enumerate(found.repairs, 1):
        lines.append(f"Repair {place} (costs {mended.cost}):")
        lines += [f"  - {edit}" for edit in mended.edits]
    if repair and not found.valid and not found.repairs:
        lines.append("No small repair was found.")
    lines += [f"Note: {note}" for note in found.notes if note != NOTHING_JUDGED]
    return "\n".join(lines)


def _line(violation: Violation) -> str:
    where = f"  [{'; '.join(violation.where)}]" if violation.where else ""
    return f"{violation.description}{where}"
