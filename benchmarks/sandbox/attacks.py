"""Attacks on what runs chart code: one table each in `attacks/<kind>.toml`, written without having read the sandbox.

A secret that an attack gets, it shows: in the chart's title or data, in the error, or sent to the port. A result that
an attack forges carries FORGED where no honest spec has anything, mostly in `usermeta`. Some attacks search memory:
they look for LOOKED_FOR, so a neighbour's secret cell must hold it (`neighbour-` and something random is a good one).
Nothing here harms a machine that does not stop it: signals go to the process named, or to the parent of the code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "attacks"
FORGED = "forged-by-attack"
LOOKED_FOR = "ighbour-"
PLACES = ("READ", "WRITE", "DIR", "PORT", "PID", "ENV", "NEIGHBOUR")
AIMS = (
    *("reads a file", "writes a file", "connects", "leaves a process", "reads the environment", "runs a command"),
    *("reads a neighbour's data", "takes too long", "takes too much memory", "floods the output", "kills or signals"),
    *("forges the result", "changes later charts"),
)


@dataclass(frozen=True)
class Attack:
    """Chart code that does harm: `aim` is one of AIMS; it is `proven` where it worked with nothing to stop it.

    The code names its places as `@READ@` (a file with a secret), `@WRITE@` (a path that must never come to exist),
    `@DIR@` (a folder that can be written), `@PORT@` (of a listener on 127.0.0.1), `@PID@` (a process that must live),
    `@ENV@` (a variable of the parent's environment that holds a secret) and `@NEIGHBOUR@` (a cell of another data set).
    """

    name: str
    kind: str
    aim: str
    proven: bool
    code: str

    def filled(self, places: Mapping[str, object]) -> str:
        """The code with its places filled in; a place that is not given stays as it is.

        >>> Attack("a", "b", "connects", True, "call(@PORT@, '@READ@')").filled({"PORT": 80})
        "call(80, '@READ@')"
        """
        code = self.code
        for place, value in places.items():
            code = code.replace(f"@{place}@", str(value))
        return code


def load() -> list[Attack]:
    """Every attack, sorted by kind and within it as written.

    >>> load()[0].kind
    'altair_data'
    """
    return [
        Attack(name, path.stem, entry["aim"], entry["proven"], entry["code"])
        for path in sorted(FOLDER.glob("*.toml"))
        for name, entry in tomllib.loads(path.read_text("utf-8")).items()
    ]
