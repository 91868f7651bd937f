"""The answer-set solver: facts in, judged charts out, the cheapest first.

A fresh `clingo.Control` for each request; one answer set is one chart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import Any

import clingo

from observatory.charts.rules.facts import Facts
from observatory.charts.rules.ground import program_for
from observatory.charts.rules.rule_weights import RuleWeights, shipped
from observatory.charts.spec.view import CHANNELS

TIME_LIMIT = 2.0
PATIENCE = 20.0
"""Seconds more for a first chart: that time ran out does not mean that there is none."""
MOST_MODELS = 5_000
BOUT = "2000"
"""Conflicts in the first bout of a search: some 40 ms; requests have about 100."""
_Model = tuple[int, list[clingo.Symbol]]
_STEPS = (2, 3, 4, 6, 10, 16, 30, 60)
_SHOW = "\n#show attribute((K,P),E,V) : attribute((K,P),E,V), K != field. #show preference/2. #show broken/2.\n"
_FORBID = "\n:- broken(_,_).\n"
RANK = ("facts", "choose", "hard", "soft", "optimise")
_RELAX = "\n#minimize { 1@2,R,W : broken(R,W) ; 2@2,W : broken(channel_twice,W) }.\n"


@dataclass(frozen=True)
class Answer:
    """One chart as the solver sees it: its attributes, and the rules it breaks, each with the place.

    `proven` is False when time ran out before it was sure that no cheaper chart stands before it.
    """

    cost: int
    attributes: tuple[tuple[str, str, str, str], ...]
    preferences: tuple[tuple[str, str], ...]
    broken: tuple[tuple[str, str], ...]
    proven: bool = True


def top_k(
    facts: Facts,
    k: int,
    *,
    weights: RuleWeights | None = None,
    time_limit: float = TIME_LIMIT,
    essence: Callable[[Answer], Hashable] | None = None,
) -> list[Answer]:
    """The `k` cheapest charts that complete the facts and break no hard rule, ties in the order of their attributes.

    The cheapest cost is proven first; then all charts within a growing distance of it are enumerated. Of charts with
    one `essence` only the first counts. When `time_limit` seconds run out, what was found so far is returned, and
    `proven` is False for answers that a cheaper one may stand before.
    """
    control = _control(facts, RANK, _FORBID, weights)
    deadline = time.monotonic() + time_limit
    found, complete = _solve(control, "opt", 0, deadline)
    if not found and not complete:
        found, complete = _solve(control, "opt", 0, deadline + PATIENCE)
    if not found:
        return []
    bound = min(cost for cost, _ in found)
    sure = bound if complete else bound - 1
    answers = [] if complete else _first(found, k, essence)
    for step in _STEPS if complete else ():
        bound += step
        near, complete = _solve(control, f"enum,{bound}", MOST_MODELS, deadline)
        sure = bound if complete else sure
        if complete and len(near) < k and step != _STEPS[-1]:
            continue
        answers = _first(near if complete else _distinct([*found, *near]), k, essence)
        if not complete or len(answers) >= k:
            break
    return [replace(answer, proven=answer.cost <= sure) for answer in answers]


def _first(models: Sequence[_Model], k: int, essence: Callable[[Answer], Hashable] | None) -> list[Answer]:
    """The first `k` of some models, read in the order of their cost as far as needed."""
    kept: dict[Hashable, Answer] = {}
    for _, models_of_cost in groupby(sorted(models, key=_cost), key=_cost):
        for answer in sorted((_answer(model) for model in models_of_cost), key=_order):
            kept.setdefault(essence(answer) if essence else answer, answer)
        if len(kept) >= k:
            break
    return list(kept.values())[:k]


def _cost(model: _Model) -> int:
    return model[0]


def _distinct(models: Sequence[_Model]) -> list[_Model]:
    return list({tuple(sorted(symbols)): (cost, symbols) for cost, symbols in models}.values())


def _order(answer: Answer) -> tuple[Any, ...]:
    """By cost; then what was wished first goes on x, what was wished next on y; then by mark and the rest."""
    channels = [
        CHANNELS.index(value) for kind, key, _, value in answer.attributes if key == "channel" and kind == "encoding"
    ]
    return answer.cost, channels, answer.attributes


def every(facts: Facts, weights: RuleWeights | None = None) -> list[Answer]:
    """All charts that complete the facts and break no hard rule, in no order."""
    control = _control(facts, RANK, _FORBID, weights)
    return _answers(_solve(control, "ignore", 0, time.monotonic() + 60)[0])


def judge(facts: Facts, weights: RuleWeights | None = None) -> Answer:
    """A whole chart with the rules it breaks, hard and soft; only a stalled machine takes long."""
    control = _control(facts, ("facts", "hard", "soft", "optimise"), "", weights)
    return _answers(_solve(control, "ignore", 1, time.monotonic() + 60)[0])[0]


def least_broken(facts: Facts) -> Answer | None:
    """The completion that breaks the fewest hard rules: the reason why nothing keeps them all."""
    found, _ = _solve(_control(facts, RANK, _RELAX), "opt", 0, time.monotonic() + TIME_LIMIT)
    return _answers(found[-1:])[0] if found else None


def ground_size(facts: Facts) -> dict[str, int]:
    """How much is left of the rule base for a request: its ground `rules` and `atoms`."""
    control = _control(facts, RANK, _FORBID)
    control.solve()
    sizes = control.statistics["problem"]["lp"]
    return {"rules": int(sizes["rules"]), "atoms": int(sizes["atoms"])}


def _control(facts: Facts, parts: tuple[str, ...], mode: str, weights: RuleWeights | None = None) -> clingo.Control:
    control = clingo.Control(["--warn=none"])
    program_for(control, parts, f"{_SHOW}{mode}{(weights or shipped()).text(facts.task)}", facts.text)
    control.ground([("base", [])])
    return control


def _solve(control: clingo.Control, mode: str, models: int, deadline: float) -> tuple[list[_Model], bool]:
    """The models found before the deadline, the cheapest last when optimising, and whether these are all."""
    found: list[_Model] = []

    def keep(model: clingo.Model) -> bool:
        found.append((model.cost[-1] if model.cost else 0, list(model.symbols(shown=True))))
        return time.monotonic() < deadline

    solving: Any = control.configuration.solve
    solving.opt_mode = mode
    solving.models = 0 if mode == "opt" else models
    complete, is_second = search(control, keep, deadline)
    return _distinct(found) if is_second else found, complete


def search(control: clingo.Control, keep: Callable[[clingo.Model], bool | None], deadline: float) -> tuple[bool, bool]:
    """Hand models to `keep` until it says False or the deadline (of `time.monotonic`) is over.

    Says whether those are all, and whether there were two bouts, in which case some came twice. The first bout needs no
    thread, which saves a millisecond or two; it is enough for most. The second can be stopped at any moment.
    """
    solving: Any = control.configuration.solve
    solving.solve_limit = BOUT
    done = control.solve(on_model=keep)
    if done.exhausted or time.monotonic() >= deadline:
        return bool(done.exhausted), False
    solving.solve_limit = "umax"
    with control.solve(on_model=keep, async_=True) as handle:
        if not handle.wait(max(0.0, deadline - time.monotonic())):
            handle.cancel()
        return bool(handle.get().exhausted), True


def _answers(models: Sequence[_Model]) -> list[Answer]:
    return [_answer(model) for model in models]


def _answer(model: _Model) -> Answer:
    """A model as a value."""
    sides: dict[str, list[tuple[str, ...]]] = {"attribute": [], "preference": [], "broken": []}
    for symbol in model[1]:
        name, value = _read(symbol)
        sides[name].append(value)
    return Answer(model[0], *(tuple(sorted(side)) for side in sides.values()))  # type: ignore[arg-type]


@lru_cache(maxsize=10_000)
def _read(symbol: clingo.Symbol) -> tuple[str, tuple[str, ...]]:
    """Requests share most of their symbols, so each is read once."""
    if symbol.name == "attribute":
        path, entity, value = symbol.arguments
        return symbol.name, (path.arguments[0].name, path.arguments[1].name, str(entity), str(value))
    return symbol.name, (symbol.arguments[0].name, _place(symbol.arguments[1]))


def _place(symbol: clingo.Symbol) -> str:
    """`e0` for itself, and the first of a pair such as `(e0,3)`."""
    return str(symbol.arguments[0]) if symbol.type == clingo.SymbolType.Function and symbol.arguments else str(symbol)
