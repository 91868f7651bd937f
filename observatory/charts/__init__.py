"""Charts: chart knowledge as rules that rank, judge and explain, and the drawing of what they choose."""

from observatory.charts.drawing.drawing import Drawing
from observatory.charts.drawing.render import draw
from observatory.charts.rules.check import check
from observatory.charts.rules.explain import compare, difference, why
from observatory.charts.rules.recommend import recommend
from observatory.charts.spec.codegen import altair_code
from observatory.charts.spec.words import summarize

__all__ = ["Drawing", "altair_code", "check", "compare", "difference", "draw", "recommend", "summarize", "why"]
