"""What broken code meant, read from its words: the mark, fields, aggregates and conditions that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from observatory.insight.words import nearest
from observatory.model import FieldProfile, Filter, Profile, Wish, WishedField

_LONGEST = 20_000
_MARKS = {
    **dict.fromkeys(("bar", "barh", "column", "barplot", "countplot", "hist", "histogram", "histplot"), "bar"),
    **dict.fromkeys(("point", "circle", "square", "scatter", "scatterplot", "regplot", "bubble"), "point"),
    **dict.fromkeys(("line", "lineplot", "trail", "lines"), "line"),
    **dict.fromkeys(("arc", "pie", "donut", "doughnut"), "arc"),
    **dict.fromkeys(("boxplot", "box", "violinplot", "violin"), "boxplot"),
    **dict.fromkeys(("rect", "heatmap", "density_heatmap"), "rect"),
    **dict.fromkeys(("area", "stackplot", "kdeplot"), "area"),
    "tick": "tick",
    "strip": "tick",
    "stripplot": "tick",
}
_MARK = re.compile(r"(?:\.\s*|\bmark_)(\w+)\s*\(|kind\s*=\s*['\"](\w+)|mark\s*=\s*['\"](\w+)")
_HISTOGRAM = re.compile(r"\b(?:mark_?)?hist(?:ogram|plot)?\b|\bbins?\s*=")
_AGGREGATES = {
    "mean": "mean",
    "average": "mean",
    "avg": "mean",
    "sum": "sum",
    "total": "sum",
    "median": "median",
    "max": "max",
    "min": "min",
    "maximum": "max",
    "minimum": "min",
}
_CHANNELS = {
    **dict.fromkeys(("x", "y", "color", "theta", "size", "column", "row", "shape"), ""),
    "colour": "color",
    "hue": "color",
    "c": "color",
    "col": "column",
    "facet": "column",
    "names": "color",
    "angle": "theta",
    "values": "theta",
    "labels": "color",
    "text": "",
}
_TOKEN = re.compile(
    r"(?:\b(?P<channel>\w+)\s*=\s*(?:alt\.\w+\(\s*)?|alt\.(?P<class>[A-Z]\w*)\(\s*)?(?P<quote>['\"])(?P<text>[^'\"\n]{1,120})(?P=quote)"
)
_SHORT = re.compile(r"(?:(\w+)\(\s*(.*?)\s*\)|(.+?))(?::\s*(\w+))?")
_CONDITION = re.compile(
    r"(?:\[\s*['\"]([^'\"\n]{1,80})['\"]\s*\]|\bdatum\.(\w+)|(?:\b(?:data|df)\.|\bquery\(\s*['\"]{1,3}`?)(\w+)`?)\s*(==|!=|>=|<=|>|<)\s*"
    r"(?:['\"]([^'\"\n]{0,80})['\"]|(-?\d+(?:\.\d+)?))"
)
_OPS = {"==": "equal", "!=": "equal", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}


def wish_of(code: str, profile: Profile) -> Wish | None:
    """The chart that code asks for in its words, or None where it names no field; the code is only searched.

    >>> fields = (FieldProfile("class", "nominal", "dimension", "VARCHAR", 0, 7),)
    >>> wish = wish_of("alt.Chart(df).mark_bar(.encode(x='Class:N', y='count()'", Profile(9, fields))
    >>> wish.mark, [(f.field, f.aggregate, f.channel) for f in wish.fields]
    ('bar', [('class', None, 'x'), (None, 'count', 'y')])
    """
    code = _bare(code[:_LONGEST])
    filters = tuple(_filters(code, profile))
    shown = list(dict.fromkeys(_shown(code, profile)))
    mark = next(_marks(code), None)
    if _HISTOGRAM.search(code) and mark in (None, "bar") and shown:
        shown, mark = _binned(shown, profile), "bar"
    elif mark == "arc":
        shown = [WishedField(f.field, f.aggregate, f.bin, f.time_unit) for f in shown]
    if not any(f.field is not None for f in shown):
        return None
    return Wish(tuple(shown[:3]), mark, None, filters)


def aggregates_in(code: str) -> set[str]:
    """The aggregates that code names, by the names that Vega-Lite has for them.

    >>> sorted(aggregates_in("data.groupby('a').size(), 'avg(age)'"))
    ['count', 'mean']
    """
    words = set(re.findall(r"[a-z]+", code))
    counts = {"count"} if words & {"count", "counts", "size", "nunique", "len"} else set()
    return {_AGGREGATES[word] for word in words & set(_AGGREGATES)} | counts


def _bare(code: str) -> str:
    """The code without comments, and without what is only shown."""
    code = re.sub(r"^\s*#.*$", "", code, flags=re.MULTILINE)
    return re.sub(r"\b(title|label|\w*label|format|scheme)\s*[=(]\s*(['\"]).*?(\2|$)", "", code, flags=re.MULTILINE)


def _marks(code: str) -> Iterator[str]:
    for found in _MARK.finditer(code):
        name = (found[1] or found[2] or found[3]).removeprefix("mark").removeprefix("_")
        known = name if name in _MARKS else name.removesuffix("s")
        if known in _MARKS:
            yield _MARKS[known]
    if re.search(r"\bplt\.plot\(|\bax\.plot\(", code):
        yield "line"


def _shown(code: str, profile: Profile) -> Iterator[WishedField]:
    """What the channels show, in the order of the code."""
    sums, made = _sums(code, profile), _made(code, profile)
    compared = {found.start(1) for found in _CONDITION.finditer(code)}
    tokens = [found for found in _TOKEN.finditer(code) if found.start("text") not in compared]
    named = [(_channel(found["channel"] or found["class"] or ""), found["text"]) for found in tokens]
    placed = dict[str, WishedField]()
    loose = list[WishedField]()
    for channel, text in named:
        wished = None if channel is None else _field(text, channel, profile) or _of_made(text, channel, made)
        if wished is None or channel is None or channel in placed:
            continue
        if wished.field in sums and wished.aggregate is None:
            wished = WishedField(wished.field, sums[wished.field], None, None, wished.channel)
        if channel:
            placed[channel] = wished
        else:
            loose.append(wished)
    shown = {wished.field for wished in placed.values()}
    yield from placed.values() if shown - {None} else ()
    yield from (wished for wished in loose if (len(placed) < 2 and wished.field not in shown) or not shown - {None})


def _channel(name: str) -> str | None:
    """The channel that an argument or a class stands for; "" for none, None for what shows no field."""
    if name in ("", "by"):
        return ""
    known = name[0].lower() + name[1:]
    return _CHANNELS[known] or known if known in _CHANNELS else None


def _field(text: str, channel: str, profile: Profile) -> WishedField | None:
    found = _SHORT.fullmatch(text.strip())
    if found is None:
        return None
    function, name = (found[1] or "").lower(), found[2] if found[1] else found[3]
    where = channel or None
    if function == "count" or (not found[1] and text.lower() in ("count", "count()", "size")):
        return WishedField(None, "count", None, None, where)
    field = _nearest(name, profile)
    if field is None:
        return None
    if function in _AGGREGATES or found[4] in _AGGREGATES:
        return WishedField(
            field.name, _AGGREGATES[function if function in _AGGREGATES else found[4]], None, None, where
        )
    unit = function if function in ("year", "month", "yearmonth", "day", "quarter") else None
    return WishedField(field.name, None, None, unit if field.type == "temporal" else None, where)


def _nearest(name: str, profile: Profile) -> FieldProfile | None:
    names = [field.name for field in profile.fields]
    if name in names:
        return profile.field(name)
    plain = {re.sub(r"[\W_]+", "", other).casefold(): other for other in names}
    same = plain.get(re.sub(r"[\W_]+", "", name).casefold())
    close = [same] if same else nearest(name, names, 1) if len(name) > 3 else []
    return profile.field(close[0]) if close else None


def _of_made(text: str, channel: str, made: Mapping[str, tuple[str, str]]) -> WishedField | None:
    """The field and the aggregate behind a column that the code makes of them."""
    field, aggregate = made.get(text.partition(":")[0].strip(), ("", ""))
    return WishedField(field, aggregate, None, None, channel or None) if field else None


def _made(code: str, profile: Profile) -> dict[str, tuple[str, str]]:
    """The columns that code makes of an aggregate: `m=("age", "mean")`, `m="mean(age)"`, `agg({"age": ["mean"]})`."""
    words = "|".join(_AGGREGATES)
    pairs = re.findall(rf"\b(\w+)\s*=\s*\(\s*['\"]([^'\"]+)['\"]\s*,\s*['\"]({words})['\"]", code)
    pairs += [(name, of, how) for name, how, of in re.findall(rf"\b(\w+)\s*=\s*['\"]({words})\(([^'\")]+)\)", code)]
    for of, listed in re.findall(r"['\"]([^'\"]+)['\"]\s*:\s*\[([^\[\]]*)\]", code):
        hows = re.findall(rf"['\"]({words})['\"]", listed)
        pairs += [(name, of, how) for how in hows for name in (how, f"{of}_{how}")]
    found = ((name, _nearest(of.strip(), profile), how) for name, of, how in pairs)
    return {name: (field.name, _AGGREGATES[how]) for name, field, how in found if field is not None}


def _sums(code: str, profile: Profile) -> dict[str | None, str]:
    """The fields that pandas sums up: `groupby("a")["b"].mean()`, `agg({"b": "sum"})`, `("b", "sum")`."""
    found: dict[str | None, str] = {}
    words = "|".join(_AGGREGATES)
    patterns = (
        rf"\[\s*\[?\s*['\"]([^'\"]+)['\"]\s*\]?\s*\]\s*\.\s*({words})\(",
        rf"['\"]([^'\"]+)['\"]\s*[:,]\s*['\"]({words})['\"]",
    )
    for pattern in patterns:
        for name, how in re.findall(pattern, code):
            field = _nearest(name, profile)
            if field is not None:
                found[field.name] = _AGGREGATES[how]
    return found


def _binned(shown: Sequence[WishedField], profile: Profile) -> list[WishedField]:
    numbers = [f for f in shown if f.field is not None and profile.field(f.field).type == "quantitative"]
    if not numbers:
        return list(shown)
    return [WishedField(numbers[0].field, None, True), WishedField(None, "count")]


def _filters(code: str, profile: Profile) -> Iterator[Filter]:
    """The conditions that compare a field with a constant."""
    for found in _CONDITION.finditer(code):
        field = _nearest(found[1] or found[2] or found[3], profile)
        if field is None:
            continue
        text, figure = found[5], found[6]
        value: object = float(figure) if figure and "." in figure else int(figure) if figure else text
        same = [top.value for top in field.top if str(top.value).casefold() == str(value).casefold()]
        if field.type != "quantitative" and not same:
            continue
        yield Filter(field.name, _OPS[found[4]], same[0] if same else value, found[4] == "!=")  # type: ignore[arg-type]
