"""The attacks that charts can carry, read from `spec_attacks/*.toml`: one file for each kind, one table for each attack.

`aim` is what the attack is after. `proven` says that it had an effect on vega-embed 7.3 with Vega 6.4, Vega-Lite 6.4 and
vega-tooltip 1.1, bare, in Chromium. In `spec`, `@PORT@` is the port of a listener, and `@5*ab@` is `ababababab`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parent / "spec_attacks"
_FLOOD = re.compile(r"@(\d+)\*(.*?)@", re.DOTALL)

Aim = Literal["runs a script", "sends a request", "freezes the page", "injects HTML", "crosses charts"]


@dataclass(frozen=True)
class SpecAttack:
    """One attack: what it is called, what it is after, and its Vega-Lite JSON with placeholders."""

    name: str
    kind: str
    aim: Aim
    written: str
    proven: bool

    def text(self, port: int = 9) -> str:
        """The JSON that is sent, with a listener at `port` of this machine."""
        return _FLOOD.sub(lambda found: found[2] * int(found[1]), self.written.replace("@PORT@", str(port)))


@cache
def spec_attacks() -> tuple[SpecAttack, ...]:
    """All attacks, kind by kind."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found.append(SpecAttack(name, path.stem, entry["aim"], entry["spec"], entry["proven"]))
    return tuple(found)
