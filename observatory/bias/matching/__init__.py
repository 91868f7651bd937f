"""References and marginals in the sample's own names, levels and bins."""
