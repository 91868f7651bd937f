"""What a bias report says, in the order in which it is read: findings, notes, remedy, fairness, what was looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from observatory.model import BiasReport, Fairness, FieldBalance, Finding, Weighting
from observatory.report import words

FIELDS_SHOWN = 8
BALANCE = ("field", "difference before", "after")


def findings(bias: BiasReport) -> list[tuple[Finding, list[Finding]]]:
    """The findings, best first, each with those that it explains."""
    own = [f for f in bias.findings if f.explained_by is None]
    return [(f, [g for g in bias.findings if g.explained_by == f.id]) for f in own]


def weighting(bias: BiasReport) -> Weighting | None:
    """The weights that the remedy of a report is about; None where there is no population to weigh to."""
    return Weighting.from_dict(bias.remedy) if "statement" in bias.remedy else None


def balance(made: Weighting) -> Sequence[tuple[str, str, str]]:
    """The absolute standardised mean difference of fields before and after weighting, the largest first."""
    ordered: list[FieldBalance] = sorted(made.by_field, key=lambda f: -f.asmd_before)
    return [(f.field, f"{f.asmd_before:.2f}", f"{f.asmd_after:.2f}") for f in ordered[:FIELDS_SHOWN]]


def remedy(made: Weighting) -> Iterator[str]:
    """What weighting does, and what else there is to do, a sentence each."""
    yield made.statement
    yield (
        f"Design effect {made.design_effect:.2f}: estimates with these weights are as sure as from"
        f" {round(made.effective_n):,} rows drawn evenly; the largest weight is {made.largest:.1f}."
    )
    for group in made.collect:
        yield f"To do without weights, collect {group.need:,} more rows of {group.group}."


def fairness(made: Fairness) -> Sequence[str]:
    """How the target is spread over groups, a sentence each."""
    return made.statements


def looked_for(bias: BiasReport) -> list[tuple[str, str]]:
    """Each detector that had something to look at, by name, and what it looked for."""
    return [(name.replace("_", " "), text) for name, text in bias.checks.items()]


def open_questions(bias: BiasReport) -> Sequence[str]:
    """What only a reference could tell."""
    return tuple(bias.claims.get("needs_reference", ()))


def lines(bias: BiasReport) -> Iterator[str]:
    """The whole as plain text, for a terminal."""
    yield bias.verdict
    for finding, explained in findings(bias):
        yield f"{words.severity(finding):<14} {finding.statement}"
        yield from (f"{'':<14} └ {child.statement}" for child in explained)
    yield from (f"{'note':<14} {' '.join(filter(None, (note.statement, note.needs)))}" for note in bias.notes)
    if made := weighting(bias):
        yield from ("", "WHAT TO DO", *remedy(made), *(f"  {' · '.join(row)}" for row in (BALANCE, *balance(made))))
    if bias.fairness:
        yield from ("", f"HOW {bias.fairness.target} IS SPREAD", *fairness(bias.fairness))
    if questions := open_questions(bias):
        yield from ("", "WHAT ONLY A REFERENCE COULD TELL", *questions)
    yield from ("", "WHAT WAS LOOKED FOR", *(f"{name:<16} {text}" for name, text in looked_for(bias)))
