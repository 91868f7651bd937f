"""A report as one page that needs nothing else: no script, no other host."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import jinja2

from observatory.model import Finding, PinnedChart, RankedChart, Report, Weighting
from observatory.report import trust, words

_PICTURES = 3


Draw = Callable[[Finding], str]


def html(
    report: Report,
    svg: Callable[[RankedChart], str],
    of_finding: Draw = lambda _: "",
    of_weights: Callable[[Weighting], str] = lambda _: "",
    of_pinned: Callable[[PinnedChart], str] = lambda _: "",
) -> str:
    """The report as a page; `svg` draws a chart, and its picture stands in the page as an image.

    `of_finding`, `of_weights` and `of_pinned` draw the first findings, the weights and pinned charts; "" is no picture.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string((Path(__file__).parent / "report.html").read_text("utf-8"))
    charts = [(chart, _data_url(svg(chart))) for chart in report.charts]
    pinned = [(chart, _data_url(of_pinned(chart) if chart.alt else "")) for chart in report.pinned]
    own = trust.findings(report.bias)
    shown = {f.id: _data_url(of_finding(f)) for f, _ in own[:_PICTURES]}
    made = trust.weighting(report.bias)
    weights = _data_url(of_weights(made)) if made else ""
    return template.render(
        report=report,
        words=words,
        trust=trust,
        charts=charts,
        pinned=pinned,
        shown=shown,
        made=made,
        weights=weights,
    )


def _data_url(svg: str) -> str:
    if not svg:
        return ""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
