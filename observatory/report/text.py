"""A report for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from observatory.model import Report
from observatory.report import trust, words


def text(report: Report) -> str:
    """The report as plain text, one section after the other."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield from (report.dataset.title, words.headline(report), words.accounting(report))
    yield from (f"! {warning}" for warning in report.dataset.import_report.warnings)
    if report.pinned:
        yield from ("", "PINNED CHARTS")
        for number, chart in enumerate(report.pinned, start=1):
            yield f"  {number}. {' '.join(part for part in (chart.summary, chart.caveat) if part)}"
            if chart.note:
                yield f"     Note: {chart.note}"
    yield from ("", "WHAT IS IT?")
    yield from (f"  {sentence.text}" for sentence in report.summary.sentences)
    yield from _fields(report)
    yield from ("", "CAN I TRUST IT?")
    yield from (f"  {line}".rstrip() for line in trust.lines(report.bias))
    yield from ("", "WHAT DOES IT LOOK LIKE?")
    yield from (f"  {chart.rank}. {chart.summary} (cost {chart.cost})" for chart in report.charts)
    if not report.charts:
        yield f"  {words.NO_CHART}"
    yield from ("", "WHAT SHOULD I ASK?")
    yield from (f"  {goal.index + 1}. {goal.question}  [{goal.visualization}]" for goal in report.goals)
    if report.engine.state != "ready":
        yield from ("", "Worded from templates, without a language model.")


def _fields(report: Report) -> Iterator[str]:
    yield ""
    rows = [("field", "type", "role", "missing", "distinct", "values")]
    for field in report.profile.fields:
        missing = words.missing(field, report.profile.n_rows)
        rows.append((field.name, field.type, field.role, missing, f"{field.distinct:,}", words.extent(field)))
    widths = [min(28, max(len(row[i]) for row in rows)) for i in range(5)]
    for row in rows:
        cells = [cell[:width].ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield ("  " + "  ".join([*cells, row[5][:60]])).rstrip()
