"""What the entrances of the library make of an attack, in a process that may die of it."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import tempfile
from contextlib import suppress
from typing import Any
from xml.etree import ElementTree

from benchmarks.sandbox.spec_attacks import dangers, svg_dangers
from observatory.errors import ObservatoryError

DATASET = "penguins"
ENTRANCES = ("check", "draw", "svg", "png")
OPEN_GRAMMAR = """
import observatory.sandbox.grammar as grammar
def accept(spec):
    return grammar.Accepted(spec=spec, notes=())
grammar.accept = accept
"""
SECONDS, MEMORY, MOST_PIXELS = 60, 6 * 2**30, 60_000_000


def enter(wire: Any, workspace: str, names: tuple[str, ...], without_grammar: bool) -> None:
    """A process that takes the text of one attack after the other and answers with what each entrance said."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    os.environ |= {"OBSERVATORY_WORKSPACE": workspace, "OBSERVATORY_LLM": "off"}
    if without_grammar:
        exec(OPEN_GRAMMAR, {})
    import observatory

    with observatory.open() as obs:
        wire.send("ready")
        while text := wire.recv():
            spec = parsed(text)
            for name in names:
                wire.send((name, None))
                wire.send((name, entered(obs, name, spec)))
            wire.send(("end", None))


def parsed(text: str) -> Any:
    """The JSON as the pages read it, or as Python does where it is too long for them; the error where neither can."""
    from observatory.ui.chart_link import MOST, read

    try:
        return json.loads(text) if len(text) > MOST else read(text)
    except (ObservatoryError, ValueError, RecursionError) as error:
        return error


def entered(obs: Any, name: str, spec: Any) -> str:
    """What one entrance made of a chart: "refused: …", "harmless", or what is wrong with it."""
    if isinstance(spec, Exception):
        return f"refused: {type(spec).__name__}"
    try:
        if name == "check":
            obs.check(spec, DATASET)
            return "harmless"
        if name == "draw":
            found = dangers(obs.draw(spec, DATASET).chart.to_dict())
        elif name == "svg":
            found = seen(obs, spec)
        else:
            obs.picture(spec, DATASET, "png")
            found = []
    except ObservatoryError as error:
        return f"refused: {type(error).__name__}: {error.message}"
    except Exception as error:
        return f"EFFECT: {type(error).__name__}: {error}"[:200]
    return f"EFFECT: {'; '.join(found)}"[:300] if found else "harmless"


def seen(obs: Any, spec: Any) -> list[str]:
    """What is dangerous in a chart as SVG; of one of a huge size, no PNG may be drawn."""
    picture = obs.picture(spec, DATASET)
    root = ElementTree.fromstring(picture)
    found = svg_dangers(picture) + (["longer than 4 MB"] if len(picture) > 4e6 else [])
    if 4 * float(root.attrib["width"]) * float(root.attrib["height"]) > MOST_PIXELS:
        with suppress(ObservatoryError):
            obs.picture(spec, DATASET, "png")
            found.append("a huge PNG")
    return found


class Entrances:
    """A process with the library, started anew after each attack that kills or outlasts it."""

    def __init__(self, names: tuple[str, ...] = ENTRANCES, *, without_grammar: bool = False) -> None:
        self.names = names
        self.without_grammar = without_grammar
        self.folder = tempfile.TemporaryDirectory()
        self.process: Any = None

    def close(self) -> None:
        """End the process, and remove its workspace."""
        self._stop()
        self.folder.cleanup()

    def _stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.wire, inner = context.Pipe()
        given = (inner, self.folder.name, self.names, self.without_grammar)
        self.process = context.Process(target=enter, args=given, daemon=True)
        self.process.start()
        inner.close()
        assert self.wire.recv() == "ready"

    def __call__(self, text: str) -> dict[str, str]:
        """What each entrance said of one attack."""
        if self.process is None:
            self._start()
        said: dict[str, str] = {}
        self.wire.send(text)
        name = ""
        try:
            while name != "end":
                if not self.wire.poll(SECONDS):
                    raise TimeoutError
                name, answer = self.wire.recv()
                said |= {name: answer} if answer else {}
        except (EOFError, OSError) as error:
            said[name] = f"EFFECT: longer than {SECONDS} s" if isinstance(error, TimeoutError) else "EFFECT: it died"
            self._stop()
        return said
