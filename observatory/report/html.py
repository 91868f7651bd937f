"""A report as one page that needs nothing else: no script, no other host."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import jinja2

from observatory.model import RankedChart, Report
from observatory.report import words


def html(report: Report, svg: Callable[[RankedChart], str]) -> str:
    """The report as a page; `svg` draws a chart, and its picture stands in the page as an image."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string((Path(__file__).parent / "report.html").read_text("utf-8"))
    charts = [(chart, _data_url(svg(chart))) for chart in report.charts]
    return template.render(report=report, words=words, charts=charts)


def _data_url(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
