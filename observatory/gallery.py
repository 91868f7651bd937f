"""Charts that are proposed, judged, repaired, compared and chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from observatory import model
from observatory.errors import ChartInvalidSpec, ObservatoryError

if TYPE_CHECKING:
    from observatory.bias import Run
    from observatory.charts.rules.flags import Flags
    from observatory.charts.rules.rule_weights import RuleWeights
    from observatory.store import Store


class Gallery:
    """What the chart rules say; results of one version of a data set are kept in memory."""

    _store: Store
    _profile: Callable[[str], model.Profile]
    _charts: Callable[[str, model.Wish, int, Flags, str], tuple[model.RankedChart, ...]]
    """`_compute_charts`, with its results kept."""
    _quick: Callable[[str], model.BiasReport]
    """`_look_quickly`, with its results kept."""
    _run: Callable[[Any], Run]
    _asked: Callable[..., Any]
    _own_weights: Callable[[], str]
    rule_weights: Callable[[], RuleWeights]
    dataset: Callable[[Any], model.Dataset]
    declared_reference: Callable[[Any], str | None]

    def recommend(
        self,
        dataset: Any,
        fields: Sequence[str] = (),
        task: model.Task | None = None,
        k: int = 5,
        *,
        findings: Sequence[model.Finding] | None = None,
    ) -> list[model.RankedChart]:
        """The best charts for these fields and task, best first; for no fields, of the whole table.

        `findings` weigh in; None stands for `quick_findings`.
        """
        wish = model.Wish(fields=tuple(model.WishedField(name) for name in fields), task=task)
        chosen = self.dataset(dataset)
        return list(self._charts(chosen.id, wish, k, self._flags(chosen.id, findings), self._own_weights()))

    def _compute_charts(
        self, dataset_id: str, wish: model.Wish, k: int, flags: Flags, own: str
    ) -> tuple[model.RankedChart, ...]:
        """`own` are the person's own weights, as text: other weights, other results."""
        from observatory.charts import recommend
        from observatory.charts.rules.personal import weights_of

        return tuple(recommend(self._profile(dataset_id), wish, k, weights=weights_of(own), findings=flags))

    def _recommender(self, dataset_id: str) -> Callable[[model.Wish, int], list[model.RankedChart]]:
        from observatory.charts import recommend

        flags, weights = self._flags(dataset_id, None), self.rule_weights()
        table = self._store.table(dataset_id)
        return lambda wish, k: recommend(
            self._profile(dataset_id), wish, k, weights=weights, findings=flags, table=table
        )

    def quick_findings(self, dataset: Any) -> tuple[model.Finding, ...]:
        """What quick detectors find, against the reference that the card declares: what charts are chosen by.

        They have a false-discovery control of their own, so that the same version of a data set always gives the same
        charts, whatever else is being looked for meanwhile.
        """
        return self._quick(self.dataset(dataset).id).findings

    def _look_quickly(self, dataset_id: str) -> model.BiasReport:
        """The report of the quick detectors; without the reference where the two cannot be compared."""
        declared = self.declared_reference(dataset_id)
        try:
            return self._seen(dataset_id, declared)
        except ObservatoryError:
            if declared is None:
                raise
            return self._seen(dataset_id, None)

    def _seen(self, dataset_id: str, reference: str | None) -> model.BiasReport:
        from observatory.bias import steps
        from observatory.bias.absent.missing import missing
        from observatory.bias.compare.cells import cells
        from observatory.bias.rows.duplicates import duplicates
        from observatory.bias.rows.outliers import outliers
        from observatory.bias.traces.heaping import heaping

        alone = (missing, duplicates, outliers, heaping)
        *_, report = steps(self._run(self._asked(dataset_id, reference)), (cells, *alone) if reference else alone)
        return report

    def _flags(self, dataset_id: str, findings: Sequence[model.Finding] | None) -> Flags:
        from observatory.charts.rules.flags import flags

        seen = self._quick(dataset_id)
        heaps = {claim["field"]: float(claim["step"]) for claim in seen.claims.get("heaping", ())}
        return flags(seen.findings if findings is None else findings, self._profile(dataset_id), heaps)

    def check(
        self,
        spec: Any,
        dataset: Any,
        repair: bool = False,
        *,
        task: model.Task | None = None,
        findings: Sequence[model.Finding] | None = None,
    ) -> model.ChartCheck:
        """What the rules say of a Vega-Lite or Altair chart over a data set, and how it is repaired when that is asked.

        `findings` as in `recommend`. What the grammar of charts leaves out is said in the notes. A chart that it
        refuses is judged where the rules find fault with it, for a repair may mend that too; otherwise, and for what is
        no chart, ChartInvalidSpec is raised.
        """
        return self._checked(spec, dataset, repair, task, findings)[1]

    def _checked(
        self,
        spec: Any,
        dataset: Any,
        repair: bool = False,
        task: model.Task | None = None,
        findings: Sequence[model.Finding] | None = None,
    ) -> tuple[Mapping[str, Any], model.ChartCheck]:
        """The chart as it is let in, or as it is written where it is refused, and what the rules say of it."""
        from observatory.charts import check
        from observatory.charts.rules.check import vega_lite
        from observatory.sandbox.grammar import accept

        chosen, chart = self.dataset(dataset), vega_lite(spec)
        refused: ChartInvalidSpec | None = None
        notes: tuple[str, ...] = ()
        try:
            accepted = accept(chart)
            chart, notes = accepted.spec, accepted.notes
        except ChartInvalidSpec as error:
            refused = error
        found = check(
            chart,
            self._profile(chosen.id),
            repair=repair,
            task=task,
            weights=self.rule_weights(),
            findings=self._flags(chosen.id, findings),
            table=self._store.table(chosen.id),
        )
        if refused is None:
            return chart, replace(found, notes=(*found.notes, *notes))
        if found.valid:
            raise refused
        mended = tuple(repair for repair in found.repairs if _is_accepted(repair.spec))
        return chart, replace(found, repairs=mended, notes=(*found.notes, f"It is not drawn. {refused.message}"))

    def judged(self, spec: Mapping[str, Any], dataset: Any, *, task: model.Task | None = None) -> model.RankedChart:
        """A chart of one's own as a ranked one, of rank 0: what it breaks, hard rules first, its code and its words.

        Code and words are "" where a chart can be judged but not written. Raises ChartInvalidSpec and FieldNotFound.
        """
        from observatory.charts import altair_code, summarize
        from observatory.charts.spec.reading import read

        chosen = self.dataset(dataset)
        chart, found = self._checked(spec, chosen, task=task)
        profile, reading = self._profile(chosen.id), read(chart)
        shown = [e.field for part in reading.parts for e in part.view.encodings]
        fields = tuple(f.name for f in profile.fields if f.name in shown)
        code = summary = ""
        with suppress(ObservatoryError):
            code = "" if reading.brings_rows else altair_code(chart)
            summary = summarize(chart, profile)
        return model.RankedChart(0, found.cost, chart, code, fields, (*found.hard, *found.soft), summary)

    def draco_facts(self, spec: Mapping[str, Any], dataset: Any, task: model.Task | None = None) -> str:
        """A chart over a data set as a file of Draco 2's facts; raises ChartInvalidSpec where Draco has no word."""
        from observatory.charts.draco import to_draco, write_facts
        from observatory.sandbox.grammar import accept

        return write_facts(to_draco(accept(spec).spec, self._profile(self.dataset(dataset).id), task))

    def why(self, chart: model.RankedChart, other: model.RankedChart | None) -> str:
        """One plain sentence: what speaks for a chart beside another."""
        from observatory.charts import why

        return why(chart, other)

    def rival(
        self, chart: model.RankedChart, dataset: Any, task: model.Task | None = None
    ) -> tuple[model.RankedChart, model.RankedChart | None]:
        """A chart and the best other one of the same fields, both judged for these fields alone."""
        found = self.recommend(dataset, chart.fields, task, k=3)
        drawn = {key: part for key, part in chart.spec.items() if key != "title"}
        others = [c for c in found if {key: part for key, part in c.spec.items() if key != "title"} != drawn]
        same = next((c for c in found if c not in others), chart)
        return same, next(iter(others), None)

    def compare(self, better: model.RankedChart, worse: model.RankedChart) -> str:
        """Why one chart stands above another: the difference of what they break, in words."""
        from observatory.charts import compare

        return compare(better, worse)


def _is_accepted(spec: Mapping[str, Any]) -> bool:
    from observatory.sandbox.grammar import accept

    try:
        accept(spec)
    except ChartInvalidSpec:
        return False
    return True
