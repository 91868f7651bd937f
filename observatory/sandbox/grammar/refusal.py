"""What the grammar refuses, where in the chart, and how that is said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from observatory.errors import ChartInvalidSpec

Step = str | int
_NAME_SHOWN = 60
_STEPS_SHOWN = 8
_LISTED = {
    "layer": "layer",
    "concat": "chart",
    "hconcat": "chart",
    "vconcat": "chart",
    "transform": "transform",
    "params": "param",
    "tooltip": "tooltip",
    "detail": "detail",
    "condition": "condition",
}
_REASONS = {
    "href": "Marks here are no links.",
    "url": "A chart here fetches nothing: it draws the rows of its data set, or rows that stand in it.",
    "signal": "Vega's signals have no place here; a param with a slider or a menu does.",
    "usermeta": "Remove it: it says nothing of the chart.",
    "selection": "This is an old form; write “params” as Vega-Lite 5 and 6 do.",
    "element": "A slider or a menu stands under its chart, nowhere else.",
    "customFormatTypes": "Formats here are those of numbers and times.",
    "image": "Pictures are not drawn here; a point, a text or a shape is.",
}


class Refused(Exception):
    """Something that a chart here may not have; whoever passes it on adds the step that leads there.

    >>> Refused("“href”{at} is not allowed in a chart here.").within("encoding").within(1).within("layer").sentence()
    '“href” at layer 2, encoding is not allowed in a chart here.'
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.path: list[Step] = []

    def within(self, step: Step) -> Refused:
        """The same, one step further in."""
        self.path.append(step)
        return self

    def sentence(self) -> str:
        """The message with the place named."""
        where = place(self.path[::-1])
        return self.message.replace("{at}", f" at {where}" if where else "", 1)

    def error(self) -> ChartInvalidSpec:
        """The error that a person sees."""
        return ChartInvalidSpec(self.sentence(), self.hint)


def unknown(name: str, allowed: Iterable[str]) -> Refused:
    """A property that has no place where it stands.

    >>> unknown("colour", ["color", "size"]).hint
    'Did you mean “color”?'
    """
    known = sorted(allowed)
    hint = _REASONS.get(name, "")
    close = [] if hint else get_close_matches(name[:_NAME_SHOWN], known, n=1, cutoff=0.75)
    if close:
        hint = f"Did you mean “{close[0]}”?"
    elif not hint and known:
        hint = "Here may stand: " + ", ".join(known[:12]) + (" …" if len(known) > 12 else ".")
    return Refused(f"“{shown(name)}”{{at}} is not allowed in a chart here.", hint)


def unfit(words: str) -> Refused:
    """A value that is not of the kind its property takes.

    >>> unfit("a colour").within("fill").sentence()
    'The value at fill is not one that a chart here may have.'
    """
    return Refused("The value{at} is not one that a chart here may have.", f"It may be {words}." if words else "")


def shown(text: str) -> str:
    """Text of a chart on one line and short, for a message.

    >>> shown("a" * 80)[-2:]
    'a…'
    """
    line = "".join(c if c.isprintable() else " " for c in text[: _NAME_SHOWN + 1]).replace("{at}", "at")
    return line if len(line) <= _NAME_SHOWN else f"{line[:_NAME_SHOWN]}…"


def place(path: Sequence[Step]) -> str:
    """A path in a chart, in words.

    >>> place(["layer", 1, "encoding", "x"])
    'layer 2, encoding, x'
    """
    words: list[str] = []
    for step in path:
        if isinstance(step, str):
            words.append(shown(step))
        elif words:
            words[-1] = f"{_LISTED.get(words[-1], words[-1])} {step + 1}"
        else:
            words.append(str(step + 1))
    if len(words) > _STEPS_SHOWN:
        words = [*words[:3], "…", *words[-3:]]
    return ", ".join(words)
