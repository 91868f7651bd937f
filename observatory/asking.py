"""What is asked of a data set in words: its summary, questions worth asking, and the charts that answer them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from observatory import model
from observatory.errors import ChartInvalidSpec, ObservatoryError, SandboxUnavailable

if TYPE_CHECKING:
    from observatory.insight.judging import Seen
    from observatory.llm import RecordingLLM, Source
    from observatory.llm.bench import EngineBench
    from observatory.llm.benching import BenchRun
    from observatory.settings import Settings
    from observatory.store import Store


class Asking:
    """Words about a data set, each checked against it, and what the language model behind them was sent."""

    settings: Settings
    _source: Source
    _bench: BenchRun | None = None
    _store: Store
    _recommender: Callable[[str], Callable[[model.Wish, int], list[model.RankedChart]]]
    _first_findings: Callable[[model.Dataset], tuple[model.Finding, ...]]
    profile: Callable[[Any], model.Profile]
    dataset: Callable[[Any], model.Dataset]
    check: Callable[..., model.ChartCheck]
    draw: Callable[..., Any]
    run_code: Callable[..., model.ChartSpec]
    sandbox: Callable[[], model.SandboxStatus]
    try_code: Callable[[str, Any], model.CodeRun]

    def engine(self) -> model.EngineStatus:
        """How the language model is right now."""
        return self._source.status()

    def engine_live(self) -> model.EngineLive | None:
        """What the language model is doing right now, and has done; None where there is no model."""
        return self._source.live()

    def wait_for_engine(self, seconds: float) -> model.EngineStatus:
        """The status once the model is ready or down, or after that many seconds."""
        return self._source.wait(seconds)

    def bench(self) -> BenchRun | None:
        """The measurement of the engine that everyone shares, to be started; None where no engine runs here."""
        from observatory.llm.benching import BenchRun

        if self._bench is None and any(choice.bytes for choice in self.models()):
            self._bench = BenchRun(self._measure)
        return self._bench

    def _measure(self, progress: Callable[[str, float], None], anyway: bool) -> EngineBench:
        """The figures of the model in use, with the way it guesses ahead; raises LLMUnavailable on a busy machine."""
        from observatory.llm import bench, models

        live = self.engine_live()
        file = models.path(self.engine().model or "", self.settings.models)
        draft = live.draft if live is not None and live.draft else "off"
        return bench.measure(file, self.settings, draft=draft, anyway=anyway, progress=progress)

    def models(self) -> list[model.ModelChoice]:
        """The language models that could be used, with what is known of each; empty where there is no choice."""
        return self._source.models()

    def use_model(self, name: str, draft: str | None = None) -> None:
        """Begin to change to another model for everyone, while the present one goes on; see `coming_model`.

        `draft` is how it guesses ahead: `off`, `ngram` or the name of a smaller model; by default as before. Raises
        ModelNotFound, and LLMUnavailable where a change is under way or none is possible.
        """
        self._source.use(name, draft)

    def coming_model(self) -> model.EngineStatus | None:
        """The model that is being made ready to take over, or that failed to; None without one."""
        return self._source.coming()

    def keep_model(self) -> None:
        """Stay with the present model: end a change that is under way, and forget one that failed."""
        self._source.stay()

    def _llm(self, llm: bool) -> RecordingLLM | None:
        """The model for one use case, which keeps what it is sent; None without one or where none is wanted."""
        from observatory.llm import RecordingLLM

        client = self._source.client() if llm else None
        return None if client is None else RecordingLLM(client)

    def summarize(self, dataset: Any, *, llm: bool = True) -> model.Summary:
        """What the data set is about, in checked sentences; `llm=False` uses templates only."""
        from observatory.insight import summarize

        chosen, client = self.dataset(dataset), self._llm(llm)
        query = self._store.table(chosen.id).query
        found = summarize(self.profile(chosen), self._first_findings(chosen), client, title=chosen.title, query=query)
        return replace(found, sent=sent(client))

    def enrich(self, dataset: Any, *, llm: bool = True) -> model.Enrichment:
        """What the data set and each of its fields mean; `llm=False` uses rules, templates and the card only."""
        from observatory.insight import enrich

        chosen, client = self.dataset(dataset), self._llm(llm)
        profile, summary = self.profile(chosen), self.summarize(chosen, llm=False)
        found = enrich(profile, summary, chosen.card, client, title=chosen.title)
        return replace(found, sent=sent(client))

    def explain(self, dataset: Any, spec: Mapping[str, Any], *, llm: bool = True) -> model.Explanation:
        """What a chart shows, in words: its data, its encodings and its transformation; of any chart that is drawn.

        Raises ChartInvalidSpec for what the grammar of charts refuses.
        """
        from observatory.insight import explain_chart
        from observatory.sandbox.grammar import accept

        client = self._llm(llm)
        found = explain_chart(accept(spec).spec, self.profile(dataset), client)
        return replace(found, sent=sent(client))

    def personas(self, dataset: Any, n: int = 4, *, llm: bool = True) -> tuple[model.Persona, ...]:
        """Kinds of people who may ask of the data set, for `explore_goals`; guesses, of rules and of the model."""
        from observatory.insight import personas

        return personas(self.profile(dataset), self._llm(llm), n=n)

    def explore_goals(
        self, dataset: Any, n: int = 5, persona: str | None = None, *, llm: bool = True
    ) -> list[model.Goal]:
        """Questions worth asking, each with the chart that answers it."""
        from observatory.insight import explore_goals

        chosen, client = self.dataset(dataset), self._llm(llm)
        found = explore_goals(
            self.profile(chosen),
            self._recommender(chosen.id),
            client,
            n=n,
            persona=persona,
            findings=self._first_findings(chosen),
        )
        return [replace(goal, sent=sent(client)) for goal in found]

    def visualize(self, dataset: Any, question: str, *, llm: bool = True) -> model.Visualization:
        """The chart that answers a question asked in plain words, and how it came about."""
        from observatory.insight import visualize

        chosen, client = self.dataset(dataset), self._llm(llm)
        profile, recommend, try_code = self._worded(chosen), self._recommender(chosen.id), self._coding(chosen, client)
        found = visualize(
            profile,
            question,
            recommend,
            client,
            status=self.engine(),
            try_code=try_code,
            count=lambda wish: self._number(chosen, wish),
            about=f"{chosen.title} {chosen.name}",
        )
        return replace(found, sent=sent(client))

    def _coding(self, dataset: model.Dataset, client: RecordingLLM | None) -> Callable[[str], model.CodeRun] | None:
        """Runs code that a model writes; None for a model that had better not write any."""
        from observatory.llm.writers import writes_code

        name = "" if client is None else client.name or self.engine().model or ""
        codes = client is not None and writes_code(self.settings.llm_code, name) and self.sandbox().ready
        return (lambda code: self.try_code(code, dataset)) if codes else None

    def _number(self, dataset: model.Dataset, wish: model.Wish) -> float | None:
        """The one number that a wish of one measure comes down to, over all rows."""
        from observatory.charts.drawing.counted import counted
        from observatory.charts.spec.vegalite import predicate

        measure = wish.fields[0]
        x = {"aggregate": measure.aggregate, "field": measure.field, "type": "quantitative"}
        spec = {
            "mark": "bar",
            "transform": [{"filter": predicate(f)} for f in wish.filters],
            "encoding": {"x": {key: value for key, value in x.items() if value is not None}},
        }
        drawn = counted(spec, self._store.table(dataset.id), self.profile(dataset))
        extent = drawn[0].extent.get("x", ()) if drawn and drawn[0] is not None else ()
        return extent[0] if extent else None

    def evaluate(
        self, dataset: Any, spec: Mapping[str, Any], question: str = "", code: str = "", *, llm: bool = True
    ) -> model.Evaluation:
        """A chart judged on LIDA's six dimensions by rules and counted rows; the model only comments.

        `question` is what it is to answer and `code` what draws it, where they are known. Raises ChartInvalidSpec for
        what is no chart; one that is not drawn is judged.
        """
        from observatory.insight.facts import known
        from observatory.insight.judging import evaluate

        chosen, client = self.dataset(dataset), self._llm(llm)
        facts = None if client is None else known(self.profile(chosen), title=chosen.title)
        found = evaluate(self._seen_chart(chosen, spec, question, code), client, facts)
        return replace(found, sent=sent(client))

    def further(self, dataset: Any, spec: Mapping[str, Any], n: int = 3) -> list[model.Further]:
        """At most `n` valid charts that add something to a chart, each with its question and what it adds."""
        from observatory.charts.spec.reading import read
        from observatory.insight.further import further

        chosen = self.dataset(dataset)
        views = [part.view for part in read(spec).parts]
        return further(
            spec,
            self.profile(chosen),
            self._recommender(chosen.id),
            n=n,
            findings=self._first_findings(chosen),
            filters=views[0].filters if views else (),
        )

    def _seen_chart(self, dataset: model.Dataset, spec: Any, question: str, code: str) -> Seen:
        """What is known of a chart before it is judged."""
        from observatory.charts.drawing.counted import counted
        from observatory.charts.rules.check import vega_lite
        from observatory.charts.spec.reading import read
        from observatory.insight import rules
        from observatory.insight.judging import Seen

        profile, chart = self.profile(dataset), vega_lite(spec)
        reading = read(chart)
        plotted = counted(chart, self._store.table(dataset.id), profile)
        try:
            found = self.check(chart, dataset, repair=True)
        except ChartInvalidSpec as error:
            found = model.ChartCheck(False, (), (), 0, notes=(error.message,))
        return Seen(
            chart,
            profile,
            tuple(part.view for part in reading.parts),
            found,
            plotted,
            {made.name: made.of for made in reading.derived},
            all(part.rows.exact for part in reading.parts),
            question,
            rules.read(question[:1000], self._worded(dataset)) if question.strip() else None,
            self._why_not_drawn(chart, dataset, is_counted=bool(plotted) and None not in plotted),
            self._code_fault(code, chart, dataset) if code else "",
        )

    def _why_not_drawn(self, spec: Mapping[str, Any], dataset: model.Dataset, *, is_counted: bool) -> str:
        """Why a chart is not drawn, "" where it is; one whose rows could be counted need not be drawn to know."""
        from observatory.charts.drawing.known import demand_drawable
        from observatory.charts.spec.reading import read
        from observatory.sandbox.grammar import accept

        try:
            accept(spec)
            if is_counted:
                demand_drawable(read(spec), self.profile(dataset))
            else:
                self.draw(spec, dataset)
        except ObservatoryError as error:
            return error.message
        return ""

    def _code_fault(self, code: str, spec: Mapping[str, Any], dataset: model.Dataset) -> str:
        """Why code does not run, `code_differs` where it draws another chart, "" where nothing is wrong with it."""
        from observatory.insight.wording import channels, mark_of

        try:
            drawn = self.run_code(code, dataset).to_dict()
        except SandboxUnavailable:
            return ""
        except ObservatoryError as error:
            return error.message
        same = mark_of(drawn) == mark_of(spec) and set(channels(drawn)) == set(channels(spec))
        return "" if same else "code_differs"

    def _worded(self, dataset: model.Dataset) -> model.Profile:
        """The profile with all values that a question may name."""
        from observatory.profile import with_all_values

        return with_all_values(self._store.table(dataset.id), self.profile(dataset))


def sent(client: RecordingLLM | None) -> tuple[model.Exchange, ...]:
    """What a model was sent and answered so far; nothing where there is no model."""
    return () if client is None else tuple(client.exchanges)
