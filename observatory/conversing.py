"""Charts changed in plain words, and conversations about a data set: one question after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from observatory import model
from observatory.errors import LLMError, ObservatoryError

if TYPE_CHECKING:
    from observatory.insight.chat import Answering
    from observatory.insight.editing import Charting
    from observatory.llm import RecordingLLM
    from observatory.store import Store

_FINDINGS = 3


class Conversing:
    """What people say after a chart: changes of it, follow-ups, and questions of their own."""

    _store: Store
    _llm: Callable[[bool], RecordingLLM | None]
    _recommender: Callable[[str], Callable[[model.Wish, int], list[model.RankedChart]]]
    _worded: Callable[[model.Dataset], model.Profile]
    _coding: Callable[[model.Dataset, RecordingLLM | None], Any]
    _number: Callable[[model.Dataset, model.Wish], float | None]
    profile: Callable[[Any], model.Profile]
    dataset: Callable[[Any], model.Dataset]
    engine: Callable[[], model.EngineStatus]
    check: Callable[..., model.ChartCheck]
    draw: Callable[..., Any]
    quick_findings: Callable[[Any], tuple[model.Finding, ...]]

    def edit(self, dataset: Any, spec: Mapping[str, Any], instruction: str, *, llm: bool = True) -> model.Visualization:
        """A chart changed as an instruction in plain words says; `changes` tell what was changed.

        What the instruction does not speak of stays as it is written. Raises ChartInvalidSpec for what is no chart.
        """
        from observatory.insight.editing import edit
        from observatory.sandbox.grammar import accept

        chosen, client = self.dataset(dataset), self._llm(llm)
        chart, profile = accept(spec).spec, self._worded(chosen)
        found = edit(profile, chart, instruction, self._charting(chosen), client, status=self.engine())
        return replace(found, sent=_sent(client))

    def chat(
        self,
        dataset: Any,
        question: str,
        history: Sequence[model.Turn | model.Visualization] = (),
        *,
        llm: bool = True,
    ) -> model.Turn:
        """The answer to a question in the light of those before it: chart, numbers, caveats, and how it was made.

        “and by sex?” changes the chart of the last turn, “#2 by sex” that of the second one.
        """
        from observatory.insight import visualize
        from observatory.insight.chat import chat

        chosen, client, status = self.dataset(dataset), self._llm(llm), self.engine()
        profile, charts = self._worded(chosen), self._recommender(chosen.id)
        try_code = self._coding(chosen, client)
        answering = self._answering(
            chosen,
            lambda text: visualize(
                profile,
                text,
                charts,
                client,
                status=status,
                try_code=try_code,
                count=lambda wish: self._number(chosen, wish),
                about=f"{chosen.title} {chosen.name}",
            ),
        )
        found = chat(profile, question, history, answering, client, status=status)
        return replace(found, sent=_sent(client), answer=replace(found.answer, sent=_sent(client)))

    def retell(self, turn: model.Turn) -> Iterator[model.Sentence | None]:
        """The model's words for the numbers of a turn, each sentence as soon as it is whole and holds.

        None stands for a sentence that did not hold; nothing comes without a model, or once it fails.
        """
        from observatory.insight.retelling import retold

        client = self._llm(True)
        if client is not None:
            with suppress(LLMError):
                yield from retold(turn, client)

    def turn(self, dataset: Any, found: model.Visualization) -> model.Turn:
        """An answer that is there already, such as that of a goal, with its numbers and caveats."""
        from observatory.insight.chat import answered

        chosen = self.dataset(dataset)
        return answered(self.profile(chosen), found, self._answering(chosen, lambda _: found))

    def _answering(self, dataset: model.Dataset, visualize: Callable[[str], model.Visualization]) -> Answering:
        """What the answers of a conversation are made of."""
        from observatory.charts.drawing.plotted import plotted
        from observatory.charts.drawing.remarks import relevant
        from observatory.insight.chat import Answering

        table, profile = self._store.table(dataset.id), self.profile(dataset)

        def numbers(spec: Mapping[str, Any]) -> model.Numbers | None:
            try:
                return plotted(spec, table, profile)
            except ObservatoryError:
                return None

        def findings(spec: Mapping[str, Any]) -> list[str]:
            return [finding.statement for finding in relevant(self.quick_findings(dataset), spec)[:_FINDINGS]]

        return Answering(visualize, self._charting(dataset), numbers, findings)

    def _charting(self, dataset: model.Dataset) -> Charting:
        """What an edit does with charts of a data set."""
        from observatory.charts import altair_code, summarize
        from observatory.charts.editing import edited, retitled
        from observatory.insight.editing import Charting

        profile = self.profile(dataset)

        def written(write: Callable[[], str]) -> str:
            try:
                return write()
            except ObservatoryError:
                return ""

        return Charting(
            apply=lambda spec, edits: edited(spec, edits, profile),
            check=lambda spec: self.check(spec, dataset),
            repair=lambda spec: self.check(spec, dataset, repair=True),
            draw=lambda spec: self.draw(spec, dataset),
            retitle=lambda fresh, old: retitled(fresh, old)[0],
            code=lambda spec: written(lambda: altair_code(spec)),
            describe=lambda spec: written(lambda: summarize(spec, profile)),
        )


def _sent(client: RecordingLLM | None) -> tuple[model.Exchange, ...]:
    """What a model was sent and answered; nothing where there is no model."""
    return () if client is None else tuple(client.exchanges)
