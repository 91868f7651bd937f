"""Recommending charts: facts -> answers of the solver -> Vega-Lite, the cheapest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from observatory.charts.rules.calculated import calculation_of, names_of, plain_view, stand_in
from observatory.charts.rules.contradiction import unsatisfiable
from observatory.charts.rules.distinct import distinct
from observatory.charts.rules.explain import violations
from observatory.charts.rules.facts import Facts, chart_type, number, wish_facts
from observatory.charts.rules.flags import Flags, flags
from observatory.charts.rules.interest import field_sets, quietness
from observatory.charts.rules.narrow import kept
from observatory.charts.rules.panels import panelled
from observatory.charts.rules.rule_weights import RuleWeights
from observatory.charts.rules.solver import Answer, top_k
from observatory.charts.spec.calculated import calculated_spec
from observatory.charts.spec.codegen import code_of
from observatory.charts.spec.vegalite import to_spec
from observatory.charts.spec.view import CHANNELS, Encoding, View
from observatory.charts.spec.words import phrase, sentence, title
from observatory.model import FieldProfile, Finding, Profile, RankedChart, Table, Wish, WishedField

DEAR = 18
FEW = 12
MOST_YEARS = 40


def recommend(
    profile: Profile,
    wish: Wish = Wish(),
    k: int = 5,
    *,
    weights: RuleWeights | None = None,
    findings: Sequence[Finding] | Flags = (),
    table: Table | None = None,
) -> list[RankedChart]:
    """The `k` best charts for a wish, best first; with no wished field, a varied page for the whole table.

    An open request gives one chart for each set of fields, and [] when no field can be drawn (all are constant,
    identifiers or free text). Raises FieldNotFound, ChartInvalidSpec for a word that Vega-Lite has not, and
    RuleUnsatisfiable, which says which rules are in the way. `findings` about the table weigh in through the rules of
    bias.lp. With the `table`, the values that filters leave are counted: of nineteen jobs, three in one department.

    >>> recommend(Profile(0, ()))
    []
    """
    for name in [item.field for item in wish.fields] + [f.field for f in wish.filters]:
        if name is not None:
            profile.field(name)
    if k < 1:
        return []
    flagged = flags(findings, profile)
    if not wish.fields:
        return _open(profile, wish, k, weights, flagged)
    item = calculation_of(wish)
    if item is not None:
        return _calculated(profile, wish, item, k, weights, flagged, table)
    charts = _wished(profile, wish, k, weights, flagged, table)
    several = panelled(profile, wish, lambda one: _wished(profile, one, 1, weights, flagged, table), weights, flagged)
    if several is not None:
        page = sorted([several, *charts], key=lambda chart: chart.cost)[:k]
        charts = [replace(chart, rank=rank) for rank, chart in enumerate(page, 1)]
    if not charts:
        raise unsatisfiable(profile, wish, lambda easier: _wished(profile, easier, 1, weights, flagged, table))
    return charts


def _calculated(
    profile: Profile,
    wish: Wish,
    item: WishedField,
    k: int,
    weights: RuleWeights | None,
    flagged: Flags,
    table: Table | None,
) -> list[RankedChart]:
    """The charts of a wish that has something computed: those of a number in its place, with the transforms for it."""
    known, plain, name = stand_in(_narrowed(profile, wish, table), wish, item)
    facts = flagged.mark(wish_facts(known, plain))
    answers = distinct(facts, k, weights)
    if not answers:
        raise unsatisfiable(known, plain, lambda easier: _wished(known, easier, 1, weights, flagged, None))
    charts = []
    for rank, answer in enumerate(answers, 1):
        view = plain_view(_view(answer, facts, known, plain), item, name)
        spec = calculated_spec(view, item, name)
        chart = _ranked(rank, answer, facts, known, plain, weights)
        names = names_of(chart.fields, name, item)
        charts.append(replace(chart, spec=spec, code=code_of(spec), fields=names, summary=sentence(view, known)))
    return charts


def _wished(
    profile: Profile, wish: Wish, k: int, weights: RuleWeights | None, flagged: Flags, table: Table | None
) -> list[RankedChart]:
    facts = flagged.mark(wish_facts(_narrowed(profile, wish, table), wish))
    answers = distinct(facts, k, weights)
    return [_ranked(rank, answer, facts, profile, wish, weights) for rank, answer in enumerate(answers, 1)]


def _narrowed(profile: Profile, wish: Wish, table: Table | None) -> Profile:
    """The fields with as many values as filters leave: three of sixty names are three bars.

    Without the table only those are counted that a filter names.
    """
    if table is None:
        several = [f for f in wish.filters if f.op == "oneOf" and not f.negated and len(f.value) > 1]
        left = kept(profile, several, [f.field for f in several])
    else:
        left = kept(profile, wish.filters, [item.field for item in wish.fields if item.field is not None], table)
    known = {
        name: replace(profile.field(name), distinct=field.distinct, missing=field.missing)
        for name, field in left.fields.items()
        if field.distinct > 1
    }
    fields = tuple(known.get(f.name, f) for f in profile.fields)
    return replace(profile, fields=fields, n_rows=left.n_rows or profile.n_rows)


def _open(profile: Profile, wish: Wish, k: int, weights: RuleWeights | None, flagged: Flags) -> list[RankedChart]:
    """One chart for each set of fields; dear ones, then further charts of the sets, only to fill the page."""
    quiet = flagged.heard(quietness(profile))
    first: list[tuple[Answer, Facts]] = []
    dear: list[tuple[Answer, Facts]] = []
    further: list[tuple[Answer, Facts]] = []
    for names in field_sets(profile, quiet, most=2 * k):
        part = replace(wish, fields=tuple(WishedField(name) for name in names))
        facts = flagged.mark(wish_facts(profile, part, quiet), is_open=True)
        for answer in top_k(facts, 1, weights=weights):
            (first if answer.cost <= DEAR else dear).append((answer, facts))
        if len(first) == k:
            break
    first += sorted(dear, key=lambda item: item[0].cost)[: k - len(first)]
    if len(first) < k:
        seen = {facts.text: answer for answer, facts in first}
        further = [(a, facts) for _, facts in first for a in distinct(facts, k, weights) if a != seen[facts.text]]
    page = first + sorted(further, key=lambda item: item[0].cost)[: k - len(first)]
    page.sort(key=lambda item: item[0].cost)
    return [_ranked(rank, answer, facts, profile, wish, weights) for rank, (answer, facts) in enumerate(page, 1)]


def _ranked(
    rank: int, answer: Answer, facts: Facts, profile: Profile, wish: Wish, weights: RuleWeights | None
) -> RankedChart:
    view = _view(answer, facts, profile, wish)
    spec = to_spec(view)
    return RankedChart(
        rank=rank,
        cost=answer.cost,
        spec=spec,
        code=code_of(spec),
        fields=facts.names,
        violations=violations(answer.preferences, answer, facts, weights),
        summary=sentence(view, profile),
        proven=answer.proven,
    )


def _view(answer: Answer, facts: Facts, profile: Profile, wish: Wish) -> View:
    """The chart of an answer: real names come back, and what the wish passes through is added."""
    things: dict[str, dict[str, str]] = {}
    for _, key, entity, value in answer.attributes:
        things.setdefault(entity, {})[key] = value
    scales = {s["channel"]: s for entity, s in things.items() if entity.startswith("s")}
    limit = things.get("v0", {}).get("limit")
    encodings = [
        _encoding(e, scales, facts, profile, wish)
        for e in things.values()
        if "channel" in e and "type" in e and e not in scales.values()
    ]
    mark = things["m0"]["type"]
    view = View(
        mark=mark,
        encodings=tuple(sorted(_banded(mark, encodings, profile), key=lambda e: CHANNELS.index(e.channel))),
        filters=wish.filters,
        limit=None if limit is None else int(limit),
        descending=wish.sort != "ascending" or wish.sort_by == "dimension",
        interval=things.get("v0", {}).get("interval"),
    )
    return replace(view, limit=view.limit if view.measured() else None, title=title(view))


def _encoding(
    known: Mapping[str, str],
    scales: Mapping[str, Mapping[str, str]],
    facts: Facts,
    profile: Profile,
    wish: Wish,
) -> Encoding:
    channel = known["channel"]
    scale = scales.get(channel, {})
    name = facts.names[int(known["field"][1:])] if "field" in known else None
    field = None if name is None else profile.field(name)
    other = {"x": "y", "y": "x"}.get(channel, "")
    year = (
        field is not None
        and field.role == "time"
        and known["type"] == "quantitative"
        and chart_type(field) == "quantitative"
    )
    encoding = Encoding(
        channel=channel,
        field=name,
        type=known["type"],
        aggregate=known.get("aggregate"),
        bin=int(known["binning"]) if "binning" in known else None,
        time_unit=known.get("time_unit"),
        sort=_sort(known, other, wish),
        stack=known.get("stack"),
        scale=scale.get("type"),
        zero={"true": True, "false": False}.get(scale.get("zero", "")),
        format="d" if year else None,
        step=next((i.bin for i in wish.fields if i.field == name and type(i.bin) in (int, float)), None)
        if "binning" in known
        else None,
    )
    return Encoding(**(vars(encoding) | {"title": phrase(encoding), "type": _drawn_type(known)}))


def _sort(known: Mapping[str, str], other: str, wish: Wish) -> str | None:
    """Vega-Lite's sort of a channel: by the length along the other axis, or by the names when that is wished."""
    if known.get("sort") == "measure":
        return other if wish.sort == "ascending" else f"-{other}"
    by_name = wish.sort_by == "dimension" and other and known["type"] in ("nominal", "ordinal")
    return wish.sort if by_name and "aggregate" not in known else None


def _drawn_type(known: Mapping[str, str]) -> str:
    """The type in the spec; months in the order of their bars are no longer a line of time."""
    if known["type"] == "temporal" and known.get("sort") == "measure":
        return "ordinal"
    return "quantitative" if known.get("aggregate") in ("count", "mean", "median", "sum") else known["type"]


def _banded(mark: str, encodings: Sequence[Encoding], profile: Profile) -> list[Encoding]:
    """Years of a heat map, and few values or years that bars of a summary stand for, are drawn in bands: as ordinal."""
    summary = any(e.aggregate for e in encodings)

    def drawn(e: Encoding) -> Encoding:
        raw = e.channel in ("x", "y") and e.type == "quantitative" and e.field and not e.aggregate and not e.bin
        if not raw or e.field is None or not summary:
            return e
        field = profile.field(e.field)
        bands = mark == "rect" or (mark == "bar" and _in_bands(field))
        return replace(e, type="ordinal", zero=None) if bands else e

    return [drawn(e) for e in encodings]


def _in_bands(field: FieldProfile) -> bool:
    """Whether bars over single values stand in bands: for few values, and for years without a gap."""
    if field.role != "time":
        return field.distinct <= FEW
    first, last = number(field.min), number(field.max)
    is_whole = first is not None and last is not None and last - first + 1 == field.distinct
    return field.distinct < 4 or (is_whole and field.distinct <= MOST_YEARS)
