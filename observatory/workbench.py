"""The one service behind the pages, the shell and Python: each use case is a short method."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from observatory import model
from observatory.errors import DatasetNotFound, UnreadableFile
from observatory.job import Job
from observatory.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from observatory.bias import Run
    from observatory.charts import Drawing
    from observatory.llm import LLM, Source
    from observatory.store import Store
    from observatory.store.samples import Sample


class Observatory:
    """Data sets in, profiles, findings, charts and questions out.

    A `dataset` argument is a Dataset, its id, the name of a sample, a path, or a DataFrame. Results of one version
    of a data set are kept in memory, for a version never changes.

    >>> import observatory
    >>> with observatory.open() as obs:
    ...     cars = obs.dataset("cars")
    ...     obs.profile(cars).n_rows == cars.n_rows
    True
    """

    def __init__(self, store: Store, source: Source, settings: Settings, samples: Sequence[Sample] = ()) -> None:
        self.settings = settings
        self._store = store
        self._source = source
        self._samples = {sample.name: sample for sample in samples}
        self._profile = lru_cache(maxsize=128)(self._compute_profile)
        self._bias = lru_cache(maxsize=128)(self._begin_bias)
        self._run = lru_cache(maxsize=4)(self._make_run)
        self._charts = lru_cache(maxsize=512)(self._compute_charts)
        self._drawing = lru_cache(maxsize=256)(self._compute_drawing)

    def __enter__(self) -> Observatory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the engine and close the catalog."""
        self._source.close()
        self._store.close()

    # ── data sets ──

    def ingest(
        self, source: Path | str | pd.DataFrame, name: str | None = None, *, card: model.DataCard | None = None
    ) -> model.Dataset:
        """Store a file or a DataFrame as a data set; the same bytes under the same name are stored once."""
        if isinstance(source, (str, Path)):
            path = Path(source)
            if not path.is_file():
                raise UnreadableFile(f"There is no file “{path}”.", "Check the path; a folder cannot be read.")
            return self._store.ingest(path, name=name, card=card)
        return self._store.ingest_frame(source, name=name or "table")

    def datasets(self) -> list[model.Dataset]:
        """All data sets of the catalog, newest first."""
        return self._store.datasets()

    def samples(self) -> tuple[Sample, ...]:
        """The sample data sets that ship with the observatory."""
        return tuple(self._samples.values())

    def dataset(self, dataset: model.Dataset | Path | str | pd.DataFrame) -> model.Dataset:
        """The data set meant: by id, by the name of a sample, by path, or a DataFrame; files and frames are stored."""
        if isinstance(dataset, model.Dataset):
            return dataset
        if not isinstance(dataset, str):
            return self.ingest(dataset)
        known = {d.id: d for d in self.datasets()}
        if dataset in known:
            return known[dataset]
        if dataset in self._samples:
            sample = self._samples[dataset]
            return self.ingest(sample.path, sample.name, card=sample.card)
        if Path(dataset).exists():
            return self.ingest(Path(dataset))
        if Path(dataset).suffix or Path(dataset).name != dataset:
            return self.ingest(Path(dataset))
        raise DatasetNotFound(dataset, [*known, *self._samples])

    def forget(self, dataset: model.Dataset | str) -> None:
        """Remove a data set from the catalog."""
        self._store.forget(self.dataset(dataset).id)

    def rows(self, dataset: Any, where: str | None = None, n: int = 200) -> pd.DataFrame:
        """The first `n` rows, or those that a finding's predicate selects."""
        table = self._store.table(self.dataset(dataset).id)
        return table.query(f"SELECT * FROM t {f'WHERE ({where})' if where else ''} ORDER BY rowid LIMIT {int(n)}")

    def rows_at(self, dataset: Any, positions: Sequence[int], n: int = 200) -> pd.DataFrame:
        """The rows at these positions in import order, at most `n`."""
        table = self._store.table(self.dataset(dataset).id)
        wanted = ", ".join(str(int(position)) for position in positions[:n]) or "-1"
        return table.query(f"SELECT rowid AS row, * FROM t WHERE rowid IN ({wanted}) ORDER BY rowid")

    # ── what is in it, who is missing from it ──

    def profile(self, dataset: Any) -> model.Profile:
        """What is in the data set."""
        return self._profile(self.dataset(dataset).id)

    def _compute_profile(self, dataset_id: str) -> model.Profile:
        from observatory.profile import profile

        return profile(self._store.table(dataset_id))

    def detect_bias(
        self,
        dataset: Any,
        reference: Any = None,
        marginals: Any = None,
        target: str | None = None,
        random_state: int = 0,
        *,
        options: model.BiasOptions | None = None,
    ) -> model.BiasReport:
        """How the sample departs from its population; `marginals` is a table of `field, value, share`.

        `options` hold more than the seed, and go before `random_state`.
        """
        given = options or self.bias_options(random_state)
        return self.bias_job(dataset, reference, marginals, target, given).wait()

    def bias_options(self, random_state: int = 0) -> model.BiasOptions:
        """The options of a run as the settings say."""
        return model.BiasOptions(random_state=random_state, sample_rows=self.settings.sample_rows)

    def bias_job(
        self,
        dataset: Any,
        reference: Any = None,
        marginals: Any = None,
        target: str | None = None,
        options: model.BiasOptions | None = None,
    ) -> Job[model.BiasReport]:
        """The bias report in the making, one detector after the other; the same job for the same arguments."""
        reference_id = None if reference is None else self.dataset(reference).id
        marginals_id = None if marginals is None else self.dataset(marginals).id
        return self._bias(self.dataset(dataset).id, reference_id, marginals_id, target, options or self.bias_options())

    def _begin_bias(
        self,
        dataset_id: str,
        reference_id: str | None,
        marginals_id: str | None,
        target: str | None,
        options: model.BiasOptions,
    ) -> Job[model.BiasReport]:
        def begin() -> Iterator[model.BiasReport]:
            from observatory.bias import steps

            return steps(self._run(dataset_id, reference_id, marginals_id, target, options))

        return Job(begin)

    def _make_run(
        self,
        dataset_id: str,
        reference_id: str | None,
        marginals_id: str | None,
        target: str | None,
        options: model.BiasOptions,
    ) -> Run:
        from observatory.bias import Run

        return Run(
            self._store.table(dataset_id),
            self._profile(dataset_id),
            self._store.table(reference_id) if reference_id else None,
            self._store.table(marginals_id).query("SELECT * FROM t") if marginals_id else None,
            target,
            options,
        )

    # ── charts ──

    def recommend(
        self, dataset: Any, fields: Sequence[str] = (), task: model.Task | None = None, k: int = 5
    ) -> list[model.RankedChart]:
        """The best charts for these fields and task, best first; for no fields, of the whole table."""
        wish = model.Wish(fields=tuple(model.WishedField(name) for name in fields), task=task)
        return list(self._charts(self.dataset(dataset).id, wish, k))

    def _compute_charts(self, dataset_id: str, wish: model.Wish, k: int) -> tuple[model.RankedChart, ...]:
        from observatory.charts import recommend

        return tuple(recommend(self._profile(dataset_id), wish, k))

    def why(self, chart: model.RankedChart, following: model.RankedChart | None) -> str:
        """One plain sentence: why a chart stands above the following one."""
        from observatory.charts import why

        return why(chart, following)

    def draw(self, spec: Mapping[str, Any], dataset: Any) -> Drawing:
        """A chart with its rows: aggregates are computed over all of them, and a sample says so."""
        return self._drawing(json.dumps(spec, sort_keys=True), self.dataset(dataset).id)

    def _compute_drawing(self, spec: str, dataset_id: str) -> Drawing:
        from observatory.charts import draw

        return draw(json.loads(spec), self._store.table(dataset_id), self._profile(dataset_id))

    def picture(self, spec: Mapping[str, Any], dataset: Any) -> str:
        """A chart with its rows as SVG text."""
        from observatory.charts.picture import svg

        return svg(self.draw(spec, dataset).chart)

    def draw_finding(self, finding: model.Finding, dataset: Any) -> Any:
        """A chart of the shares that a finding compares, as an Altair chart; None where it compares none."""
        from observatory.charts.evidence import missing_shares, shares

        if finding.kind == "missing" and len(finding.columns) > 1:
            return missing_shares(self._store.table(self.dataset(dataset).id).query(finding.evidence_sql))
        return shares(finding)

    def _recommender(self, dataset_id: str) -> Callable[[model.Wish, int], list[model.RankedChart]]:
        from observatory.charts import recommend

        return lambda wish, k: recommend(self._profile(dataset_id), wish, k)

    # ── what to ask ──

    def engine(self) -> model.EngineStatus:
        """How the language model is right now."""
        return self._source.status()

    def wait_for_engine(self, seconds: float) -> model.EngineStatus:
        """The status once the model is ready or down, or after that many seconds."""
        return self._source.wait(seconds)

    def _llm(self, llm: bool) -> LLM | None:
        return self._source.client() if llm else None

    def summarize(self, dataset: Any, *, llm: bool = True) -> model.Summary:
        """What the data set is about, in checked sentences; `llm=False` uses templates only."""
        from observatory.insight import summarize

        chosen = self.dataset(dataset)
        findings = self.detect_bias(chosen).findings
        return summarize(self.profile(chosen), findings, self._llm(llm), title=chosen.title)

    def explore_goals(
        self, dataset: Any, n: int = 5, persona: str | None = None, *, llm: bool = True
    ) -> list[model.Goal]:
        """Questions worth asking, each with the chart that answers it."""
        from observatory.insight import explore_goals

        chosen = self.dataset(dataset)
        return explore_goals(
            self.profile(chosen),
            self._recommender(chosen.id),
            self._llm(llm),
            n=n,
            persona=persona,
            findings=self.detect_bias(chosen).findings,
        )

    def visualize(self, dataset: Any, question: str, *, llm: bool = True) -> model.Visualization:
        """The chart that answers a question asked in plain words, and how it came about."""
        from observatory.insight import visualize

        chosen = self.dataset(dataset)
        return visualize(
            self.profile(chosen), question, self._recommender(chosen.id), self._llm(llm), status=self.engine()
        )

    def report(
        self, dataset: Any, reference: Any = None, target: str | None = None, *, llm: bool = True
    ) -> model.Report:
        """Everything said about a data set, in one value."""
        chosen = self.dataset(dataset)
        return model.Report(
            dataset=chosen,
            profile=self.profile(chosen),
            bias=self.detect_bias(chosen, reference=reference, target=target),
            charts=tuple(self.recommend(chosen)),
            summary=self.summarize(chosen, llm=llm),
            goals=tuple(self.explore_goals(chosen, llm=llm)),
            engine=self.engine(),
        )
