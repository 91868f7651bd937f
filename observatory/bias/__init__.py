"""Sampling bias: who or what is missing, over-represented, copied or odd, how sure that is, and what to do."""

from observatory.bias.detect import detect_bias, steps
from observatory.bias.matching.matched import matched
from observatory.bias.remedy.collect import Prospect, collection_plan, prospect, what_if
from observatory.bias.remedy.weighing import row_weights, weigh
from observatory.bias.run import Run

__all__ = [
    "Prospect",
    "Run",
    "collection_plan",
    "detect_bias",
    "matched",
    "prospect",
    "row_weights",
    "steps",
    "weigh",
    "what_if",
]
