"""The attacks that charts can carry, read from `spec_attacks/*.toml`: a file for each kind, a table for each attack.

`aim` is what the attack is after. `proven` says that it had an effect on vega-embed 7.3 with Vega 6.4, Vega-Lite 6.4
and vega-tooltip 1.1, bare, in Chromium. In `spec`, `@PORT@` is the port of a listener, and `@5*ab@` is `ababababab`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

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


KEYS = {
    "url", "href", "expr", "signal", "usermeta", "labelExpr", "init", "update", "events", "element", "formatType",
    "customFormatTypes", "encode", "patch", "signals", "marks", "on", "toggle", "clear", "translate", "zoom",
    "constructor", "__proto__", "prototype", "toString",
}  # fmt: skip
WORDS = re.compile(
    r"javascript:|url\(|127\.0\.0\.1|constructor|__proto__|test\(|regexp\(|sequence\(|pad\(|event\.", re.IGNORECASE
)
TEXTS = {"title", "text", "subtitle", "description", "name", "field", "domain", "sort", "options", "labels", "$schema"}
BINDINGS = {"input", "name", "min", "max", "step", "options", "labels", "debounce", "placeholder", "autocomplete"}
INPUTS = {"range", "checkbox", "radio", "select", "number", "text", "search", "date", "time", "month", "week", "color"}
_ADDRESS = "https://vega.github.io/schema/vega-lite/"
_FETCHED = re.compile(r"url\((?!#)|javascript:", re.IGNORECASE)
_SHAPES = {"svg", "g", "path", "line", "rect", "circle", "text", "tspan", "defs", "clipPath", "style"}
_PAINTS = {"linearGradient", "radialGradient", "stop", "pattern"}


def dangers(node: Any, place: str = "") -> list[str]:
    """What a drawn chart, as JSON, must not hold: keys and words with a place; texts and rows may say anything.

    >>> dangers({"mark": {"type": "bar", "href": "http://a.b"}, "title": "javascript:"})
    ['/mark/href']
    """
    found: list[str] = []
    if isinstance(node, list):
        for item in node:
            found += dangers(item, place)
    elif isinstance(node, dict):
        for key, value in node.items():
            at = f"{place}/{key}"
            found += [at] if key in KEYS else []
            found += [f"{at}: {value}"] if key == "$schema" and not str(value).startswith(_ADDRESS) else []
            if key not in ("data", "datasets") and not (key in TEXTS and _is_text(value)):
                found += dangers(value, at)
        is_channel = "/encoding/" in place and not place.endswith("/test")
        found += [f"{place}: a tooltip called image"] if is_channel and _is_image(node) else []
        found += [f"{place}: no slider or list"] if place.endswith("/bind") and not _is_input(node) else []
        found += [f"{place}: tooltips of all columns"] if node.get("content") == "data" else []
    elif isinstance(node, str) and (found_word := WORDS.search(node)):
        is_text = place.endswith(("/calculate", "/equal", "/oneOf")) and found_word[0] in ("127.0.0.1", "javascript:")
        found += [] if is_text else [f"{place}: {node[:60]}"]
    return found


def svg_dangers(svg: str) -> list[str]:
    """What a drawn picture must not hold: elements that do more than draw, handlers, and addresses.

    >>> svg_dangers('<svg><a href="x"/><path fill="url(#a)"/><path fill="url(http://a.b)"/></svg>')
    ['<a>', '<a href>', '<path fill>']
    """
    found = []
    for element in ElementTree.fromstring(svg).iter():
        name = element.tag.rpartition("}")[2]
        found += [f"<{name}>"] if name not in _SHAPES | _PAINTS else []
        for attribute, value in element.attrib.items():
            short = attribute.rpartition("}")[2]
            is_active = short == "href" or short.startswith("on") or bool(_FETCHED.search(value))
            found += [f"<{name} {short}>"] if is_active and short != "aria-label" else []
    return found


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _is_image(channel: dict[str, Any]) -> bool:
    """Whether vega-tooltip makes an image of a channel."""
    return channel.get("title", channel.get("field")) == "image"


def _is_input(bind: dict[str, Any]) -> bool:
    """Whether a binding makes an ordinary input of the chart, rather than anything that HTML knows."""
    return set(bind) <= BINDINGS and bind.get("input") in INPUTS
