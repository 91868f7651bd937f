"""Changes to a chart asked for in plain words: the words become edits, and the edits a checked chart."""

from observatory.insight.editing.edit import Charting, Outcome, edit

__all__ = ["Charting", "Outcome", "edit"]
