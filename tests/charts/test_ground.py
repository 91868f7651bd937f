"""What is left out of the rule base changes no answer, and time that runs out is said."""

import re

import clingo
import pytest

from observatory.charts.rules import ground, solver
from observatory.charts.rules.base import program, rules
from observatory.charts.rules.facts import Facts, wish_facts
from observatory.charts.rules.ground import program_for, statements
from observatory.charts.rules.rule_weights import hand_set
from observatory.charts.rules.solver import ground_size, top_k
from observatory.errors import RuleBadRule
from observatory.model import FieldProfile, Profile, Wish, WishedField

PROFILE = Profile(
    500,
    (
        FieldProfile("price", "quantitative", "measure", "DOUBLE", 3, 300, 0.0, 100.0, 50.0, 20.0, {"0.5": 48.0}),
        FieldProfile("region", "nominal", "dimension", "VARCHAR", 0, 4),
        FieldProfile("day", "temporal", "time", "DATE", 0, 400, "2012-01-01", "2015-12-31"),
        FieldProfile("id", "nominal", "identifier", "VARCHAR", 0, 500),
    ),
)
PARTS = ("facts", "choose", "hard", "soft", "optimise")


def asked(*names: str, task: str | None = None) -> Facts:
    return wish_facts(PROFILE, Wish(tuple(WishedField(name) for name in names), task=task))


def answers(control: clingo.Control) -> list[tuple[tuple[int, ...], tuple[str, ...]]]:
    control.ground([("base", [])])
    control.configuration.solve.models = 0
    control.configuration.solve.opt_mode = "ignore"
    found = []
    control.solve(on_model=lambda m: found.append((tuple(m.cost), tuple(sorted(map(str, m.symbols(shown=True)))))))
    return sorted(found)


@pytest.mark.parametrize(
    ("names", "task"), [(("price",), None), (("region", "price"), "value"), (("id",), None), (("day", "price"), "part")]
)
def test_a_rule_that_cannot_fire_is_left_out_and_no_answer_changes(names, task):
    facts = asked(*names, task=task)
    more = "\n#show attribute/3. #show preference/2.\n:- broken(_,_).\n" + hand_set().text(task)
    whole, part = clingo.Control(["--warn=none"]), clingo.Control(["--warn=none"])
    whole.add("base", [], f"{program(*PARTS)}{more}{facts.text}")
    program_for(part, PARTS, more, facts.text)
    assert answers(part) == answers(whole)


def test_rules_of_other_tasks_and_roles_are_left_out():
    kept = "\n".join(map(str, ground._reachable(PARTS, "", ground._kinds(asked("price").text))))
    assert len(statements(PARTS)) > len(kept.splitlines())
    assert "preference(trend_no_line," not in kept
    assert "preference(identifier," not in kept
    assert "preference(bin," in kept
    assert "preference(identifier," in "\n".join(
        map(str, ground._reachable(PARTS, "", ground._kinds(asked("id").text)))
    )


def test_a_syntax_error_names_the_file_and_the_line(tmp_path, monkeypatch):
    (tmp_path / "hard").mkdir()
    (tmp_path / "facts.lp").write_text("a.\nb.\n")
    (tmp_path / "hard" / "mark.lp").write_text("c.\nbroken(x,m0) :- mark(bar)\nd.\n")
    monkeypatch.setattr("observatory.charts.rules.base.rules_folder", lambda: tmp_path)
    program.cache_clear()
    try:
        with pytest.raises(RuleBadRule, match=r"hard/mark\.lp, line 3: syntax error"):
            statements(("facts", "hard"))
    finally:
        program.cache_clear()


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.003, 0.01])
def test_an_answer_that_calls_itself_proven_is(seconds):
    facts = asked("region", "price", "day", "id")
    whole = [answer.cost for answer in top_k(facts, 5)]
    hurried = top_k(facts, 5, time_limit=seconds)
    proven = [answer.cost for answer in hurried if answer.proven]
    assert proven == whole[: len(proven)]


def test_what_an_interrupted_search_found_is_kept_in_order(monkeypatch):
    facts = asked("region", "price")
    whole = top_k(facts, 5)
    real = solver._solve
    monkeypatch.setattr(solver, "_solve", lambda control, mode, *rest: (real(control, mode, *rest)[0], mode == "opt"))
    cut = top_k(facts, 5)
    assert [answer.cost for answer in cut] == sorted(answer.cost for answer in cut)
    assert cut[0].proven
    assert cut[0].cost == whole[0].cost
    assert not any(answer.proven for answer in cut if answer.cost > whole[0].cost)


def test_the_size_of_a_ground_program_is_counted():
    small, large = ground_size(asked("region")), ground_size(asked("region", "price", "day"))
    assert 0 < small["rules"] < large["rules"]
    assert 0 < small["atoms"] < large["atoms"]


def test_every_rule_can_be_reached_by_some_facts():
    named = {
        name for statement in statements(("hard", "soft")) for name in re.findall(r"^\w+\((\w+),", str(statement.code))
    }
    assert set(rules()) <= named


def test_constants_are_handed_on_through_short_words(monkeypatch):
    text = (
        "mark(M) :- kind(_,M). bad(E) :- kind(E,_), mark(line). other((bar;area)). "
        "wide(M) :- mark(M), other(M). worse :- wide(line). { may(E,M) : other(M) } :- kind(E,_). "
        "worst :- may(_,line). fine :- may(_,area)."
    )
    monkeypatch.setattr(ground, "program", lambda *parts: text)
    ground.statements.cache_clear()
    ground._program.cache_clear()
    try:
        kept = " ".join(map(str, ground._reachable(("words",), "", "kind(_,bar).")))
        assert "bad" not in kept
        assert "worse" not in kept
        assert "worst" not in kept, "what a choice is made from is handed on"
        assert "fine" in kept
        assert "bad" in " ".join(map(str, ground._reachable(("words",), "", "kind(_,bar).\nkind(_,line).")))
    finally:
        ground.statements.cache_clear()
        ground._program.cache_clear()
        ground._reachable.cache_clear()


def test_a_long_search_goes_on_in_a_second_bout_and_finds_the_same(monkeypatch):
    facts = asked("region", "price", "day")
    whole, all_of_them = top_k(facts, 5), solver.every(asked("region", "price"))
    bouts = []
    real = solver.search
    monkeypatch.setattr(solver, "BOUT", "1")
    monkeypatch.setattr(solver, "search", lambda *args: bouts.append(real(*args)) or bouts[-1])
    assert top_k(facts, 5) == whole
    assert any(is_second for _, is_second in bouts)
    assert sorted(map(str, solver.every(asked("region", "price")))) == sorted(map(str, all_of_them))
