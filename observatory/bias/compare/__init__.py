"""Sample against reference: which groups are too few or too many, each explained by what was said before."""
