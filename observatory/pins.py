"""Charts that people pin to the report of a data set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from observatory import model
from observatory.errors import ChartInvalidSpec, ObservatoryError

if TYPE_CHECKING:
    from observatory.charts import Drawing
    from observatory.store import Store

LONGEST_NOTE = 500


class Pins:
    """Charts chosen for the report, kept in the workspace for one version of a data set."""

    _store: Store
    _profile: Callable[[str], model.Profile]
    dataset: Callable[[Any], model.Dataset]
    draw: Callable[..., Drawing]
    recommend: Callable[..., list[model.RankedChart]]

    def pin(
        self,
        dataset: Any,
        spec: Mapping[str, Any],
        note: str = "",
        *,
        task: model.Task | None = None,
        weighted: Mapping[str, Any] | None = None,
    ) -> list[model.PinnedChart]:
        """Put a chart into the report, with a note and `weighted` as in `draw`; pinned again, it takes the new ones.

        Raises ChartInvalidSpec for a chart that cannot be drawn over this data, and FieldNotFound.
        """
        from observatory.sandbox.grammar import accept

        chosen, chart = self.dataset(dataset), accept(spec).spec
        self.draw(chart, chosen, weighted=weighted)
        record = {"dataset": chosen.id, "spec": chart, "note": note.strip()[:LONGEST_NOTE], "task": task}
        record |= {} if weighted is None else {"weighted": dict(weighted)}

        def edit(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
            same = [i for i, old in enumerate(records) if _key(old) == _key(record)]
            return [record if i in same[:1] else old for i, old in enumerate(records)] + ([] if same else [record])

        self._store.journal("pins").change(edit)
        return self.pins(chosen)

    def pins(self, dataset: Any) -> list[model.PinnedChart]:
        """The pinned charts of this version of a data set, in the order in which they were pinned."""
        chosen = self.dataset(dataset)
        records = self._store.journal("pins").read()
        return [self._pinned(record, chosen) for record in records if _is_of(record, chosen.id)]

    def unpin(self, dataset: Any, index: int) -> list[model.PinnedChart]:
        """Take the pinned chart with this index, from 0 on, out of the report; ChartInvalidSpec for none such."""
        chosen = self.dataset(dataset)

        def edit(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
            own = [i for i, record in enumerate(records) if _is_of(record, chosen.id)]
            if not 0 <= index < len(own):
                raise ChartInvalidSpec("There is no such pinned chart.", "Look at the list of pinned charts again.")
            return [record for i, record in enumerate(records) if i != own[index]]

        self._store.journal("pins").change(edit)
        return self.pins(chosen)

    def _unpinned(
        self, dataset: model.Dataset, pinned: Sequence[model.PinnedChart], findings: Sequence[model.Finding] | None
    ) -> tuple[model.RankedChart, ...]:
        """The five best charts that are not pinned already."""
        own = [_drawn(chart.spec) for chart in pinned]
        found = self.recommend(dataset, k=5 + len(own), findings=findings)
        kept = [chart for chart in found if _drawn(chart.spec) not in own][:5]
        return tuple(replace(chart, rank=rank) for rank, chart in enumerate(kept, start=1))

    def _pinned(self, record: Mapping[str, Any], dataset: model.Dataset) -> model.PinnedChart:
        """A pinned chart in words and with its caveat; one that can be drawn no more says why instead."""
        from observatory.charts import altair_code, summarize
        from observatory.sandbox.grammar import accept

        spec, note, task = record["spec"], str(record.get("note") or ""), record.get("task")
        weighted = record.get("weighted") if isinstance(record.get("weighted"), dict) else None
        try:
            spec = accept(spec).spec
            drawing = self.draw(spec, dataset, weighted=weighted)
        except ObservatoryError as error:
            return model.PinnedChart(spec, note, task, "A chart that cannot be drawn.", error.message, "", "")
        code = summary = ""
        with suppress(ObservatoryError):
            summary = summarize(spec, self._profile(dataset.id))
            code = altair_code(spec)
        said = summary or drawing.alt
        return model.PinnedChart(spec, note, task, said, drawing.caveat, drawing.alt, code, weighted)


def _is_of(record: Mapping[str, Any], dataset_id: str) -> bool:
    return record.get("dataset") == dataset_id and isinstance(record.get("spec"), dict)


def _key(record: Mapping[str, Any]) -> tuple[Any, Any]:
    return record.get("dataset"), record.get("spec")


def _drawn(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A chart without its title."""
    return {key: part for key, part in spec.items() if key != "title"}
