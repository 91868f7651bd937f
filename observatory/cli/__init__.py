"""The shell: every command calls the method of the workbench of the same name.

One JSON document or a readable text on stdout, logs on stderr. Exit 0 done, 2 the input is at fault, 3 a needed
service is down; then `{"error": {"type", "message", "hint"}}` stands on stdout with `--json`, on stderr without.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence

import observatory
from observatory.cli import commands, engine, infographic
from observatory.cli.evaluate import evaluate
from observatory.errors import ObservatoryError

TASKS = ("value", "summary", "trend", "distribution", "relation", "part")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except ObservatoryError as error:
        return _fail(error, as_json=arguments.json)
    except BrokenPipeError:
        sys.stderr.close()
    except KeyboardInterrupt:
        return 130
    return 0


def _fail(error: ObservatoryError, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": error.to_dict()}, ensure_ascii=False))
    else:
        print(f"{error.message} {error.hint}".rstrip(), file=sys.stderr)
    return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="observatory", description=observatory.__doc__)
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace], None], help: str, *, file: bool = True
    ) -> argparse.ArgumentParser:
        sub = subparsers.add_parser(name, help=help, description=help)
        sub.set_defaults(run=run)
        sub.add_argument("--json", action="store_true", help="print one JSON document")
        if file:
            sub.add_argument("file", metavar="FILE", help="a path, the id of a data set, or the name of a sample")
        return sub

    serve = command("serve", commands.serve, "start the dashboard and the language model", file=False)
    serve.add_argument("--port", type=int, help="port to listen on")
    scan = command("scan", commands.scan, "print everything about a table")
    scan.add_argument("--html", metavar="OUT", help="write the report as a page too")
    bias = command("bias", commands.bias, "who or what is missing from a table")
    bias.add_argument("--seed", type=int, default=0, metavar="N", help="of everything drawn at random")
    bias.add_argument("--weights", metavar="OUT", help="write a weight for every row as CSV")
    bias.add_argument("--plan", metavar="OUT", help="write which rows to collect as CSV")
    written = command("report", commands.write_report, "write the report of a table")
    written.add_argument("-o", "--output", required=True, metavar="OUT", help="a .html, .md or .json file")
    for sub in (scan, bias, written):
        sub.add_argument("--reference", metavar="FILE", help="a table of the reference population")
        sub.add_argument("--marginals", metavar="FILE", help="a table of field, value, share (or n)")
        sub.add_argument("--align", metavar="FILE", help="JSON that says which fields and levels are the same")
        sub.add_argument("--target", metavar="FIELD", help="the field that a model shall predict")
    command("profile", commands.profile, "what is in a table")
    charts = command("charts", commands.charts, "the best charts of a table")
    charts.add_argument("--field", action="append", default=[], help="a field to show; can be given again")
    charts.add_argument("--task", choices=TASKS)
    charts.add_argument("-k", type=int, default=5, help="how many charts")
    charts.add_argument("--pictures", metavar="FOLDER", help="write each chart as SVG and PNG too")
    check = command("check", commands.check, "what the rules say of a chart over a table", file=False)
    check.add_argument("spec", metavar="SPEC.json", help="a Vega-Lite chart, or facts of Draco 2 (.lp)")
    check.add_argument("file", metavar="FILE", help="a path, the id of a data set, or the name of a sample")
    check.add_argument("--repair", action="store_true", help="offer the smallest changes that mend it")
    check.add_argument("--task", choices=TASKS)
    judged = command("evaluate", evaluate, "how good a chart is, on six dimensions", file=False)
    judged.add_argument("spec", metavar="SPEC.json", help="a Vega-Lite chart, or facts of Draco 2 (.lp)")
    judged.add_argument("file", metavar="FILE", help="a path, the id of a data set, or the name of a sample")
    judged.add_argument("--question", default="", metavar="Q", help="what the chart is to answer")
    goals = command("goals", commands.goals, "questions worth asking")
    goals.add_argument("-n", type=int, default=5, help="how many questions")
    goals.add_argument("--persona", help="who is asking")
    infographic.add_arguments(command("infographic", infographic.infographic, "write a one-page picture of a table"))
    command("ask", commands.ask, "the chart that answers a question").add_argument("question", metavar="QUESTION")
    run_code = command("run-code", commands.run_code, "the chart that Python code makes of a table", file=False)
    run_code.add_argument(
        "code",
        metavar="CODE.py",
        help="Python whose plot(data) returns an Altair chart, or that leaves one in chart; - for standard input",
    )
    run_code.add_argument("file", metavar="FILE", help="a path, the id of a data set, or the name of a sample")
    command("sandbox", commands.sandbox, "which layers hold chart code on this machine", file=False)
    models = command("models", commands.models, "list or fetch language models", file=False)
    models.add_argument("action", choices=("list", "pull", "path"))
    models.add_argument("name", nargs="?", metavar="NAME")
    engine.add_arguments(command("engine", engine.engine, "serve the language model, or measure it", file=False))
    return parser
