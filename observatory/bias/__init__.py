"""Sampling bias: who or what is missing, over-represented, copied or odd, how sure that is, and what to do."""

from observatory.bias.detect import detect_bias, steps
from observatory.bias.matched import matched
from observatory.bias.run import Run

__all__ = ["Run", "detect_bias", "matched", "steps"]
