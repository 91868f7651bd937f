"""A question put in the words of one table: “each kind” is each species, 5 kilos are 5000 g, winter is some months."""

from __future__ import annotations

import re

from observatory.insight.terms import is_time
from observatory.insight.words import alike, name_words, vocabulary
from observatory.model import FieldProfile, Profile

_KINDS = vocabulary("species kind type category class breed variety genre")
_KIND = re.compile(
    r"\b(which|what|each|every|per|by|any|the|all|different|various)\s+(?:kinds?|sorts?|types?|breeds?|varieties)\b"
    r"(?!\s+of\s+(?:charts?|graphs?|plots?)\b)(?:(?=\s+of\s+(\w+))|(?!\s+of\b))(?![\w-])",
    re.IGNORECASE,
)
_SIZES = {
    "long": "length", "short": "length", "deep": "depth", "shallow": "depth", "wide": "width", "broad": "width",
    "narrow": "width", "tall": "height", "high": "height", "thick": "thickness", "fast": "speed", "slow": "speed",
}  # fmt: skip
_SMALL = vocabulary("short shallow narrow slow small thin")
_SIZE = re.compile(rf"\b({'|'.join(_SIZES)})(e?r|e?st)\s+([^\W\d_]{{3,}})\b", re.IGNORECASE)
_BESIDE = re.compile(r"\b(long|big|larg|tall|deep|wid|thick|short|small|narrow|thin)(er|est)\s+(?=`)", re.IGNORECASE)
_YOUNG = re.compile(
    r"\b(?:kids?|child(?:ren)?|bab(?:y|ies)|infants?|toddlers?|teen(?:ager)?s?|minors?)\b"
    r"(?=[^.?!;]*\b(?:under|below|younger|aged?|up\s+to|over|above|older)\b[^.?!;]*\d)",
    re.IGNORECASE,
)
_SEASON = r"(?:the\s+)?(?:winters?|summers?|autumns?|springtime|wintertime|summertime)"
_SEASONS = re.compile(
    rf"\b(?:in|during|over|of|for)\s+(?:{_SEASON}|(?:the\s+)?(?:spring|fall)\b(?!\s+(?:of|in|to)\b))"
    rf"(?:(?:,|\s+(?:than|and|or|versus|vs\.?|compared\s+(?:to|with)))\s*(?:in\s+|during\s+)?"
    rf"(?:{_SEASON}|(?:the\s+)?(?:spring|fall)))*(?!\w)",
    re.IGNORECASE,
)
_AT_END = re.compile(
    r"\b(?:in|for|of)\s+(?:the\s+(?:(?P<last>latest|last|most\s+recent|newest|final)|first|earliest|oldest)"
    r"|(?P<now>latest|most\s+recent))\s+year\b(?!\s+of\b)",
    re.IGNORECASE,
)

_UNITS = (
    {"mg": 0.001, "g": 1.0, "kg": 1000.0, "lb": 453.59237, "lbs": 453.59237, "oz": 28.349523125},
    {"mm": 0.001, "cm": 0.01, "m": 1.0, "km": 1000.0, "mi": 1609.344, "miles": 1609.344, "ft": 0.3048, "feet": 0.3048},
)
"""Units of mass in grams and of length in metres; pounds and feet as the international agreement of 1959 has them."""
_SPOKEN = {
    **dict.fromkeys(("kilo", "kilos", "kilogram", "kilograms", "kilogramme", "kilogrammes"), "kg"),
    **dict.fromkeys(("gram", "grams", "gramme", "grammes"), "g"),
    **dict.fromkeys(("millimetre", "millimetres", "millimeter", "millimeters"), "mm"),
    **dict.fromkeys(("centimetre", "centimetres", "centimeter", "centimeters"), "cm"),
    **dict.fromkeys(("metre", "metres", "meter", "meters"), "m"),
    **dict.fromkeys(("kilometre", "kilometres", "kilometer", "kilometers"), "km"),
    **dict.fromkeys(("mile", "miles"), "mi"),
    **{unit: unit for unit in ("mg", "g", "kg", "lb", "lbs", "oz", "mm", "cm", "km")},
}
_AMOUNT = re.compile(
    rf"(?<![\w.])(\d+(?:\.\d+)?)\s?({'|'.join(sorted(_SPOKEN, key=len, reverse=True))})\b", re.IGNORECASE
)


def in_its_words(text: str, profile: Profile) -> str:
    """The question with kinds, seasons, the first and the last year, and amounts as the table has them.

    Each is put in other words only where exactly one field fits.

    >>> kind = FieldProfile("species", "nominal", "dimension", "VARCHAR", 0, 3)
    >>> mass = FieldProfile("body_mass_g", "quantitative", "measure", "BIGINT", 0, 94)
    >>> in_its_words("how many of each kind weigh over 5 kilos", Profile(9, (kind, mass)))
    'how many of each `species` weigh over 5000'
    """
    text = _BESIDE.sub(lambda found: _end(found[1], found[2]) + " ", text)
    if any(f.type == "quantitative" and "age" in name_words(f.name) for f in profile.fields):
        text = _YOUNG.sub(lambda found: found[0] if _is_value(found[0], profile) else "people", text)
    text = re.sub(r"\b[A-ZÀ-Þ][a-zß-ÿ]{3,}\b", lambda found: _place(found[0], profile), text)
    text = _KIND.sub(lambda found: _kind(found, profile), text)
    text = _SIZE.sub(lambda found: _size(found, profile), text)
    text = _AMOUNT.sub(lambda found: _amount(found, profile), text)
    time = _only_time(profile)
    if time is None:
        return text
    text = _AT_END.sub(lambda found: _at_end(found, time), text)
    return _SEASONS.sub(" by month of the year", text).replace("  ", " ") if has_seasons(text, profile) else text


def has_seasons(text: str, profile: Profile) -> bool:
    """Whether a question names a season that the table has only as the months of its one field of time."""
    time = _only_time(profile)
    found = _SEASONS.search(text)
    if found is None or time is None or time.type != "temporal":
        return False
    said = set(re.findall(r"[a-z]+", found[0].lower()))
    held = {str(t.value).lower() for f in profile.fields for t in f.top}
    return not said & held and not any("season" in name_words(f.name) for f in profile.fields)


def season_note(text: str, profile: Profile) -> str:
    """What is to be said of a question that names a season; "" where the table has it, or none is named."""
    seasonal = has_seasons(text, profile)
    return "The table has months, not seasons: all months of the year are shown." if seasonal else ""


def _only_time(profile: Profile) -> FieldProfile | None:
    times = [f for f in profile.fields if is_time(f)]
    return times[0] if len(times) == 1 else None


def _kind(found: re.Match[str], profile: Profile) -> str:
    """“each kind of penguin” as each species, but “each kind of weather” where the weather is a field."""
    words = {part for f in profile.fields for part in name_words(f.name)}
    kinds = [f for f in profile.fields if f.type in ("nominal", "ordinal") and _KINDS & set(name_words(f.name))]
    said = found[0].split()[-1]
    is_field = any(alike(said, word) for word in words) or (found[2] and any(alike(found[2], w) for w in words))
    return found[0] if is_field or len(kinds) != 1 else f"{found[1]} `{kinds[0].name}`"


def _size(found: re.Match[str], profile: Profile) -> str:
    """“longer bills” as the length of the bill, where its depth is another field."""
    size = _SIZES[found[1].lower()]
    fitting = [
        f
        for f in profile.fields
        if f.type == "quantitative"
        and size in name_words(f.name)
        and any(alike(found[3], w) for w in name_words(f.name))
    ]
    if size == found[3].lower() or len(fitting) != 1:
        return found[0]
    return f"{_end(found[1], found[2])} `{fitting[0].name}`"


def _end(adjective: str, ending: str) -> str:
    """“shorter” as lower, “longest” as highest."""
    end = "low" if adjective.lower() in _SMALL else "high"
    return f"{end}{'er' if ending.lower().endswith('r') else 'est'}"


def _is_value(word: str, profile: Profile) -> bool:
    return any(alike(word, str(t.value)) for f in profile.fields for t in f.top)


def _place(word: str, profile: Profile) -> str:
    """“African” as Africa, “Japanese” as Japan, where that is the one value of the table that it may come from."""
    values = {str(t.value) for f in profile.fields if f.type == "nominal" for t in f.top}
    if word in values:
        return word
    found = [v for v in values if len(v) > 3 and word in _people_of(v)]
    return found[0] if len(found) == 1 else word


def _people_of(place: str) -> set[str]:
    """What English may call those of a place."""
    stems = [place, place[:-1]] if place[-1:] in "aeiouy" else [place]
    own = {place[:-1]} if place.endswith("many") else set()
    return own | {f"{start}{end}" for start in stems for end in ("n", "an", "ian", "ese", "i") if start + end != place}


def _at_end(found: re.Match[str], time: FieldProfile) -> str:
    end = time.max if found["last"] or found["now"] else time.min
    year = str(end)[:4]
    return f"in {year}" if re.fullmatch(r"(?:1[5-9]|20)\d\d", year) else found[0]


def _amount(found: re.Match[str], profile: Profile) -> str:
    """An amount in the unit that the names of the table's fields end in, where that is one."""
    unit = _SPOKEN[found[2].lower()]
    known = next(units for units in _UNITS if unit in units)
    ends = {name_words(f.name)[-1:] for f in profile.fields if f.type == "quantitative" and len(name_words(f.name)) > 1}
    held = {end[0] for end in ends if end and end[0] in known}
    if len(held) != 1:
        return found[0]
    amount = round(float(found[1]) * known[unit] / known[held.pop()], 6)
    return str(int(amount) if amount.is_integer() else amount)
