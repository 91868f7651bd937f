"""Run innocent chart programs in the sandbox, and see whether each is accepted and gives the picture of plain Altair.

    python -m benchmarks.sandbox.innocent [--in-process] [--only NAME …] [--verbose]

The programs are in `innocent/*.toml`: code as people and models write it, over a sample data set or over rows that
stand beside it. The reference is the same code in an ordinary Python process of its own, with the real modules, over
the same DataFrame. A picture is right where both charts, drawn by `vl_convert`, are the same SVG but for generated ids.
With `--in-process` the Python side runs alone, in this process, with no kernel to hold it.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import json
import os
import re
import tempfile
import tomllib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import observatory
from observatory.errors import ObservatoryError
from observatory.model import Dataset
from observatory.workbench import Observatory

HERE = Path(__file__).with_name("innocent")
_GENERATED = re.compile(r"(param|view|concat|hconcat|vconcat|layer|data)[_-][0-9a-f]+")
PARTS = ("accepted", "right", "drawn")
_IDS = re.compile(r"\b(clip|gradient_|view_)(\d+\b|[0-9a-f]{16,32})")


@dataclass(frozen=True)
class Program:
    """Chart code, what is typical of it, and its table: the name of a sample, or rows as CSV.

    `known` says why it does not hold, where that is known: it counts as a failure all the same.
    """

    name: str
    file: str
    idiom: str
    code: str
    data: str = ""
    rows: str = ""
    known: str = ""


@dataclass(frozen=True)
class Verdict:
    """What became of a program: whether it was accepted, drawn right, and can be drawn by the observatory."""

    program: Program
    accepted: bool
    right: bool
    drawn: bool
    error: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return self.accepted and self.right and self.drawn


def load() -> list[Program]:
    """All programs, in the order of their files.

    >>> len({program.name for program in load()}) == len(load())
    True
    """
    return [
        Program(name, file.stem, **entry)
        for file in sorted(HERE.glob("*.toml"))
        for name, entry in tomllib.loads(file.read_text("utf-8")).items()
    ]


def reference(code: str, frame: pd.DataFrame) -> dict[str, Any]:
    """The chart that code gives with the real modules, and its rows in it: only for code that is known."""
    import altair as alt

    alt.data_transformers.disable_max_rows()
    held: dict[str, Any] = {"alt": alt, "pd": pd, "np": np, "data": frame.copy(), "__name__": "__main__"}
    tree = ast.parse(code)
    if isinstance(last := tree.body[-1], ast.Expr):
        tree.body[-1] = ast.copy_location(ast.Assign([ast.Name("last", ast.Store())], last.value), last)
    quiet = contextlib.redirect_stdout(io.StringIO())
    with quiet, warnings.catch_warnings(), alt.theme.enable("default"):
        warnings.simplefilter("ignore")
        exec(compile(ast.fix_missing_locations(tree), "chart code", "exec"), held)
        left = (held.get(name) for name in ("chart", "last"))
        chart = next((made for made in left if isinstance(made, alt.TopLevelMixin)), None) or held["plot"](held["data"])
        spec: dict[str, Any] = chart.to_dict()
    return spec


class Judge:
    """Runs programs in the sandbox of an observatory, or in process, and compares them with plain Altair.

    References are made ahead in a process of their own, which nothing was taken out of, in a folder of its own.
    """

    def __init__(self, obs: Observatory, programs: Sequence[Program], *, in_process: bool = False) -> None:
        self._obs = obs
        self._in_process = in_process
        self.programs = tuple(programs)
        self._dataset = lru_cache(maxsize=None)(self._stored)
        self._frame = lru_cache(maxsize=None)(lambda data, rows: obs.rows_for_code(self._dataset(data, rows)))
        self._rows = lru_cache(maxsize=None)(lambda data, rows: records(self._frame(data, rows)))
        self._folder = tempfile.TemporaryDirectory(prefix="references-")
        self._pool = ProcessPoolExecutor(1, get_context("spawn"), os.chdir, (self._folder.name,))
        self._references: dict[str, Future[dict[str, Any]]] = {}
        for program in self.programs:
            frame = self._frame(program.data, program.rows)
            self._references[program.name] = self._pool.submit(reference, program.code, frame)

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._folder.cleanup()

    def verdict(self, program: Program, *, picture: bool = True, draw: bool = True) -> Verdict:
        """What becomes of a program; without `picture`, pictures are compared only where specs differ.

        Without `draw`, the observatory is not asked to draw the chart too.
        """
        expected = self._references[program.name].result()
        dataset = self._dataset(program.data, program.rows)
        try:
            spec = self._run(program, dataset)
        except ObservatoryError as error:
            return Verdict(program, False, False, False, f"{error.to_dict()}")
        ours = bound(spec, self._rows(program.data, program.rows))
        right = (not picture and canonical(ours) == canonical(expected)) or svg(ours) == svg(expected)
        why = self._why_not_drawn(spec, dataset) if draw else ""
        return Verdict(program, True, right, not why, why or ("" if right else "another picture"))

    def _run(self, program: Program, dataset: Dataset) -> dict[str, Any]:
        if not self._in_process:
            return self._obs.run_code(program.code, dataset).to_dict()
        from observatory.sandbox import program as python_side
        from observatory.sandbox.grammar import accept

        found = python_side.run(program.code, self._frame(program.data, program.rows).copy())
        if not found["ok"]:
            raise ObservatoryError(f"{found['error']['type']}: {found['error']['message']}", found["error"]["hint"])
        return dict(accept(found["spec"]).spec)

    def _why_not_drawn(self, spec: dict[str, Any], dataset: Dataset) -> str:
        try:
            self._obs.draw(spec, dataset)
        except ObservatoryError as error:
            return f"not drawn: {error.to_dict()}"
        return ""

    def _stored(self, data: str, rows: str) -> Dataset:
        if data:
            return self._obs.dataset(data)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "rows.csv")
            path.write_text(rows, "utf-8")
            return self._obs.ingest(path)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as Altair writes them."""
    import altair as alt

    alt.data_transformers.disable_max_rows()
    return list(alt.to_values(frame)["values"])


def bound(spec: Mapping[str, Any], rows: Sequence[Any]) -> dict[str, Any]:
    """The chart with the rows of the data set where it leaves its data out or names them."""
    return {"data": {"name": "data"}, **spec, "datasets": {"data": rows, **spec.get("datasets", {})}}


def canonical(spec: Mapping[str, Any]) -> str:
    """The chart with its rows where its marks are, its generated names numbered as they appear.

    >>> rows = [{"a": 1}]
    >>> above = {"data": {"name": "x"}, "layer": [{"mark": "bar"}], "datasets": {"x": rows}}
    >>> canonical(above) == canonical({"layer": [{"data": {"values": rows}, "mark": "bar"}]})
    True
    """
    kept = {key: value for key, value in spec.items() if key not in ("$schema", "datasets")}
    tables = {name: _digest(rows) for name, rows in spec.get("datasets", {}).items()}
    return _numbered(_GENERATED, json.dumps(_placed(kept, tables, None), sort_keys=True))


def _placed(node: Any, tables: Mapping[str, str], above: Any) -> Any:
    """A part of a chart with its own rows, or those of the part that it is in."""
    if isinstance(node, list):
        return [_placed(part, tables, above) for part in node]
    if not isinstance(node, Mapping):
        return node
    here = _rows_of(node["data"], tables) if isinstance(node.get("data"), Mapping) else above
    inside = {key: _placed(value, tables, here) for key, value in node.items() if key != "data"}
    has_rows = ("mark" in node and "type" not in node) or "key" in node
    return inside | {"data": here} if has_rows else inside


def _rows_of(data: Mapping[str, Any], tables: Mapping[str, str]) -> Any:
    if data.get("name") in tables:
        return tables[data["name"]]
    return _digest(data["values"]) if set(data) == {"values"} else data


def _digest(rows: Any) -> str:
    return sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def svg(spec: Mapping[str, Any]) -> str:
    """The picture, with generated ids numbered as they appear."""
    import vl_convert

    return _numbered(_IDS, vl_convert.vegalite_to_svg(dict(spec)))


def _numbered(pattern: re.Pattern[str], text: str) -> str:
    numbers: dict[str, str] = {}
    fresh = count()
    return pattern.sub(lambda found: numbers.setdefault(found[0], f"{found[1]}_{next(fresh)}"), text)


def verdicts(obs: Observatory, programs: Sequence[Program], *, in_process: bool) -> Iterator[Verdict]:
    """What becomes of each program, all of them drawn."""
    with Judge(obs, programs, in_process=in_process) as judge:
        for program in programs:
            yield judge.verdict(program)


def main() -> int:
    """Print shares and failures; 1 where any program fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--in-process", action="store_true")
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--verbose", action="store_true")
    asked = parser.parse_args()
    programs = [program for program in load() if not asked.only or program.name in asked.only]
    with observatory.open() as obs:
        if not asked.in_process and not obs.sandbox().ready:
            print(obs.sandbox().detail)
            return 3
        found = []
        for verdict in verdicts(obs, programs, in_process=asked.in_process):
            found.append(verdict)
            if asked.verbose or not verdict.holds:
                known = f" (known: {verdict.program.known})" if verdict.program.known else ""
                print(f"{verdict.program.file}/{verdict.program.name}: {verdict.error or 'ok'}{known}", flush=True)
    n = len(found)
    shares = [f"{part} {sum(getattr(verdict, part) for verdict in found) / n:.1%}" for part in PARTS]
    print(f"{n} programs: {', '.join(shares)}")
    return int(not all(verdict.holds for verdict in found))


if __name__ == "__main__":
    raise SystemExit(main())
