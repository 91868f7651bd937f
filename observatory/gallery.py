"""Charts that are proposed, judged, repaired, compared and chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from observatory import model
from observatory.errors import ChartInvalidSpec

if TYPE_CHECKING:
    from observatory.store import Store


class Gallery:
    """What the chart rules say; results of one version of a data set are kept in memory."""

    _store: Store
    _profile: Callable[[str], model.Profile]
    _charts: Callable[[str, model.Wish, int], tuple[model.RankedChart, ...]]
    """`_compute_charts`, with its results kept."""
    dataset: Callable[[Any], model.Dataset]

    def recommend(
        self, dataset: Any, fields: Sequence[str] = (), task: model.Task | None = None, k: int = 5
    ) -> list[model.RankedChart]:
        """The best charts for these fields and task, best first; for no fields, of the whole table."""
        wish = model.Wish(fields=tuple(model.WishedField(name) for name in fields), task=task)
        return list(self._charts(self.dataset(dataset).id, wish, k))

    def _compute_charts(self, dataset_id: str, wish: model.Wish, k: int) -> tuple[model.RankedChart, ...]:
        from observatory.charts import recommend

        return tuple(recommend(self._profile(dataset_id), wish, k))

    def _recommender(self, dataset_id: str) -> Callable[[model.Wish, int], list[model.RankedChart]]:
        from observatory.charts import recommend

        return lambda wish, k: recommend(self._profile(dataset_id), wish, k)

    def check(self, spec: Mapping[str, Any], dataset: Any, *, task: model.Task | None = None) -> model.ChartCheck:
        """What the rules say of a Vega-Lite chart over a data set."""
        from observatory.charts import check

        return check(spec, self._profile(self.dataset(dataset).id), task=task)

    def judged(self, spec: Mapping[str, Any], dataset: Any, *, task: model.Task | None = None) -> model.RankedChart:
        """A chart of one's own as a ranked one, of rank 0: what it breaks, hard rules first, its code and its words.

        Code and words are "" where a chart can be judged but not written. Raises ChartInvalidSpec and FieldNotFound.
        """
        from observatory.charts import altair_code, summarize
        from observatory.charts.spec.reading import parse

        chosen = self.dataset(dataset)
        found = self.check(spec, chosen, task=task)
        fields: tuple[str, ...] = ()
        code = summary = ""
        with suppress(ChartInvalidSpec):
            fields = tuple(dict.fromkeys(e.field for e in parse(spec).encodings if e.field is not None))
            code, summary = altair_code(spec), summarize(spec, self._profile(chosen.id))
        return model.RankedChart(0, found.cost, spec, code, fields, (*found.hard, *found.soft), summary)

    def why(self, chart: model.RankedChart, following: model.RankedChart | None) -> str:
        """One plain sentence: why a chart stands above the following one."""
        from observatory.charts import why

        return why(chart, following)

    def compare(self, better: model.RankedChart, worse: model.RankedChart) -> str:
        """Why one chart stands above another: the difference of what they break, in words."""
        from observatory.charts import compare

        return compare(better, worse)
