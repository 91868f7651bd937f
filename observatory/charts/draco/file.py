"""Facts of Draco 2 as a file that keeps the names of the fields, in comments that no program reads."""

from __future__ import annotations

import json
import re
from typing import Any

from observatory.charts.draco.reading import from_draco
from observatory.charts.draco.writing import DracoFacts

_NAMED = re.compile(r'^% f(\d+) is ("(?:[^"\\]|\\.)*")$', re.MULTILINE)


def write_facts(facts: DracoFacts) -> str:
    """The text of a file: what each field is called and what is left out, as comments, then the facts.

    >>> print(write_facts(DracoFacts("entity(view,root,v0).", ("a\\nb",))))
    % f0 is "a\\nb"
    entity(view,root,v0).
    <BLANKLINE>
    """
    names = [f"% f{place} is {json.dumps(name)}" for place, name in enumerate(facts.names)]
    return "\n".join([*names, *(f"% {json.dumps(note)}" for note in facts.notes), facts.text, ""])


def read_facts(text: str) -> dict[str, Any]:
    """The Vega-Lite chart of such a file, or of any facts of Draco 2; raises ChartInvalidSpec.

    >>> read_facts('% f0 is "größe"')
    Traceback (most recent call last):
    observatory.errors.ChartInvalidSpec: The facts have no view, so there is no chart.
    """
    named = {int(place): json.loads(name) for place, name in _NAMED.findall(text) if int(place) < len(text)}
    return from_draco(text, [named.get(place, f"f{place}") for place in range(max(named, default=-1) + 1)])
