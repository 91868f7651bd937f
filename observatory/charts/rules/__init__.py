"""The rule base and what it does: rank, judge, explain, repair."""
