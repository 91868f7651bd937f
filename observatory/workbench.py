"""The one service behind the pages, the shell and Python: each use case is a short method."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from observatory import model
from observatory.asking import Asking
from observatory.choices import Choices
from observatory.coderuns import CodeRuns
from observatory.conversing import Conversing
from observatory.exports import Exports
from observatory.gallery import Gallery
from observatory.job import Job
from observatory.pictures import Pictures
from observatory.pins import Pins
from observatory.remedies import Remedies
from observatory.settings import Settings
from observatory.shelf import Shelf
from observatory.storytelling import Storytelling

if TYPE_CHECKING:
    from observatory.bias import Run
    from observatory.llm import Source
    from observatory.sandbox.box import Sandbox
    from observatory.store import Store
    from observatory.store.samples import Sample

_QUICK = ("missing", "duplicates", "outliers")


@dataclass(frozen=True)
class Asked:
    """What a run over a data set is about: ids of data sets, and an alignment as JSON."""

    dataset_id: str
    reference_id: str | None
    marginals_id: str | None
    target: str | None
    options: model.BiasOptions
    alignment: str | None


class Observatory(
    Shelf, Gallery, Choices, Remedies, Pictures, Pins, CodeRuns, Exports, Asking, Storytelling, Conversing
):
    """Data sets in, profiles, findings, charts and questions out.

    A `dataset` argument is a Dataset, its id, the name of a sample, a path, or a DataFrame. Results of one version
    of a data set are kept in memory, for a version never changes.

    >>> import observatory
    >>> with observatory.open() as obs:
    ...     cars = obs.dataset("cars")
    ...     obs.profile(cars).n_rows == cars.n_rows
    True
    """

    def __init__(
        self, store: Store, source: Source, sandbox: Sandbox, settings: Settings, samples: Sequence[Sample] = ()
    ) -> None:
        super().__init__(store, samples)
        self.settings = settings
        self._source = source
        self._sandbox = sandbox
        self._profile = lru_cache(maxsize=128)(self._compute_profile)
        self._jobs: WeakSet[Job[model.BiasReport]] = WeakSet()
        self._bias = lru_cache(maxsize=128)(self._begin_bias)
        self._run = lru_cache(maxsize=4)(self._make_run)
        self._prospect = lru_cache(maxsize=16)(self._make_prospect)
        self._proposal = lru_cache(maxsize=64)(self._propose)
        self._charts = lru_cache(maxsize=512)(self._compute_charts)
        self._quick = lru_cache(maxsize=64)(self._look_quickly)
        self._drawing = lru_cache(maxsize=256)(self._compute_drawing)
        self._weighed = lru_cache(maxsize=4)(self._compute_weighed)
        self._evidence = lru_cache(maxsize=256)(self._compute_evidence)

    def __enter__(self) -> Observatory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the engine, the sandbox and what is being worked on, and close the catalog."""
        for job in list(self._jobs):
            job.rest()
        self._source.close()
        self._sandbox.close()
        self._store.close()

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
        alignment: model.Alignment | None = None,
    ) -> model.BiasReport:
        """How the sample departs from its population; `marginals` is a table of `field, value, share`.

        `options` hold more than the seed, and go before `random_state`. `alignment` says which fields and levels of the
        reference are compared; without one, those of the same name and spelling but for case and spaces.
        """
        given = options or self.bias_options(random_state)
        return self.bias_job(dataset, reference, marginals, target, given, alignment).wait()

    def detectors(self) -> tuple[str, ...]:
        """The names of what a bias report looks for, in the order in which it reports."""
        from observatory.bias.detect import DETECTORS

        return tuple(detector.__name__ for detector in DETECTORS)

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
        alignment: model.Alignment | None = None,
    ) -> Job[model.BiasReport]:
        """The bias report in the making, one detector after the other; the same job for the same arguments."""
        return self._bias(self._asked(dataset, reference, marginals, target, options, alignment))

    def _asked(
        self,
        dataset: Any,
        reference: Any = None,
        marginals: Any = None,
        target: str | None = None,
        options: model.BiasOptions | None = None,
        alignment: model.Alignment | None = None,
    ) -> Asked:
        reference_id, marginals_id = (None if d is None else self.dataset(d).id for d in (reference, marginals))
        matches = None if alignment is None else json.dumps(alignment.to_dict(), sort_keys=True)
        given = options or self.bias_options()
        return Asked(self.dataset(dataset).id, reference_id, marginals_id, target, given, matches)

    def _first_findings(self, dataset: model.Dataset) -> tuple[model.Finding, ...]:
        """The findings of quick detectors, so that words and questions need not wait for the slow ones."""
        report = self.bias_job(dataset).first(lambda report: not set(_QUICK) & set(report.pending))
        return tuple(finding for finding in report.findings if finding.detector in _QUICK)

    def _begin_bias(self, asked: Asked) -> Job[model.BiasReport]:
        def begin() -> Iterator[model.BiasReport]:
            from observatory.bias import steps

            return steps(self._run(asked))

        job = Job(begin)
        self._jobs.add(job)
        return job

    def _make_run(self, asked: Asked) -> Run:
        from observatory.bias import Run, matched
        from observatory.store import AlignedTable

        table, profile = self._store.table(asked.dataset_id), self._profile(asked.dataset_id)
        reference = self._store.table(asked.reference_id) if asked.reference_id else None
        shares = self._store.table(asked.marginals_id).query("SELECT * FROM t") if asked.marginals_id else None
        run = Run(table, profile, reference, shares, asked.target, asked.options, self._known(asked))
        alignment = model.Alignment.from_dict(json.loads(asked.alignment)) if asked.alignment else None
        return matched(run, alignment, AlignedTable)

    def set_apart(self, dataset: Any, rows: Sequence[int], **asked: Any) -> tuple[str, ...]:
        """What sets rows, by position in import order, apart from the others; `asked` as for the bias report."""
        from observatory.bias.rows.set_apart import set_apart

        return set_apart(self._run(self._asked(dataset, **asked)), rows)

    def _compared(self, asked: Asked) -> tuple[Run, tuple[model.Finding, ...]]:
        return self._run(asked), self._bias(asked).wait().findings

    def _known(self, asked: Asked) -> tuple[model.Note, ...]:
        from observatory.bias.matching.matched import earlier

        older = {d.id: d for d in self.versions(asked.dataset_id) if d.id == asked.reference_id}
        return tuple(earlier(d.created) for d in older.values())

    def propose_alignment(self, dataset: Any, reference: Any) -> model.Proposal:
        """Which fields and levels of a reference stand for which of the data set, as far as can be told."""
        return self._proposal(self.dataset(dataset).id, self.dataset(reference).id)

    def _propose(self, dataset_id: str, reference_id: str) -> model.Proposal:
        from observatory.bias.matching.align import propose

        return propose(self._store.table(dataset_id), self._profile(dataset_id), self._store.table(reference_id))

    def explore(
        self, dataset: Any, reference: Any = None, options: model.BiasOptions | None = None, **asked: Any
    ) -> model.Exploration:
        """A map of a sample of rows, their natural groups and how odd they are; `asked` as for the bias report, of
        which the fits are shared.
        """
        from observatory.bias.rows.explore import explore

        return explore(self._run(self._asked(dataset, reference, options=options, **asked)))

    # ── all of it ──

    def report(
        self,
        dataset: Any,
        reference: Any = None,
        target: str | None = None,
        *,
        llm: bool = True,
        marginals: Any = None,
        alignment: model.Alignment | None = None,
    ) -> model.Report:
        """Everything said about a data set, in one value."""
        chosen = self.dataset(dataset)
        bias = self.detect_bias(chosen, reference, marginals, target, alignment=alignment)
        pinned = self.pins(chosen)
        told = None if reference is None and marginals is None else bias.findings
        return model.Report(
            dataset=chosen,
            profile=self.profile(chosen),
            bias=bias,
            charts=self._unpinned(chosen, pinned, told),
            summary=self.summarize(chosen, llm=llm),
            goals=tuple(self.explore_goals(chosen, llm=llm)),
            engine=self.engine(),
            pinned=tuple(pinned),
        )
