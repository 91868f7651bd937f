"""What to do about a group of which there is too little or too much."""

from __future__ import annotations

import math
from typing import Any


def rows_to_collect(n_group: int, n_rows: int, reference_share: float) -> int:
    """Rows of a group to add, all other rows kept, until its share is the reference's: (p·n - n_g) / (1 - p).

    >>> rows_to_collect(40, 1000, 0.1)
    67
    """
    if reference_share >= 1:
        return 0
    return max(0, math.ceil(round((reference_share * n_rows - n_group) / (1 - reference_share), 9)))


def remedy(n_group: int, n_rows: int, reference_share: float) -> dict[str, Any] | None:
    """`weight` of a row of the group (reference share over sample share), and rows to `collect` if there are too few.

    >>> remedy(40, 1000, 0.1)
    {'weight': 2.5, 'collect': 67}
    """
    made: dict[str, Any] = {}
    if n_group and reference_share:
        made["weight"] = round(reference_share / (n_group / n_rows), 3)
    missing = rows_to_collect(n_group, n_rows, reference_share)
    if missing:
        made["collect"] = missing
    return made or None
