"""The infographic of a data set: charts chosen, numbers and sentences computed, and the page composed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from observatory import model

if TYPE_CHECKING:
    from observatory.charts import Drawing
    from observatory.store import Store

_CHART_WIDTH, _LONE_WIDTH, _CAUTIONS = 340, 760, 3


class Storytelling:
    """One page that shows a data set at a glance; everything on it is computed over all rows or said by its card."""

    _store: Store
    dataset: Callable[[Any], model.Dataset]
    profile: Callable[[Any], model.Profile]
    draw: Callable[..., Drawing]
    pins: Callable[[Any], list[model.PinnedChart]]
    explore_goals: Callable[..., list[model.Goal]]
    quick_findings: Callable[[Any], tuple[model.Finding, ...]]

    def infographic(
        self,
        dataset: Any,
        charts: Sequence[Mapping[str, Any]] | None = None,
        *,
        n: int = 4,
        style: model.InfographicStyle = "calm",
        persona: str | None = None,
        llm: bool = True,
    ) -> model.Infographic:
        """A page of at most `n` charts: `charts` as Vega-Lite, else those pinned, then those of the goals.

        Charts alone may be worded by a model, as questions; numbers, sentences and cautions never are. Raises
        ChartInvalidSpec for a chart that cannot be drawn.
        """
        from observatory.charts.drawing.picture import svg
        from observatory.insight.aggregates import aggregates
        from observatory.insight.facts import known
        from observatory.insight.telling import big_numbers, chart_sentence
        from observatory.report import compose

        chosen = self.dataset(dataset)
        profile = self.profile(chosen)
        facts = known(profile, title=chosen.title, computed=aggregates(profile, self._store.table(chosen.id).query))
        asked, sent = self._questions(chosen, profile, charts, n, persona, llm)
        drawings = [self.draw(spec, chosen, findings=()) for _, spec in asked]
        page = model.Infographic(
            title=chosen.title,
            subtitle=_first_sentence(chosen.card.description if chosen.card else ""),
            numbers=big_numbers(profile, facts),
            panels=tuple(
                model.Panel(question, spec, chart_sentence(spec, facts), drawing.caveat)
                for (question, spec), drawing in zip(asked, drawings, strict=True)
            ),
            cautions=self._cautions(chosen),
            foot=_foot(chosen),
            style=style,
            sent=sent,
        )
        last = len(asked) - 1 if len(asked) % 2 else None
        widths = [_LONE_WIDTH if i == last else _CHART_WIDTH for i in range(len(asked))]
        pictures = [svg(d.chart.properties(title=""), w) for d, w in zip(drawings, widths, strict=True)]
        return replace(page, svg=compose(page, pictures))

    def infographic_png(self, page: model.Infographic, scale: float = 2) -> bytes:
        """An infographic as PNG, with `scale` pixels for each of its own."""
        from observatory.charts.drawing.picture import rasterized

        return rasterized(page.svg, scale)

    def _questions(
        self,
        chosen: model.Dataset,
        profile: model.Profile,
        charts: Sequence[Mapping[str, Any]] | None,
        n: int,
        persona: str | None,
        llm: bool,
    ) -> tuple[list[tuple[str, Mapping[str, Any]]], tuple[model.Exchange, ...]]:
        """The charts with the question that each answers, and what a model was sent to word them."""
        from observatory.insight.wording import question_for

        if charts is not None:
            return [(question_for(spec, profile), spec) for spec in charts[:n]], ()
        found = [(pin.note or question_for(pin.spec, profile), pin.spec) for pin in self.pins(chosen)[:n]]
        if len(found) >= n:
            return found, ()
        goals = self.explore_goals(chosen, n, persona, llm=llm)
        shown = [spec for _, spec in found]
        found += [(goal.question, goal.spec) for goal in goals if goal.spec not in shown]
        return found[:n], goals[0].sent if goals else ()

    def _cautions(self, chosen: model.Dataset) -> tuple[str, ...]:
        """What the findings say, and what people say is known to be biased."""
        told = [finding.statement for finding in self.quick_findings(chosen) if finding.explained_by is None]
        known = _first_sentence(chosen.card.known_bias if chosen.card else "")
        return tuple(dict.fromkeys([*([known] if known else []), *told]))[:_CAUTIONS]


def _first_sentence(text: str) -> str:
    head, dot, _ = " ".join(text.split()).partition(". ")
    return head + dot.strip()


def _foot(chosen: model.Dataset) -> str:
    card, day = chosen.card, chosen.created[:10]
    parts = [
        f"Source: {' '.join(card.source.split()).rstrip('.')}" if card and card.source else "",
        f"Licence: {card.licence.strip().rstrip('.')}" if card and card.licence else "",
        f"Version {chosen.version[:8]}" + (f", {day}" if day else ""),
        "Computed over all rows by Observatory",
    ]
    return ". ".join(part for part in parts if part) + "."
