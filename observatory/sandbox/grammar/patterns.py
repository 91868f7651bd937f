"""Regular expressions that are surely fast: no group is repeated, and little is tried twice."""

from __future__ import annotations

import re
from dataclasses import dataclass

from observatory.sandbox.grammar.refusal import Refused

SHORT = 200
_LONGEST, _MOST_TIMES, _DEEPEST = 100, 20, 3
_CHOICES, _CHOICES_OF_LONG = (200, 20, 2), (8, 2, 0)
_COST_OF_SHORT = 10
_FLAGS = re.compile(r"(?!.*(.).*\1)[gimsy]{0,5}")
_ATOM = re.compile(
    r"""(?P<start>\^) | (?P<end>\$|\\[bB]) | (?P<one>\.|\\(?:[dDwWsStnrfv]|x2[27]|[^\w\s])|[^\\^$.*+?()\[\]{}|])
      | (?P<class>\[\^?(?:\\(?:[dDwWsStnrfv]|x2[27]|[^\w\s])|[^\\\]])+\]) | (?P<open>\((?:\?:)?(?!\?)) | (?P<or>\|)
      | (?P<close>\))""",
    re.VERBOSE,
)
_TIMES = re.compile(r"(?:(?P<sign>[*+?])|\{(?P<low>\d{1,2})(?P<to>,(?P<high>\d{1,2})?)?\})\??")
_QUOTES = {"'": "\\x27", '"': "\\x22"}


@dataclass(frozen=True)
class Pattern:
    """A regular expression: whether it is global, what it costs, and whether texts must be short for it."""

    every: bool
    cost: int = 1
    short: bool = False


def pattern(body: str, flags: str) -> Pattern:
    r"""What a regular expression of JavaScript costs; raises Refused for one that may be slow or is not understood.

    The time to look for it is at most the length of a text, times its length again for each `*` or `+` after which it
    may go on and for a beginning anywhere, times the ways in which all else may be read.

    >>> pattern(r"^[A-Z]+-\d", "g"), pattern(r"\s+$", "").short
    (Pattern(every=True, cost=1, short=False), True)
    >>> pattern("(a+)+$", "")
    Traceback (most recent call last):
    observatory.sandbox.grammar.refusal.Refused: A pattern in an expression{at} is not allowed.
    """
    if not 0 < len(body) <= _LONGEST or not body.isprintable() or "datum" in body or "&&" in body:
        raise refused("It has up to 100 letters.")
    if _FLAGS.fullmatch(flags) is None:
        raise refused("Its flags are g, i, m, s and y.")
    found = _Reader(body)
    power = found.n_endless - found.ends_endless
    power += bool(power) and not (found.starts and "m" not in flags)
    if power >= len(_CHOICES) or found.n_endless > 2 or found.choices > _CHOICES[power]:
        raise refused("Begin it with “^”, and write “*” or “+” once.")
    short = found.choices > _CHOICES_OF_LONG[power]
    return Pattern("g" in flags, _COST_OF_SHORT if short else 1, short)


def unquoted(body: str) -> str:
    r"""The same pattern without quotes, which other readers of the expression would take for those of a text.

    >>> print(unquoted("n't"))
    n\x27t
    """
    return "".join(_QUOTES.get(letter, letter) for letter in body.replace("\\'", "'").replace('\\"', '"'))


class _Reader:
    """One pass over a pattern: how much of it repeats without an end, and in how many ways the rest may be read.

    `alternatives` are, for each group that is open, the ways of those that are read and of the one being read, and how
    much repeated before it.
    """

    def __init__(self, body: str) -> None:
        self.n_endless = 0
        self.starts = self.ends_endless = self.is_split = False
        self.alternatives = [(0, 1, 0)]
        at, before = 0, ""
        while at < len(body):
            atom = _ATOM.match(body, at)
            if atom is None:
                raise refused("Letters, classes such as [a-z], groups and “|” may stand in it.")
            kind = str(atom.lastgroup)
            self.starts = self.starts or (kind == "start" and at == 0)
            times = _TIMES.match(body, atom.end())
            self.grouped(kind, before, times)
            at, before = times.end() if times else atom.end(), kind
        if len(self.alternatives) > 1 or before in ("or", "open"):
            raise refused("A group or an alternative of it is open.")
        self.choices = self.alternatives[0][0] + self.alternatives[0][1]
        if self.is_split:
            self.starts = self.ends_endless = False

    def grouped(self, kind: str, before: str, times: re.Match[str] | None) -> None:
        """One part of the pattern; a group may only be left out, and only where nothing in it repeats."""
        if times is not None and kind not in ("one", "class", "close"):
            raise refused("Letters, classes such as [a-z] and groups are what is repeated.")
        if kind in ("or", "close") and before in ("", "or", "open"):
            raise refused("An alternative of it is empty.")
        if kind == "open":
            self.alternatives.append((0, 1, self.n_endless))
            if len(self.alternatives) > _DEEPEST:
                raise refused("Its groups are nested too deeply.")
        read, here, endless = self.alternatives.pop()
        if kind == "or":
            self.is_split = True
            read, here = read + here, 1
        elif kind == "close":
            if not self.alternatives or (times and (times["sign"] != "?" or endless < self.n_endless)):
                raise refused("Its groups are not repeated.")
            outer, before_it, earlier = self.alternatives.pop()
            read, here, endless = outer, before_it * (read + here) * (2 if times else 1), earlier
        elif times is not None:
            here *= self.repeated(times)
        if kind != "close" or times is not None:
            self.ends_endless = times is not None and _is_endless(times)
        self.alternatives.append((read, here, endless))

    def repeated(self, times: re.Match[str]) -> int:
        """In how many ways a part that repeats may be read, as far as that is bounded."""
        low, high = int(times["low"] or 0), int(times["high"] or times["low"] or 1)
        if low > high or high > _MOST_TIMES:
            raise refused(f"A letter or class of it may be repeated up to {_MOST_TIMES} times.")
        if _is_endless(times):
            self.n_endless += 1
            return 1
        return high - low + 1 if times["sign"] or times["to"] else 1


def _is_endless(times: re.Match[str]) -> bool:
    return times["sign"] in ("*", "+") or (times["to"] is not None and times["high"] is None)


def refused(hint: str) -> Refused:
    """What is said of a pattern that is not taken.

    >>> refused("It is too long.").hint
    "A simple one is, such as /^[a-z]+/. It is too long. Or search with “indexof(lower(datum.name), 'word') >= 0”."
    """
    return Refused(
        "A pattern in an expression{at} is not allowed.",
        f"A simple one is, such as /^[a-z]+/. {hint} Or search with “indexof(lower(datum.name), 'word') >= 0”.",
    )
