"""From a question to a chart: the model's wish, deterministic fixes, the chart rules, and every step kept visible."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from observatory.errors import ChartError, FieldNotFound, LLMError, RuleError
from observatory.insight.coding.free import free_code
from observatory.insight.coding.mend import TryCode
from observatory.insight.explain import explain
from observatory.insight.goals import explore_goals
from observatory.insight.join import Joined, join
from observatory.insight.language import in_english, language_of
from observatory.insight.missing import of_missing, still_lost
from observatory.insight.one_number import Count, InContext, in_context
from observatory.insight.rules import NOT_USED, Reading, not_used, read
from observatory.insight.unmeasured import unmeasured
from observatory.insight.wish import ask_model
from observatory.insight.wording import filter_words
from observatory.insight.words import nearest
from observatory.model import Attempt, EngineStatus, Profile, RankedChart, Visualization, Wish, WishedField

if TYPE_CHECKING:
    from observatory.llm import LLM

Recommend = Callable[[Wish, int], list[RankedChart]]
_FAILURES = (RuleError, ChartError, FieldNotFound)


def visualize(
    profile: Profile,
    question: str,
    recommend: Recommend,
    llm: LLM | None,
    *,
    status: EngineStatus,
    try_code: TryCode | None = None,
    count: Count | None = None,
    about: str = "",
) -> Visualization:
    """The chart that answers a question, how it came about, and what of the question was not understood.

    The rules read every question; the model, if there is one, reads it too, and what it adds is checked by them. With
    `try_code`, which runs code in the sandbox, the model is first asked for code, and its chart is shown if it shows
    what the question says outright.
    With `count`, which computes one number, an answer that comes down to one is said in words too. `about` is what the
    table is called.
    Without a chart that fits, `spec` is that of the best open chart, or empty, and `warnings` says so.
    """
    attempts: list[Attempt] = []
    asked, notes = _english(profile, question[:1000], llm, attempts)
    reading = read(asked, profile)
    reading = replace(reading, warnings=(*notes, *reading.warnings))
    warnings = list(reading.warnings)
    lacking = of_missing(asked, reading, profile, count)
    if lacking is not None:
        return _lacking(profile, question, reading, lacking, recommend, notes, status)
    if llm is not None and try_code is not None and reading.understood:
        attempts += free_code(llm, profile, asked, reading.wish, try_code)
        if attempts[-1].ok:
            return _coded(profile, question, reading, attempts, warnings, status)
    joined = _joined(profile, asked, reading, recommend, llm, attempts, warnings)
    if not joined.wish.fields:
        return _not_understood(profile, question, reading, recommend, status, attempts)
    unread = unmeasured(asked, reading, joined, profile, about)
    if unread.refused:
        return _open_chart(profile, question, recommend, attempts, [unread.said, *warnings], status)
    single = in_context(joined.wish, asked, profile, count)
    wish = single.wish if single is not None else joined.wish
    head = [unread.said, single.said if single is not None else ""]
    chart = _draw(wish, recommend, attempts, warnings)
    if chart is None:
        said = "This is not an answer. No chart fits what is asked for."
        return _open_chart(profile, question, recommend, attempts, [said, *warnings], status)
    return Visualization(
        question,
        chart.spec,
        chart.code,
        tuple(attempts),
        " ".join(filter(None, [*head, explain(chart.spec, wish, profile, asked)])),
        tuple(_once(warnings)),
        status,
        wish,
    )


def _lacking(
    profile: Profile,
    question: str,
    reading: Reading,
    lacking: InContext,
    recommend: Recommend,
    notes: list[str],
    status: EngineStatus,
) -> Visualization:
    """The answer to a question about missing values: counted, with a chart of the rows that lack one."""
    attempts: list[Attempt] = []
    lost = still_lost(reading.lost)
    warnings = [*notes, *([not_used(lost)] if lost else [])]
    chart = _draw(lacking.wish, recommend, attempts, warnings)
    if chart is None:
        return _open_chart(profile, question, recommend, attempts, [lacking.said, *warnings], status)
    text = f"{lacking.said} {explain(chart.spec, lacking.wish, profile, question)}".strip()
    said = tuple(_once(warnings))
    return Visualization(question, chart.spec, chart.code, tuple(attempts), text, said, status, lacking.wish)


def _coded(
    profile: Profile,
    question: str,
    reading: Reading,
    attempts: list[Attempt],
    warnings: list[str],
    status: EngineStatus,
) -> Visualization:
    """The answer whose chart the model coded; words only where the chart reads the table itself."""
    spec, code = attempts[-1].spec or {}, attempts[-1].code or ""
    try:
        text = "" if spec.get("datasets") else explain(spec, reading.wish, profile, question)
    except (ChartError, FieldNotFound, KeyError):
        text = ""
    text = text or "A chart that the language model coded; its rows were computed by that code."
    return Visualization(question, spec, code, tuple(attempts), text, tuple(_once(warnings)), status, reading.wish)


def _english(profile: Profile, question: str, llm: LLM | None, attempts: list[Attempt]) -> tuple[str, list[str]]:
    """The question as the rules can read it, and what is to be said of that."""
    language = language_of(question, profile)
    if language is None:
        return question, []
    alone = f"The question seems to be {language}; without a language model only English and names of fields are read."
    if llm is None:
        return question, [alone]
    try:
        asked = in_english(llm, profile, question)
    except LLMError as exc:
        attempts.append(Attempt("specify", "llm", False, error=exc.message))
        return question, [f"{exc.message} {alone}"]
    return asked, [f"Read as: “{asked}”"]


def _joined(
    profile: Profile,
    question: str,
    reading: Reading,
    recommend: Recommend,
    llm: LLM | None,
    attempts: list[Attempt],
    warnings: list[str],
) -> Joined:
    """The model's wish joined to the rules' reading; the reading alone without a model or a valid reply."""
    if llm is None or not (reading.understood or reading.unread):
        return Joined(reading.wish)
    try:
        own, n_left_out = ask_model(llm, profile, question)
    except LLMError as exc:
        attempts.append(Attempt("specify", "llm", False, error=exc.message))
        warnings.append(f"{exc.message} The question was read by rules alone.")
        return Joined(reading.wish)
    if n_left_out:
        n_fields = len(profile.fields)
        said = f"The table has {n_fields:,} fields, too many to show the model: {n_left_out:,} were left out."
        warnings.append(said)
    chart, error = _try(own, recommend)
    spec, code = (chart.spec, chart.code) if chart else (None, None)
    attempts.append(Attempt("specify", "llm", chart is not None, code, spec, error or None))
    joined = join(own, reading, question, profile)
    _reworded(reading, joined, warnings)
    return joined


def _reworded(reading: Reading, joined: Joined, warnings: list[str]) -> None:
    """Says of the unread words which the model made something of, and what."""
    told = [w for w in warnings if w.startswith(NOT_USED)]
    left = tuple(w for w in reading.lost if w not in joined.read and any(f"“{w}”" in said for said in told))
    warnings[:] = [w for w in warnings if w not in told]
    if left:
        warnings.append(not_used(left))
    if joined.by_model:
        shown = ", ".join(dict.fromkeys(f.field or "number of rows" for f in joined.wish.fields))
        words = ", ".join(f"“{w}”" for w in joined.read[:6])
        what = f" from {words}" if words else ""
        warnings.insert(0, f"The language model, not the rules, chose what to show{what}: {shown}.")


def _try(wish: Wish, recommend: Recommend) -> tuple[RankedChart | None, str]:
    try:
        charts = recommend(wish, 1)
    except _FAILURES as exc:
        return None, exc.message
    return (charts[0], "") if charts else (None, "No chart fits what is asked for.")


def _draw(wish: Wish, recommend: Recommend, attempts: list[Attempt], warnings: list[str]) -> RankedChart | None:
    """The best chart for the wish, or for the nearest wish that the chart rules allow.

    A step is kept only where it changes the chart: what the model wished and the rules left as it was needs no fix.
    """
    own = attempts[-1].spec if attempts else None
    step: Literal["fix", "specify"] = "fix" if own is not None else "specify"
    first_error = ""
    for number, (easier, given_up) in enumerate(_easier(wish)):
        chart, error = _try(easier, recommend)
        if chart is None:
            first_error = first_error or error
            if number == 0:
                attempts.append(Attempt(step, "rules", False, error=error))
            continue
        if chart.spec != own:
            attempts.append(Attempt("repair" if number else step, "rules", True, chart.code, chart.spec))
        if number:
            warnings.append(f"{first_error} So {given_up}.")
        return chart
    return None


def _easier(wish: Wish) -> Iterator[tuple[Wish, str]]:
    """The wish, then ever less of it: axes, the kind of chart, the further fields, the aggregate."""
    yield wish, ""
    free = tuple(replace(f, channel=None) for f in wish.fields)
    if free != wish.fields:
        yield replace(wish, fields=free), "the axes were chosen by the rules"
    yield replace(wish, fields=free, mark=None), "another kind of chart is shown"
    yield replace(wish, fields=free, mark=None, task=None), "another kind of chart is shown"
    grouped = _aggregated(free)
    if grouped != free:
        yield replace(wish, fields=grouped, mark=wish.mark, task=None), "the values of each group were averaged"
        yield replace(wish, fields=grouped, mark=None, task=None), "the values of each group were averaged"
    if len(free) > 2:
        yield replace(wish, fields=free[:2], mark=None, task=None), "only the first two fields are shown"
    plain = tuple(WishedField(f.field) for f in wish.fields if f.field is not None)
    if not plain:
        return
    yield replace(wish, fields=plain, mark=None, task=None), "the fields are shown in the way that fits them"
    for field in plain:
        yield Wish((field,), None, None, wish.filters), f"only {field.field} is shown"


def _aggregated(fields: tuple[WishedField, ...]) -> tuple[WishedField, ...]:
    last = [i for i, f in enumerate(fields) if f.field is not None and f.aggregate is None and not f.bin]
    if len(last) < 2 or any(f.aggregate for f in fields):
        return fields
    return tuple(replace(f, aggregate="mean") if i == last[-1] else f for i, f in enumerate(fields))


def _not_understood(
    profile: Profile,
    question: str,
    reading: Reading,
    recommend: Recommend,
    status: EngineStatus,
    attempts: list[Attempt],
) -> Visualization:
    """Nothing is made up: a warning with the names there are, and the best open chart beside it."""
    names = [f.name for f in profile.fields]
    close = list(dict.fromkeys(n for word in reading.unread for n in nearest(word, names, 2)))[:4]
    why = "None of the words name a field of this table."
    if reading.wish.filters:
        why = f"Understood was only that {filter_words(reading.wish.filters)}, not what to show."
    listed = f"There are {', '.join(names[:8])}{' …' if len(names) > 8 else ''}."
    if close:
        listed = f"The nearest {'is' if len(close) == 1 else 'are'} {', '.join(close)}."
    about_fields = {*close, *(f.field for f in reading.wish.filters)}
    said = " ".join(filter(None, ["This is not an answer.", why, listed, _instead(profile, recommend, about_fields)]))
    attempts.append(Attempt("specify", "rules", False, error="No field is named in the question."))
    kept = Wish(filters=reading.wish.filters)
    return _open_chart(profile, question, recommend, attempts, [said, *reading.warnings], status, kept)


def _instead(profile: Profile, recommend: Recommend, names: Collection[str]) -> str:
    """Up to three questions that can be answered, those on the named fields first."""
    goals = sorted(explore_goals(profile, recommend, None), key=lambda g: not set(g.fields) & set(names))
    asked = [f"“{g.question}”" for g in goals[:3]]
    return f"You can ask, for instance: {' '.join(asked)}" if asked else ""


def _open_chart(
    profile: Profile,
    question: str,
    recommend: Recommend,
    attempts: list[Attempt],
    warnings: list[str],
    status: EngineStatus,
    wish: Wish = Wish(),
) -> Visualization:
    """The best chart of the whole table, said to be just that."""
    chart, error = _try(wish, recommend)
    if chart is None:
        attempts.append(Attempt("fallback", "rules", False, error=error))
        warnings.append("No chart fits this table.")
        return Visualization(question, {}, "", tuple(attempts), "", tuple(_once(warnings)), status)
    attempts.append(Attempt("fallback", "rules", True, chart.code, chart.spec))
    text = f"Not an answer, but the chart that says most about the table: {explain(chart.spec, wish, profile)}"
    return Visualization(question, chart.spec, chart.code, tuple(attempts), text, tuple(_once(warnings)), status)


def _once(sentences: list[str]) -> list[str]:
    return list(dict.fromkeys(s for s in sentences if s))
