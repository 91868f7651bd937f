"""Insight: what a table is about, what to ask of it, and charts for questions; a language model only words and maps."""

from observatory.insight.ask import visualize
from observatory.insight.enrich import enrich
from observatory.insight.explaining import explain_chart
from observatory.insight.goals import explore_goals
from observatory.insight.personas import personas
from observatory.insight.summarize import summarize

__all__ = ["enrich", "explain_chart", "explore_goals", "personas", "summarize", "visualize"]
