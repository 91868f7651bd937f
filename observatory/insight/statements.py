"""Sentences read clause by clause: each clause must have a form whose truth is computed, or only name fields."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from observatory.insight.clause import Clause, Context, Known
from observatory.insight.facts import Facts
from observatory.insight.symbols import Symbols, symbols, units
from observatory.insight.truth import CHECKS, after
from observatory.insight.words import STOP, name_words, stem, vocabulary

_PART = re.compile(r"(?<!\?P)<(\w+)(?::([@\w]+))?>")
_SPLIT = re.compile(r" (?:, (?:and|but|while|whereas|with|of which)|; (?:and )?|, |and|but|while|whereas|with) ?(?=\S)")
_OPENING = re.compile(
    r"^(?:also|additionally|moreover|overall|finally|further|furthermore|here|in (?:this|the) table) ?,? "
)
_NEUTRAL = vocabulary(
    "a an the this that these each every it its their table row rows describes describe lists list contains contain "
    "includes include shows show covers cover gives give holds hold records record information details data values "
    "value on of for with about by such as including and also fields field one following provides provide represents "
    "represent corresponds to stores store"
)
_MANY = vocabulary("staff people personnel persons everybody")
_LISTS = re.compile(
    r"^(?:(?:this|the) )?(?:table|it)"
    r" (?:describes?|lists?|contains?|includes?|shows?|covers?|gives?|holds?|records?|provides?|stores?|is about|has)\b"
    r"|^(?:each|every|the) rows? (?:contains?|includes?|shows?|gives?|holds?|records?|provides?)\b"
    r"|^(?:each|every) row (?:describes|represents|corresponds to|is) (?:a|an|one) row\b"
)
_TABLE = re.compile(r"\b(?:data ?sets?|datasets?|tables?|file|sheet|spreadsheet|data)\b")
_ROWS = re.compile(r"\b(?:records|entries|observations|lines|cases|items)\b")
_FIELDS = re.compile(r"\b(?:columns|variables|attributes|features)\b")
_ROW = re.compile(r"\b(?:record|entry|observation|line|case|item)\b(?! (?:high|low))")


class Reader:
    """Reads sentences against facts.

    >>> from observatory.insight.facts import Number
    >>> reader = Reader(Facts((), (Number(32.2, "mean", "Fare"),), ("Fare",), ()))
    >>> reader.fault("The mean Fare is 32.2."), reader.fault("The mean Fare is 64.")
    ('', 'the facts do not say so')
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._known = Known(facts)
        self._stated = _stated(facts)

    def fault(self, text: str) -> str:
        """Why a sentence cannot be shown; empty where each of its clauses is true."""
        said = symbols(text, self._facts)
        plain = _plain(said, self._facts)
        if _concrete(plain, said) in self._stated:
            return ""
        found = set()
        for clauses in _readings(plain):
            found.add(self._read(clauses, said))
            if True in found:
                return ""
        return "the facts do not say so" if False in found else "it says what cannot be checked"

    def _read(self, clauses: list[str], said: Symbols) -> bool | None:
        """Whether all clauses are true; None where one has no known form."""
        context, true = Context(), True
        for i, clause in enumerate(clauses):
            verdict, context = _clause(clause.strip(" ,"), said, self._known, context)
            if verdict is None and _only_lists(clause.strip(" ,"), opens=not i, goes_on=context.table):
                verdict, context = True, Context(table=True)
            if verdict is None:
                return None
            true = true and verdict
        return true


@lru_cache(maxsize=1)
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    read = tomllib.loads(files("observatory.insight").joinpath("forms.toml").read_text(encoding="utf-8"))
    parts = read["parts"] | {"oftener": "(?P<@>more|less)"}

    def whole(pattern: str, name: str = "") -> str:
        def part(match: re.Match[str]) -> str:
            own = (match[2] or match[1]).replace("@", name)
            return whole(parts[match[1]], own)

        return _PART.sub(part, pattern).replace("@", name)

    return tuple(
        (name, re.compile(whole(pattern.replace("<oftener:more>", "<oftener>"))))
        for name, patterns in read["forms"].items()
        for pattern in patterns
    )


def _stated(facts: Facts) -> set[str]:
    """The sentences of the facts, and what stands before their colon."""
    texts = [text for fact in facts.sentences for text in (fact.text, fact.text.partition(":")[0])]
    return {_concrete(_plain(said, facts), said) for said in (symbols(text, facts) for text in texts)}


def _concrete(plain: str, said: Symbols) -> str:
    """A sentence in symbols with what they stand for in their place."""
    named = said.fields | said.values | said.amounts | said.dates
    return re.sub(r"[FVNPQD]\d+", lambda match: f"‹{named[match[0]]}›", plain)


def _plain(said: Symbols, facts: Facts) -> str:
    """The symbols with one word for rows and one for the table, and without units and words of the title."""
    text = _TABLE.sub("table", said.text)
    text = _FIELDS.sub("fields", _ROW.sub("row", _ROWS.sub("rows", text)))
    noun = _noun(facts)
    if noun:
        text = re.sub(rf"\b{re.escape(noun)}\b", "rows", text)
        text = re.sub(rf"\b{re.escape(noun[:-1])}\b", "row", text)
    named = "|".join(map(re.escape, _title_words(facts)))
    if named:
        text = re.sub(rf" (?:of|from|on|about|in|aboard|for)(?: the)?(?: (?:{named}))+(?= |$)", "", text)
    for name in dict.fromkeys(said.fields.values()):
        for unit in units(name):
            text = re.sub(rf"(?<=N)(\d+) {unit}\b", r"\1", text)
    return _OPENING.sub("", re.sub(r"\bthe table rows\b", "the rows", text))


def _title_words(facts: Facts) -> list[str]:
    return [w for w in re.findall(r"[^\W\d_]+", facts.title.lower()) if w not in STOP and w not in ("data", "table")]


def _noun(facts: Facts) -> str:
    """What the title calls the rows, such as “passengers”: a plural it is headed by and no field is called like."""
    head = re.split(r"\b(?:of|by|per|in|for|on|from)\b|[^\w\s]|\d", facts.title.lower())[0].split()
    if not head or "and" in head or not head[-1].isalpha():
        return ""
    is_plural = head[-1] in _MANY or (len(head[-1]) > 3 and head[-1].endswith("s"))
    fields = {stem(word) for name in facts.names for word in name_words(name)}
    return head[-1] if is_plural and stem(head[-1]) not in fields else ""


def _readings(text: str) -> Iterator[list[str]]:
    """The ways to cut a sentence into clauses: whole first, then at each way of splitting, at most four cuts."""
    places = [(m.start(), m.end()) for m in _SPLIT.finditer(text)][:7]
    for mask in sorted(range(2 ** len(places)), key=lambda m: m.bit_count()):
        if mask.bit_count() > 4:
            return
        at, clauses = 0, []
        for i, (start, end) in enumerate(places):
            if mask >> i & 1:
                clauses.append(text[at:start])
                at = end
        yield [*clauses, text[at:]]


def _clause(text: str, said: Symbols, known: Known, context: Context) -> tuple[bool | None, Context]:
    """Whether a clause is true in the one of its forms that is true, and what the next one may leave out."""
    verdict: bool | None = None
    for name, form in _forms():
        match = form.fullmatch(text)
        if match is None:
            continue
        parts = {key: part for key, part in match.groupdict().items() if part is not None}
        clause = Clause(parts | {"clause": text}, said, known, context)
        verdict = CHECKS[name](clause)
        if verdict:
            return True, after(name, clause)
    return verdict, context


def _only_lists(text: str, *, opens: bool, goes_on: bool) -> bool:
    """Whether a clause does no more than name fields of the table, or goes on after one about the table."""
    opening = _LISTS.match(text)
    if not (opening if opens else opening or goes_on) or re.search(r"F\d+ rows?\b", text):
        return False
    rest = text[opening.end() if opening else 0 :].split()
    named = any(re.fullmatch(r"F\d+", w) for w in rest)
    return (named or opening is not None) and all(w in _NEUTRAL or re.fullmatch(r"F\d+|[,:]", w) for w in rest)
