"""A report as Markdown, for a repository or a wiki."""

from __future__ import annotations

from collections.abc import Iterator

from observatory.model import Report
from observatory.quoting import markdown as quote
from observatory.report import words


def markdown(report: Report) -> str:
    """The report as Markdown; names and cells of the data are escaped."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield from (f"# {quote(report.dataset.title)}", "", quote(words.headline(report)), "")
    yield from (quote(words.accounting(report)), "")
    yield from (f"- {quote(warning)}" for warning in report.dataset.import_report.warnings)
    yield from ("## What is it?", "")
    yield from (f"{quote(sentence.text)}" for sentence in report.summary.sentences)
    yield from ("", "| field | type | role | missing | distinct | values |", "|---|---|---|---|---|---|")
    for field in report.profile.fields:
        missing = words.missing(field, report.profile.n_rows)
        cells = (field.name, field.type, field.role, missing, f"{field.distinct:,}", words.extent(field))
        yield "| " + " | ".join(quote(cell) for cell in cells) + " |"
    yield from ("", "## Can I trust it?", "", quote(report.bias.verdict), "")
    for finding in report.bias.findings:
        yield f"- {words.severity(finding)}: {quote(finding.statement)}"
    yield from (f"- note: {quote(note.statement)}" for note in report.bias.notes)
    yield from ("", "## What does it look like?", "")
    for chart in report.charts:
        yield from (f"{chart.rank}. {quote(chart.summary)}", "", "```python", chart.code.rstrip(), "```", "")
    yield from ("## What should I ask?", "")
    yield from (f"{goal.index + 1}. {quote(goal.question)} ({quote(goal.visualization)})" for goal in report.goals)
