"""The words that the shell understands: each command, and what it can be told."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Protocol

import observatory
from observatory.cli import commands, engine, export, infographic, repair
from observatory.cli.edit import edit
from observatory.cli.evaluate import evaluate

TASKS = ("value", "summary", "trend", "distribution", "relation", "part")
_FILE = "a path, the id of a data set, or the name of a sample"
_SPEC = "a Vega-Lite chart, or facts of Draco 2 (.lp)"


class _Add(Protocol):
    def __call__(
        self, name: str, run: Callable[[argparse.Namespace], None], help: str, *, file: bool = True
    ) -> argparse.ArgumentParser:
        """Add a command, of a FILE unless `file` is false; every command takes `--json`."""
        ...


def parser() -> argparse.ArgumentParser:
    """The parser of the command line.

    >>> parser().parse_args(["charts", "cars", "-k", "2"]).k
    2
    """
    whole = argparse.ArgumentParser(prog="observatory", description=observatory.__doc__)
    subparsers = whole.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, run: Callable[[argparse.Namespace], None], help: str, *, file: bool = True
    ) -> argparse.ArgumentParser:
        sub = subparsers.add_parser(name, help=help, description=help)
        sub.set_defaults(run=run)
        sub.add_argument("--json", action="store_true", help="print one JSON document")
        if file:
            sub.add_argument("file", metavar="FILE", help=_FILE)
        return sub

    serve = add("serve", commands.serve, "start the dashboard and the language model", file=False)
    serve.add_argument("--port", type=int, help="port to listen on")
    _of_samples(add)
    _of_charts(add)
    _of_words(add)
    _of_code(add)
    _of_models(add)
    return whole


def _of_samples(add: _Add) -> None:
    """What is in a table, and who or what is missing from it."""
    scan = add("scan", commands.scan, "print everything about a table")
    scan.add_argument("--html", metavar="OUT", help="write the report as a page too")
    add("profile", commands.profile, "what is in a table")
    bias = add("bias", commands.bias, "who or what is missing from a table")
    bias.add_argument("--seed", type=int, default=0, metavar="N", help="of everything drawn at random")
    bias.add_argument("--weights", metavar="OUT", help="write a weight for every row as CSV")
    bias.add_argument("--plan", metavar="OUT", help="write which rows to collect as CSV")
    written = add("report", commands.write_report, "write the report of a table")
    written.add_argument("-o", "--output", required=True, metavar="OUT", help="a .html, .md or .json file")
    for sub in (scan, bias, written):
        sub.add_argument("--reference", metavar="FILE", help="a table of the reference population")
        sub.add_argument("--marginals", metavar="FILE", help="a table of field, value, share (or n)")
        sub.add_argument("--align", metavar="FILE", help="JSON that says which fields and levels are the same")
        sub.add_argument("--target", metavar="FIELD", help="the field that a model shall predict")


def _of_charts(add: _Add) -> None:
    """Which charts are best, how good one is, and how it is changed."""
    charts = add("charts", commands.charts, "the best charts of a table")
    charts.add_argument("--field", action="append", default=[], help="a field to show; can be given again")
    charts.add_argument("-k", type=int, default=5, help="how many charts")
    charts.add_argument("--pictures", metavar="FOLDER", help="write each chart as SVG and PNG too")
    check = add("check", commands.check, "what the rules say of a chart over a table", file=False)
    judged = add("evaluate", evaluate, "how good a chart is, on six dimensions", file=False)
    changed = add("edit", edit, "change a chart in plain words", file=False)
    for sub in (check, judged, changed):
        sub.add_argument("spec", metavar="SPEC.json", help=_SPEC)
        sub.add_argument("file", metavar="FILE", help=_FILE)
    for sub in (charts, check):
        sub.add_argument("--task", choices=TASKS)
    check.add_argument("--repair", action="store_true", help="offer the smallest changes that mend it")
    judged.add_argument("--question", default="", metavar="Q", help="what the chart is to answer")
    changed.add_argument("instruction", metavar="INSTRUCTION", help="such as “make it a line, only 2010 on”")


def _of_words(add: _Add) -> None:
    """What is worth asking, and what is answered."""
    goals = add("goals", commands.goals, "questions worth asking")
    goals.add_argument("-n", type=int, default=5, help="how many questions")
    goals.add_argument("--persona", help="who is asking")
    export.options(add("ask", commands.ask, "the chart that answers a question"))
    infographic.add_arguments(add("infographic", infographic.infographic, "write a one-page picture of a table"))


def _of_code(add: _Add) -> None:
    """Charts that code makes, in the sandbox."""
    run_code = add("run-code", commands.run_code, "the chart that Python code makes of a table", file=False)
    run_code.add_argument(
        "code",
        metavar="CODE.py",
        help="Python whose plot(data) returns an Altair chart, or that leaves one in chart; - for standard input",
    )
    mended = add("repair", repair.repair, "mend Python that is to draw a chart of a table", file=False)
    repair.add_arguments(mended)
    for sub in (run_code, mended):
        sub.add_argument("file", metavar="FILE", help=_FILE)
    add("sandbox", commands.sandbox, "which layers hold chart code on this machine", file=False)


def _of_models(add: _Add) -> None:
    """Language models: which there are, and one that runs."""
    models = add("models", commands.models, "list or fetch language models", file=False)
    models.add_argument("action", choices=("list", "pull", "path"))
    models.add_argument("name", nargs="?", metavar="NAME")
    engine.add_arguments(add("engine", engine.engine, "serve the language model, or measure it", file=False))
