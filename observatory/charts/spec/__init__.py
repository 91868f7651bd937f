"""Charts as values: the view, Vega-Lite read and written, Altair code, plain words."""
