"""A report as Markdown, for a repository or a wiki."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from observatory.model import BiasReport, PinnedChart, Report
from observatory.quoting import markdown as quote
from observatory.report import trust, words


def markdown(report: Report) -> str:
    """The report as Markdown; names and cells of the data are escaped."""
    return "\n".join(_lines(report)) + "\n"


def _trust(bias: BiasReport) -> Iterator[str]:
    yield from ("", "## Can I trust it?", "", quote(bias.verdict), "")
    for finding, explained in trust.findings(bias):
        yield f"- {words.severity(finding)}: {quote(finding.statement)}"
        yield from (f"    - {quote(child.statement)}" for child in explained)
    for note in bias.notes:
        yield f"- note: {quote(note.statement)} {quote(note.needs)}".rstrip()
    if made := trust.weighting(bias):
        yield from ("", "### What to do", "", *(f"- {quote(said)}" for said in trust.remedy(made)), "")
        yield from (f"| {' | '.join(trust.BALANCE)} |", "|---|---|---|")
        yield from (f"| {' | '.join(map(quote, row))} |" for row in trust.balance(made))
    if bias.fairness:
        yield from ("", f"### How {quote(bias.fairness.target)} is spread", "")
        yield from (f"- {quote(said)}" for said in trust.fairness(bias.fairness))
    if questions := trust.open_questions(bias):
        yield from ("", "### What only a reference could tell", "", *(f"- {quote(said)}" for said in questions))
    yield from ("", "### What was looked for", "")
    yield from (f"- {name}: {quote(said)}" for name, said in trust.looked_for(bias))


def _pinned(charts: Sequence[PinnedChart]) -> Iterator[str]:
    if charts:
        yield from ("## Pinned charts", "")
    for number, chart in enumerate(charts, start=1):
        said = " ".join(quote(part) for part in (chart.summary, chart.caveat) if part)
        note = f"**{quote(' '.join(chart.note.split()))}**" if chart.note.strip() else ""
        yield from (f"{number}. {note}", "", f"    {said}", "") if note else (f"{number}. {said}", "")
        if chart.code:
            yield from ("```python", chart.code.rstrip(), "```", "")


def _lines(report: Report) -> Iterator[str]:
    yield from (f"# {quote(report.dataset.title)}", "", quote(words.headline(report)), "")
    yield from (quote(words.accounting(report)), "")
    yield from (f"- {quote(warning)}" for warning in report.dataset.import_report.warnings)
    yield from _pinned(report.pinned)
    yield from ("## What is it?", "")
    yield from (f"{quote(sentence.text)}" for sentence in report.summary.sentences)
    yield from ("", "| field | type | role | missing | distinct | values |", "|---|---|---|---|---|---|")
    for field in report.profile.fields:
        missing = words.missing(field, report.profile.n_rows)
        cells = (field.name, field.type, field.role, missing, f"{field.distinct:,}", words.extent(field))
        yield "| " + " | ".join(quote(cell) for cell in cells) + " |"
    yield from _trust(report.bias)
    yield from ("", "## What does it look like?", "")
    for chart in report.charts:
        yield from (f"{chart.rank}. {quote(chart.summary)}", "", "```python", chart.code.rstrip(), "```", "")
    yield from ("## What should I ask?", "")
    yield from (f"{goal.index + 1}. {quote(goal.question)} ({quote(goal.visualization)})" for goal in report.goals)
