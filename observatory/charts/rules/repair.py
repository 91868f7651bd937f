"""The smallest changes after which a chart breaks no hard rule: fewest edits first, then the cost of the design."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import clingo

from observatory.charts.rules.edits import edit_words
from observatory.charts.rules.ground import program_for
from observatory.charts.rules.interest import quietness
from observatory.charts.rules.options import PROPERTIES, Options, options_of
from observatory.charts.rules.patch import Change, patched
from observatory.charts.rules.rule_weights import shipped
from observatory.charts.rules.solver import search
from observatory.charts.spec.parts import Part
from observatory.charts.spec.reading import Reading, read
from observatory.model import Profile, Repair

if TYPE_CHECKING:
    from observatory.charts.rules.check import Judge, Judged

MOST, FEW, MOST_BROKEN = 3, 2, 6
MOST_TIES = 50
TIME_LIMIT = 1.0
Edits = tuple[tuple[str, str, str], ...]
_Model = tuple[Sequence[clingo.Symbol], Mapping[int, int]]
_PARTS = ("facts", "repair", "hard", "soft", "optimise")
_SHOW = "#show attribute((K,P),E,V) : attribute((K,P),E,V), K != field, K != layer."


def repairs(spec: Mapping[str, Any], reading: Reading, judged: Sequence[Judged], by: Judge) -> tuple[Repair, ...]:
    """At most three different repairs of a chart, each read and judged again and without a broken hard rule."""
    from observatory.charts.rules.check import judge_parts, part_name, told

    broken = [one for one in judged if one.answer.broken][:MOST_BROKEN]
    found: dict[tuple[str, ...], tuple[list[int], Repair]] = {}
    changes = [part_changes(one, reading, by) for one in broken]
    for chosen in _choices(changes):
        changed: Mapping[str, Any] = spec
        words: tuple[str, ...] = ()
        for one, change in zip(broken, chosen, strict=True):
            changed = patched(changed, one.part, change)
            words += edit_words(one.part, change, part_name(one.part, reading))
        result = told(judge_parts(read(changed), by, judged), by)
        if result.valid and words not in found:
            rank = [len(words), *map(sum, zip(*(change.rank for change in chosen), strict=True))]
            found[words] = rank, Repair(changed, words, result.cost)
    return tuple(found[words][1] for words in sorted(found, key=lambda words: (found[words][0], words)))[:MOST]


def _choices(changes: Sequence[Sequence[Change]]) -> Iterator[tuple[Change, ...]]:
    """The best change of each part; then further ones of one part at a time."""
    if not changes or not all(changes):
        return
    best = tuple(of_part[0] for of_part in changes)
    yield best
    for place, of_part in enumerate(changes):
        for other in of_part[1:]:
            yield (*best[:place], other, *best[place + 1 :])


def part_changes(one: Judged, reading: Reading, by: Judge) -> list[Change]:
    """At most three ways to change a part so that it keeps every hard rule.

    A field is added where few edits fail, or a line lacks an axis.
    """
    likely = _likely(one.part, reading)
    rules = {rule for rule, _ in one.answer.broken}
    lacks = "line_one_axis" in rules and "second_no_first" not in rules
    found = [] if lacks else _solved(_options(one, likely, (), by), by)
    if found and len(found[0].edits) <= FEW:
        return found
    wider = _solved(_options(one, likely, _worth(by.profile, one.part), by), by)
    return min((way for way in (found, wider) if way), key=lambda way: len(way[0].edits), default=[])


def _options(one: Judged, likely: Sequence[str], more: Sequence[str], by: Judge) -> Options:
    return options_of(one.part, by.profile, one.scene, task=by.task, likely=likely, more=more, broken=one.answer.broken)


def _likely(part: Part, reading: Reading) -> tuple[str, ...]:
    """The fields that other parts show on the axes, those of the layers beside it first."""
    beside = sorted(reading.parts, key=lambda other: other.layer is None or other.layer != part.layer)
    shown = [e.field for other in beside if other is not part for e in other.view.encodings if e.channel in ("x", "y")]
    return tuple(dict.fromkeys(name for name in shown if name is not None))


def _worth(profile: Profile, part: Part) -> tuple[str, ...]:
    """A time, a category and a number that have something to say and are not in the part yet."""
    shown = {e.field for e in part.view.encodings}
    quiet = quietness(profile)
    kinds: dict[str, str] = {}
    for name in sorted(quiet, key=lambda n: quiet[n]):
        known = profile.field(name)
        kind = "time" if known.role == "time" else "number" if known.type == "quantitative" else "category"
        if name not in shown and (kind != "category" or known.distinct <= 20):
            kinds.setdefault(kind, name)
    return tuple(kinds.values())


def _solved(options: Options, by: Judge) -> list[Change]:
    """The best changes, each with an edit that no better one is made of alone."""
    control = clingo.Control(["--warn=none"])
    program_for(control, _PARTS, f"{_SHOW}\n{(by.weights or shipped()).text(by.task)}", options.text)
    control.ground([("base", [])])
    found: list[Change] = []
    deadline = time.monotonic() + TIME_LIMIT
    while len(found) < MOST:
        best = _best(control, options, deadline)
        if not best or not best[0].edits or (found and not _worthwhile(best[0], found[0])):
            break
        for change in best:
            if not any(set(twin) <= set(change.edits) for one in found for twin in _twins(one.edits)):
                found.append(change)
        _forbid(control, [twin for change in best for twin in _twins(change.edits)])
    return found[:MOST]


def _forbid(control: clingo.Control, forbidden: Sequence[Edits]) -> None:
    with control.backend() as backend:
        for edits in forbidden:
            picks = [control.symbolic_atoms[clingo.parse_term(f"pick({k},{e},{v})")] for k, e, v in edits]
            if all(picks):
                backend.add_rule([], [pick.literal for pick in picks if pick is not None])


def _worthwhile(change: Change, first: Change) -> bool:
    """More edits than the best change needs have to make a better chart, or one as good where that changes the mark."""
    far, cost, marked = first.rank
    if len(change.edits) == len(first.edits):
        return change.rank[0] <= far + 4
    return change.rank[0] <= far and change.rank[1] < cost + marked


def _twins(edits: Edits) -> Iterator[Edits]:
    """Edits that make the same chart lie on its side, or draw the same strip of ticks or points."""
    yield edits
    for turn in ({"x": "y", "y": "x"}, {"point": "tick", "tick": "point"}):
        turned = tuple((k, e, turn.get(v, v) if k not in ("sort_by", "field") else v) for k, e, v in edits)
        if turned != edits:
            yield turned


def _best(control: clingo.Control, options: Options, deadline: float) -> list[Change]:
    """All changes than which there is no better one, in the order of their edits."""
    proven: list[_Model] = []
    before: list[_Model] = []

    def keep(model: clingo.Model) -> None:
        known = model.symbols(shown=True), dict(zip(model.priority, model.cost, strict=True))
        before[:] = [known]
        if model.optimality_proven:
            proven.append(known)

    solving: Any = control.configuration.solve
    solving.opt_mode = "optN"
    solving.models = MOST_TIES
    search(control, keep, deadline)
    best: dict[Edits, Change] = {}
    for change in (_change(model, options) for model in proven or before):
        best.setdefault(change.edits, change)
    return [best[edits] for edits in sorted(best)]


def _change(model: _Model, options: Options) -> Change:
    symbols, costs = model
    said = sorted(filter(None, map(_said, symbols)))
    edits = tuple((key, entity, value) for is_edit, key, entity, value in said if is_edit)
    after = {(entity, key): value for is_edit, key, entity, value in said if not is_edit}
    rank = costs.get(2, 0), costs.get(0, 0), costs.get(-1, 0)
    return Change(edits, options.before, after, options.names, rank)


@lru_cache(maxsize=10_000)
def _said(symbol: clingo.Symbol) -> tuple[bool, str, str, str] | None:
    """Whether an atom is an edit, then its property, entity and value; None for an atom that says nothing of these."""
    arguments = symbol.arguments
    if symbol.name == "edit":
        return True, str(arguments[0]), str(arguments[1]), str(arguments[2])
    if symbol.name != "attribute" or len(arguments) != 3 or arguments[0].type is not clingo.SymbolType.Function:
        return None
    kind, key = (str(part) for part in arguments[0].arguments)
    entity, value = str(arguments[1]), str(arguments[2])
    if kind == "scale":
        entity, key = entity.removeprefix("s(").removesuffix(")"), {"type": "scale"}.get(key, key)
    key = "mark" if kind == "mark" and key == "type" else key
    is_known = key in (*PROPERTIES, "mark", "limit") and not (kind == "scale" and key == "channel")
    return (False, key, entity, value) if is_known else None
