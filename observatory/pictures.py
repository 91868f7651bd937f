"""Everything that is drawn: charts of a spec, of findings, of weights, of groups and of maps of rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from observatory import model

if TYPE_CHECKING:
    import pandas as pd

    from observatory.bias import Run
    from observatory.charts import Drawing
    from observatory.store import Store


class Pictures:
    """Charts with their data, from all rows; drawings of one version of a data set are kept in memory."""

    _store: Store
    _profile: Callable[[str], model.Profile]
    _run: Callable[[Any], Run]
    _drawing: Callable[[str, str], Drawing]
    """`_compute_drawing`, with its results kept."""
    _evidence: Callable[[str, Any], tuple[Drawing, ...]]
    """`_compute_evidence`, with its results kept."""
    dataset: Callable[[Any], model.Dataset]
    _asked: Callable[..., Any]

    def draw(self, spec: Mapping[str, Any], dataset: Any) -> Drawing:
        """A chart with its rows: aggregates are computed over all of them, and a sample says so."""
        return self._drawing(json.dumps(spec, sort_keys=True), self.dataset(dataset).id)

    def _compute_drawing(self, spec: str, dataset_id: str) -> Drawing:
        from observatory.charts import draw

        return draw(json.loads(spec), self._store.table(dataset_id), self._profile(dataset_id))

    def picture(self, spec: Mapping[str, Any], dataset: Any) -> str:
        """A chart with its rows as SVG text."""
        from observatory.charts.drawing.picture import svg

        return svg(self.draw(spec, dataset).chart)

    def draw_finding(
        self, finding: model.Finding, dataset: Any, reference: Any = None, alignment: model.Alignment | None = None
    ) -> tuple[Drawing, ...]:
        """The charts that show a finding, from all rows of the table and its reference; none where none helps."""
        asked = self._asked(dataset, reference, alignment=alignment)
        return self._evidence(json.dumps(finding.to_dict(), sort_keys=True), asked)

    def _compute_evidence(self, finding: str, asked: Any) -> tuple[Drawing, ...]:
        from observatory.charts.findings.evidence import draw_finding

        run = self._run(asked)
        return draw_finding(model.Finding.from_dict(json.loads(finding)), run.table, run.profile, run.reference)

    def evidence(self, finding: model.Finding, dataset: Any, n: int = 200) -> pd.DataFrame:
        """What the evidence of a finding counts, at most `n` rows of it."""
        table = self._store.table(self.dataset(dataset).id)
        return table.query(f"SELECT * FROM ({finding.evidence_sql}) LIMIT {int(n)}")

    def draw_weighting(self, weighting: model.Weighting) -> Drawing | None:
        """The love plot of weights; None where they balance nothing."""
        from observatory.charts.findings.love import love_plot

        return love_plot(weighting)

    def draw_rates(self, fairness: model.Fairness, groups: Sequence[model.GroupRate]) -> Drawing:
        """The base rates of the groups of one field, beside those of the reference; small groups are faint."""
        from observatory.charts.findings.rates import base_rates

        return base_rates(fairness, groups)

    def draw_map(
        self, found: model.Exploration, labels: Sequence[str] | None, scores: Sequence[float] | None, title: str
    ) -> Drawing:
        """A map of rows, coloured by the label or the score of each."""
        from observatory.charts.findings.maps import row_map

        return row_map(found, labels, scores, title)
