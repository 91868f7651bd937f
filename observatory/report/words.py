"""How the reports say numbers, findings and fields in words."""

from __future__ import annotations

from observatory.model import FieldProfile, Finding, Report, Scalar, Severity

SEVERITY: dict[Severity, tuple[str, str]] = {
    "high": ("●", "serious"),
    "medium": ("◐", "worth a look"),
    "low": ("○", "minor"),
}

NO_CHART = "No field of this table can be charted: each is empty, constant, an identifier or free text."
NOT_PROVEN = "Time ran out: these are the best charts found so far, and a better one may exist."


def number(value: Scalar) -> str:
    """A number for reading, at most four significant digits after the thousands.

    >>> number(1234567), number(0.123456), number(12.0), number(None)
    ('1,234,567', '0.1235', '12', '–')
    """
    if value is None:
        return "–"
    if isinstance(value, (bool, str)):
        return str(value)
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}" if abs(value) < 1e15 else f"{value:.3e}"
    return f"{value:,.1f}" if abs(value) >= 1000 else f"{value:.4g}"


def count(n: int, noun: str) -> str:
    """How many of something.

    >>> count(1, "row"), count(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def percent(share: float) -> str:
    """A share as a percentage that never calls something nothing or everything when it is not.

    >>> percent(0.5), percent(0.004), percent(0.9999), percent(0)
    ('50 %', '0.4 %', '> 99.9 %', '0 %')
    """
    if share in (0, 1):
        return f"{share:.0%}".replace("%", " %")
    if share < 0.001:
        return "< 0.1 %"
    if share > 0.999:
        return "> 99.9 %"
    return f"{share * 100:.1f} %" if share < 0.1 or share > 0.99 else f"{share * 100:.0f} %"


def severity(finding: Finding) -> str:
    """The finding's severity as a shape and a word."""
    return " ".join(SEVERITY[finding.severity])


def extent(field: FieldProfile) -> str:
    """What values a field holds: its range, or its commonest values."""
    if field.min is not None and field.type in ("quantitative", "temporal"):
        return f"{_plain(field, field.min)} to {_plain(field, field.max)}"
    shown = ", ".join(str(top.value) for top in field.top[:3])
    return f"{shown} …" if field.distinct > 3 else shown


def _plain(field: FieldProfile, value: Scalar) -> str:
    return str(value) if field.role in ("time", "identifier") else number(value)


def missing(field: FieldProfile, n_rows: int) -> str:
    """The share of rows without a value, or nothing when there is none."""
    return percent(field.missing / n_rows) if field.missing and n_rows else ""


def headline(report: Report) -> str:
    """One line: the data set's size and version."""
    data = report.dataset
    return f"{count(data.n_rows, 'row')} · {count(data.n_columns, 'field')} · version {data.version[:8]}"


def accounting(report: Report) -> str:
    """One line: what happened to every record of the file."""
    done = report.dataset.import_report
    lost = f", {done.rejected:,} could not be read" if done.rejected else ""
    return f"{count(done.physical, 'record')} in the {done.format.upper()} file, {done.stored:,} stored{lost}"
