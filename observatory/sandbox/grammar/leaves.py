"""The kinds of values that need more than a pattern: texts, titles, expressions, rows, transforms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from observatory.sandbox.grammar.expression import expression
from observatory.sandbox.grammar.kind import DROPPED, Kind, Leaf, Nothing, Shown
from observatory.sandbox.grammar.known import Known
from observatory.sandbox.grammar.names import is_field, without_colons
from observatory.sandbox.grammar.refusal import Refused, shown, unfit
from observatory.sandbox.grammar.rows import rows
from observatory.sandbox.grammar.scope import Scope
from observatory.sandbox.grammar.titles import safe_path, safe_title
from observatory.sandbox.grammar.values import TEXTS, THEMES, without_controls

_ANY = (str, int, float, bool, Nothing, list, dict)
_MOST_LINES = 40
_CURLY = str.maketrans({"'": "’"})


def leaves() -> dict[str, Kind]:
    """Every such kind under the name that the tables use."""
    found: dict[str, Kind] = {
        name: Leaf([str], text.words, _texts(text.fits, text.words)) for name, text in TEXTS.items()
    }
    found["time-format"] = Leaf([str], TEXTS["time-format"].words, _time_format)
    found["words"] = _bounded("text", 2_000)
    found["short-text"] = _bounded("a short text", 40)
    found["bind-name"] = _bounded("a short text", 200)
    found["description"] = _bounded("text", 10_000)
    found["headline"] = Leaf([str, list], "text, or lines of text", _lines(without_controls))
    found["shown"] = Shown([str, list], "text, or lines of text", _lines(without_controls))
    found["title"] = Leaf([str, list], "text, or lines of text", _lines(safe_title))
    found["field"] = Leaf([str], TEXTS["field"].words, _field)
    found["repeated"] = Leaf([str], TEXTS["field"].words, _repeated)
    found["expression"] = Leaf([str], "an expression, such as “datum.price > 3”", _expression)
    found["calculation"] = found["expression"]
    found["param-expression"] = Leaf([str], "an expression", _param_expression)
    found["param-ref"] = Leaf([str], "the name of a param", _param)
    found["rows"] = Leaf([list], "a list of rows", rows)
    found["padding"] = Leaf([int, float], "a number from -500 to 500", _padding)
    found["dropped"] = Leaf(_ANY, "", lambda _value, _scope: DROPPED)
    found["dropped-link"] = Leaf(_ANY, "", _link)
    found["theme-meta"] = Leaf(_ANY, "", _theme)
    return found


def _texts(fits: Callable[[str], bool], words: str) -> Callable[[Any, Scope], Any]:
    def check(value: str, _scope: Scope) -> str:
        if not fits(value):
            raise unfit(words)
        return value

    return check


def _bounded(words: str, longest: int) -> Kind:
    def check(value: str, _scope: Scope) -> str:
        if len(value) > longest:
            raise Refused("The text{at} is too long.", f"It may have {longest:,} letters.")
        return without_controls(value)

    return Leaf([str], words, check)


def _lines(cleaned: Callable[[str], str]) -> Callable[[Any, Scope], Any]:
    def check(value: Any, _scope: Scope) -> Any:
        lines = value if type(value) is list else [value]
        if len(lines) > _MOST_LINES or any(type(line) is not str for line in lines):
            raise unfit(f"text, or up to {_MOST_LINES} lines of text")
        if sum(len(line) for line in lines) > 4_000:
            raise Refused("The text{at} is too long.", "It may have 4,000 letters.")
        kept = [cleaned(without_controls(line)) for line in lines]
        return kept if type(value) is list else kept[0]

    return check


def _time_format(value: str, _scope: Scope) -> str:
    if not TEXTS["time-format"].fits(value):
        raise unfit(TEXTS["time-format"].words)
    return value.translate(_CURLY)


def _field(value: str, scope: Scope) -> str:
    if not is_field(without_colons(value), scope.has_parts):
        raise unfit(TEXTS["field"].words)
    return value


def _repeated(value: str, scope: Scope) -> str:
    return safe_path(_field(value, scope))


def _expression(value: str, scope: Scope) -> str:
    scope.last = scope.read(value)
    return scope.last.text


def _param_expression(value: str, scope: Scope) -> str:
    """An expression that names only params before its own, so that none depends on itself."""
    before = {name: param for name, param in scope.params.items() if name in scope.declared}
    return expression(value, Known(before)).text


def _param(value: str, scope: Scope) -> str:
    if value not in scope.params:
        known = ", ".join(list(scope.params)[:8])
        raise Refused(
            f"There is no param “{shown(value)}”{{at}}.", f"There are: {known}." if known else "Declare it in “params”."
        )
    return value


def _padding(value: float, _scope: Scope) -> float:
    """A number that is never computed: what is around a plot may decide how large the plot is."""
    if not -500 <= value <= 500:
        raise unfit("a number from -500 to 500")
    return value


def _link(_value: Any, scope: Scope) -> Any:
    scope.note("Marks here are no links.")
    return DROPPED


def _theme(value: Any, scope: Scope) -> Any:
    """What Altair writes of a theme, and nothing else that a page would read."""
    options = value.get("embedOptions") if type(value) is dict and len(value) == 1 else None
    theme = options.get("theme") if type(options) is dict and len(options) == 1 else None
    if type(theme) is str and theme in THEMES:
        return {"embedOptions": {"theme": theme}}
    scope.note("What the chart carried along beside itself was left out.")
    return DROPPED
