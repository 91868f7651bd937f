"""The command that writes a one-page picture of a data set."""

from __future__ import annotations

import argparse
from pathlib import Path

from observatory.cli.commands import _open, _print, _write
from observatory.errors import ObservatoryError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command may be told."""
    parser.add_argument("-o", "--output", required=True, metavar="OUT", help="a .svg or .png file")
    parser.add_argument("-n", type=int, default=4, help="how many charts")
    parser.add_argument("--style", choices=("calm", "ink", "paper"), default="calm")
    parser.add_argument("--persona", help="who reads it")


def infographic(arguments: argparse.Namespace) -> None:
    """Write the infographic of a table as SVG or PNG."""
    suffix = Path(arguments.output).suffix.lower()
    if suffix not in (".svg", ".png"):
        raise ObservatoryError(f"An infographic cannot be written as “{suffix}”.", "Name a .svg or .png file.")
    with _open(arguments, llm=True) as obs:
        page = obs.infographic(arguments.file, n=arguments.n, style=arguments.style, persona=arguments.persona)
        _write(arguments.output, page.svg if suffix == ".svg" else obs.infographic_png(page))
        _print(page.to_dict(), f"Wrote {arguments.output}", as_json=arguments.json)
