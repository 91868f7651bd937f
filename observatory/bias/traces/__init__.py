"""Traces of selection in the sample's own shape: edges, heaps, gaps, places, uncovered combinations."""
