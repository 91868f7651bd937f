"""Everything that is drawn: charts of a spec, of findings, of weights, of groups and of maps of rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, overload

from observatory import model
from observatory.errors import ObservatoryError

if TYPE_CHECKING:
    import pandas as pd

    from observatory.bias import Run
    from observatory.charts import Drawing
    from observatory.store import Store, WeightedTable


class Pictures:
    """Charts with their data, from all rows; drawings of one version of a data set are kept in memory."""

    _store: Store
    _profile: Callable[[str], model.Profile]
    _run: Callable[[Any], Run]
    _drawing: Callable[[str, str, str, Any], Drawing]
    """`_compute_drawing`, with its results kept."""
    _weighed: Callable[[Any], tuple[WeightedTable, model.Weighting]]
    """`_compute_weighed`, with its results kept."""
    _evidence: Callable[[str, Any], tuple[Drawing, ...]]
    """`_compute_evidence`, with its results kept."""
    dataset: Callable[[Any], model.Dataset]
    declared_reference: Callable[[Any], str | None]
    quick_findings: Callable[[Any], tuple[model.Finding, ...]]
    _asked: Callable[..., Any]
    _compared: Callable[[Any], tuple[Run, tuple[model.Finding, ...]]]
    """The run of what was asked, and its findings."""

    def draw(
        self,
        spec: Mapping[str, Any],
        dataset: Any,
        *,
        findings: Sequence[model.Finding] | None = None,
        weighted: Mapping[str, Any] | None = None,
    ) -> Drawing:
        """A chart with its rows: aggregates are computed over all of them, and a sample says so.

        Raises ChartInvalidSpec for what the grammar of charts refuses; what it leaves out the caveat says.
        `findings` about what it shows stand on it; None stands for `quick_findings`. With `weighted`, counts and
        summaries are weighted by what `weights` gives for these arguments, such as `{"reference": "us_residents"}`; {}
        stands for the reference that the card declares.
        """
        from observatory.charts.drawing.remarks import relevant
        from observatory.charts.spec.nesting import json_of
        from observatory.sandbox.grammar import accept

        accepted = accept(spec)
        written = json_of(accepted.spec)
        chosen = self.dataset(dataset)
        known = self.quick_findings(chosen) if findings is None else findings
        about = [replace(f, rows=None).to_dict() for f in relevant(known, accepted.spec)]
        asked = None if weighted is None else self._weights_asked(chosen, weighted)
        drawing = self._drawing(written, chosen.id, json.dumps(about, sort_keys=True), asked)
        return replace(drawing, caveat=" ".join(text for text in (drawing.caveat, *accepted.notes) if text))

    def _compute_drawing(self, spec: str, dataset_id: str, findings: str, weighted: Any) -> Drawing:
        from observatory.charts import draw

        told = [model.Finding.from_dict(finding) for finding in json.loads(findings)]
        profile = self._profile(dataset_id)
        if weighted is None:
            return draw(json.loads(spec), self._store.table(dataset_id), profile, findings=told)
        table, weighting = self._weighed(weighted)
        return draw(json.loads(spec), table, profile, findings=told, weighting=weighting)

    def weighting(self, dataset: Any, weighted: Mapping[str, Any] | None = None) -> model.Weighting | None:
        """The weights that `draw` would use; None where there is nothing to weigh to."""
        chosen = self.dataset(dataset)
        given = dict(weighted or {})
        if not any(given.get(name) for name in ("reference", "marginals")) and self.declared_reference(chosen) is None:
            return None
        try:
            return self._weighed(self._weights_asked(chosen, given))[1]
        except ObservatoryError:
            return None

    def _weights_asked(self, dataset: model.Dataset, weighted: Mapping[str, Any]) -> Any:
        """What weights are asked of: the arguments of a bias report, and fields, method and trimming."""
        given: dict[str, Any] = {"fields": (), "method": "raking", "trim": None, **weighted}
        fields, method, trim = (given.pop(name) for name in ("fields", "method", "trim"))
        if not any(given.get(name) for name in ("reference", "marginals")):
            given["reference"] = self.declared_reference(dataset)
        return self._asked(dataset, **given), tuple(fields), method, trim

    def _compute_weighed(self, asked: Any) -> tuple[WeightedTable, model.Weighting]:
        """The table with its weights, and what they are; ObservatoryError where there is nothing to weigh to."""
        from observatory.bias import row_weights, weigh
        from observatory.store import WeightedTable

        about, fields, method, trim = asked
        run, findings = self._compared(about)
        weights = row_weights(run, findings, fields, method, trim)["weight"].to_numpy()
        return WeightedTable(self._store.table(about.dataset_id), weights), weigh(run, findings, fields, method, trim)

    @overload
    def picture(
        self,
        spec: Mapping[str, Any],
        dataset: Any,
        format: Literal["svg"] = "svg",
        *,
        weighted: Mapping[str, Any] | None = None,
    ) -> str: ...

    @overload
    def picture(
        self,
        spec: Mapping[str, Any],
        dataset: Any,
        format: Literal["png"],
        *,
        weighted: Mapping[str, Any] | None = None,
    ) -> bytes: ...

    def picture(
        self,
        spec: Mapping[str, Any],
        dataset: Any,
        format: Literal["svg", "png"] = "svg",
        *,
        weighted: Mapping[str, Any] | None = None,
    ) -> str | bytes:
        """A chart with its rows as SVG text or as PNG, drawn offline; `weighted` as in `draw`."""
        from observatory.charts.drawing.picture import png, svg

        chart = self.draw(spec, dataset, weighted=weighted).chart
        return svg(chart) if format == "svg" else png(chart)

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
