"""What to do: weights, rows to collect, and the target's base rates by group."""
