"""The layers that hold chart code, what each stops, and which of them must be there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

LAYERS: Mapping[str, str] = {
    "guard": "reads the code first and lets only known words of Python, pandas, NumPy and Altair pass",
    "facade": "gives the code capabilities instead of modules: nothing that opens files, connections or processes",
    "namespaces": "a world of its own: no file, no network, no other process, no other user",
    "rlimits": "bounds on processor time, memory, open files, written files and new processes",
    "no_new_privs": "no program can raise its rights again",
    "landlock": "the kernel refuses every file, every port and every process outside",
    "seccomp": "the kernel answers about forty harmless system calls and refuses all others",
    "audit": "Python itself refuses to open, connect, start and load",
    "clock": "what takes too long or too much memory is ended from outside",
    "grammar": "of what comes out, only the known words of Vega-Lite pass",
}
"""Each layer and what it does, in the order in which code meets them."""
REQUIRED = ("rlimits", "no_new_privs", "seccomp", "clock")
"""Layers without which no code runs; of `ALTERNATIVES` one must be there too."""
ALTERNATIVES = ("namespaces", "landlock")
MOST_PRINTED = 4_000
"""Letters of what code prints that are kept."""


@dataclass(frozen=True)
class Limits:
    """What one chart may use: seconds on the clock and of the processor, bytes of memory and of output.

    `total_memory` bounds all charts that run at the same time together, beside what they share.
    """

    seconds: float = 10.0
    cpu_seconds: int = 8
    memory: int = 768 * 2**20
    output: int = 12_000_000
    total_memory: int = 2_048 * 2**20
    code: int = 100_000


def lacking(missing: Collection[str]) -> tuple[str, ...]:
    """The layers that must be there and are not.

    >>> lacking({"landlock"}), lacking({"seccomp"}), lacking({"landlock", "namespaces"})
    ((), ('seccomp',), ('namespaces', 'landlock'))
    """
    both = ALTERNATIVES if set(ALTERNATIVES) <= set(missing) else ()
    return (*(name for name in REQUIRED if name in missing), *both)


def is_required(name: str, missing: Collection[str]) -> bool:
    """Whether code can run only with this layer, when these are missing.

    >>> is_required("landlock", {"namespaces"}), is_required("landlock", ())
    (True, False)
    """
    return name in REQUIRED or (name in ALTERNATIVES and bool(set(ALTERNATIVES) - {name} <= set(missing)))
