"""Sampling bias: who or what is missing, over-represented, copied or odd, how sure that is, and what to do."""

from observatory.bias.collect import Prospect, collection_plan, prospect, what_if
from observatory.bias.detect import detect_bias, steps
from observatory.bias.matched import matched
from observatory.bias.run import Run
from observatory.bias.weighing import row_weights, weigh

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
