"""A sentence as symbols: fields, values, numbers, percentages and dates by kind, and all other words in lower case."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from observatory.insight.facts import Facts
from observatory.insight.words import name_words, words_for_sex

_NUMBER = re.compile(
    r"(?<![\w.])([-−]?\d+(?:[,\u202f]\d{3})*(?:\.\d+)?)(\s*(?:k|m|thousand|million|billion)\b)?"
    r"(\s*(?:%|percent\b|per cent\b))?(?!\w)",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?<!\w)\d{4}-\d{2}-\d{2}(?!\w)")
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "billion": 1e9}
_SPELLED = {
    word: float(n)
    for n, word in enumerate(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 2
    )
} | {"a dozen": 12.0, "a hundred": 100.0}
_PARTS = {
    "three quarters": 75.0, "three-quarters": 75.0, "two thirds": 200 / 3, "two-thirds": 200 / 3,
    "one half": 50.0, "half": 50.0, "one third": 100 / 3, "one-third": 100 / 3, "a third": 100 / 3,
    "one quarter": 25.0, "one-quarter": 25.0, "a quarter": 25.0, "one in five": 20.0, "one in four": 25.0,
    "one in three": 100 / 3, "one in ten": 10.0, "a fifth": 20.0, "one fifth": 20.0, "two fifths": 40.0,
    "a tenth": 10.0,
}  # fmt: skip
_UNITS = {
    "mm": ("mm", "millimetres", "millimeters"), "cm": ("cm", "centimetres", "centimeters"),
    "m": ("m", "metres", "meters"),
    "km": ("km", "kilometres", "kilometers"), "g": ("g", "grams"), "kg": ("kg", "kilograms"), "usd": ("dollars", "usd"),
    "eur": ("euros", "euro"), "min": ("minutes",), "hrs": ("hours",), "pct": (), "percent": (), "celsius": ("degrees",),
}  # fmt: skip
_SHORT = {
    "pop": "population", "temp": "temperature", "lat": "latitude", "lon": "longitude", "lng": "longitude",
    "dept": "department", "qty": "quantity", "amt": "amount", "num": "number", "yr": "year", "max": "maximum",
    "min": "minimum", "avg": "average", "desc": "description",
}  # fmt: skip
_COMMON = frozenset({"no", "none", "all", "some", "not", "other", "any"})


@dataclass(frozen=True)
class Spot:
    """Where a sentence names a field, or a value of a field."""

    start: int
    end: int
    field: str
    item: str | None = None


@dataclass(frozen=True)
class Amount:
    """A number that is said: its value, the step of its last digit, and whether it is a percentage or a fraction."""

    value: float
    step: float
    kind: str


@dataclass(frozen=True)
class Symbols:
    """A sentence in which `F0`, `V1`, `N2`, `P3`, `Q4` and `D5` stand for what it names and counts.

    F is a field, V a value (of one or more fields), N a number, P a percentage, Q a fraction in words, D a date.
    """

    text: str
    fields: dict[str, str]
    values: dict[str, tuple[tuple[str, str], ...]]
    amounts: dict[str, Amount]
    dates: dict[str, str]


def symbols(text: str, facts: Facts) -> Symbols:
    """The sentence as symbols.

    >>> from observatory.insight.facts import Facts
    >>> symbols("The mean Fare is 32.2.", Facts((), (), ("Fare",), ())).text
    'the mean F0 is N1'
    """
    found: list[tuple[int, int, str, object]] = []
    named = spots(text, facts)
    for spot in named:
        kind = "F" if spot.item is None else "V"
        if not any(f[0] == spot.start and f[2] == "F" for f in found):
            same = next((f for f in found if f[0] == spot.start), None)
            own = (spot.field, spot.item or "")
            if same is not None and same[2] == "V":
                assert isinstance(same[3], list)
                same[3].append(own)
            else:
                found.append((spot.start, spot.end, kind, [own]))
    found += [m for m in _counted(text) if not any(a < m[1] and m[0] < b for a, b, _, _ in found)]
    result = Symbols("", {}, {}, {}, {})
    words, at = "", 0
    for i, (start, end, kind, what) in enumerate(sorted(found, key=lambda f: f[0])):
        words += text[at:start].lower() + f" {kind}{i} "
        at = end
        _keep(result, f"{kind}{i}", what)
    return Symbols(_cleaned(words + text[at:].lower()), result.fields, result.values, result.amounts, result.dates)


def _keep(result: Symbols, name: str, what: object) -> None:
    if isinstance(what, Amount):
        result.amounts[name] = what
    elif isinstance(what, str):
        result.dates[name] = what
    elif isinstance(what, list):
        if name[0] == "F":
            result.fields[name] = what[0][0]
        else:
            result.values[name] = tuple(what)


def _cleaned(text: str) -> str:
    """Words and symbols one space apart, commas and semicolons on their own, no quotes, brackets as commas."""
    text = re.sub(r"[\"“”„`']s\b", " 's", text.replace("’", "'"))
    text = re.sub(r"['\"“”„`](?!s\b)", " ", text).rstrip(" .!")
    text = re.sub(r"\s*\(", " , ", text).replace(")", " ")
    text = re.sub(r"\s*([,;:])\s*", r" \1 ", text)
    text = re.sub(r"(?<=[A-Z]\d) - (?=[A-Z]\d)| – ", " to ", text)
    return " ".join(text.split()).rstrip(" ,;:")


def _counted(text: str) -> Iterator[tuple[int, int, str, object]]:
    """Dates, numbers, percentages, and fractions in words, the longest first at each place."""
    taken: list[tuple[int, int]] = []

    def free(match: re.Match[str]) -> bool:
        clear = not any(a < match.end() and match.start() < b for a, b in taken)
        if clear:
            taken.append(match.span())
        return clear

    for match in filter(free, _DATE.finditer(text)):
        yield (*match.span(), "D", match[0])
    for words, share in _PARTS.items():
        for match in filter(free, _whole(words, text)):
            yield (*match.span(), "Q", Amount(share, 1.0, "Q"))
    for match in filter(free, _NUMBER.finditer(text)):
        digits = re.sub(r"[,\u202f]", "", match[1]).replace("−", "-")
        scale = _SCALES.get((match[2] or "").strip().lower(), 1.0)
        kind = "P" if match[3] else "N"
        yield (
            *match.span(),
            kind,
            Amount(float(digits) * scale, scale * 10.0 ** -len(digits.partition(".")[2]), kind),
        )
    for words, number in _SPELLED.items():
        for match in filter(free, _whole(words, text)):
            yield (*match.span(), "N", Amount(number, 1.0, "N"))


# ── names ────────────────────────────────────────────────────────────────────────────────────────


def spots(text: str, facts: Facts) -> list[Spot]:
    """Where the sentence names fields and values; longer names win over shorter ones, and fields over values."""
    found: list[Spot] = []
    for name in facts.names:
        found += [Spot(m.start(), m.end(), name) for p in _ways(name, facts.names) for m in _whole(p, text)]
    for field, item in facts.values:
        if re.search(r"[^\W\d_]", item) and len(item) > 1:
            if item.lower() in _COMMON:
                found += _after_name(field, item, text, facts)
                continue
            ways = [re.escape(item) + ("s?" if item.isalpha() else ""), *map(re.escape, words_for_sex(item))]
            found += [Spot(m.start(), m.end(), field, item) for p in ways for m in _whole(p, text)]
    kept: list[Spot] = []
    for spot in sorted(found, key=lambda s: (s.start - s.end, s.item is not None)):
        same = [k for k in kept if k.start < spot.end and spot.start < k.end]
        if not same or (
            spot.item is not None
            and spot not in kept
            and all((k.start, k.end) == (spot.start, spot.end) and k.item is not None for k in same)
        ):
            kept.append(spot)
    return sorted(kept, key=lambda s: s.start)


def _after_name(field: str, item: str, text: str, facts: Facts) -> Iterator[Spot]:
    """Where a value that is a common word stands right after the name of its field: “survived is no”."""
    for way in _ways(field, facts.names):
        for match in _whole(rf"(?:{way})(?:,? (?:is|are|of|value|values?:?))* [\"“]?(?P<item>{re.escape(item)})", text):
            yield Spot(match.start("item"), match.end("item"), field, item)


def _ways(name: str, names: Sequence[str]) -> Iterator[str]:
    """The name as it is written, in words, and in words without its unit, where no other field has the same words."""
    yield re.escape(name) + ("(?:e?s)?" if name.isalpha() else "")
    words = list(name_words(name))
    long = [_SHORT.get(w, w) for w in words]
    if long != words and not any(long == list(name_words(n)) for n in names):
        yield r"[\s_-]+".join(map(re.escape, long))
    if len(words) > 1:
        yield r"[\s_-]+".join(map(re.escape, words))
    bare = [w for w in words if w not in _UNITS]
    others = [[w for w in name_words(n) if w not in _UNITS] for n in names if n != name]
    if len(bare) > 1 and bare != words and bare not in others:
        yield r"[\s_-]+".join(map(re.escape, bare))


def units(field: str) -> tuple[str, ...]:
    """The words for the unit that a field's name ends with.

    >>> units("body_mass_g")
    ('g', 'grams')
    """
    last = (name_words(field) or ("",))[-1]
    return _UNITS.get(last, ()) if len(name_words(field)) > 1 else ()


def _whole(pattern: str, text: str) -> Iterator[re.Match[str]]:
    return re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE)
