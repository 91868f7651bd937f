"""Judging a chart on LIDA's six dimensions: by rules and counted facts; a model's words only stand beside."""

from observatory.insight.judging.evaluate import evaluate
from observatory.insight.judging.seen import Seen

__all__ = ["Seen", "evaluate"]
