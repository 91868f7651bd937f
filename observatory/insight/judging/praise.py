"""What is said of a dimension on which no fault was found: what was looked at, with its numbers."""

from __future__ import annotations

from observatory.insight.judging.seen import Seen
from observatory.model import Dimension


def praise(dimension: Dimension, seen: Seen) -> str:
    """One true sentence on what was checked."""
    marks = " and ".join(sorted(seen.marks())) or "mark"
    if dimension == "bugs":
        return "It can be drawn, and every field it names is in the table."
    if dimension == "transformation":
        counts = [p for _, p in seen.counts()]
        if counts:
            n_kept = counts[0].n_rows - counts[0].n_left_out
            return f"{n_kept:,} of {seen.profile.n_rows:,} rows become {counts[0].n_marks:,} marks."
        return "No fault was found in how the rows are summarised."
    if dimension == "compliance":
        if seen.asked is not None and seen.asked.understood:
            return "It shows the fields, summaries and rows that the question asks for."
        return "It shows what its titles say."
    return {
        "type": f"The mark ({marks}) suits what is shown.",
        "encoding": "Each channel shows its field as what it is.",
        "aesthetics": "There is room to read it.",
    }[dimension]
