"""The nouns of the observatory: frozen values that pass between its parts and into JSON.

`Profile` is all that rules, detectors and prompts know of a data set; `ChartSpec` is all that solver,
model, renderer, report and link know of a picture.
"""

from __future__ import annotations

import copy
import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

if TYPE_CHECKING:
    import pandas as pd

Scalar = str | int | float | bool | None
FieldType = Literal["quantitative", "nominal", "ordinal", "temporal"]
Role = Literal["measure", "dimension", "identifier", "text", "time", "place"]
Task = Literal["value", "summary", "trend", "distribution", "relation", "part"]
Severity = Literal["high", "medium", "low"]


class Table(Protocol):
    """A stored table that answers SQL; its rows are `t`, in import order by `rowid`."""

    @property
    def n_rows(self) -> int: ...

    def query(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame:
        """Run one read-only statement; `?` stands for each parameter in turn."""
        ...

    def sample(self, n: int, *, random_state: int = 0) -> pd.DataFrame:
        """At most `n` rows, the same ones for the same seed; `rowid` is the index."""
        ...


class Record:
    """JSON round trip for the dataclasses below: `from_dict(x.to_dict()) == x`.

    A field whose JSON key is not its Python name says so in `metadata={"key": …}`.
    """

    def to_dict(self) -> dict[str, Any]:
        """The value as plain JSON types."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return {f.metadata.get("key", f.name): _plain(getattr(self, f.name)) for f in fields}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The value that `to_dict` gave; keys it does not know are ignored."""
        hints = typing.get_type_hints(cls)
        known = {f.name: f.metadata.get("key", f.name) for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
        return cls(**{name: _typed(hints[name], data[key]) for name, key in known.items() if key in data})


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value


def _typed(hint: Any, value: Any) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if value is None:
        return None
    if origin in (types.UnionType, typing.Union):
        records = [a for a in args if isinstance(a, type) and issubclass(a, Record)]
        tuples = [a for a in args if typing.get_origin(a) is tuple]
        chosen = (records or tuples or [None])[0]
        return value if chosen is None or not isinstance(value, (Mapping, list)) else _typed(chosen, value)
    if origin is tuple:
        return tuple(_typed(args[0], v) for v in value)
    if isinstance(hint, type) and issubclass(hint, Record):
        return hint.from_dict(value)
    return value


# ── data sets ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Reject(Record):
    """A physical record that could not be stored: its line (1-based), why, and its text, cut at 500 characters."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True)
class ImportReport(Record):
    """What happened to every physical record of a file: `physical == stored + rejected`, always."""

    format: str
    encoding: str | None
    delimiter: str | None
    physical: int
    stored: int
    rejected: int
    rejects: tuple[Reject, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class DataCard(Record):
    """What people say about a data set: where it is from, whom it stands for, what is known to be biased in it."""

    title: str
    description: str = ""
    source: str = ""
    licence: str = ""
    population: str = ""
    known_bias: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    reference: str | None = None
    target: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset(Record):
    """One version of a table in the catalog; `version` is the SHA-256 of the bytes it was read from."""

    id: str
    name: str
    version: str
    n_rows: int
    n_columns: int
    fields: tuple[str, ...]
    import_report: ImportReport
    card: DataCard | None = None
    created: str = ""

    @property
    def title(self) -> str:
        """The name people see."""
        return self.card.title if self.card else self.name


# ── profile ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class TopValue(Record):
    """A value and the number of rows that hold it."""

    value: Scalar
    n: int


@dataclass(frozen=True)
class HistogramBin(Record):
    """A half-open bin [lower, upper), closed at the last; the bounds are numbers or ISO 8601 times."""

    lower: Scalar = field(metadata={"key": "from"})
    upper: Scalar = field(metadata={"key": "to"})
    n: int


@dataclass(frozen=True)
class FieldProfile(Record):
    """What is known of one field; times are ISO 8601 text; `exact`: `distinct` and `quantiles` saw every row."""

    name: str
    type: FieldType
    role: Role
    storage: str
    missing: int
    distinct: int
    min: Scalar = None
    max: Scalar = None
    mean: float | None = None
    sd: float | None = None
    quantiles: Mapping[str, Scalar] = field(default_factory=dict)
    top: tuple[TopValue, ...] = ()
    histogram: tuple[HistogramBin, ...] = ()
    exact: bool = True


@dataclass(frozen=True)
class Profile(Record):
    """All that rules, detectors and prompts know of a data set."""

    n_rows: int
    fields: tuple[FieldProfile, ...]

    def field(self, name: str) -> FieldProfile:
        """The field of that name; raises FieldNotFound, which names the closest one."""
        from observatory.errors import FieldNotFound

        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise FieldNotFound(name, [f.name for f in self.fields])


# ── bias ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Effect(Record):
    """An effect size under its name in the literature, such as Cohen's h."""

    name: str
    value: float


@dataclass(frozen=True)
class Finding(Record):
    """A true statement about how a sample departs from its population, with its evidence.

    `where` is a DuckDB predicate with quoted names that runs on the table and on the reference alike; `rows`
    are positions in import order, at most 10,000; shares are in [0, 1]; `interval` is the 95 % interval of
    `sample_share`; `q` is `p` after Benjamini-Hochberg over all tests of the run.
    """

    id: str
    kind: Literal["region", "rows", "missing", "column"]
    columns: tuple[str, ...]
    where: str | None
    direction: Literal["under", "over", "missing", "duplicates", "outliers"] | None
    rows: tuple[int, ...] | None
    n: int
    sample_share: float
    reference_share: float | None
    interval: tuple[float, ...]
    effect: Effect
    p: float | None
    q: float | None
    severity: Severity
    evidence: Literal["reference", "marginals", "target", "internal"]
    detector: str
    statement: str
    evidence_sql: str
    explained_by: str | None = None
    remedy: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Note(Record):
    """Something worth knowing that is not a finding: what cannot be claimed, and what reference would settle it."""

    kind: str
    columns: tuple[str, ...]
    statement: str
    needs: str = ""


@dataclass(frozen=True)
class BiasReport(Record):
    """Findings best first, notes, and what the run looked for (`checks`: detector -> one sentence)."""

    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    verdict: str
    checks: Mapping[str, str] = field(default_factory=dict)
    remedy: Mapping[str, Any] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)


# ── charts ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class ChartSpec:
    """A Vega-Lite chart as JSON, without data and without URLs.

    >>> ChartSpec({"mark": "bar"}).to_dict()
    {'mark': 'bar'}
    """

    vega_lite: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """A copy of the Vega-Lite JSON."""
        return copy.deepcopy(dict(self.vega_lite))


@dataclass(frozen=True)
class WishedField(Record):
    """A thing to show; None is for the rules to choose; `field` None with `count` is the number of rows."""

    field: str | None
    aggregate: str | None = None
    bin: bool | None = None
    time_unit: str | None = None
    channel: str | None = None


@dataclass(frozen=True)
class Filter(Record):
    """Rows to keep: a Vega-Lite field predicate; `value` is a list for `oneOf` and `range`, and a time is ISO 8601."""

    field: str
    op: Literal["equal", "lt", "lte", "gt", "gte", "range", "oneOf"]
    value: Any


@dataclass(frozen=True)
class Wish(Record):
    """A partial chart; nothing wished at all asks for the best charts of the whole table.

    `sort_by` says what `sort` orders by: the measured value (None means that) or the dimension's own values.
    """

    fields: tuple[WishedField, ...] = ()
    mark: str | None = None
    task: Task | None = None
    filters: tuple[Filter, ...] = ()
    sort: Literal["ascending", "descending"] | None = None
    limit: int | None = None
    sort_by: Literal["measure", "dimension"] | None = None


@dataclass(frozen=True)
class Violation(Record):
    """A rule that a chart breaks `count` times, and where in the chart; `weight` is None for a hard rule."""

    rule: str
    description: str
    weight: int | None
    count: int
    where: tuple[str, ...] = ()


@dataclass(frozen=True)
class RankedChart(Record):
    """A chart with its rank (1 is best) and cost: the sum of `weight * count` over `violations`."""

    rank: int
    cost: int
    spec: Mapping[str, Any]
    code: str
    fields: tuple[str, ...]
    violations: tuple[Violation, ...]
    summary: str


# ── insight ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Sentence(Record):
    """A sentence whose numbers and names were checked against the Profile, and who worded it."""

    text: str
    source: Literal["llm", "template"]


@dataclass(frozen=True)
class Summary(Record):
    """What a data set is about; `dropped` counts sentences of the model that the facts did not bear out."""

    sentences: tuple[Sentence, ...]
    facts: tuple[str, ...]
    dropped: int = 0


@dataclass(frozen=True)
class Goal(Record):
    """A question worth asking of a data set and the chart that answers it (LIDA)."""

    index: int
    question: str
    visualization: str
    rationale: str
    fields: tuple[str, ...]
    spec: Mapping[str, Any]
    facts: tuple[str, ...]
    source: Literal["llm", "template"]
    code: str = ""


@dataclass(frozen=True)
class Attempt(Record):
    """One step on the way to a chart, kept so that people see how it came about."""

    step: Literal["specify", "generate", "fix", "repair", "fallback"]
    source: Literal["llm", "rules"]
    ok: bool
    code: str | None = None
    spec: Mapping[str, Any] | None = None
    error: str | None = None


@dataclass(frozen=True)
class EngineStatus(Record):
    """How the language model is: `progress` is the share of a download or load that is done."""

    state: Literal["off", "downloading", "starting", "ready", "down"]
    model: str | None = None
    detail: str = ""
    progress: float | None = None


@dataclass(frozen=True)
class Visualization(Record):
    """The answer to a question: a chart, its code, how it came about, and words that the facts bear out."""

    question: str
    spec: Mapping[str, Any]
    code: str
    attempts: tuple[Attempt, ...]
    explanation: str
    warnings: tuple[str, ...]
    engine: EngineStatus


@dataclass(frozen=True)
class Report(Record):
    """Everything the observatory says about a data set, in one value."""

    dataset: Dataset
    profile: Profile
    bias: BiasReport
    charts: tuple[RankedChart, ...]
    summary: Summary
    goals: tuple[Goal, ...]
    engine: EngineStatus
