"""All values of a category, for questions that name one of many."""

from __future__ import annotations

import observatory
from observatory.insight.rules import read
from observatory.model import Filter
from observatory.profile import with_all_values


def test_a_question_may_name_any_of_142_countries() -> None:
    with observatory.open() as obs:
        gapminder = obs.dataset("gapminder")
        known = obs.profile(gapminder)
        whole = with_all_values(obs._store.table(gapminder.id), known)
    assert len(known.field("country").top) == 20
    assert [t.n for t in whole.field("country").top] == [12] * 142
    assert [f for f in whole.fields if f.name != "country"] == [f for f in known.fields if f.name != "country"]
    question = "life expectancy over time in Zimbabwe"
    assert read(question, whole).wish.filters == (Filter("country", "equal", "Zimbabwe"),)
    assert not read(question, known).wish.filters
