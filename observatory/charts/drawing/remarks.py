"""What findings and weights say of a chart, short enough to stand on it and in full beside it."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from observatory.model import Finding, Weighting
from observatory.quoting import vega_name

LINE, LINES, MOST = 68, 3, 2
_NAMED = 3
MANY_COPIES = 0.01
_SEVERITY = ("high", "medium", "low")
_INTERVAL = re.compile(r",? *95 % CI [^()]*(?=\))")
_EMPTY = re.compile(r" *\( *\)")


@dataclass(frozen=True)
class Remarks:
    """`lines` to stand under the title of a chart, and `text`, the same in full."""

    lines: tuple[str, ...] = ()
    text: str = ""


def remarks(spec: Mapping[str, Any], findings: Sequence[Finding], weighting: Weighting | None = None) -> Remarks:
    """What must be said on a chart: what its rows are weighted by, and the findings about the fields it shows.

    Two remarks at most. Shares that the weights have put right are not spoken of.

    >>> remarks({"mark": "bar"}, ())
    Remarks(lines=(), text='')
    """
    said = [] if weighting is None else [weighted_by(weighting, summarises(spec))]
    fields = () if weighting is None else weighting.fields
    about = [f for f in relevant(findings, spec) if not (f.kind == "region" and set(f.columns) <= set(fields))]
    told = [plain(sentence) for sentence in [*said, *(f.statement for f in about)][:MOST]]
    lines: list[str] = []
    for left, sentence in zip(range(len(told) - 1, -1, -1), told):
        lines += _wrapped(short(sentence), min(2, LINES - len(lines) - left))
    return Remarks(tuple(lines), " ".join(told))


def weighted_by(weighting: Weighting, is_summary: bool = True) -> str:
    """By what a chart is weighted, the rows that this is worth (Kish, 1965), and what no weight can stand for."""
    if not is_summary:
        return "Single rows are drawn as they are: weights change only counts and summaries."
    said = f"Weighted by {_listed(weighting.fields)}: {weighting.n:,} rows count as"
    absent = weighting.statement.partition("; ")[2].partition(". ")[2]
    reached = "" if weighting.converged else " The weights do not reach every share of the population."
    return f"{said} {weighting.effective_n:,.0f}.{reached}{f' {absent}' if absent else ''}"


def _listed(names: Sequence[str]) -> str:
    shown = [*names] if len(names) <= _NAMED else [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} more fields"]
    return " and ".join(part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)


def relevant(findings: Sequence[Finding], spec: Mapping[str, Any]) -> list[Finding]:
    """The findings about fields that a chart shows or filters by, the most relevant first; copies where it adds up.

    One that another explains is left out where that one is there.
    """
    fields, counts = fields_of(spec), adds_up(spec)
    about = [f for f in findings if _is_about(f, fields, counts)]
    ids = {f.id for f in about}
    kept = [f for f in about if f.explained_by not in ids]
    return sorted(kept, key=lambda f: (_is_of_rows(f), not set(f.columns) <= fields, _SEVERITY.index(f.severity)))


def _is_of_rows(finding: Finding) -> bool:
    return finding.direction == "duplicates"


def _is_about(finding: Finding, fields: Collection[str], counts: bool) -> bool:
    if _is_of_rows(finding):
        return counts and finding.sample_share >= MANY_COPIES
    if finding.direction == "missing" and finding.evidence == "internal":
        return any(name in fields for name in finding.columns[:-1] or finding.columns)
    shown = sum(name in fields for name in finding.columns)
    return shown > 0 and 2 * shown >= len(finding.columns)


def fields_of(spec: Mapping[str, Any]) -> set[str]:
    """The names of the fields that a chart shows, groups or filters by, in all its layers and panels.

    >>> sorted(fields_of({"encoding": {"x": {"field": "b"}}, "transform": [{"filter": {"field": "a", "equal": 1}}]}))
    ['a', 'b']
    """
    return {vega_name(value) for key, value in _pairs(spec) if key == "field" and isinstance(value, str)}


def summarises(spec: Mapping[str, Any]) -> bool:
    """Whether a chart shows counts or summaries rather than single rows."""
    marks = ("boxplot", "errorbar", "errorband")
    return any(
        key == "aggregate" or (key in ("mark", "type") and value in marks)
        for key, value in _pairs(spec)
        if isinstance(value, str)
    )


def adds_up(spec: Mapping[str, Any]) -> bool:
    """Whether a chart shows counts or sums, which grow with every copy of a row."""
    return any(key == "aggregate" and value in ("count", "sum") for key, value in _pairs(spec))


def _pairs(part: Any) -> Iterator[tuple[str, Any]]:
    """Each key of a chart with what stands there, its data left out; each object is looked into once."""
    todo, seen = [part], set()
    while todo:
        node = todo.pop()
        if not isinstance(node, (Mapping, list, tuple)) or id(node) in seen:
            continue
        seen.add(id(node))
        known = [(k, v) for k, v in node.items() if k != "data"] if isinstance(node, Mapping) else []
        yield from known
        todo += [value for _, value in known] if isinstance(node, Mapping) else node


def plain(text: str) -> str:
    """Text on one line without control characters or marks that turn its direction.

    >>> plain("age is\\nmissing\\u202e.")
    'age is missing.'
    """
    shown = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return re.sub(r" (?=[.,;:])", "", " ".join(shown.split()))


def short(sentence: str) -> str:
    """A statement without its confidence intervals.

    >>> short("Age is missing for 29 % of class = 3rd (95 % CI 26–33 %) and 9 % of the others.")
    'Age is missing for 29 % of class = 3rd and 9 % of the others.'
    >>> short("9 rows (3.8 %, 95 % CI 2–7.1 %) are copies.")
    '9 rows (3.8 %) are copies.'
    """
    return _EMPTY.sub("", _INTERVAL.sub("", sentence))


def _wrapped(text: str, most: int) -> list[str]:
    found = textwrap.wrap(text, LINE)
    if len(found) > most:
        found = [*found[: most - 1], f"{found[most - 1][: LINE - 1].rstrip(' ,;:')}…"]
    return found
