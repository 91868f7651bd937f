"""What we measure; RESULTS.md holds the figures."""
