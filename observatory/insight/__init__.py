"""Insight: what a table is about, what to ask of it, and charts for questions; a language model only words and maps."""

from observatory.insight.ask import visualize
from observatory.insight.goals import explore_goals
from observatory.insight.summarize import summarize

__all__ = ["explore_goals", "summarize", "visualize"]
