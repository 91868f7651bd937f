"""The kinds of values that hold no others: what is taken, and how a person is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from observatory.sandbox.grammar.formats import is_number_format, is_time_format
from observatory.sandbox.grammar.names import is_field, is_label, is_member, is_new_field, is_param, is_plain

_FONT = re.compile(r"""[\w \-.,'"]{1,200}""")
_NUMBERS = r"\(\s*[-+\d.eE%\s,/]{1,60}(?:deg)?[-+\d.eE%\s,/]{0,60}\s*\)"
_COLOUR = re.compile(
    rf"#(?:[0-9a-f]{{3,4}}|[0-9a-f]{{6}}|[0-9a-f]{{8}})|(?:rgb|hsl)a?{_NUMBERS}|(?:lab|lch|hwb){_NUMBERS}"
)
_NAMED = frozenset(
    re.findall(
        "[a-z]+",
        """aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown
        burlywood
    cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray
    darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen
    darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue
    firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew
    hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan
    lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray
    lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon mediumaquamarine mediumblue
    mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise mediumvioletred
    midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid
    palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple
    rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue
    slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white
    whitesmoke yellow yellowgreen transparent none currentcolor""",
    )
)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_SHAPE = re.compile(r"\s*[Mm][MmLlHhVvCcSsQqTtAaZz0-9eE+\-., \n]{0,3000}")
_UNIT = re.compile(
    r"(?:binned)?(?:utc)?(?=[a-z])(?:year)?(?:quarter)?(?:month)?(?:week)?(?:dayofyear|day)?(?:date)?"
    r"(?:hours)?(?:minutes)?(?:seconds)?(?:milliseconds)?"
)
_SCHEME = re.compile(
    r"(?:accent|category10|category20[bc]?|dark2|paired|pastel[12]|set[123]|tableau[12]0|observable10|blues|tealblues|"
    r"teals|greens|browns|greys|purples|warmgreys|reds|oranges|turbo|viridis|inferno|magma|plasma|cividis|bluegreen|"
    r"bluepurple|goldgreen|goldorange|goldred|greenblue|orangered|purplebluegreen|purpleblue|purplered|redpurple|"
    r"yellowgreenblue|yellowgreen|yelloworangebrown|yelloworangered|darkblue|darkgold|darkgreen|darkmulti|darkred|"
    r"lightgreyred|lightgreyteal|lightmulti|lightorange|lighttealblue|blueorange|brownbluegreen|purplegreen|"
    r"pinkyellowgreen|purpleorange|redblue|redgrey|redyellowblue|redyellowgreen|spectral|rainbow|sinebow)(?:-\d{1,2})?"
)
THEMES = frozenset(
    (
        *("carbong10", "carbong100", "carbong90", "carbonwhite", "dark", "excel", "fivethirtyeight", "ggplot2"),
        *("googlecharts", "latimes", "powerbi", "quartz", "urbaninstitute", "vox"),
    )
)
_SIDE = r"(?:window:|view:)?"
_KEY = r"(?:\[!?event\.(?:shiftKey|altKey|ctrlKey|metaKey)\])?"
_DOWN, _MOVE, _UP = (
    r"(?:mousedown|pointerdown|touchstart)",
    r"(?:mousemove|pointermove|touchmove)",
    r"(?:mouseup|pointerup|touchend)",
)
_SIMPLE = (
    r"(?:click|dblclick|mouse(?:over|out|move|down|up|enter|leave)|pointer(?:over|out|move|down|up|enter|leave)|"
    r"touch(?:start|move|end)|wheel|drag)"
)
_DRAG = rf"\[{_SIDE}{_DOWN}{_KEY}, ?{_SIDE}{_UP}\] ?> ?{_SIDE}{_MOVE}!?"
_ONE = rf"{_SIMPLE}!?{_KEY}!?"
_EVENT = re.compile(rf"{_DRAG}|{_ONE}(?:, ?{_ONE}){{0,3}}")
_PARSED = re.compile(r"(?:number|boolean|string|date|utc)")
_DATE = re.compile(r"(?:date|utc):(?P<format>(?:'[^']*'|\"[^\"]*\"))")
_UNPRINTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True)
class Text:
    """A kind of text: a test, and what it is called."""

    fits: Callable[[str], bool]
    words: str


def _pattern(pattern: re.Pattern[str], longest: int = 4_000) -> Callable[[str], bool]:
    return lambda text: len(text) <= longest and pattern.fullmatch(text) is not None


def is_colour(text: str) -> bool:
    """Whether a text is a colour of CSS: a name, hexadecimal, numbers, or the empty one that draws nothing.

    >>> is_colour("SteelBlue"), is_colour("#ff0000"), is_colour("rgba(1, 2, 3, 0.5)"), is_colour("url(#a)")
    (True, True, True, False)
    """
    if not text or text.lower() in _NAMED:
        return True
    return len(text) <= 120 and _COLOUR.fullmatch(text.strip().lower()) is not None


def is_word(text: str) -> bool:
    """Whether a text is a plain word that can do no harm where Vega-Lite wants one of its own.

    >>> is_word("scatter"), is_word("image"), is_word("a b")
    (True, False, False)
    """
    return _WORD.fullmatch(text) is not None and text not in ("image", "group") and is_member(text)


def is_time_unit(text: str) -> bool:
    """Whether a text names a unit of time of Vega-Lite.

    >>> is_time_unit("utcyearmonth"), is_time_unit("binnedyearquarter"), is_time_unit("utc")
    (True, True, False)
    """
    return text not in ("utc", "binned", "binnedutc") and len(text) <= 90 and _UNIT.fullmatch(text) is not None


def is_parsed_as(text: str) -> bool:
    """Whether a text says how a column of rows is read.

    >>> is_parsed_as("date"), is_parsed_as("date:'%d.%m.%Y'"), is_parsed_as("eval")
    (True, True, False)
    """
    found = _DATE.fullmatch(text[:200])
    if _PARSED.fullmatch(text) is not None:
        return True
    inner = found["format"][1:-1] if found else ""
    return is_time_format(inner) and "'" not in inner and '"' not in inner


def without_controls(text: str) -> str:
    r"""A text without what no page can show.

    >>> without_controls("a\x00b")
    'ab'
    """
    return _UNPRINTED.sub("", text)


TEXTS: dict[str, Text] = {
    "colour": Text(is_colour, "a colour, such as “steelblue” or “#4682b4”"),
    "font": Text(_pattern(_FONT), "the name of a font"),
    "shape": Text(_pattern(_SHAPE), "a shape, such as “circle” or a path of SVG"),
    "time-unit": Text(is_time_unit, "a unit of time, such as “yearmonth”"),
    "scheme": Text(lambda text: _pattern(_SCHEME, 60)(text.lower()), "a colour scheme, such as “viridis”"),
    "event": Text(_pattern(_EVENT, 200), "an event, such as “click” or “pointerover”"),
    "parsed-as": Text(is_parsed_as, "“number”, “boolean”, “date” or “string”"),
    "field": Text(is_field, "the name of a field"),
    "plain-field": Text(is_plain, "the name of a field that is one plain word"),
    "new-field": Text(is_new_field, "a name for a field"),
    "role": Text(_pattern(_WORD), "a role, such as “img”"),
    "calendar-name": Text(
        lambda text: text.isascii() and text.isalpha() and len(text) <= 9, "the name of a month or day"
    ),
    "param-name": Text(is_param, "a plain word that Vega does not use itself"),
    "word": Text(is_word, "a word of Vega-Lite"),
    "label": Text(is_label, "a name of letters, digits and spaces"),
    "number-format": Text(is_number_format, "a format of numbers, such as “.1f”"),
    "time-format": Text(is_time_format, "a format of times, such as “%b %Y”"),
}
Check = Callable[[Any], Any]
