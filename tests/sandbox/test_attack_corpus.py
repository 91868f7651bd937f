"""The attacks are many, distinct, of every kind and aim, and say whether they work where nothing stops them."""

import re
from collections import Counter

from benchmarks.sandbox.attacks import AIMS, PLACES, load

KINDS = {
    *("imports", "dunder", "format_strings", "pandas_io", "numpy_io", "string_dispatch", "monkeypatch", "processes"),
    *(
        "loops",
        "memory",
        "output",
        "signals",
        "threads",
        "ctypes",
        "frames",
        "environment",
        "neighbours",
        "altair_data",
    ),
    *("pickles", "exceptions", "syntax", "regex", "serialisation", "generators_gc", "import_side_doors", "query_eval"),
    "kernel",
}
ATTACKS = load()


def test_there_are_many_attacks_and_no_two_are_the_same():
    assert len(ATTACKS) >= 150
    assert max(Counter(attack.name for attack in ATTACKS).values()) == 1
    assert max(Counter(attack.code for attack in ATTACKS).values()) == 1


def test_every_kind_and_every_aim_is_attacked():
    assert {attack.kind for attack in ATTACKS} >= KINDS
    assert {attack.aim for attack in ATTACKS} == set(AIMS)
    assert min(Counter(attack.kind for attack in ATTACKS).values()) >= 5
    assert min(Counter(attack.aim for attack in ATTACKS).values()) >= 5


def test_most_attacks_are_proven():
    assert sum(attack.proven for attack in ATTACKS) >= 0.85 * len(ATTACKS)


def test_every_attack_is_well_formed():
    assert [attack.name for attack in ATTACKS if not re.fullmatch(r"[a-z][a-z0-9_]*", attack.name)] == []
    assert [attack.name for attack in ATTACKS if not re.search("plot|chart", attack.code)] == []
    assert {type(attack.proven) for attack in ATTACKS} <= {bool}
    assert {place for attack in ATTACKS for place in re.findall(r"@([A-Z]+)@", attack.code)} <= {*PLACES}


def test_filling_in_leaves_no_place():
    places = dict.fromkeys(PLACES, "7")
    assert not [attack.name for attack in ATTACKS if re.search(r"@[A-Z]+@", attack.filled(places))]
