"""Words of questions and of field names: how they are cut, brought to a stem, and which mean the same."""

from __future__ import annotations

import calendar
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from importlib.resources import files
from typing import Any

_TOKEN = re.compile(
    r"""(?P<quoted>"[^"]{1,200}"|“[^”]{1,200}”|`[^`]{1,200}`|(?<![\w])'[^']{1,200}'(?!\w))
    |(?P<date>\d{4}[-/]\d{1,2}(?:[-/]\d{1,2})?(?![-/\d]))
    |(?P<number>(?<![\w.])[-−]?\$?\d+(?:,\d{3})*(?:\.\d+)?(?:[kKmM]\b|\s?million\b|\s?thousand\b)?%?(?![\w]))
    |(?P<operator><=|>=|!=|<>|≥|≤|=|<|>)
    |(?P<word>[^\W_][^\W]*(?:[.'’][^\W\d_]+)*)""",
    re.VERBOSE,
)
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-zß-öø-ÿ]+|[A-Z]+|\d+|[^\W\d_]+")


def vocabulary(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


STOP = vocabulary(
    "a an the of in on at to for from with and or is are was were be been do does did have has had that this these "
    "those their its it they them there what which who whose whom how where when i me my we our you your please show "
    "give tell find list display draw plot visualize visualise create make return report compute calculate get see "
    "want would like could can should using use used as by about all any some chart graph plots bar line pie scatter "
    "x y axis also then than so s 's many much"
)

_IRREGULAR = {"ids": "id", "children": "child", "people": "person", "feet": "foot", "died": "die"}
_EXACT = vocabulary(
    "count counts number numbers total average mean order sort rank chart where there these those other"
)
"""Words that are not taken for a slip of the keyboard: “count” is no “county”."""

_COMPOUNDS = {
    "fname": ("first", "name"),
    "lname": ("last", "name"),
    "mname": ("middle", "name"),
    "firstname": ("first", "name"),
    "lastname": ("last", "name"),
    "dob": ("date", "birth"),
    "zipcode": ("zip", "code"),
    "lifeexp": ("life", "expectancy"),
    "gdppercap": ("gdp", "per", "capita"),
    "mpg": ("miles", "gallon"),
}


@dataclass(frozen=True)
class Token:
    """A word, number, date, operator or quoted text of a question, and where it stands (characters)."""

    text: str
    kind: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        return self.text.lower()

    @property
    def stem(self) -> str:
        return stem(self.text)


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a sentence; a quoted text is one token, a name with underscores too.

    >>> [(t.text, t.kind) for t in tokens('age over 60 in "New York"')]
    [('age', 'word'), ('over', 'word'), ('60', 'number'), ('in', 'word'), ('New York', 'quoted')]
    """
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "word"
        word = match.group()[1:-1].strip() if kind == "quoted" else match.group()
        if word:
            found.append(Token(word, kind, match.start(), match.end()))
    return tuple(found)


_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in calendar.month_name[1:])
_DATED = (
    re.compile(
        rf"\b(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b", re.IGNORECASE
    ),
    re.compile(
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH})\.?,?\s+(?P<year>\d{{4}})\b",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?P<month>{_MONTH})\.?\s+(?:of\s+)?(?P<year>\d{{4}})\b", re.IGNORECASE),
)
_NUMBER_OF_MONTH = {name[:3].lower(): n for n, name in enumerate(calendar.month_name) if name}


def dated(text: str) -> str:
    """The text with dates in words as ISO 8601.

    >>> dated("since June 2015, until 3 May 2016 or Jan 5, 2017")
    'since 2015-06, until 2016-05-03 or 2017-01-05'
    """
    for pattern in _DATED:
        text = pattern.sub(_iso, text)
    return text


def _iso(match: re.Match[str]) -> str:
    said = match.groupdict()
    day = f"-{int(said['day']):02d}" if said.get("day") else ""
    return f"{said['year']}-{_NUMBER_OF_MONTH[said['month'][:3].lower()]:02d}{day}"


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The word without its common English endings.

    >>> [stem(w) for w in ("salaries", "salary", "majored", "majoring", "prices", "classes")]
    ['salari', 'salari', 'major', 'major', 'pric', 'class']
    """
    text = word.lower().replace("’", "'").removesuffix("'s")
    text = _IRREGULAR.get(text, text)
    if len(text) <= 3 or not text.isalpha():
        return text
    if text.endswith("ies"):
        text = text[:-3] + "y"
    elif text.endswith(("sses", "shes", "ches", "xes")):
        text = text[:-2]
    elif text.endswith("s") and not text.endswith(("ss", "us", "is")):
        text = text[:-1]
    for ending in ("ing", "ed"):
        if text.endswith(ending) and len(text) - len(ending) >= 3 and re.search(r"[aeiouy]", text[: -len(ending)]):
            text = text[: -len(ending)]
            text = text[:-1] if len(text) > 3 and text[-1] == text[-2] and text[-1] not in "lsz" else text
            break
    if len(text) > 3 and text.endswith("e"):
        text = text[:-1]
    return text[:-1] + "i" if len(text) > 3 and text.endswith("y") else text


@lru_cache(maxsize=4096)
def name_words(name: str) -> tuple[str, ...]:
    """The words a field name is made of, in lower case.

    >>> name_words("STU_GPA"), name_words("basePrice"), name_words("Fname"), name_words("bill_length_mm")
    (('stu', 'gpa'), ('base', 'price'), ('first', 'name'), ('bill', 'length', 'mm'))
    """
    words: list[str] = []
    for chunk in re.findall(r"[^\W_]+", name):
        parts = (chunk,) if chunk.lower() in _COMPOUNDS else _CAMEL.findall(chunk)
        for part in parts:
            words.extend(_COMPOUNDS.get(part.lower(), (part.lower(),)))
    return tuple(words)


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, Any]:
    text = files("observatory.insight").joinpath("synonyms.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@lru_cache(maxsize=1)
def _synonyms() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(map(stem, group)) for group in _lexicon()["words"])


def is_aside(word: str) -> bool:
    """Whether a word stands for the rows or says how to show them, so that nothing is lost if it is not used.

    >>> is_aside("employees"), is_aside("children")
    (True, False)
    """
    return word.lower() in _asides()


@lru_cache(maxsize=1)
def _asides() -> frozenset[str]:
    return vocabulary(_lexicon()["asides"])


def words_for_sex(value: str) -> tuple[str, ...]:
    """The words for people of the sex that a value such as F, w or männlich stands for.

    >>> "women" in words_for_sex("F"), "men" in words_for_sex("male"), words_for_sex("blue")
    (True, True, ())
    """
    groups: list[list[str]] = list(_lexicon()["sexes"].values())
    said = next((g for g in groups if value.lower() in g), [])
    return tuple(word for word in said if len(word) > 1)


@lru_cache(maxsize=8192)
def meanings(word: str) -> frozenset[str]:
    """The stems of a word and of the words that mean the same.

    >>> sorted(meanings("dept"))
    ['department', 'dept']
    """
    own = stem(word)
    found = {own}
    return frozenset(found.union(*(group for group in _synonyms() if own in group)))


@lru_cache(maxsize=32768)
def alike(word: str, other: str) -> bool:
    """Whether two words are the same word, a synonym, or one slip of the keyboard apart.

    >>> alike("genders", "Sex"), alike("salery", "salary"), alike("cat", "car")
    (True, True, False)
    """
    if stem(word) in meanings(other):
        return True
    a, b = word.lower(), other.lower()
    if a in _EXACT or b in _EXACT:
        return False
    if min(len(a), len(b)) < 5 or a[0] != b[0] or not (a.isalpha() and b.isalpha()):
        return False
    return SequenceMatcher(None, a, b).ratio() >= 0.83 and abs(len(stem(a)) - len(stem(b))) <= 1


def nearest(word: str, names: Iterable[str], n: int = 3) -> list[str]:
    """The names most like a word, best first: synonyms, and names that begin alike and share most letters.

    >>> nearest("payment", ["amount_payment", "date", "Salary"]), nearest("earners", ["Gender", "Salary"])
    (['amount_payment'], ['Salary'])
    """
    scored = [(max(_likeness(word, part) for part in (name.lower(), *name_words(name))), name) for name in names]
    scored.sort(key=lambda pair: -pair[0])
    return [name for score, name in scored[:n] if score >= 0.7]


def _likeness(word: str, part: str) -> float:
    if alike(word, part):
        return 1.0
    return SequenceMatcher(None, word.lower(), part).ratio() if word[:1].lower() == part[:1] else 0.0


def number(text: str) -> float | None:
    """The number a token says, with `%`, `k` and `million` left out or counted in; None if it says none.

    >>> number("1,200"), number("$2.5k"), number("60%"), number("x")
    (1200.0, 2500.0, 60.0, None)
    """
    match = re.fullmatch(r"([-−]?)\$?([\d,]*\.?\d+)\s*(k|m|thousand|million)?%?", text.strip(), re.IGNORECASE)
    if match is None:
        return None
    scale = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6}.get((match[3] or "").lower(), 1.0)
    return (-1 if match[1] else 1) * float(match[2].replace(",", "")) * scale
