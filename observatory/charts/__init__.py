"""Charts: chart knowledge as rules that rank, judge and explain, and the drawing of what they choose."""

from observatory.charts.codegen import altair_code
from observatory.charts.explain import check, compare, why
from observatory.charts.recommend import recommend
from observatory.charts.render import Drawing, draw
from observatory.charts.words import summarize

__all__ = ["Drawing", "altair_code", "check", "compare", "draw", "recommend", "summarize", "why"]
