"""One run of chart code: checked, run over the rows, and its chart as plain JSON, or a plain sentence on why not."""

from __future__ import annotations

import ast
import io
import warnings
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import pandas as pd

from observatory.sandbox import calls, failures
from observatory.sandbox import facade as walls
from observatory.sandbox import guard as guards
from observatory.sandbox.allowed import IMPORTABLE
from observatory.sandbox.chart import LAST, LAST_SET, chart_of, spec_of
from observatory.sandbox.classes import bases_of
from observatory.sandbox.frames import Frames, strict, unbound
from observatory.sandbox.layers import MOST_PRINTED
from observatory.sandbox.looking import demand_drawable
from observatory.sandbox.quiet import themes_kept
from observatory.sandbox.reading import FILENAME, read
from observatory.sandbox.trimming import trimmed
from observatory.sandbox.warming import warm

__all__ = ["run", "warm"]

_EMPTY = "A table that the code made has no rows, so nothing of it is drawn."


def run(code: str, data: pd.DataFrame, *, guard: bool = True, facade: bool = True) -> dict[str, Any]:
    """What the code gives: `{"ok": True, "spec", "notes"}`, or `{"ok": False, "error": {"type", "message", …}}`.

    `"printed"` is there too where the code printed something. Rows of `data` that the code did not touch are left out
    of the spec. With `guard` or `facade` off, the other one holds alone. It never raises.

    >>> run("chart = alt.Chart(data).mark_bar().encode(x='a')", pd.DataFrame({"a": ["b"]}))["spec"]["encoding"]
    {'x': {'field': 'a', 'type': 'nominal'}}
    """
    kept = _Kept()
    with redirect_stdout(kept), redirect_stderr(_Nowhere()), warnings.catch_warnings(), themes_kept():
        warnings.simplefilter("ignore")
        answer = _answer(code, data, guard=guard, facade=facade)
    return answer | ({"printed": kept.text} if kept.text else {})


def _answer(code: str, data: pd.DataFrame, *, guard: bool, facade: bool) -> dict[str, Any]:
    columns = [str(name) for name in data.columns]
    numbers = [str(name) for name in data.select_dtypes("number").columns]
    try:
        tree, notes = trimmed(read(code), IMPORTABLE)
        spec = _spec(tree, data, guard=guard, facade=facade)
        demand_drawable(spec, data, code)
        return {"ok": True, "spec": spec, "notes": [*notes, *_notes(spec)]}
    except BaseException as exc:  # what the code raises is its answer, a request to exit too
        return {"ok": False, "error": failures.described(exc, code, columns, numbers)}


def _spec(tree: ast.Module, data: pd.DataFrame, *, guard: bool, facade: bool) -> dict[str, Any]:
    if guard:
        tree = guards.check(tree)
    frames = Frames(data)
    with frames.collected():
        held = walls.scope(data, facade=facade) | _helpers(facade)
        exec(compile(_with_last(tree), FILENAME, "exec"), held)  # noqa: S102
        spec = spec_of(chart_of(held, data))
        plain: dict[str, Any] = strict(unbound(spec, frames))
    return plain


def _notes(spec: dict[str, Any]) -> list[str]:
    """What a reader must know: that a table the code made is empty."""
    made = spec.get("datasets", {})
    return [_EMPTY] if isinstance(made, dict) and [] in made.values() else []


def _helpers(facade: bool) -> dict[str, Any]:
    return {
        guards.LOOK_UP: calls.attribute,
        guards.LOOK_UP_TEXT: calls.attribute_of_text,
        guards.HAS: calls.has_attribute,
        guards.SET: calls.set_attribute,
        guards.SETTABLE_OF: calls.settable,
        guards.IMPORTED: walls.imported(facade),
        guards.BASES_OF: bases_of,
        guards.TYPE_OF: calls.type_of,
    }


def _with_last(tree: ast.Module) -> ast.Module:
    """The tree that keeps the value of an expression at its end, or what its last line sets."""
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        kept = ast.Assign([ast.Name(LAST, ast.Store())], last.value)
        tree.body[-1] = ast.copy_location(kept, last)
    elif isinstance(last, ast.Assign) and all(isinstance(target, ast.Name) for target in last.targets):
        last.targets.append(ast.Name(LAST_SET, ast.Store()))
    return ast.fix_missing_locations(tree)


class _Nowhere(io.TextIOBase):
    """Where warnings of libraries go."""

    def write(self, text: str) -> int:
        return len(text)


class _Kept(io.TextIOBase):
    """Where what the code prints goes: its beginning is kept, with “…” for the rest."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        if len(self.text) <= MOST_PRINTED:
            whole = self.text + str(text[: MOST_PRINTED + 1])
            self.text = whole if len(whole) <= MOST_PRINTED else whole[:MOST_PRINTED] + "…"
        return len(text)
