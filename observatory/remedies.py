"""What to do about a bias: weights, what more rows would change, and which rows to collect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from observatory import model

if TYPE_CHECKING:
    import pandas as pd

    from observatory.bias import Prospect, Run


class Remedies:
    """Weights and plans for a data set and its population.

    `asked` are the `reference`, `marginals`, `target`, `options` and `alignment` of the bias report that it is for.
    """

    _prospect: Callable[[Any, str], Prospect]
    """`_make_prospect`, with its results kept."""

    _asked: Callable[..., Any]
    _compared: Callable[[Any], tuple[Run, tuple[model.Finding, ...]]]
    """The run of what was asked, and its findings."""

    def weigh(
        self,
        dataset: Any,
        *,
        fields: Sequence[str] = (),
        method: str = "raking",
        trim: float | None = None,
        **asked: Any,
    ) -> model.Weighting:
        """Weights to the margins of a population, in numbers; no `fields`: those of the findings and all coarse ones.

        `method` is "raking" or "post-stratification"; `trim` cuts weights at that many times their mean.
        """
        from observatory.bias import weigh

        run, findings = self._compared(self._asked(dataset, **asked))
        return weigh(run, findings, fields, method, trim)

    def weights(
        self,
        dataset: Any,
        *,
        fields: Sequence[str] = (),
        method: str = "raking",
        trim: float | None = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """The weights of `weigh` for all rows: `row` (position in import order) and `weight` (mean of 1)."""
        from observatory.bias import row_weights

        run, findings = self._compared(self._asked(dataset, **asked))
        return row_weights(run, findings, fields, method, trim)

    def what_if(
        self,
        dataset: Any,
        group: str,
        n_more: int,
        **asked: Any,
    ) -> model.WhatIf:
        """What `n_more` rows of a group would change; `group` is the id of a finding, or a predicate."""
        from observatory.bias import what_if

        return what_if(self._prospect(self._asked(dataset, **asked), group), n_more)

    def collection_plan(
        self,
        dataset: Any,
        *,
        fields: Sequence[str] = (),
        tolerance: float = 0.05,
        **asked: Any,
    ) -> pd.DataFrame:
        """The least rows to collect until all groups of the findings, or of `fields`, come within `tolerance`."""
        from observatory.bias import collection_plan

        run, findings = self._compared(self._asked(dataset, **asked))
        return collection_plan(run, findings, fields, tolerance)

    def _make_prospect(self, asked: Any, group: str) -> Prospect:
        from observatory.bias import prospect

        return prospect(*self._compared(asked), group)
