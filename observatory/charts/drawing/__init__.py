"""Charts with their rows: SQL over the whole table, then Vega-Lite."""
