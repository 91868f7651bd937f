"""What other plotting libraries call the marks, channels and aggregates of a chart."""

from __future__ import annotations

SEABORN = {
    **dict.fromkeys(("scatterplot", "regplot", "lmplot", "relplot", "jointplot", "stripplot", "swarmplot"), "point"),
    **dict.fromkeys(("barplot", "countplot", "catplot", "pointplot"), "bar"),
    **dict.fromkeys(("boxplot", "violinplot", "boxenplot"), "boxplot"),
    **dict.fromkeys(("histplot", "distplot", "displot", "kdeplot"), "histogram"),
    "lineplot": "line",
}
PLOTLY = {
    **dict.fromkeys(("scatter", "scatter_3d", "strip"), "point"),
    **dict.fromkeys(("box", "violin"), "boxplot"),
    **dict.fromkeys(("bar", "line", "area", "histogram", "pie"), ""),
    "density_heatmap": "rect",
}
OBJECTS = {"Bar": "bar", "Scatter": "line", "Scattergl": "point", "Histogram": "histogram", "Box": "box", "Pie": "pie"}
"""The traces of `plotly.graph_objects`, by the names of plotly express."""
PYPLOT = {
    **dict.fromkeys(("bar", "barh", "scatter", "plot", "hist", "pie", "boxplot", "violinplot", "fill_between"), ""),
    "stackplot": "area",
    "step": "line",
}
KINDS = {
    "plot": "line",
    "step": "line",
    "scatter": "point",
    "hist": "histogram",
    "pie": "arc",
    "box": "boxplot",
    "violinplot": "boxplot",
    "fill_between": "area",
    "barh": "bar",
    "density": "histogram",
    "kde": "histogram",
    "count": "bar",
    "violin": "boxplot",
    "strip": "point",
    "swarm": "point",
    "reg": "point",
}
CHANNELS = {
    **dict.fromkeys(("hue", "color", "c", "names"), "color"),
    **dict.fromkeys(("col", "facet_col"), "column"),
    **dict.fromkeys(("row", "facet_row"), "row"),
    "size": "size",
    "symbol": "shape",
    "style": "shape",
    "s": "size",
}
ESTIMATORS = {"sum": "sum", "median": "median", "max": "max", "min": "min", "len": "count", "size": "count"}
AGGREGATES = {"avg": "mean", "sum": "sum", "min": "min", "max": "max", "count": "count"}
LIBRARIES = ("seaborn", "plotly", "matplotlib", "pylab", "plotnine", "ggplot", "hvplot")
PLOTTERS = ("plot", "hvplot")
"""What a table draws itself by."""
