"""What is known of a data set, as sentences and as the numbers and words that sentences may use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as of

from observatory.insight.wording import number_words
from observatory.model import FieldProfile, Finding, Profile, Scalar, TopValue


@dataclass(frozen=True)
class Number:
    """A known number: of which field (None: the whole table), of which value of it, and what it is.

    `kind` is rows, fields, min, max, mean, median, sum, quartile, sd, min_year, max_year, distinct, missing,
    missing_share, n, share or correlation; shares are in percent. `group` is the field and value that the rows have,
    None for all rows; of a correlation it is the other field.
    """

    value: float
    kind: str
    field: str | None = None
    item: str | None = None
    group: tuple[str, str] | None = None


@dataclass(frozen=True)
class Fact:
    """A true sentence, the fields and values it is about, and its numbers."""

    text: str
    fields: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = ()


@dataclass(frozen=True)
class Facts:
    """All that may be said: true sentences, every known number, the names of the fields and their listed values.

    `whole` names the fields of which every value is listed, `kinds` is the type and the role of each field.
    """

    sentences: tuple[Fact, ...]
    numbers: tuple[Number, ...]
    names: tuple[str, ...]
    values: tuple[tuple[str, str], ...]
    title: str = ""
    whole: frozenset[str] = frozenset()
    kinds: Mapping[str, tuple[str, str]] = of(default_factory=dict)


def known(
    profile: Profile, findings: Sequence[Finding] = (), *, title: str = "", computed: Sequence[Number] = ()
) -> Facts:
    """Everything the profile, the findings and the numbers `computed` beside them (`aggregates`) bear out.

    >>> fare = FieldProfile("Fare", "quantitative", "measure", "DOUBLE", 1, 248, 0.0, 512.3, 32.2)
    >>> [f.text for f in known(Profile(891, (fare,))).sentences][1:]
    ['Fare ranges from 0 to 512.3, with a mean of 32.2.', 'Fare is missing in 1 row.']
    """
    sentences = [
        _size(profile),
        *_spans(profile),
        *_groups(profile),
        *_ranges(profile),
        *_missing(profile),
        *(_finding(f) for f in findings[:3]),
    ]
    numbers = [n for s in sentences for n in s.numbers]
    for field in profile.fields:
        numbers.extend(_numbers(field, profile))
    listed = {f.name: [str(t.value) for t in public_values(f) if t.value is not None] for f in profile.fields}
    return Facts(
        tuple(sentences),
        tuple(dict.fromkeys([*numbers, *computed])),
        tuple(listed),
        tuple((name, value) for name, values in listed.items() for value in values),
        title,
        frozenset(f.name for f in profile.fields if listed[f.name] and len(listed[f.name]) == f.distinct),
        {f.name: (f.type, f.role) for f in profile.fields},
    )


def about(facts: Facts, fields: Iterable[str], n: int = 4) -> tuple[str, ...]:
    """The sentences on some of these fields, and on no other."""
    wanted = set(fields)
    return tuple(s.text for s in facts.sentences if s.fields and set(s.fields) <= wanted)[:n]


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _size(profile: Profile) -> Fact:
    n_fields = len(profile.fields)
    numbers = (Number(profile.n_rows, "rows"), Number(n_fields, "fields"))
    return Fact(f"The table has {_count(profile.n_rows, 'row')} and {_count(n_fields, 'field')}.", (), (), numbers)


def _spans(profile: Profile) -> list[Fact]:
    """Times from first to last."""
    found = []
    for field in profile.fields:
        if field.type == "temporal" and field.min is not None and field.max is not None:
            first, last = _day(field.min), _day(field.max)
            years = ((first, "min_year"), (last, "max_year"))
            numbers = tuple(Number(float(day[:4]), kind, field.name) for day, kind in years if re.match(r"\d{4}-", day))
            found.append(Fact(f"{field.name} runs from {first} to {last}.", (field.name,), (first, last), numbers))
    return found


def _day(value: Scalar) -> str:
    return str(value)[:10]


def public_values(field: FieldProfile) -> tuple[TopValue, ...]:
    """The most common values of a field that is a category; none of identifiers and free text."""
    return () if field.role in ("identifier", "text") or field.type not in ("nominal", "ordinal") else field.top


def _groups(profile: Profile) -> list[Fact]:
    """The largest group of each dimension, those that say the most first."""
    found = []
    for field in profile.fields:
        top = [t for t in public_values(field) if t.value is not None]
        present = profile.n_rows - field.missing
        if not top or not 1 < field.distinct <= 50 or not present:
            continue
        value, n = str(top[0].value), top[0].n
        share = 100 * n / present
        tied = len(top) > 1 and top[1].n == n
        if tied or n < 2:
            continue
        text = f"{field.name} has {field.distinct:,} values; the most common is {value} ({n:,} rows, {share:.0f} %)."
        numbers = (
            Number(field.distinct, "distinct", field.name),
            Number(n, "n", field.name, value),
            Number(share, "share", field.name, value),
        )
        found.append((abs(share - 100 / field.distinct), Fact(text, (field.name,), (value,), numbers)))
    return [fact for _, fact in sorted(found, key=lambda pair: -pair[0])]


def _ranges(profile: Profile) -> list[Fact]:
    found = []
    for field in profile.fields:
        if field.type != "quantitative" or field.role == "identifier":
            continue
        low, high, mean = field.min, field.max, field.mean
        if not isinstance(low, (int, float)) or not isinstance(high, (int, float)) or mean is None or low == high:
            continue
        if field.role == "time":
            text = f"{field.name} runs from {low:g} to {high:g}."
        else:
            least, most, middle = number_words(low), number_words(high), number_words(mean)
            text = f"{field.name} ranges from {least} to {most}, with a mean of {middle}."
        found.append(Fact(text, (field.name,), (), tuple(_numbers_of(field))))
    return found


def _missing(profile: Profile) -> list[Fact]:
    found = []
    for field in sorted(profile.fields, key=lambda f: -f.missing):
        if not field.missing or not profile.n_rows:
            continue
        share = 100 * field.missing / profile.n_rows
        said = f" ({share:.0f} %)" if share >= 1 else ""
        numbers = (Number(field.missing, "missing", field.name), Number(share, "missing_share", field.name))
        found.append(
            Fact(f"{field.name} is missing in {_count(field.missing, 'row')}{said}.", (field.name,), (), numbers)
        )
    return found


def _finding(finding: Finding) -> Fact:
    return Fact(finding.statement, finding.columns)


def _numbers_of(field: FieldProfile) -> list[Number]:
    """Least, greatest, mean, median and spread of a field of numbers."""
    named = (
        (field.min, "min"),
        (field.max, "max"),
        (field.mean, "mean"),
        (field.sd, "sd"),
        (field.quantiles.get("0.5"), "median"),
        (field.quantiles.get("0.25"), "quartile"),
        (field.quantiles.get("0.75"), "quartile"),
    )
    return [
        Number(float(value), kind, field.name)
        for value, kind in named
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    ]


def _numbers(field: FieldProfile, profile: Profile) -> list[Number]:
    """Every number the profile knows of a field."""
    found = _numbers_of(field) if field.role != "identifier" else []
    found.append(Number(field.distinct, "distinct", field.name))
    found.append(Number(field.missing, "missing", field.name))
    if profile.n_rows:
        found.append(Number(100 * field.missing / profile.n_rows, "missing_share", field.name))
    present = profile.n_rows - field.missing
    for item in public_values(field):
        found.append(Number(item.n, "n", field.name, str(item.value)))
        if present:
            found.append(Number(100 * item.n / present, "share", field.name, str(item.value)))
    return found
