"""Rows: copies, far values, odd rows, natural groups, modes, and a map of them."""
