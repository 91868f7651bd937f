"""Sampling bias: who or what is missing, over-represented, copied or odd, how sure that is, and what to do."""

from observatory.bias.detect import detect_bias

__all__ = ["detect_bias"]
