"""One calm sentence on the whole run, and what cannot be claimed without a reference."""

from __future__ import annotations

from collections.abc import Sequence

from observatory.bias.describe import count, listed, share
from observatory.bias.run import Run
from observatory.bias.statistics import detectable_h, share_apart
from observatory.model import Finding

_SHOWN = 8
_N_TESTS = 100
_H_MISSING = 0.2


def verdict(run: Run, findings: Sequence[Finding], *, compared: bool = True) -> str:
    """What was found, or that nothing was, what was looked for, and what it was compared with.

    Not `compared`: no group could be, though there is a reference or marginals; the notes say why.
    """
    if not run.n_rows:
        return "There are no rows to look at."
    against = "the reference" if run.reference is not None else "the marginals" if run.marginals is not None else ""
    sought = ["copied rows", "missing values tied to a group", "values far outside the rest"]
    if against and compared:
        sought.insert(0, f"groups whose share differs from {against}")
    unknown = "" if against else " Who is absent altogether cannot be told without a reference."
    if against and not compared:
        unknown = f" No group could be compared with {against}; see the notes."
    if not findings:
        seen = _power(run, compared=compared)
        return f"Nothing found among {count(run.n_rows)}: looked for {listed(sought)}; {seen}.{unknown}"
    findings = [f for f in findings if f.explained_by is None]
    counts = [
        (sum(f.direction in ("under", "over") for f in findings), "group", f"out of step with {against}"),
        (sum(f.direction == "duplicates" for f in findings), "set", "of copied rows"),
        (sum(f.direction == "missing" for f in findings), "pattern", "of missing values"),
        (sum(f.direction == "outliers" for f in findings), "field", "with values far outside the rest"),
        (sum(f.direction is None for f in findings), "field", "with a gap or an abrupt end"),
    ]
    parts = [f"{n} {noun}{'s' if n > 1 else ''} {rest}" for n, noun, rest in counts if n]
    return f"Found {listed(parts)}, among {count(run.n_rows)}.{unknown}"


def _power(run: Run, *, compared: bool) -> str:
    """How large a departure would have been noticed, for a group of half the rows and about a hundred tests."""
    other = 1e12 if run.reference is None else max(run.reference.n_rows, 1)
    if run.compares and compared:
        seen = share_apart(0.5, max(run.options.min_effect, detectable_h(run.n_rows, other, _N_TESTS)))
        said = f"a group that should be half of the rows would have been noticed at {share(seen)}"
    else:
        seen = share_apart(0.1, max(_H_MISSING, detectable_h(run.n_rows / 2, run.n_rows / 2, _N_TESTS)))
        said = (
            f"a field missing for 10 % of one half of the rows and {share(seen)} of the other would have been noticed"
        )
    return (
        said if seen < 1 else "there are so few rows that hardly any difference between groups would have been noticed"
    )


def needs_reference(run: Run) -> list[str]:
    """What only a reference could settle, each a sentence; empty when the reference covers every group field."""
    if run.reference is not None:
        return []
    covered = set() if run.marginals is None else set(run.marginals["field"].astype(str))
    open_fields = [f.name for f in run.group_fields if f.name not in covered]
    if not open_fields:
        return []
    shown = [*open_fields[:_SHOWN], *([f"{len(open_fields) - _SHOWN} more"] if len(open_fields) > _SHOWN else [])]
    return [
        f"Whether groups of {listed(shown)} are too few or too many: that needs the population's shares.",
        "Whether a group is absent altogether: rows that are not there leave no trace in the rows that are.",
    ]
