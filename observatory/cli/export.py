"""Answers written as files that run elsewhere."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from observatory.errors import ObservatoryError
from observatory.model import Visualization
from observatory.workbench import Observatory


def options(parser: argparse.ArgumentParser) -> None:
    """A question, and where the answer to it is written."""
    parser.add_argument("question", metavar="QUESTION")
    parser.add_argument("--script", metavar="OUT.py", help="write a Python script that draws the chart from the file")
    parser.add_argument("--notebook", metavar="OUT.ipynb", help="write a Jupyter notebook that does so")


def write(obs: Observatory, arguments: argparse.Namespace, found: Visualization) -> None:
    """Write what the options ask for; raises ObservatoryError where a file cannot be written."""
    if arguments.script:
        _save(arguments.script, obs.export_script(arguments.file, found))
    if arguments.notebook:
        notebook = obs.export_notebook(arguments.file, found)
        _save(arguments.notebook, json.dumps(notebook, indent=1, ensure_ascii=False))


def _save(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as exc:
        raise ObservatoryError(f"“{path}” cannot be written.", f"Choose another place: {exc.strerror}.") from exc
