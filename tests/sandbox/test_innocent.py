"""What people and models write is let through, and gives the picture that Altair gives by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import observatory
from benchmarks.sandbox.innocent import Judge, Program, load

PROGRAMS = load()
SAMPLE = [program for n, program in enumerate(PROGRAMS) if n % 12 == 0 or program.known]
"""Every twelfth program; `python -m benchmarks.sandbox.innocent` runs all of them."""
PICTURES = {program.name for program in SAMPLE[::8]}
DRAWN = {program.name for program in [p for p in SAMPLE if p.data == "cars"][::3]}


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with observatory.open() as obs, Judge(obs, SAMPLE, in_process=not obs.sandbox().ready) as made:
        yield made


@pytest.mark.parametrize("program", SAMPLE, ids=lambda program: program.name)
def test_an_innocent_program_gives_the_picture_that_altair_gives(judge: Judge, program: Program) -> None:
    verdict = judge.verdict(program, picture=program.name in PICTURES, draw=program.name in DRAWN)
    assert verdict.holds != bool(program.known), verdict.error or f"This holds now: {program.known}"


def test_there_are_many_no_two_alike_and_nearly_all_hold() -> None:
    assert len(PROGRAMS) >= 260
    assert sum(bool(program.known) for program in PROGRAMS) <= 0.01 * len(PROGRAMS)
    assert len({program.code for program in PROGRAMS}) == len({program.name for program in PROGRAMS}) == len(PROGRAMS)
