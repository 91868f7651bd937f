"""What sets rows that somebody picked apart from all the others that the models looked at."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from observatory.bias.rows.features import features
from observatory.bias.rows.traits import traits
from observatory.bias.run import Run

MOST = 6


def set_apart(run: Run, rows: Sequence[int]) -> tuple[str, ...]:
    """The fields in which the rows differ clearly from the others, largest difference first, in words.

    `rows` are positions in import order; only those in the seeded sample of the run are looked at.
    """
    made = run.once(features)
    inside = np.isin(made.frame.index.to_numpy()[: made.n], np.asarray(rows))
    if not inside.any() or inside.all():
        return ()
    sample = dataclasses.replace(made, values=tuple(values[: made.n] for values in made.values))
    return tuple(trait.words for trait in traits(sample, inside, MOST))
