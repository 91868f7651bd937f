"""Every attack by code, with every layer on and with each layer left out in turn.

    python -m benchmarks.sandbox.matrix [--attack NAME] [--without LAYER[,LAYER]] [--json OUT]

An attack has an effect when a secret is found where it should not be, a file appears, a listener is called, a process
is left, a process that must live is gone, it takes too long, its answer cannot be shown, or the next honest chart is
wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pandas as pd

from benchmarks.sandbox.attacks import Attack, load
from benchmarks.sandbox.speed import descendants
from observatory.errors import ObservatoryError
from observatory.sandbox.box import Sandbox
from observatory.sandbox.layers import LAYERS, Limits

LIMITS = Limits(seconds=3, cpu_seconds=3, memory=512 * 2**20, total_memory=2 * 2**30)
SLOWEST = 20.0
"""Seconds within which an answer must have come, with eight attacks at once and the grace of a lost process."""
AT_ONCE = 8
ENVIRONMENT, IN_ENVIRONMENT = "CANARY_OF_THE_ENVIRONMENT", secrets.token_hex(8)
ROWS = pd.DataFrame({"name": [f"row {n}" for n in range(40)], "value": range(40), "group": list("abcd") * 10})
HONEST = "chart = alt.Chart(data).mark_bar().encode(x='group:N', y='mean(value):Q')"
KERNEL = ("namespaces", "rlimits", "no_new_privs", "landlock", "seccomp", "audit")
CONFIGURATIONS: tuple[tuple[str, ...], ...] = (
    (),
    *((layer,) for layer in LAYERS),
    ("guard", "facade", "audit"),
    KERNEL,
)


class Range:
    """What one attack is let loose upon, and whether it reached any of it."""

    def __init__(self, folder: Path, neighbour: str) -> None:
        self.secret, self.neighbour = secrets.token_hex(8), neighbour
        self.read, self.writable = folder / "secret.txt", folder / "writable"
        self.read.write_text(self.secret, "ascii")
        self.writable.mkdir()
        self.written = folder / "written.txt"
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0.0)
        self.victim = subprocess.Popen(["sleep", "600"])

    def places(self) -> dict[str, str]:
        return {
            "READ": str(self.read),
            "WRITE": str(self.written),
            "DIR": str(self.writable),
            "PORT": str(self.listener.getsockname()[1]),
            "PID": str(self.victim.pid),
            "ENV": ENVIRONMENT,
            "NEIGHBOUR": self.neighbour,
        }

    def effects(self, answer: str) -> list[str]:
        found = []
        if self.secret in answer or IN_ENVIRONMENT in answer:
            found.append("a secret is in the answer")
        if self.written.exists() or list(self.writable.iterdir()):
            found.append("a file was written")
        with suppress(BlockingIOError, TimeoutError):
            self.listener.accept()[0].close()
            found.append("a listener was called")
        if self.victim.poll() is not None:
            found.append("a process was ended")
        return found

    def close(self) -> None:
        self.listener.close()
        self.victim.kill()
        self.victim.wait()


def attack_once(box: Sandbox, attack: Attack, neighbour: str) -> list[str]:
    """What one attack had for an effect, in words."""
    with tempfile.TemporaryDirectory(prefix="canary-") as folder:
        ground = Range(Path(folder), neighbour)
        os.chmod(folder, 0o777)
        os.chmod(ground.writable, 0o777)
        os.chmod(ground.read, 0o666)
        began = time.monotonic()
        try:
            drawn = box.run(attack.filled(ground.places()), "rows", lambda: ROWS)
            answer = json.dumps(drawn.spec, ensure_ascii=False) + " ".join(drawn.notes)
        except ObservatoryError as error:
            answer = json.dumps(error.to_dict(), ensure_ascii=False)
        found = ground.effects(answer)
        if answer.encode(errors="replace") != answer.encode(errors="ignore"):
            found.append("the answer cannot be shown")
        if neighbour in answer and "@NEIGHBOUR@" not in attack.code:
            found.append("a neighbour's data is in the answer")
        if time.monotonic() - began > SLOWEST:
            found.append("it kept the machine busy")
        ground.close()
        return found


def marked() -> set[int]:
    """Processes that carry the environment of charts and are children of ours or of nobody any more."""
    found = set(descendants(os.getpid()))
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            environment = (folder / "environ").read_bytes().split(b"\0")
            is_orphan = (folder / "stat").read_text().rpartition(")")[2].split()[1] == "1"
            if is_orphan and {b"PYTHONHASHSEED=0", b"ARROW_DEFAULT_MEMORY_POOL=system"} <= set(environment):
                found.add(int(folder.name))
    return found


def run(attacks: Sequence[Attack], without: tuple[str, ...]) -> dict[str, list[str]]:
    """The effects of each attack with these layers left out."""
    box = Sandbox(LIMITS, without=without)
    try:
        return _run(box, attacks)
    finally:
        box.close()


def _run(box: Sandbox, attacks: Sequence[Attack]) -> dict[str, list[str]]:
    neighbour = f"neighbour-{secrets.token_hex(8)}"
    box.run(HONEST, "neighbour", lambda: pd.DataFrame({"group": [neighbour], "value": [1]}))
    right = box.run(HONEST, "rows", lambda: ROWS).spec
    known = marked()

    def one(attack: Attack) -> list[str]:
        found = attack_once(box, attack, neighbour)
        try:
            if box.run(HONEST, "rows", lambda: ROWS).spec != right:
                found.append("the next honest chart is wrong")
        except ObservatoryError as error:
            found.append(f"the next honest chart failed: {error.message}")
        return found

    with ThreadPoolExecutor(AT_ONCE) as pool:
        effects = dict(zip((a.name for a in attacks), pool.map(one, attacks), strict=True))
    time.sleep(0.5)
    if (n_left := len(marked()) - len(known)) > 0:
        effects["(all)"] = [f"{n_left} processes are left"]
    return {name: found for name, found in effects.items() if found}


def table(attacks: Sequence[Attack], found: dict[str, dict[str, list[str]]]) -> str:
    """The attacks with an effect as Markdown: a line for each kind, a column for what was left out."""
    kinds = Counter(attack.kind for attack in attacks)
    of = {attack.name: attack.kind for attack in attacks}
    counts = [Counter(of.get(name, "left behind") for name in effects) for effects in found.values()]
    heads = ["kind of attack", "n", *(f"− {name}" for name in found)]
    lines = [[kind, str(n), *(str(count[kind]) for count in counts)] for kind, n in sorted(kinds.items())]
    lines.append(["**all**", str(len(attacks)), *(str(count.total()) for count in counts)])
    return "\n".join("| " + " | ".join(line) + " |" for line in (heads, ["---"] * len(heads), *lines))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--attack", action="append", default=[])
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("--json")
    asked = parser.parse_args()
    attacks = [a for a in load() if not asked.attack or a.name in asked.attack]
    configurations = [tuple(filter(None, text.split(","))) for text in asked.without] or list(CONFIGURATIONS)
    kinds = Counter(a.kind for a in attacks)
    os.environ[ENVIRONMENT] = IN_ENVIRONMENT
    print(f"{len(attacks)} attacks of {len(kinds)} kinds, load {os.getloadavg()[0]:.1f}")
    found = {}
    for without in configurations:
        began = time.monotonic()
        effects = run(attacks, without)
        found[", ".join(without) or "nothing"] = effects
        seconds = time.monotonic() - began
        print(f"without {', '.join(without) or 'none':24} {len(effects):3} with an effect, {seconds:.0f} s")
        for name, said in effects.items():
            print(f"    {name}: {'; '.join(said)}", flush=True)
    print(table(attacks, found))
    if asked.json:
        Path(asked.json).write_text(json.dumps(found, indent=1), "utf-8")


if __name__ == "__main__":
    main()
