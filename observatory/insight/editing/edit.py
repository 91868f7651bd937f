"""From an instruction to a changed chart: read by rules, else by the model; then checked, mended, and told in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from observatory.errors import ChartError, FieldNotFound, LLMError, ObservatoryError
from observatory.insight.editing.read import Instruction, read
from observatory.insight.editing.wished import ask_model
from observatory.insight.wording import channels, mark_of
from observatory.model import Attempt, ChartCheck, ChartEdit, EngineStatus, Profile, Visualization

if TYPE_CHECKING:
    from observatory.llm import LLM

Spec = Mapping[str, Any]
_UNSURE = ("swap",)


class Outcome(Protocol):
    """A chart with edits carried out, what was changed in words, and what could not be."""

    @property
    def spec(self) -> dict[str, Any]: ...
    @property
    def changes(self) -> tuple[str, ...]: ...
    @property
    def problems(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Charting:
    """What is done with charts elsewhere: edits carried out, rules asked, drawn, written as code and told in words.

    `repair` is `check` with the smallest changes that mend a chart; `draw` raises ChartError for what is not drawn.
    `retitle` gives the first chart its own title where that of the second was generated.
    """

    apply: Callable[[Spec, Sequence[ChartEdit]], Outcome]
    check: Callable[[Spec], ChartCheck]
    repair: Callable[[Spec], ChartCheck]
    draw: Callable[[Spec], object]
    retitle: Callable[[Spec, Spec], dict[str, Any]]
    code: Callable[[Spec], str]
    describe: Callable[[Spec], str]


def edit(
    profile: Profile, spec: Spec, instruction: str, charting: Charting, llm: LLM | None, *, status: EngineStatus
) -> Visualization:
    """The chart changed as an instruction says; `changes` tell what was changed, `warnings` what was not understood.

    Where nothing can be changed, the chart stays as it is and the warnings say why. Parts of the chart that the
    instruction does not speak of are left as they are written.
    """
    attempts: list[Attempt] = []
    said = read(instruction, profile, spec)
    if not said.edits and not said.problems and llm is not None:
        said = _by_model(llm, profile, spec, instruction, attempts, said)
    problems = list(said.problems)
    if said.unread and said.edits:
        problems.append(f"Not understood, and so not done: {_quoted(said.unread)}.")
    fresh: dict[str, Any] = dict(spec)
    changes: tuple[str, ...] = ()
    if said.edits:
        fresh, changes = _changed(spec, said.edits, charting, attempts, problems)
    if not changes and not problems:
        problems.append(_nothing(said, spec, profile))
    words = tuple(dict.fromkeys(problems))
    code = charting.code(fresh)
    if changes and not any(a.ok and a.spec == fresh for a in attempts):
        attempts.append(Attempt("specify", "rules", True, code, fresh))
    return Visualization(
        instruction, fresh, code, tuple(attempts), charting.describe(fresh), words, status, changes=tuple(changes)
    )


def _by_model(
    llm: LLM, profile: Profile, spec: Spec, instruction: str, attempts: list[Attempt], said: Instruction
) -> Instruction:
    """What the model reads where the rules read nothing; its silence or failure is told."""
    try:
        edits = ask_model(llm, profile, spec, instruction)
    except LLMError as exc:
        attempts.append(Attempt("specify", "llm", False, error=exc.message))
        return replace(
            said, problems=(f"{exc.message} The words were read by rules alone, which found nothing to do.",)
        )
    attempts.append(Attempt("specify", "llm", bool(edits), error=None if edits else "It reads no change of the chart."))
    told = ("The language model read the words so; say it in others if you meant something else.",) if edits else ()
    return replace(said, edits=edits, problems=told, unread=() if edits else said.unread)


def _changed(
    spec: Spec, edits: Sequence[ChartEdit], charting: Charting, attempts: list[Attempt], problems: list[str]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The edits together; where the rules refuse that, one after the other, as far as each can go."""
    done = charting.apply(spec, edits)
    fresh, fault = _mended(spec, done, edits, charting, attempts, problems)
    if fresh is not None or len(edits) == 1:
        problems += [p for p in done.problems if p not in problems]
        problems += [f"{fault} So the chart stays as it was."] if fault else []
        return (fresh, done.changes) if fresh is not None else (dict(spec), ())
    now, changes = dict(spec), list[str]()
    for one in edits:
        done = charting.apply(now, [one])
        fresh, fault = _mended(now, done, [one], charting, attempts, problems)
        problems += [p for p in done.problems if p not in problems]
        problems += [f"{fault} So that part was left undone."] if fault else []
        now = now if fresh is None else fresh
        changes += done.changes if fresh is not None else ()
    return now, tuple(changes)


def _mended(
    spec: Spec,
    done: Outcome,
    edits: Sequence[ChartEdit],
    charting: Charting,
    attempts: list[Attempt],
    problems: list[str],
) -> tuple[dict[str, Any] | None, str]:
    """The edited chart if the rules allow it, else the nearest that keeps the edits; or None and why there is none."""
    if not done.changes:
        return None, ""
    try:
        faults = _new_faults(spec, done.spec, charting)
        if not faults:
            charting.draw(done.spec)
            return done.spec, ""
        reason = faults[0]
        attempts.append(Attempt("specify", "rules", False, None, done.spec, reason))
        for repair in charting.repair(done.spec).repairs:
            if _keeps(repair.spec, edits, charting):
                spec = charting.retitle(repair.spec, done.spec)
                charting.draw(spec)
                mended = "; ".join(edit[:1].lower() + edit[1:].rstrip(".") for edit in repair.edits)
                problems.append(f"{reason} So: {mended}.")
                attempts.append(Attempt("repair", "rules", True, charting.code(spec), spec))
                return dict(spec), ""
    except (ChartError, FieldNotFound) as exc:
        attempts.append(Attempt("specify", "rules", False, None, done.spec, exc.message))
        return None, exc.message
    return None, reason


def _new_faults(old: Spec, new: Spec, charting: Charting) -> list[str]:
    """The hard rules that a change breaks and the chart before did not."""
    found = charting.check(new)
    if found.valid:
        return []
    try:
        known = {violation.rule for violation in charting.check(old).hard}
    except ObservatoryError:
        known = set()
    return [v.description for v in found.hard if v.rule not in known]


def _keeps(spec: Spec, edits: Sequence[ChartEdit], charting: Charting) -> bool:
    """Whether a mended chart still is as the edits want it: carrying them out again changes nothing."""
    return not charting.apply(spec, [e for e in edits if e.op not in _UNSURE]).changes


def _nothing(said: Instruction, spec: Spec, profile: Profile) -> str:
    """Why nothing was changed, with what could be said instead."""
    if said.edits:
        return "Nothing was changed: the chart shows that already."
    shown = {s.field for s in channels(spec)}
    other = next((f.name for f in profile.fields if f.name not in shown and f.role == "dimension"), None)
    tips = [f"“by {other}”"] if other else []
    tips += ["“as a line”" if mark_of(spec) == "bar" else "“as bars”", "“top 5”", "“sort high to low”"]
    what = f" ({_quoted(said.unread)})" if said.unread else ""
    listed = ", ".join(tips[:3])
    return f"Nothing was changed: I do not know what to do with that{what}. You can say, for instance, {listed}."


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words[:6])
