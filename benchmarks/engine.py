"""Speed of the local engine: `python benchmarks/engine.py [--model NAME] [--json]`; a few minutes for a model.

Measured is what `observatory engine bench` measures, for every model that is downloaded. On an idle machine it passes
with a 1.5B model at 0.8 of the roofline or more, with half of its idle decode speed while a core is busy, and with four
users at 1.15 times the tokens per second of one (a 0.5B model: 1.5 times) who read under 5 % of a seen prefix again.
"""

from __future__ import annotations

import argparse
import json
import sys

from observatory.errors import ObservatoryError
from observatory.llm import models
from observatory.llm.bench import measure
from observatory.settings import Settings


def main() -> int:
    """Measure one model, downloaded before, or every model of the folder."""
    settings = Settings.from_env()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a name of the registry; without it every model that is there is measured")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    names = [arguments.model] if arguments.model else models.installed(settings.models)
    try:
        measured = [measure(models.path(name, settings.models), settings) for name in names]
    except ObservatoryError as exc:
        print(f"{exc.message} {exc.hint}", file=sys.stderr)
        return exc.exit_code
    if arguments.json:
        print(json.dumps({"engine": [bench.to_dict() for bench in measured]}))
    else:
        print("\n\n".join(bench.table() for bench in measured) or "No model is downloaded.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
