"""Tables that other tools stumble over: every one is ranked or answered with a sentence, and what is ranked draws."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from observatory.charts import check, draw, recommend
from observatory.charts.spec.reading import parse
from observatory.errors import RuleUnsatisfiable
from observatory.model import FieldProfile, Profile, Wish, WishedField

INF = float("inf")
DAYS = pd.date_range("2020-01-01", periods=40, freq="D")
FRAMES = {
    "infinity": {"a": [1.0, INF, 2.5, -INF] * 10, "b": range(40)},
    "only infinity": {"a": [INF, -INF] * 20, "b": range(40)},
    "all null": {"a": [None] * 40, "b": range(40)},
    "all NaN": {"a": [float("nan")] * 40, "b": list("uv") * 20},
    "one value": {"a": [7] * 40, "b": list("uv") * 20},
    "empty text": {"a": ["", " ", "x", "\t"] * 10, "b": range(40)},
    "categories": {
        "a": pd.Categorical(list("lmh") * 13 + ["l"], categories=list("lmhz"), ordered=True),
        "b": range(40),
    },
    "no rows": {"a": pd.Series([], dtype=float), "b": pd.Series([], dtype=object)},
    "one row": {"a": [1.5], "b": ["u"]},
    "shares": {"a": np.linspace(0, 1, 40), "b": np.linspace(0.2, 0.3, 40) ** 2},
    "very large": {"a": np.linspace(5e9, 9e18, 40), "b": np.linspace(-5e9, 5e9, 40)},
    "very small": {"a": np.linspace(1e-12, 9e-9, 40), "b": list("uvwx") * 10},
    "integers beyond 32 bits": {"a": [2**40 + i for i in range(40)], "b": list("uv") * 20},
    "booleans": {"a": [True, False] * 20, "b": [True, True, False, False] * 10},
    "booleans with gaps": {"a": [True, False, None, True] * 10, "b": range(40)},
    "times": {"a": DAYS, "b": np.sin(np.arange(40))},
    "times with a zone": {"a": DAYS.tz_localize("Europe/Berlin"), "b": range(40)},
    "one time": {"a": [DAYS[0]] * 40, "b": range(40)},
    "mixed": {"a": ["1", "two", "3.0", "x"] * 10, "b": range(40)},
    "long names": {"a": [f"{'a very long name indeed ' * 8}{i % 7}" for i in range(40)], "b": range(40)},
    "names each once": {"a": [f"row {i}" for i in range(40)], "b": range(40)},
}
NAMES = [
    "Sepal Width",
    "größe",
    'a "b"',
    "it's",
    "a). :- not x. b(1",
    "#show. %*",
    "a.b[0]:Q",
    "🐧\n",
    "<script>alert(1)</script>",
    "x" * 300,
]


def wishes(*names: str) -> list[Wish]:
    both = tuple(WishedField(name) for name in names)
    return [Wish(both), Wish(both[:1]), Wish(), Wish(both, mark="bar")]


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_an_awkward_table_is_ranked_or_answered_with_a_sentence(tabulate, frame):
    table, profile = tabulate(pd.DataFrame(frame))
    answers: list[tuple[str, str]] = []
    for wish in wishes("a", "b"):
        try:
            charts = recommend(profile, wish)
        except RuleUnsatisfiable as told:
            answers.append((told.message, told.hint))
            continue
        for chart in charts:
            assert not {"Infinity", "NaN"} & set(re.findall(r"\w+", json.dumps(chart.spec)))
        for chart in charts[:1]:
            assert check(chart.spec, profile, task=wish.task).hard == ()
            assert draw(chart.spec, table, profile).alt
    assert all(message.endswith((".", ")")) and hint for message, hint in answers)


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_hostile_name_ranks_as_a_plain_one_and_draws(tabulate, name):
    frame = pd.DataFrame({"plain": np.linspace(1, 9, 60), "group": list("uvw") * 20})
    usual = recommend(tabulate(frame)[1], Wish((WishedField("plain"), WishedField("group"))))
    table, profile = tabulate(frame.rename(columns={"plain": name}))
    charts = recommend(profile, Wish((WishedField(name), WishedField("group"))))
    assert [(c.cost, parse(c.spec).mark) for c in charts] == [(c.cost, parse(c.spec).mark) for c in usual]
    assert draw(charts[0].spec, table, profile).alt


def test_thousands_of_fields_give_a_page_and_a_chart():
    numbers = [
        FieldProfile(f"n{i}", "quantitative", "measure", "DOUBLE", 0, 500, 0.0, 9.0, 4.0, 2.0, {"0.5": 4.0})
        for i in range(2_500)
    ]
    groups = [FieldProfile(f"g{i}", "nominal", "dimension", "VARCHAR", 0, 2 + i % 30) for i in range(2_500)]
    profile = Profile(900, (*numbers, *groups))
    assert len(recommend(profile)) == 5
    assert recommend(profile, Wish((WishedField("n2499"), WishedField("g0"))))


@pytest.mark.parametrize(
    ("wish", "reason", "nearest"),
    [
        (
            Wish((WishedField("n"), WishedField("m")), mark="arc"),
            "pie",
            "Without the fixed mark: m against n, as points",
        ),
        (
            Wish((WishedField("g", aggregate="mean"),)),
            "needs numbers",
            "Without the fixed summary of g: Number of rows",
        ),
        (Wish((WishedField("g"),), task="trend"), "shows a trend", "Without the purpose: Number of rows by g, as bars"),
        (Wish((WishedField("n", channel="shape"), WishedField("g"))), "Shapes", "Without the fixed channel of n"),
        (Wish((WishedField("n"), WishedField("void"))), "without values", "Without void: Distribution of n"),
        (
            Wish((WishedField("n", channel="x"), WishedField("m", channel="x")), mark="point"),
            "only one thing",
            "Without the fixed channel of n",
        ),
        (Wish((WishedField("g", channel="size"), WishedField("void")), mark="line"), "", "Without "),
    ],
)
def test_a_contradictory_wish_gets_the_reason_and_the_nearest_chart(wish, reason, nearest):
    def number(name: str) -> FieldProfile:
        return FieldProfile(name, "quantitative", "measure", "DOUBLE", 0, 90, 1.0, 99.0, 40.0, 20.0, {"0.5": 41.0})

    group = FieldProfile("g", "nominal", "dimension", "VARCHAR", 0, 4)
    void = FieldProfile("void", "nominal", "dimension", "VARCHAR", 120, 0)
    with pytest.raises(RuleUnsatisfiable) as told:
        recommend(Profile(120, (number("n"), number("m"), group, void)), wish)
    assert reason in told.value.message
    assert nearest in told.value.hint
