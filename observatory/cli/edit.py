"""The command that changes a chart in plain words."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import observatory
from observatory.errors import ChartInvalidSpec
from observatory.settings import Settings


def edit(arguments: argparse.Namespace) -> None:
    """Change a chart as an instruction says, and print the chart, what was changed, and what was not understood."""
    spec = _chart(arguments.spec)
    workspace = None if Path(arguments.file).exists() else Settings.from_env().workspace
    with observatory.open(workspace) as obs:
        found = obs.edit(arguments.file, spec, arguments.instruction)
    if arguments.json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    said = [f"Changed: {change}" for change in found.changes] + list(found.warnings)
    print("\n".join([*said, json.dumps(found.spec, ensure_ascii=False, indent=2)]))


def _chart(path: str) -> dict[str, object]:
    try:
        spec = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as exc:
        raise ChartInvalidSpec(f"“{path}” holds no chart that can be read.", "Give a file of Vega-Lite JSON.") from exc
    if not isinstance(spec, dict):
        raise ChartInvalidSpec(f"“{path}” holds no chart.", "Give a file of Vega-Lite JSON, from { to }.")
    return spec
