"""How the rows of a group are summed up: all alike, or each by its weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from observatory.charts.drawing.intervals import spread_sql
from observatory.charts.drawing.values import summary_sql
from observatory.charts.spec.view import View
from observatory.charts.spec.words import phrase, title
from observatory.model import Table
from observatory.quoting import sql_name

_UNMOVED = ("min", "max", "distinct")
_CLOSE = 1e-9
_VARIANCE = "CASE WHEN sum(w) > 1 THEN sum(w * ({v} - m_{v}) ** 2) / (sum(w) - 1) END"


def _quantile(p: float) -> str:
    low, high = p * (1 - _CLOSE), p * (1 + _CLOSE)
    return f"(min({{v}}) FILTER (c_{{v}} >= {low} * t_{{v}}) + min({{v}}) FILTER (c_{{v}} > {high} * t_{{v}})) / 2"


_WEIGHTED = {
    "count": "sum(w)",
    "mean": "sum(w * {v}) / nullif(sum(w), 0)",
    "sum": "sum(w * {v})",
    "min": "min({v}) FILTER (w > 0)",
    "max": "max({v}) FILTER (w > 0)",
    "distinct": "count(DISTINCT {v}) FILTER (w > 0)",
    "variance": _VARIANCE,
    "stdev": f"sqrt({_VARIANCE})",
    "median": _quantile(0.5),
    "q1": _quantile(0.25),
    "q3": _quantile(0.75),
}


class Summaries:
    """Summaries of rows that all count alike, as SQL; `carried` is what each row brings along."""

    carried = ""

    def of(self, aggregate: str, value: str) -> str:
        """The summary of a value over the rows of a group."""
        return summary_sql(aggregate, value)

    def spread(self, value: str, extent: str) -> str:
        """What an interval around the mean is computed from."""
        return spread_sql(value, extent)

    def ranked(self, source: str, groups: Sequence[str], values: Sequence[str]) -> str:  # noqa: ARG002
        """The rows to sum up `values` of, by groups that are SQL."""
        return source

    def worded(self, view: View) -> View:
        """The view with what its titles must say."""
        return view

    def head(self, title: str) -> str:
        """A title of summaries with what it must say."""
        return title


class WeightedSummaries(Summaries):
    """Summaries of rows of which each counts as its weight.

    A quantile is the mean of the least value at which the sum of weights reaches its share of the whole, and the least
    at which it passes it: with equal weights the usual median. A variance is divided by the sum of weights less one,
    and the n of an interval is Kish's effective one, (sum of weights)² / sum of squared weights.
    """

    def __init__(self, weight: str) -> None:
        self.carried = f", CAST({sql_name(weight)} AS DOUBLE) AS w"

    def of(self, aggregate: str, value: str) -> str:
        """The summary of a value over the rows of a group; beyond sums and means it needs the rows `ranked`."""
        return _WEIGHTED[aggregate].format(v=value)

    def spread(self, value: str, extent: str) -> str:
        """What an interval around the mean is computed from, and `worth`, the rows that the weights are worth."""
        if extent == "iqr":
            return f"{self.of('q1', value)} AS q1, {self.of('q3', value)} AS q3"
        return f"{self.of('stdev', value)} AS sd, sum(w) ** 2 / nullif(sum(w * w), 0) AS worth"

    def ranked(self, source: str, groups: Sequence[str], values: Sequence[str]) -> str:
        """The rows with, for each value, the sum of weights up to it, the sum of all and the mean of its group."""
        by = f"PARTITION BY {', '.join(groups)}" if groups else ""
        made = [
            f"sum(w) OVER ({by} ORDER BY {v}) AS c_{v}, sum(w) OVER ({by}) AS t_{v},"
            f" sum(w * {v}) OVER ({by}) / nullif(sum(w) OVER ({by}), 0) AS m_{v}"
            for v in dict.fromkeys(values)
        ]
        return f"(SELECT {', '.join(['*', *made])} FROM {source})" if made else source

    def worded(self, view: View) -> View:
        """The view with “weighted” in its title and in that of each summary that weights move."""
        moved = [e.aggregate is not None and e.aggregate not in _UNMOVED for e in view.encodings]
        if view.mark != "boxplot" and not any(moved):
            return view
        shown = (
            replace(e, title=f"{e.title or phrase(e)}, weighted") if is_moved else e
            for e, is_moved in zip(view.encodings, moved)
        )
        generated = view.title in (None, title(view))
        return replace(view, encodings=tuple(shown), title=self.head(title(view)) if generated else view.title)

    def head(self, title: str) -> str:
        """A title of summaries with “weighted”."""
        return f"{title}, weighted"


def summaries_of(table: Table) -> Summaries:
    """The summaries of a table: weighted where it names its column of weights as `weight`."""
    weight = getattr(table, "weight", None)
    return Summaries() if weight is None else WeightedSummaries(weight)
