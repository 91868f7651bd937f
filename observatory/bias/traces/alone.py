"""The sample by itself as codes, and the shares of crossed codes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from observatory.bias.axis import Axis, make_axes
from observatory.bias.coded import Codes, Side, Weights, code
from observatory.bias.compare.compared import MAX_PAIRED
from observatory.bias.run import Run


def coded_sample(run: Run) -> tuple[tuple[Axis, ...], Side]:
    """The fields of the sample that make groups, coarse ones first, and at most `sample_rows` of its rows as codes."""
    axes = tuple(make_axes(run.group_fields[:MAX_PAIRED], [run.table]))
    if not axes or not run.n_rows:
        return (), Side.empty()
    side = code(run.table, axes, run.random_state)
    rows = np.sort(np.random.default_rng(run.random_state).permutation(len(side.weights))[: run.sample_rows])
    return axes, Side(tuple(c[rows] for c in side.codes), side.weights[rows])


def crossed(side: Side, folded: Sequence[Codes], at: Sequence[int], sizes: Sequence[int]) -> Weights:
    """Weighted shares of the crossed codes of some fields."""
    shape = [sizes[i] for i in at]
    flat = folded[at[0]]
    for i in at[1:]:
        flat = flat * sizes[i] + folded[i]
    return side.shares(flat, int(np.prod(shape))).reshape(shape)
