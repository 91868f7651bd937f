"""The parts of a chart in the words of the editor: marks, channels, what is shown, scales, orders, intervals."""

from __future__ import annotations

from observatory import model

MARKS = {
    "point": "points",
    "bar": "bars",
    "line": "line",
    "area": "area",
    "tick": "ticks",
    "rect": "heat map",
    "arc": "pie",
    "boxplot": "box plots",
    "text": "numbers as text",
    "rule": "rules",
    "errorbar": "error bars",
    "errorband": "error band",
}
CHANNELS = {
    "x": "Horizontal axis",
    "y": "Vertical axis",
    "color": "Colour",
    "size": "Size",
    "shape": "Shape",
    "column": "Panels side by side",
    "row": "Panels in rows",
    "theta": "Angle",
    "xOffset": "Side by side along x",
    "yOffset": "Side by side along y",
    "detail": "Kept apart",
    "text": "Text",
    "opacity": "Opacity",
    "strokeDash": "Dashes",
}
RAW, BIN, CATEGORY, COUNT = "raw", "bin", "category", "count"
AGGREGATES = {
    "mean": "mean",
    "median": "median",
    "sum": "total",
    "min": "least",
    "max": "greatest",
    "stdev": "standard deviation",
    "variance": "variance",
    "q1": "lower quartile",
    "q3": "upper quartile",
    "distinct": "number of different values",
}
TIME_UNITS = {unit: f"by {words}" for unit, words in model.TIME_UNITS.items()}
SHOWN = {RAW: "each value", BIN: "in bins", CATEGORY: "as categories", COUNT: "count"} | AGGREGATES | TIME_UNITS
SCALES = {
    "auto": "usual",
    "zero": "from zero",
    "fit": "fits the values",
    "log": "logarithmic",
    "sqrt": "square root",
    "symlog": "logarithmic through zero",
    "pow": "power",
}
SORTS = {
    "own": "own order",
    "ascending": "ascending",
    "descending": "descending",
    "longest": "longest first",
    "shortest": "shortest first",
    "given": "as given",
}
INTERVALS = {
    "none": "none",
    "ci": "95 % of the mean",
    "stderr": "standard error",
    "stdev": "standard deviation",
    "iqr": "middle half of the rows",
}
STACKS = {"zero": "stacked", "normalize": "as shares", "none": "overlaid", "center": "around the middle"}
