"""Whether what a clause of a sentence says is true: one function per form of `forms.toml`, over known numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from observatory.insight.clause import Clause, Context, Pair, fits
from observatory.insight.facts import Facts
from observatory.insight.symbols import Amount

RELATED, STRONG = 0.5, 0.7
_LOWEST = frozenset({"minimum", "min", "lowest", "smallest", "shortest", "least", "earliest", "first", "youngest"})
_HIGHEST = frozenset(
    {"maximum", "max", "highest", "largest", "greatest", "longest", "biggest", "latest", "last", "oldest", "most"}
)
_KINDS = {
    "mean": "mean", "average": "mean", "median": "median", "total": "sum", "sum": "sum", "standard deviation": "sd",
    **dict.fromkeys(_LOWEST, "min"), **dict.fromkeys(_HIGHEST, "max"),
}  # fmt: skip
_LESS = frozenset({"lower", "smaller", "less", "fewer", "shorter", "lowest", "smallest", "shortest", "least"})
_DOWN = ("decreas", "fall", "fell", "declin", "drop", "shrink", "goes down", "go down", "went down")
_RATIO = {"twice": 2.0, "double": 2.0, "three times": 3.0, "four times": 4.0, "half": 0.5}


def _is_share(said: Amount) -> bool:
    return said.kind in ("P", "Q")


# ── one function per form ────────────────────────────────────────────────────────────────────────


def _size(c: Clause) -> bool:
    return fits(c.known.get(c.parts["what"]), *c.amount())


def _stat(c: Clause) -> bool:
    said = c.parts.get("s_agg")
    kind = _KINDS[said] if said else "mean"
    amount, hedge = c.amount()
    group = c.group() if "group" in c.parts else None
    if "group" in c.parts and group is None:
        return False
    name = c.field("s_field")
    return amount.kind == "N" and fits(c.known.get(kind, name, None, group), amount, hedge)


def _range(c: Clause) -> bool:
    name = c.field("field2" if "field2" in c.parts else "field") or _only_time(c.known.facts)
    if name is None:
        return False
    ends = [c.parts["lo"], c.parts["hi"]]
    if all(e in c.symbols.dates for e in ends):
        fact = f"{name} runs from {c.symbols.dates[ends[0]]} to {c.symbols.dates[ends[1]]}."
        return any(f.text == fact for f in c.known.facts.sentences)
    if any(e in c.symbols.dates for e in ends):
        return False
    low, high = (c.symbols.amounts[e] for e in ends)
    if c.known.facts.kinds.get(name, ("", ""))[0] == "temporal":
        years = [c.known.get(f"{end}_year", name) for end in ("min", "max")]
        return fits(years[0], low) and fits(years[1], high)
    return fits(c.known.get("min", name), low) and fits(c.known.get("max", name), high)


def _only_time(facts: Facts) -> str | None:
    times = [name for name, (kind, role) in facts.kinds.items() if role == "time" or kind == "temporal"]
    return times[0] if len(times) == 1 else None


def _missing(c: Clause) -> bool:
    amount, hedge = c.amount("q" if "q" in c.parts else "share" if "share" in c.parts else "amount")
    kind = "missing_share" if _is_share(amount) else "missing"
    return fits(c.known.get(kind, c.field()), amount, hedge)


def _present(c: Clause) -> bool:
    if _reads_as_outcome(c):
        return False
    amount, hedge = c.amount("amount")
    absent = c.known.get("missing", c.field())
    known = 100 * (1 - absent / c.known.rows) if _is_share(amount) else c.known.rows - absent
    return fits(known, amount, hedge)


def _reads_as_outcome(c: Clause) -> bool:
    """Whether “have survived” could mean that the field says yes, rather than that it is known."""
    return c.known.positive(c.field()) is not None and not {"value", "values", "known", "recorded"} & set(
        c.parts["clause"].split()
    )


def _complete(c: Clause) -> bool:
    if c.parts["clause"].startswith(("all", "each", "every")) and _reads_as_outcome(c):
        return False
    return c.known.get("missing", c.field()) == 0


def _gaps(c: Clause) -> bool:
    return c.known.get("missing", c.field()) > 0


def _most_missing(c: Clause) -> bool:
    all_missing = {name: c.known.get("missing", name) for name in c.known.facts.names}
    own = all_missing.pop(c.field() or "", math.nan)
    return own > 0 and all(own > n for n in all_missing.values())


def _distinct(c: Clause) -> bool:
    amount, hedge = c.amount()
    if not fits(c.known.get("distinct", c.field()), amount, hedge):
        return False
    if "values" not in c.parts:
        return True
    found = c.listed("values", c.field())
    return found is not None and len(set(found)) == amount.value


def _listed(c: Clause) -> bool:
    found = c.listed("values", c.field())
    return found is not None and len(set(found)) > 1 and len(set(found)) == c.known.get("distinct", c.field())


def _some(c: Clause) -> bool:
    return bool(c.listed("values", c.field() if "field" in c.parts else None))


def _rank(c: Clause) -> bool:
    of = c.symbols.fields[c.parts["field"]] if "field" in c.parts else c.context.field
    group = c.group("value", of)
    if group is None or of is None:
        return False
    order = c.known.counts(group[0])
    if c.parts["rank"].startswith(("least", "rarest", "smallest")):
        return len(order) > 1 and order[-1][1] == group[1] and order[-1][0] < order[-2][0]
    if not order:  # of a long list only the most common are known, in order
        order = sorted(((c.known.n((f, i)), i) for f, i in c.known.facts.values if f == group[0]), reverse=True)
    place = {"second": 1, "third": 2}.get(c.parts["rank"].split()[0], 0)
    return _alone(order, place) and order[place][1] == group[1]


def _alone(order: Sequence[tuple[float, str]], place: int) -> bool:
    """Whether the value at a place has as many rows as no other."""
    counts = [n for n, _ in order]
    return len(order) > place and counts.count(counts[place]) == 1


def _share(c: Clause, pair: Pair | None) -> float:
    return 100 * c.known.n(pair) / c.known.rows if c.known.rows else math.nan


def _own(c: Clause) -> Pair | None:
    return c.group("group", c.field() if "field" in c.parts else None)


def _majority(c: Clause) -> bool:
    return _share(c, _own(c)) > 50


def _nearly_all(c: Clause) -> bool:
    return 95 <= _share(c, _own(c)) < 100


def _all_rows(c: Clause) -> bool:
    return _share(c, _own(c)) == 100


def _count(c: Clause) -> bool:
    amount, hedge = c.amount("amount")
    if "group" not in c.parts and c.context.gap:
        return fits(c.known.get("missing_share" if _is_share(amount) else "missing", c.field()), amount, hedge)
    pair = c.group()
    if pair is None:
        return False
    if not _is_share(amount):
        return fits(c.known.n(pair), amount, hedge)
    of_all, of_present = _share(c, pair), c.known.get("share", *pair)
    if c.known.get("missing", pair[0]) == 0 or "rows" not in c.parts["clause"]:
        return fits(of_present, amount, hedge)
    return fits(of_all, amount, hedge)


def _within(c: Clause) -> bool:
    amount, hedge = c.amount("share")
    part, group = c.group("part"), c.group()
    if part is None or group is None:
        return False
    kind = "share" if _is_share(amount) else "n"
    return fits(c.known.get(kind, *group, part), amount, hedge)


def _outcome(c: Clause) -> bool:
    amount, hedge = c.amount("share")
    group = c.known.positive(c.symbols.fields[c.parts["outcome"]])
    if group is None:
        return False
    kind = "share" if _is_share(amount) else "n"
    if "part" not in c.parts:
        complete = c.known.get("missing", group[0]) == 0
        return complete and fits(c.known.get(kind, *group), amount, hedge)
    part = c.group("part")
    return part is not None and fits(c.known.get(kind, *group, part), amount, hedge)


def _outcome_compare(c: Clause) -> bool:
    group = c.known.positive(c.symbols.fields[c.parts["outcome"]])
    part, other = c.group("part"), c.group("other")
    if group is None or part is None or other is None:
        return False
    a, b = (c.known.get("share", *group, p) for p in (part, other))
    return _apart(a, b, c.parts["oftener"])


def _apart(a: float, b: float, word: str) -> bool:
    """Whether a number is higher or lower than another, and not by rounding alone."""
    low, high = (a, b) if word in _LESS else (b, a)
    return high - low > 0.01 * max(abs(a), abs(b))


def _compare(c: Clause) -> bool:
    part, other = c.group("part"), c.group("other")
    if part is None or other is None or part == other:
        return False
    said = c.parts.get("s_agg")
    if "average" in c.parts["clause"]:
        said = said or "mean"
    name = c.field("s_field")
    for kind in [_KINDS[said]] if said else ["mean", "median"]:
        a, b = (c.known.get(kind, name, None, p) for p in (part, other))
        if not _apart(a, b, c.parts["more"]):
            return False
    return True


def _extreme(c: Clause) -> bool:
    part = c.group("part")
    if part is None or part[0] not in c.known.facts.whole:
        return False
    kind, name = _KINDS[c.parts["s_agg"]], c.field("s_field")
    own = c.known.get(kind, name, None, part)
    others = [c.known.get(kind, name, None, p) for p in c.known.facts.values if p[0] == part[0] and p != part]
    others = [o for o in others if not math.isnan(o)]
    return bool(others) and all(_apart(own, o, c.parts["most"]) for o in others)


def _more_rows(c: Clause) -> bool:
    part, other = c.group("part"), c.group("other")
    return part != other and _apart(c.known.n(part), c.known.n(other), c.parts["more"])


def _ratio(c: Clause) -> bool:
    part, other = c.group("part"), c.group("other")
    said = Amount(_RATIO[c.parts["times"]], 0.1, "N")
    many = c.known.n(other)
    return bool(many) and part != other and fits(c.known.n(part) / many, said, c.parts.get("times_hedge", ""))


def _falls(word: str) -> bool:
    return word.startswith(_DOWN)


def _related(c: Clause) -> bool:
    r = c.known.get("correlation", c.field(), None, (c.field("other") or "", ""))
    least = STRONG if c.parts.get("strong") else RELATED
    if "up" in c.parts:
        opposite = _falls(c.parts["up"]) != _falls(c.parts.get("up2", "rises"))
        return -r >= least if opposite else r >= least
    sign = c.parts.get("sign", "")
    return abs(r) >= least if not sign else (r >= least if sign.startswith("posi") else -r >= least)


def _correlation(c: Clause) -> bool:
    return fits(c.known.get("correlation", c.field(), None, (c.field("other") or "", "")), *c.amount())


def _trend(c: Clause) -> bool:
    time = _only_time(c.known.facts)
    if time is None or c.field() == time:
        return False
    r = c.known.get("correlation", c.field(), None, (time, ""))
    return -r >= RELATED if _falls(c.parts["up"]) else r >= RELATED


def _kind(c: Clause) -> bool:
    if "kind" not in c.parts:
        return c.field() is not None
    type_, role = c.known.facts.kinds.get(c.field() or "", ("", ""))
    said = c.parts["kind"]
    if said.startswith(("num", "quanti", "measure")):
        return type_ == "quantitative" and (said != "measure" or role == "measure")
    if said in ("text", "free text"):
        return role == "text"
    if said == "identifier":
        return role == "identifier"
    if said in ("date", "dates", "time"):
        return type_ == "temporal"
    return type_ in ("nominal", "ordinal") and role not in ("text", "identifier")


CHECKS: Mapping[str, Callable[[Clause], bool]] = {
    f.__name__[1:]: f
    for f in (
        _size, _stat, _range, _missing, _present, _complete, _gaps, _most_missing, _distinct, _listed, _some, _rank,
        _majority, _nearly_all, _all_rows, _count, _within, _outcome, _outcome_compare, _compare, _extreme, _more_rows,
        _ratio, _related, _correlation, _trend, _kind,
    )
}  # fmt: skip


def after(name: str, c: Clause) -> Context:
    """What the clause after one of a form may leave out."""
    said = (c.parts.get(key, "") for key in ("field", "field2", "s_field"))
    field = next((c.symbols.fields[p] for p in said if p in c.symbols.fields), c.context.field)
    group = (
        c.group("group") if "group" in c.parts else c.group("value", field) if "value" in c.parts else c.context.group
    )
    gap = name == "missing" or (c.context.gap and name == "count" and "group" not in c.parts)
    return Context(field or (group[0] if group else None), group, gap, table=name == "size")
