"""Charts that are proposed, judged, repaired, compared and chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from observatory import model

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

    def why(self, chart: model.RankedChart, following: model.RankedChart | None) -> str:
        """One plain sentence: why a chart stands above the following one."""
        from observatory.charts import why

        return why(chart, following)

    def compare(self, better: model.RankedChart, worse: model.RankedChart) -> str:
        """Why one chart stands above another: the difference of what they break, in words."""
        from observatory.charts import compare

        return compare(better, worse)
