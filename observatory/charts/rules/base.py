"""The rule base as values: every rule of `draco_rules/` with its name, its sentence and its weight.

`python -m observatory.charts` writes `draco_rules/README.md` from the files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from observatory.errors import RuleBadRule

_HEADER = re.compile(r"^% @(hard|soft)\((\w+)\) (.+)$", re.MULTILINE)
_WEIGHT = re.compile(r"^preference_weight\((\w+),(\d+)\)\.$", re.MULTILINE)
_BLOCK = re.compile(r"<(?:block|string)>:(\d+):(\d+)(?:-\d+)?: ?(?:error: )?")


@dataclass(frozen=True)
class Rule:
    """A constraint with its sentence; `weight` is None for a hard one; `source` is its answer-set program."""

    name: str
    kind: Literal["hard", "soft"]
    reason: str
    weight: int | None
    source: str


def rules_folder() -> Path:
    """The folder of the rule files, beside the package."""
    return Path(__file__).resolve().parents[3] / "draco_rules"


def rule_files(part: str) -> tuple[Path, ...]:
    """The files of a part: `NAME.lp`, or all that lie in the folder `NAME/`.

    >>> [path.name for path in rule_files("optimise")]
    ['optimise.lp']
    """
    folder = rules_folder() / part
    return tuple(sorted(folder.glob("*.lp"))) if folder.is_dir() else (rules_folder() / f"{part}.lp",)


@cache
def program(*parts: str) -> str:
    """The text of some parts of the rule base, one file after the other.

    >>> "#minimize" in program("optimise")
    True
    """
    return "".join(path.read_text(encoding="utf-8") for part in parts for path in rule_files(part))


def blame(messages: str, parts: tuple[str, ...]) -> str:
    """What the solver says of the text of `program(*parts)`, with the file and line of the rule base it speaks of.

    >>> blame("<block>:2:1-5: error: syntax error, unexpected <IDENTIFIER>", ("optimise",))
    'optimise.lp, line 2: syntax error, unexpected <IDENTIFIER>'
    """
    lengths = [
        (path.relative_to(rules_folder()).as_posix(), path.read_text(encoding="utf-8").count("\n"))
        for part in parts
        for path in rule_files(part)
    ]

    def place(found: re.Match[str]) -> str:
        line = int(found[1])
        for name, length in lengths:
            if line <= length:
                return f"{name}, line {line}: "
            line -= length
        return ""

    return _BLOCK.sub(place, messages).strip()


def parse(hard: str, soft: str, weights: str) -> tuple[Rule, ...]:
    """Rules out of the text of the three parts; raises RuleBadRule where names and weights do not pair up.

    >>> parse("% @hard(a) Why.\\nbroken(a,m0) :- mark(bar).", "", "")[0].reason
    'Why.'
    """
    costs = {name: int(weight) for name, weight in _WEIGHT.findall(weights)}
    blocks = [*_blocks("hard", hard, {}), *_blocks("soft", soft, costs)]
    unknown = sorted(set(costs) - {rule.name for rule in blocks})
    if unknown:
        raise RuleBadRule(f"weights.lp weighs “{unknown[0]}”, which is no soft rule.", "Remove it or add the rule.")
    return tuple(blocks)


def _blocks(kind: Literal["hard", "soft"], text: str, costs: dict[str, int]) -> list[Rule]:
    heads = list(_HEADER.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    blocks = []
    for head, end in zip(heads, ends, strict=False):
        name = head[2]
        if head[1] != kind:
            raise RuleBadRule(f"{kind} rules hold the {head[1]} rule “{name}”.", f"Move it to {head[1]}/.")
        if kind == "soft" and name not in costs:
            raise RuleBadRule(f"The soft rule “{name}” has no weight.", "Give it one in weights.lp.")
        source = re.split(r"^% (?:──|Soft rules|Hard rules)", text[head.end() : end], flags=re.MULTILINE)[0].strip()
        blocks.append(Rule(name, kind, head[3].strip(), costs.get(name), source))
    return blocks


def rule_names(text: str) -> tuple[str, ...]:
    """The names of the rules in the text of a file, in order.

    >>> rule_names("% @soft(bin) Why.")
    ('bin',)
    """
    return tuple(head[2] for head in _HEADER.finditer(text))


@cache
def rules() -> dict[str, Rule]:
    """Every rule of the rule base by name, hard ones first; raises RuleBadRule."""
    found = parse(program("hard"), program("soft"), program("weights"))
    return {rule.name: rule for rule in found}


def document() -> str:
    """The rule base as Markdown: what `draco_rules/README.md` holds."""
    hard = [rule for rule in rules().values() if rule.kind == "hard"]
    soft = [rule for rule in rules().values() if rule.kind == "soft"]
    lines = [
        _INTRODUCTION.format(n_hard=len(hard), n_soft=len(soft)),
        "## Hard rules",
        "",
        "| rule | reason |",
        "|---|---|",
    ]
    lines += [f"| [`{rule.name}`](examples/{rule.name}.json) | {rule.reason} |" for rule in hard]
    lines += ["", "## Soft rules", "", "| rule | weight | reason |", "|---|---:|---|"]
    lines += [f"| [`{rule.name}`](examples/{rule.name}.json) | {rule.weight} | {rule.reason} |" for rule in soft]
    return "\n".join(lines) + "\n"


_INTRODUCTION = """# What makes a good chart, as rules

Written by `python -m observatory.charts`; edit the `.lp` files instead.

A chart is a set of facts in Draco's words (`entity(kind,parent,id)`, `attribute((kind,property),id,value)`).
{n_hard} hard rules say what a chart must not do, {n_soft} soft rules what it had better not do. A chart costs the sum
of weight x count over the soft rules that it breaks; the cheapest chart that breaks no hard rule is proposed first.

| file | holds |
|---|---|
| `facts.lp` | the domains, and the short words the rules are written in |
| `choose.lp` | the generator: completes what is wished |
| `hard/*.lp` | hard rules, by what they are about: `broken(Rule,Where)` |
| `soft/*.lp` | soft rules, by what they are about: `preference(Rule,Where)` |
| `weights.lp` | the weight of each soft rule, set by hand |
| `learned.lp` | weights that a task gives to rules of `soft/perception.lp`, learned from people's choices |
| `optimise.lp` | what is minimised |
| `examples/` | for each rule one chart that breaks it and one that keeps it |

Learned weights hold for the tasks that they name, and only for rules that wait for a number that is asked about: points
of single rows that show a category and two numbers, one of them asked about. In a wish to read values that is the
number wished first; a wish for summaries, which single rows do not serve, names none. A chart that is only checked does
not say what is asked about, so there they keep quiet. They are learned from 892 preferences between point charts in an
experiment with two tasks (Kim and Heer 2018, as packaged by cmudig/draco2, MIT licence), so they say nothing about
other charts, which keep the weights set by hand. `python benchmarks/chart_pairs.py --pairs FILE --write` learns them
again and keeps them only where they order the pairs better than before and leave the first chart of every panel request
as it is.

Fields are `f0`, `f1`, … and every statistic is a whole number, so nothing out of the data is ever read as a program.
"""
